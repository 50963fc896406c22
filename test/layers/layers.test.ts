import {
  activation,
  adam,
  batchNormalization,
  crossEntropy,
  dataset,
  dense,
  dropout,
  flatten,
  halfSquared,
  type Layer,
  layer,
  linear,
  load,
  type Model,
  maxout,
  meanSquared,
  relu,
  sequential,
  sgd,
  sigmoid,
  softmax,
  zeroOne,
} from "nabla";
import { add, evaluate, grad, mul, square, sub, sum, type Tensor } from "nabla/graph";
import { describe, expect, test } from "vitest";
import { uniform32 } from "../../src/array/distributions.ts";
import { Random } from "../../src/array/random.ts";
import { failure } from "../data/failure.ts";
import { applyLayers } from "../nn/scope.ts";

const points = Array.from({ length: 48 }, (_, i) => [Math.sin(i), Math.cos(2 * i), ((i * 5) % 7) / 7]);
const data = dataset(
  points,
  points.map(([a]) => (a! > 0 ? 1 : 0)),
);

const weightsOf = (model: Model): readonly number[] =>
  model.weights.names().flatMap((name) => [...model.weights.get(name).data]);

describe("maxout", () => {
  test("is the slide's max(w₁ᵀx + b₁, w₂ᵀx + b₂)", async () => {
    const model = sequential([maxout(1, 2)], { input: 2 });
    model.weights.set("maxout 1/weight 1", [[1, 2]]);
    model.weights.set("maxout 1/bias 1", [0.5]);
    model.weights.set("maxout 1/weight 2", [[-1, 1]]);
    model.weights.set("maxout 1/bias 2", [-1]);
    expect([
      ...(
        await model.predict([
          [1, 1],
          [-3, 1],
        ])
      ).data,
    ]).toEqual([3.5, 3]);
    expect(model.summary().parameters).toBe(6);
  });

  test("gives the gradient of a tie to the first piece", () => {
    const { x, output, parameters } = applyLayers([maxout(2, 3)], [1, 2]);
    const tensors = [...parameters.values()];
    const feed = new Map<Tensor, { data: number[] }>([
      [x, { data: [1, 2] }],
      ...tensors.map((tensor) => [tensor, { data: tensor.shape.length === 2 ? [1, 0, 0, 1] : [0, 0] }] as const),
    ]);
    const biases = [...parameters].filter(([name]) => name.includes("bias")).map(([, tensor]) => tensor);
    const gradients = evaluate(grad(sum(output), biases), feed).map(({ data }) => [...data]);
    expect(gradients).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
    ]);
  });
});

test("flatten gives rows, and pictures reach dense", async () => {
  const model = sequential([flatten(), dense(2)], { input: [2, 3] });
  expect(model.summary().layers[0]).toMatchObject({ name: "flatten 1", output: [6] });
  const error = await failure(() => sequential([dense(2)], { input: [2, 3] }));
  expect(error.hint).toContain("flatten()");
});

describe("activation", () => {
  test("is a layer by name, with a name, and with settings", async () => {
    const own = activation((x) => mul(x, sigmoid(x)), { name: "swish" });
    const layers = [dense(2), activation("relu", { name: "bend" }), activation("leakyRelu", { slope: 0.2 }), own];
    const model = sequential([...layers, dense(2), activation(softmax, { name: "shares" })], { input: 3 });
    expect(model.summary().layers.map(({ name }) => name)).toEqual([
      ...["dense 1", "bend", "leakyRelu 1", "swish", "dense 2", "shares"],
    ]);
    await model.fit(data, { loss: crossEntropy, epochs: 1 }).done; // the named softmax is known as one
    const back = await load(await model.toBytes(), { layers: [own] });
    expect(String(back.summary())).toBe(String(model.summary()));
  });

  test.each<[string, () => unknown]>([
    ["an unknown name", () => activation("rellu")],
    ["a function without a name", () => activation((x) => x)],
    ["nothing", () => activation(undefined as never)],
  ])("refuses %s", async (_, make) => expect((await failure(make)).code).toBe("OPTION"));
});

describe("batch normalization", () => {
  const net = (): Model => sequential([dense(4), batchNormalization(), relu, dense(2), softmax], { input: 3, seed: 5 });

  test("keeps running statistics that are saved, loaded, cloned and reset, and not counted as trained", async () => {
    const model = net();
    expect(model.summary().parameters).toBe(3 * 4 + 4 + 2 * 4 + 4 * 2 + 2);
    expect(model.summary().layers[1]).toMatchObject({ parameters: 8, states: 8 });
    expect(String(model.summary())).toContain("34 parameters, and 8 numbers kept besides");
    const before = weightsOf(model);
    await model.fit(data, { epochs: 3, batchSize: 16 }).done;
    expect([...model.weights.get("batchNormalization 1/running mean").data].every((x) => x !== 0)).toBe(true);
    const back = await load(await model.toBytes());
    for (const other of [back, model.clone()]) {
      expect(weightsOf(other)).toEqual(weightsOf(model));
      expect(await other.predict(points)).toEqual(await model.predict(points));
    }
    model.reset();
    expect(weightsOf(model)).toEqual(before);
  });

  test("gives each feature mean β and deviation γ in training", () => {
    const { x, output } = applyLayers([batchNormalization({ epsilon: 1e-12 })], [6, 2]);
    const values = new Map<Tensor, { data: number[] }>([[x, { data: Array.from({ length: 12 }, (_, i) => i * i) }]]);
    for (const leaf of leavesOf(output)) {
      const name = String(leaf.attributes["name"]);
      if (name.endsWith("gamma")) values.set(leaf, { data: [1, 2] });
      if (name.endsWith("beta")) values.set(leaf, { data: [0, 5] });
    }
    const [y] = evaluate([output], values);
    const column = (at: number) => [...y!.data].filter((_, i) => i % 2 === at);
    const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    expect(mean(column(0))).toBeCloseTo(0, 10);
    expect(mean(column(1))).toBeCloseTo(5, 10);
    expect(mean(column(1).map((v) => (v - 5) ** 2))).toBeCloseTo(4, 6);
  });

  test("says at once where a batch has one sample", async () => {
    const error = await failure(() => net().fit(data.take(17), { batchSize: 16 }));
    expect(error).toMatchObject({ code: "OPTION", where: { layer: "batchNormalization 1" } });
    expect(error.message).toContain('layer "batchNormalization 1": a training batch of 1 sample has no variance');
  });

  test.each<[string, () => Layer]>([
    ["momentum 0", () => batchNormalization({ momentum: 0 })],
    ["epsilon NaN", () => batchNormalization({ epsilon: Number.NaN })],
    ["rate 1", () => dropout(1)],
    ["rate -0.1", () => dropout(-0.1)],
    ["no pieces", () => maxout(2, 0)],
    ["l1 below 0", () => dense(2, { l1: -1 })],
  ])("refuses %s", async (_, make) => expect((await failure(make)).code).toBe("OPTION"));
});

function* leavesOf(tensor: Tensor): Generator<Tensor> {
  if (tensor.op.kind === "leaf") yield tensor;
  for (const x of tensor.inputs) yield* leavesOf(x);
}

describe("dropout", () => {
  const net = (rate: number): Model =>
    sequential([dense(16), relu, dropout(rate), dense(2), softmax], { input: 3, seed: 5 });

  test("drops what Threefry says for (seed, name, step, place), and is nothing outside training", async () => {
    const seen: number[][] = [];
    // the output is a parameter times what dropout leaves of 1, so that the gradient shows the mask
    const mask = layer("ones", (x, scope) =>
      add(mul(x, 0), scope.param("w", [4], { initializer: (size) => new Float32Array(size).fill(1) })),
    );
    const model = sequential([mask, dropout(0.4), linear], { input: 4, seed: 9 });
    const zeros = dataset([[0, 0, 0, 0]], [[0, 0, 0, 0]]);
    const run = model.fit(zeros, {
      loss: halfSquared,
      optimizer: sgd({ learningRate: 0.01 }),
      batchSize: 1,
      epochs: 6,
    });
    let before = [1, 1, 1, 1];
    for await (const event of run)
      if (event.kind === "epoch") {
        const now = [...model.weights.get("ones/w").data];
        seen.push(now.map((w, i) => (w === before[i] ? 0 : 1)));
        before = now;
      }
    const stream = new Random(9, "dropout 1/mask");
    const expected = seen.map((_, step) => [0, 1, 2, 3].map((i) => (uniform32(stream, step, i) < 0.4 ? 0 : 1)));
    expect(seen).toEqual(expected);
    expect([...(await model.predict([0, 0, 0, 0])).data]).toEqual(before);
  });

  test("rate 0 changes no bit", async () => {
    const [plain, without] = [net(0), sequential([dense(16), relu, dense(2), softmax], { input: 3, seed: 5 })];
    for (const model of [plain, without]) await model.fit(data, { epochs: 3, batchSize: 10 }).done;
    expect(weightsOf(plain)).toEqual(weightsOf(without));
  });

  test("same seed, same bits; another seed, others; on any number of threads", async () => {
    const train = async (options: { seed?: number; threads?: number }): Promise<readonly number[]> => {
      const model = sequential([dense(96), relu, dropout(0.5), dense(96), relu, dropout(0.3), dense(2), softmax], {
        input: 3,
        seed: 5,
      });
      await model.fit(data, { epochs: 2, batchSize: 48, ...options }).done;
      return weightsOf(model);
    };
    const first = await train({ threads: 1 });
    expect(await train({ threads: 2 })).toEqual(first);
    expect(await train({ seed: 6 })).not.toEqual(first);
  });

  test("its rate can be changed while the model trains", async () => {
    const train = async (change?: number): Promise<readonly number[]> => {
      const model = net(0.5);
      const run = model.fit(data, { epochs: 4, batchSize: 12 });
      expect(run.hyperparameters.names()).toEqual(["dropout 1/rate"]);
      for await (const event of run)
        if (event.kind === "step" && event.step === 3 && change !== undefined) {
          run.hyperparameters.set("dropout 1/rate", change);
          expect(run.hyperparameters.get("dropout 1/rate")).toBe(change);
        }
      return weightsOf(model);
    };
    const before = await train();
    expect(await train(0.5)).toEqual(before);
    const changed = await train(0.1);
    expect(changed).not.toEqual(before);
    expect(await train(0.1)).toEqual(changed);
    const run = net(0.5).fit(data);
    for (const value of [1, -1, Number.NaN, "0.1" as never])
      expect((await failure(() => run.hyperparameters.set("dropout 1/rate", value))).code).toBe("OPTION");
    const error = await failure(() => run.hyperparameters.set("rate", 0.1));
    expect(error.message).toContain('there is no "rate"');
    await run.done;
  });

  test("random numbers are evenly spread and do not follow one another", () => {
    const stream = new Random(3, "spread");
    const draws = Array.from({ length: 40_000 }, (_, i) => uniform32(stream, i >> 8, i & 255));
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * draws.length));
    const counts = new Array<number>(64).fill(0);
    for (const draw of draws) counts[Math.floor(draw * 64)]!++;
    const chi = counts.reduce((total, count) => total + (count - 625) ** 2 / 625, 0);
    expect(chi).toBeGreaterThan(25); // 63 degrees of freedom: mean 63, deviation 11.2
    expect(chi).toBeLessThan(110);
    const follow = draws.slice(1).reduce((total, draw, i) => total + (draw - 0.5) * (draws[i]! - 0.5), 0);
    expect(Math.abs((12 * follow) / draws.length)).toBeLessThan(4 / Math.sqrt(draws.length));
  });
});

describe("layers of one's own", () => {
  test("keep states and draw random numbers", async () => {
    const counter = layer("counter", (x, scope) => {
      const steps = scope.state("steps", [], { initial: 10, next: (old) => add(old, 1) });
      const noise = scope.isTraining ? mul(sub(scope.random("noise", x.shape), 0.5), 0.01) : 0;
      return add(add(x, noise), mul(steps, 0));
    });
    const model = sequential([counter, dense(2), softmax], { input: 3 });
    await model.fit(data, { batchSize: 16, epochs: 2 }).done;
    expect([...model.weights.get("counter/steps").data]).toEqual([16]);
    const noisy = layer("noisy", (x, scope) => add(x, scope.random("noise", x.shape)));
    const error = await failure(() => sequential([noisy], { input: 3 }));
    expect(error.message).toContain('layer "noisy": asks for random numbers outside training');
    const { draws: _, ...bare } = layer("bare", (x, scope) => (scope.isTraining ? scope.random("noise", x.shape) : x));
    const silent = await failure(() => sequential([bare, dense(2), softmax], { input: 3 }).fit(data));
    expect(silent.message).toContain('layer "bare": asks for random numbers without draws');
    const wrong = layer("wrong", (x, scope) => {
      scope.state("s", [2], { next: () => x });
      return x;
    });
    const run = () => sequential([wrong, dense(2), softmax], { input: 3 }).fit(data);
    expect((await failure(run)).message).toContain('layer "wrong": state "s" becomes [48,3]');
  });
});

describe("regularization", () => {
  test("l1 adds λ·sign(w) and l2 adds λ·w to the gradient", async () => {
    const step = async (options: { l1?: number; l2?: number }): Promise<number[]> => {
      const model = sequential([dense(1, { bias: false, ...options })], { input: 2 });
      model.weights.set("dense 1/weight", [[0.5, -2]]);
      const zeros = dataset([[0, 0]], [[0]]);
      await model.fit(zeros, { loss: meanSquared, optimizer: sgd({ learningRate: 1 }), epochs: 1 }).done;
      return [...model.weights.get("dense 1/weight").data];
    };
    expect(await step({ l1: 0.25 })).toEqual([0.25, -1.75]);
    expect(await step({ l2: 0.5 })).toEqual([0.25, -1]);
  });

  test("clipNorm bounds the step of SGD", async () => {
    const model = sequential([dense(1, { bias: false })], { input: 2 });
    model.weights.set("dense 1/weight", [[0, 0]]);
    const far = dataset([[3, 4]], [[-100]]);
    const run = model.fit(far, { loss: halfSquared, optimizer: sgd({ learningRate: 1 }), epochs: 1, clipNorm: 1 });
    await run.done;
    const [a, b] = model.weights.get("dense 1/weight").data;
    expect([a, b]).toEqual([Math.fround(-0.6), Math.fround(-0.8)]);
    for (const clipNorm of [0, -1, Number.NaN, "1" as never])
      expect((await failure(() => model.fit(far, { clipNorm }))).code).toBe("OPTION");
  });
});

describe("losses", () => {
  test("zero-one is refused with the reason, given or own, and stays a metric", async () => {
    const model = sequential([dense(2), softmax], { input: 3 });
    const error = await failure(() => model.fit(data, { loss: zeroOne }));
    expect(error).toMatchObject({ code: "OPTION", received: "zeroOne" });
    expect(error.message).toContain("zeroOne cannot be trained by gradient: its slope is 0 wherever it has one");
    const { loss } = await model.evaluate(data, { loss: zeroOne });
    expect(loss).toBeCloseTo(1 - (await model.evaluate(data)).accuracy!, 6);
  });

  test("the total cost is the sum of the examples' losses", async () => {
    const model = sequential([dense(2), softmax], { input: 3 });
    await model.fit(data, { optimizer: adam(), epochs: 2 }).done;
    const { loss, losses, size } = await model.evaluate(data, { perExample: true });
    expect(losses).toHaveLength(48);
    const total = [...losses!].reduce((a, b) => a + b, 0);
    expect(total).toBeCloseTo(loss * size, 4);
    const { data: probabilities } = await model.predict(points);
    const label = points[7]![0]! > 0 ? 1 : 0;
    expect(losses![7]).toBeCloseTo(-Math.log(probabilities[2 * 7 + label]!), 5);
    expect((await model.evaluate(data)).losses).toBeUndefined();
  });
});

test("what is squared in a layer of one's own is differentiated through batch normalization", async () => {
  const own = layer("square", (x) => square(x));
  const model = sequential([dense(4), own, batchNormalization({ name: "norm" }), dropout(0.2), dense(2), softmax], {
    input: 3,
    seed: 2,
  });
  const history = await model.fit(data, { optimizer: adam({ learningRate: 0.05 }), epochs: 25, batchSize: 12 }).done;
  expect(history.epochs.at(-1)!.loss).toBeLessThan(history.epochs[0]!.loss);
});
