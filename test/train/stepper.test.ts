import {
  adam,
  batchNormalization,
  cosineDecay,
  crossEntropy,
  type Dataset,
  dataset,
  dense,
  dropout,
  type FitOptions,
  halfSquared,
  type Model,
  meanSquared,
  type NdArray,
  type Optimizer,
  relu,
  rmsprop,
  type Stepper,
  type StepperOptions,
  sequential,
  sgd,
  sigmoid,
  softmax,
  stepper,
  tanh,
} from "nabla";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/array/random.ts";
import { labelOf, sampleOf } from "../../src/data/index.ts";
import { failure } from "../data/failure.ts";

const rows = Array.from({ length: 23 }, (_, i) => [(i % 7) / 7, ((i * 3) % 5) / 5, ((i * i) % 11) / 11]);
const labelled = dataset(
  rows,
  rows.map((_, i) => i % 3),
);
const valued = dataset(
  rows,
  rows.map(([a = 0, b = 0]) => [a - b, a * b]),
);
const classifier = (): Model => sequential([dense(6), relu, dense(3), softmax], { input: 3, seed: 2 });
const regressor = (): Model => sequential([dense(5, { l2: 0.01 }), tanh, dense(2)], { input: 3, seed: 3 });

/** The batches of an epoch as `fit` takes them. */
function batchesOf(data: Dataset, size: number, seed: number, epoch: number): number[][] {
  const order = [...new Random(seed, "shuffle").permutation(data.size, epoch)];
  return Array.from({ length: Math.ceil(data.size / size) }, (_, i) => order.slice(i * size, (i + 1) * size));
}
const valuesOf = (data: Dataset, index: number): number[] => {
  const { y } = data;
  return y?.kind === "values" ? [...y.data.subarray(2 * index, 2 * index + 2)] : [labelOf(data, index)!];
};

/** Losses and final model, batch by batch through the phases. */
async function step(model: Model, data: Dataset, options: StepperOptions, epochs: number, seed: number) {
  using phases = await stepper(model, options);
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++)
    for (const batch of batchesOf(data, options.batchSize, seed, epoch)) {
      const x = batch.map((i) => sampleOf(data, i).data);
      const y = batch.map((i) => valuesOf(data, i));
      losses.push(phases.forward(x, data.y?.kind === "labels" ? y.map(([label]) => label!) : y));
      phases.backward();
      phases.update();
    }
  return losses;
}

async function lossesOfFit(model: Model, data: Dataset, options: FitOptions): Promise<number[]> {
  const losses: number[] = [];
  for await (const event of model.fit(data, options)) if (event.kind === "step") losses.push(event.loss);
  return losses;
}

/** What draws random numbers, and keeps states beside its parameters. */
const restless = (): Model =>
  sequential([dense(6), batchNormalization(), relu, dropout(0.3), dense(3), softmax], { input: 3, seed: 7 });

const weightsOf = (model: Model) => model.weights.names().map((name) => model.weights.get(name));

describe("the phases give the numbers of fit, to the bit", () => {
  const optimizers: readonly (readonly [string, () => Optimizer])[] = [
    ["sgd", () => sgd({ learningRate: 0.1 })],
    ["momentum", () => sgd({ learningRate: 0.05, momentum: 0.9 })],
    ["adam", () => adam({ learningRate: 0.02, weightDecay: 0.1 })],
    ["rmsprop", () => rmsprop({ learningRate: 0.01 })],
    ["a schedule", () => sgd({ learningRate: cosineDecay({ learningRate: 0.2, warmup: 2 }) })],
  ];
  const cases = optimizers.flatMap(([name, optimizer]) =>
    (
      [
        ["labels", classifier, labelled, crossEntropy],
        ["values", regressor, valued, meanSquared],
        ["dropout and batch normalization", restless, labelled, crossEntropy],
      ] as const
    ).map(([kind, make, data, loss]) => [name, kind, optimizer, make, data, loss] as const),
  );
  test.each(cases)("with %s, on %s, a smaller last batch included", async (_, __, optimizer, make, data, loss) => {
    const [whole, stepped] = [make(), make()];
    const common = { loss, batchSize: 5 };
    const expected = await lossesOfFit(whole, data, { ...common, optimizer: optimizer(), epochs: 3, seed: 4 });
    const schedule = { stepsPerEpoch: 5, steps: 15, seed: 4 };
    const losses = await step(stepped, data, { ...common, ...schedule, optimizer: optimizer() }, 3, 4);
    expect(losses).toEqual(expected);
    expect(weightsOf(stepped)).toEqual(weightsOf(whole));
  });

  test("and with the sum, whose cost is the sum", async () => {
    const [whole, stepped] = [regressor(), regressor()];
    const common = { loss: halfSquared, batchSize: 4, reduction: "sum" } as const;
    const optimizer = sgd({ learningRate: 0.01 });
    const expected = await lossesOfFit(whole, valued, { ...common, optimizer, epochs: 2, seed: 1 });
    const losses = await step(stepped, valued, { ...common, optimizer }, 2, 1);
    expect(weightsOf(stepped)).toEqual(weightsOf(whole));
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[i]! * (i % 6 === 5 ? 3 : 4), 5);
  });
});

describe("backward gives the slope of forward", () => {
  test.each(["mean", "sum"] as const)("for the %s", async (reduction) => {
    const model = sequential([dense(3), sigmoid, dense(2)], { input: 3, seed: 3 });
    using phases = await stepper(model, {
      loss: halfSquared,
      optimizer: sgd({ learningRate: 1 }),
      batchSize: 4,
      reduction,
    });
    const [x, y] = [rows.slice(0, 4), [0, 1, 2, 3].map((i) => valuesOf(valued, i))];
    phases.forward(x, y);
    const gradients = phases.backward();
    expect(Object.keys(gradients)).toEqual(model.weights.names());
    for (const [name, { shape, data }] of Object.entries(gradients)) {
      const before = model.weights.get(name);
      expect(shape).toEqual(before.shape);
      for (const i of [0, data.length - 1]) {
        const costAt = (by: number): number => {
          const moved = before.data.slice();
          moved[i]! += by;
          model.weights.set(name, moved);
          return phases.forward(x, y);
        };
        const slope = (costAt(1e-2) - costAt(-1e-2)) / 2e-2;
        expect(Math.abs(slope - data[i]!)).toBeLessThan(1e-3 * Math.max(1, Math.abs(slope)));
      }
      model.weights.set(name, before);
    }
  });
});

describe("the lecture", () => {
  test("the world's second smallest perceptron in four phases (row 17)", async () => {
    const model = sequential([dense(1, { bias: false })], { input: 2 });
    model.weights.set("dense 1/weight", [0.5, -0.5]);
    using phases = await stepper(model, { loss: halfSquared, optimizer: sgd({ learningRate: 0.1 }), batchSize: 1 });
    const [x, y] = [[1, 2], [3]];
    expect((await model.predict(x)).data[0]).toBe(-0.5); // forward
    expect(phases.forward(x, y)).toBe(6.125); // loss
    const gradient = phases.backward()["dense 1/weight"] as NdArray; // backprop
    expect([...gradient.data]).toEqual([-3.5, -7]);
    expect(gradient.shape).toEqual([1, 2]);
    phases.update(); // gradient update
    const [w1, w2] = model.weights.get("dense 1/weight").data;
    expect([w1, w2]).toEqual([Math.fround(0.85), expect.closeTo(0.2, 6)]);
  });

  /** w after each example of the smallest perceptron, y = wx, taken in the slide's order (row 14). */
  async function smallest(learningRate: number, epochs: number): Promise<number[]> {
    const model = sequential([dense(1, { bias: false })], { input: 1 });
    model.weights.set("dense 1/weight", [0]);
    using phases = await stepper(model, { loss: halfSquared, optimizer: sgd({ learningRate }), batchSize: 1 });
    const seen: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++)
      for (const [x, y] of [
        [10, 10.1],
        [2, 1.9],
        [3.5, 3.4],
        [1, 1.1],
      ] as const) {
        const before = model.weights.get("dense 1/weight").data[0]!;
        phases.forward([x], [y]);
        expectClose([...phases.backward()["dense 1/weight"]!.data], [-(y - before * x) * x], 1e-3);
        phases.update();
        seen.push(model.weights.get("dense 1/weight").data[0]!);
      }
    return seen;
  }
  const expectClose = (received: readonly number[], expected: readonly number[], tolerance: number): void => {
    expect(received.length).toBe(expected.length);
    for (const [i, value] of expected.entries())
      expect(Math.abs(received[i]! - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
  };
  test("the world's smallest perceptron repeats, diverges, or ends in a cycle (row 14)", async () => {
    const cycle = [-7.9, 27.5, -297.475, 1.1];
    expectClose(await smallest(1, 3), [101, -299.2, 3377.9, 1.1, ...cycle, ...cycle], 2e-3);
    const ends = (await smallest(0.15, 3)).filter((_, i) => i % 4 === 3);
    expectClose(ends, [-3.037481, -15.1464, -63.418606], 1e-5);
    expectClose((await smallest(0.01, 100)).slice(-4), [1.01, 1.0076, 1.003169, 1.004137], 1e-6);
  });

  test.each([1, 4, 23, "all"] as const)(
    "batches of %s: an epoch takes every example once (row 21)",
    async (batchSize) => {
      // Each example has a weight of its own: after an epoch with η = 1 on ½(y − w)², every weight is at its target.
      const count = 23;
      const examples = dataset(
        Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_, j) => (i === j ? 1 : 0))),
        Array.from({ length: count }, (_, i) => [i + 1]),
      );
      const train = async (seed: number) => {
        const model = sequential([dense(1, { bias: false })], { input: count, seed: 1 });
        model.weights.set("dense 1/weight", new Array<number>(count).fill(0));
        const optimizer = sgd({ learningRate: 1 });
        const options = { loss: halfSquared, optimizer, batchSize, epochs: 1, reduction: "sum", seed } as const;
        const losses = await lossesOfFit(model, examples, options);
        return { losses, weights: [...model.weights.get("dense 1/weight").data] };
      };
      const [one, same, other] = [await train(5), await train(5), await train(6)];
      expect(one.weights).toEqual(Array.from({ length: count }, (_, i) => i + 1));
      expect(one.losses.length).toBe(Math.ceil(count / (batchSize === "all" ? count : batchSize)));
      expect(same).toEqual(one); // the seed decides the order
      if (one.losses.length > 1) expect(other.losses).not.toEqual(one.losses);
    },
  );

  test("another order in each epoch, and the same from the same seed (row 21)", () => {
    const orders = [0, 1].map((epoch) => batchesOf(labelled, 1, 7, epoch).flat());
    expect(orders[0]).not.toEqual(orders[1]);
    for (const order of orders)
      expect([...order].sort((a, b) => a - b)).toEqual(labelled.size > 0 ? [...rows.keys()] : []);
  });
});

describe("a stepper minds the order", () => {
  const open = (model = classifier(), options: Partial<StepperOptions> = {}): Promise<Stepper> =>
    stepper(model, { loss: crossEntropy, optimizer: adam(), batchSize: 4, ...options });
  const order = (phase: string, before: string): string =>
    `${phase} has nothing to work on: ${before} has to come first. Call ${before} before it, for every step anew.`;

  test("of its phases", async () => {
    const model = classifier();
    using phases = await open(model);
    const [x, y] = [rows.slice(0, 2), [0, 1]];
    expect((await failure(() => phases.backward())).message).toBe(order("backward", "forward(x, y)"));
    expect((await failure(() => phases.update())).message).toBe(order("update", "forward(x, y)"));
    phases.forward(x, y);
    const before = await model.toBytes();
    expect(await failure(() => phases.update())).toMatchObject({
      code: "OPTION",
      message: order("update", "backward()"),
    });
    expect(phases.backward()).toEqual(phases.backward());
    expect(await model.toBytes()).toEqual(before);
    phases.update();
    expect(await model.toBytes()).not.toEqual(before);
    expect((await failure(() => phases.update())).message).toBe(order("update", "forward(x, y)"));
    expect((await failure(() => phases.backward())).code).toBe("OPTION");
  });

  test("and is alone with its model until it is disposed of", async () => {
    const model = classifier();
    const phases = await open(model);
    expect((await failure(() => open(model))).code).toBe("BUSY");
    expect((await failure(() => model.fit(labelled))).code).toBe("BUSY");
    expect((await failure(() => model.reset())).code).toBe("BUSY");
    phases[Symbol.dispose]();
    phases[Symbol.dispose]();
    for (const phase of [() => phases.forward(rows, [0]), () => phases.backward(), () => phases.update()])
      expect((await failure(phase)).message).toContain("this stepper has been disposed of");
    const run = model.fit(labelled, { epochs: 1 });
    expect((await failure(() => open(model))).code).toBe("BUSY");
    await run.done;
    (await open(model))[Symbol.dispose]();
  });

  test("an optimizer begins anew with each stepper", async () => {
    const [one, two] = [classifier(), classifier()];
    for (const model of [one, two]) {
      using phases = await open(model);
      phases.forward(rows.slice(0, 4), [0, 1, 2, 0]);
      phases.backward();
      phases.update();
    }
    const start = weightsOf(classifier());
    for (const name of one.weights.names()) one.weights.set(name, start.shift()!);
    using phases = await open(one);
    phases.forward(rows.slice(0, 4), [0, 1, 2, 0]);
    phases.backward();
    phases.update();
    expect(weightsOf(one)).toEqual(weightsOf(two));
  });

  test.each<[string, unknown]>([
    ["no loss", { loss: undefined }],
    ["a loss by name", { loss: "crossEntropy" }],
    ["no optimizer", { optimizer: "adam" }],
    ["a batch of 0", { batchSize: 0 }],
    ["an unknown reduction", { reduction: "max" }],
    ["half a step", { steps: 0.5 }],
  ])("refuses %s", async (_, options) => {
    const error = await failure(() => open(classifier(), options as Partial<StepperOptions>));
    expect(error).toMatchObject({ code: "OPTION", hint: expect.stringContaining("Give ") });
  });

  test.each<[string, unknown, unknown, string]>([
    ["samples of another size", [[1, 2]], [0], "SHAPE"],
    ["more samples than a batch", rows.slice(0, 5), [0, 1, 2, 0, 1], "SHAPE"],
    ["too few targets", rows.slice(0, 3), [0, 1], "SHAPE"],
    ["an unknown class", rows.slice(0, 2), [0, 3], "DATA"],
    ["half a class", rows.slice(0, 2), [0, 0.5], "DATA"],
    ["NaN", [[1, 2, Number.NaN]], [0], "DATA"],
  ])("refuses %s", async (_, x, y, code) => {
    using phases = await open();
    expect((await failure(() => phases.forward(x as number[][], y as number[]))).code).toBe(code);
  });
});
