import {
  absolute,
  adam,
  binaryCrossEntropy,
  crossEntropy,
  type Dataset,
  dataset,
  dense,
  type EpochEvent,
  type FitOptions,
  grad,
  halfSquared,
  type Model,
  meanSquared,
  relu,
  sequential,
  sgd,
  sigmoid,
  softmax,
  tanh,
} from "nabla";
import { add, evaluate, input, mean, mul, square, sub, sum, type Tensor } from "nabla/graph";
import { describe, expect, test } from "vitest";
import { fromTable } from "../../src/data/dataset.ts";
import { failure } from "../data/failure.ts";

const all = (model: Model): number[] => model.weights.names().flatMap((name) => [...model.weights.get(name).data]);

/** Deterministic numbers in [−1, 1). */
function numbers(count: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround(state / 2 ** 31 - 1);
  });
}
const rows = (count: number, width: number, seed = 1): number[][] =>
  Array.from({ length: count }, (_, i) => numbers(count * width, seed).slice(i * width, (i + 1) * width));

/** What the lecture's formulas give in float64: the graph differentiated by hand-picked batches, w ← w − η∇w. */
function descend(
  model: Model,
  x: number[][],
  y: number[][],
  batchSize: number,
  epochs: number,
  learningRate: number,
  forward: (x: Tensor, w: readonly Tensor[]) => Tensor,
) {
  const names = model.weights.names();
  const values = names.map((name) => Float64Array.from(model.weights.get(name).data));
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    let total = 0;
    for (let from = 0; from < x.length; from += batchSize) {
      const [xs, ys] = [x.slice(from, from + batchSize), y.slice(from, from + batchSize)];
      const xTensor = input([xs.length, xs[0]!.length], "x");
      const yTensor = input([ys.length, ys[0]!.length], "y");
      const w = names.map((name) => input(model.weights.get(name).shape, name));
      const error = sub(forward(xTensor, w), yTensor);
      const loss = mean(mul(sum(square(error), 1), 0.5));
      const feed = new Map<Tensor, { data: ArrayLike<number> }>([
        [xTensor, { data: xs.flat() }],
        [yTensor, { data: ys.flat() }],
      ]);
      w.forEach((tensor, i) => void feed.set(tensor, { data: values[i]! }));
      const [value, ...gradients] = evaluate([loss, ...grad(loss, w)], feed);
      total += value!.data[0]! * xs.length;
      for (const [i, { data }] of gradients.entries())
        for (let j = 0; j < data.length; j++) values[i]![j]! -= learningRate * data[j]!;
    }
    losses.push(total / x.length);
  }
  return { weights: values.flatMap((v) => [...v]), losses };
}

describe("fit computes", () => {
  test("what the float64 interpreter does, a smaller last batch included", async () => {
    const { matmul, transpose, tanh: tanhOf } = await import("nabla/graph");
    const model = sequential([dense(5), tanh, dense(2)], { input: 3, seed: 4 });
    const [x, y] = [rows(11, 3), rows(11, 2, 9)];
    const forward = (xs: Tensor, [w1, b1, w2, b2]: readonly Tensor[]) =>
      add(matmul(tanhOf(add(matmul(xs, transpose(w1!)), b1!)), transpose(w2!)), b2!);
    const expected = descend(model, x, y, 4, 3, 0.3, forward);
    const { epochs } = await model.fit(dataset(x, y), {
      loss: halfSquared,
      optimizer: sgd({ learningRate: 0.3 }),
      batchSize: 4,
      epochs: 3,
      shuffle: false,
    }).done;
    for (const [i, value] of all(model).entries()) expect(Math.abs(value - expected.weights[i]!)).toBeLessThan(2e-6);
    for (const [i, { loss }] of epochs.entries()) expect(loss).toBeCloseTo(expected.losses[i]!, 6);
  });

  test("the sum of a batch as so many times the mean", async () => {
    const data = dataset(rows(6, 3), rows(6, 1, 5));
    const [a, b] = [1, 2].map(() => sequential([dense(1)], { input: 3, seed: 2 })) as [Model, Model];
    await a.fit(data, { optimizer: sgd({ learningRate: 0.06 }), batchSize: "all", epochs: 4 }).done;
    await b.fit(data, { optimizer: sgd({ learningRate: 0.01 }), batchSize: "all", epochs: 4, reduction: "sum" }).done;
    for (const [i, value] of all(a).entries()) expect(all(b)[i]).toBeCloseTo(value, 5);
  });

  test("weight decay by l2: ½·l2·‖W‖² shrinks W by η·l2 a step, and the bias not", async () => {
    const model = sequential([dense(1, { l2: 0.5 })], { input: 2 });
    model.weights.set("dense 1/weight", [[2, -4]]);
    model.weights.set("dense 1/bias", [1]);
    const data = dataset([[0, 0]], [[1]]); // the loss is 0 and has no slope
    const { epochs } = await model.fit(data, { optimizer: sgd({ learningRate: 0.1 }), epochs: 1 }).done;
    expect([...model.weights.get("dense 1/weight").data]).toEqual([Math.fround(2 * 0.95), Math.fround(-4 * 0.95)]);
    expect(model.weights.get("dense 1/bias").data[0]).toBe(1);
    expect(epochs[0]!.loss).toBe(0);
  });

  test("labels under a squared loss as one-hot targets", async () => {
    const x = rows(8, 3);
    const labels = [0, 1, 2, 0, 1, 2, 1, 0];
    const oneHot = labels.map((label) => [0, 1, 2].map((i) => (i === label ? 1 : 0)));
    const [a, b] = [dataset(x, labels), dataset(x, oneHot)];
    const make = () => sequential([dense(3), sigmoid], { input: 3, seed: 3 });
    const [m, n] = [make(), make()];
    await m.fit(a, { loss: meanSquared, epochs: 3, batchSize: 3 }).done;
    await n.fit(b, { loss: meanSquared, epochs: 3, batchSize: 3 }).done;
    expect(all(m)).toEqual(all(n));
  });

  test("the same from bytes, from rows of a table, and from floats", async () => {
    const bytes = Uint8Array.from(numbers(20 * 6), (v) => Math.round((v + 1) * 127));
    const labels = Int32Array.from({ length: 20 }, (_, i) => i % 3);
    const table = {
      shape: [2, 3],
      x: { data: bytes, scale: 1 / 255 },
      y: { kind: "labels", data: labels, classes: 3 },
    } as const;
    const floats = Float32Array.from(bytes, (byte) => byte * Math.fround(1 / 255));
    const order = Uint32Array.from([3, 7, 1, 18, 12, 5, 4, 19, 0, 9, 8, 2]);
    const pick = (i: number) => [...floats.subarray(i * 6, i * 6 + 6)];
    const pairs: [Dataset, Dataset][] = [
      [
        fromTable(table),
        dataset(
          Array.from({ length: 20 }, (_, i) => pick(i)),
          [...labels],
        ),
      ],
      [
        fromTable({ ...table, rows: order }),
        dataset(
          [...order].map(pick),
          [...order].map((i) => labels[i]!),
        ),
      ],
      [
        fromTable({ ...table, rows: order.subarray(0, 5) }),
        dataset(
          [...order.subarray(0, 5)].map(pick),
          [...order.subarray(0, 5)].map((i) => labels[i]!),
          { classes: ["0", "1", "2"] },
        ),
      ],
    ];
    for (const [a, b] of pairs) {
      const make = () => sequential([dense(4), relu, dense(3), softmax], { input: 6, seed: 3 });
      const [m, n] = [make(), make()];
      await m.fit(a, { epochs: 2, batchSize: 4 }).done;
      await n.fit(b, { epochs: 2, batchSize: 4 }).done;
      expect(all(m)).toEqual(all(n));
      expect((await m.evaluate(a)).loss).toBe((await n.evaluate(b)).loss);
      expect((await m.predict(a)).data).toEqual((await n.predict(b)).data);
    }
  });

  test("the same bits for the same seed, read or not, in any chunks", async () => {
    const data = dataset(
      rows(50, 4),
      Array.from({ length: 50 }, (_, i) => i % 3),
    );
    const train = async (seed: number, options: FitOptions, read: boolean): Promise<number[]> => {
      const model = sequential([dense(6), tanh, dense(3), softmax], { input: 4, seed });
      const run = model.fit(data, { epochs: 4, batchSize: 7, ...options });
      if (read) for await (const event of run) void event;
      await run.done;
      return all(model);
    };
    const first = await train(1, {}, false);
    expect(await train(1, {}, false)).toEqual(first);
    expect(await train(1, {}, true)).toEqual(first);
    expect(await train(1, { stepEvents: "latest" }, true)).toEqual(first);
    expect(await train(1, { threads: 1 }, false)).toEqual(first);
    expect(await train(1, { seed: 2 }, false)).not.toEqual(first);
    expect(await train(2, {}, false)).not.toEqual(first);
  });

  test("each epoch in another order, unless it shall not", async () => {
    const data = dataset([[1], [2], [3], [4], [5], [6]], [[0], [0], [0], [0], [0], [0]]);
    // The identity with |a − 0| as its loss says which sample a step took; its weight is far from moving.
    const orders = async (options: FitOptions): Promise<number[][]> => {
      const model = sequential([dense(1, { bias: false, initializer: () => Float32Array.of(1) })], { input: 1 });
      const seen: number[][] = [[], []];
      for await (const event of model.fit(data, {
        loss: absolute,
        optimizer: sgd({ learningRate: 1e-12 }),
        batchSize: 1,
        epochs: 2,
        ...options,
      }))
        if (event.kind === "step") seen[event.epoch - 1]!.push(event.loss);
      return seen;
    };
    expect(await orders({ shuffle: false })).toEqual([
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6],
    ]);
    const [first, second] = await orders({});
    expect(first!.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(second!.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(second).not.toEqual(first);
  });

  test("a schedule's rate at each step, counted over the epochs", async () => {
    const model = sequential([dense(1, { bias: false })], { input: 1 });
    model.weights.set("dense 1/weight", [0]);
    const asked: unknown[] = []; // |w − (−9)| has slope 1 for x = 1: w falls by the rate
    const learningRate = (at: { step: number; epoch: number; steps: number }) => {
      asked.push(at);
      return 2 ** -at.step;
    };
    await model.fit(dataset([[1], [1], [1]], [[-9], [-9], [-9]]), {
      loss: absolute,
      optimizer: sgd({ learningRate }),
      batchSize: 2,
      epochs: 2,
      shuffle: false,
    }).done;
    expect(model.weights.get("dense 1/weight").data[0]).toBe(-(1 + 0.5 + 0.25 + 0.125));
    expect(asked).toEqual(expect.arrayContaining([0, 1, 2, 3].map((step) => ({ step, epoch: step >> 1, steps: 4 }))));
  });

  test("momentum that begins anew with every fit", async () => {
    const data = dataset([[1]], [[0]]);
    const run = async (fits: number, epochs: number) => {
      const model = sequential([dense(1)], { input: 1, seed: 8 });
      for (let i = 0; i < fits; i++)
        await model.fit(data, { optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }), epochs }).done;
      return all(model);
    };
    expect(await run(2, 3)).not.toEqual(await run(1, 6));
    expect(await run(2, 3)).toEqual(await run(2, 3));
  });
});

describe("fit chooses the loss", () => {
  const labels = dataset(rows(4, 2), [0, 1, 0, 1]);
  const startOf = async (model: Model, data: Dataset, options: FitOptions = {}) => {
    for await (const event of model.fit(data, { epochs: 1, ...options })) if (event.kind === "start") return event;
    throw new Error("no start");
  };
  test.each<[string, Model, Dataset, string]>([
    ["softmax and labels", sequential([dense(2), softmax], { input: 2 }), labels, "crossEntropy"],
    ["one sigmoid and two classes", sequential([dense(1), sigmoid], { input: 2 }), labels, "binaryCrossEntropy"],
    ["sigmoids and labels", sequential([dense(2), sigmoid], { input: 2 }), labels, "meanSquared"],
    ["scores and labels", sequential([dense(2)], { input: 2 }), labels, "meanSquared"],
    ["values", sequential([dense(2), softmax], { input: 2 }), dataset(rows(4, 2), rows(4, 2)), "meanSquared"],
  ])("%s: it says so in start", async (_, model, data, loss) => {
    expect(await startOf(model, data)).toMatchObject({
      kind: "start",
      loss,
      samples: 4,
      batchSize: 4,
      stepsPerEpoch: 1,
      epochs: 1,
    });
  });
});

describe("fit measures", () => {
  const x = rows(40, 2);
  const labels = x.map(([a, b]) => (a! > b! ? 1 : 0));

  test("accuracy over the epoch and on validation data", async () => {
    const model = sequential([dense(1), sigmoid], { input: 2, seed: 1 });
    const data = dataset(x, labels);
    const { epochs } = await model.fit(data, {
      optimizer: adam({ learningRate: 0.1 }),
      loss: binaryCrossEntropy,
      validation: dataset(
        rows(9, 2, 77),
        rows(9, 2, 77).map(([a, b]) => (a! > b! ? 1 : 0)),
      ),
      epochs: 30,
      batchSize: 16,
    }).done;
    const last = epochs.at(-1)!;
    expect(last.metrics["accuracy"]).toBeGreaterThan(0.9);
    expect(Object.keys(last.validation!)).toEqual(["loss", "accuracy"]);
    expect(last.validation!["accuracy"]).toBeGreaterThan(0.8);
    expect(last.samplesPerSecond).toBeGreaterThan(0);
  });

  test("a share set aside, which is not trained on", async () => {
    const model = sequential([dense(1), sigmoid], { input: 2 });
    const run = model.fit(dataset(x, labels), { validation: 0.25, epochs: 1, batchSize: "all" });
    for await (const event of run) if (event.kind === "start") expect(event.samples).toBe(30);
    expect((await run.done).epochs[0]!.validation).toBeDefined();
  });

  test("metrics of one's own", async () => {
    const model = sequential([dense(1)], { input: 2 });
    const far = Object.assign((output: Tensor, target: Tensor) => absolute(output, target), {});
    const metric = Object.defineProperty(far, "name", { value: "distance" });
    const { epochs } = await model.fit(dataset(x, rows(40, 1, 3)), {
      metrics: [metric],
      validation: dataset(x, rows(40, 1, 3)),
      epochs: 2,
    }).done;
    expect(Object.keys(epochs[0]!.metrics)).toEqual(["distance"]);
    expect(epochs[1]!.metrics["distance"]).toBeGreaterThan(0);
    expect(epochs[1]!.validation!["distance"]).toBeGreaterThan(0);
  });

  test("early stopping ends with the best parameters where it shall", async () => {
    const data = dataset([[1]], [[1]]);
    const train = async (restoreBest: boolean) => {
      const model = sequential([dense(1, { bias: false })], { input: 1 });
      model.weights.set("dense 1/weight", [0]);
      // Each step overshoots the target by three times its distance: w = 0, 4, −8, …
      const history = await model.fit(data, {
        loss: halfSquared,
        optimizer: sgd({ learningRate: 4 }),
        epochs: 50,
        validation: data,
        earlyStopping: { patience: 2, restoreBest },
      }).done;
      return { history, weight: model.weights.get("dense 1/weight").data[0] };
    };
    const { history, weight } = await train(false);
    expect(history).toMatchObject({ stopped: "early", best: 1 });
    expect(history.epochs.length).toBe(3);
    expect(weight).toBe(28);
    expect((await train(true)).weight).toBe(4);
  });

  test("history.best is the epoch with the lowest loss", async () => {
    const model = sequential([dense(1)], { input: 2 });
    const { epochs, best, stopped } = await model.fit(dataset(x, rows(40, 1, 3)), { epochs: 6 }).done;
    const losses = epochs.map(({ loss }: EpochEvent) => loss);
    expect(best).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(stopped).toBe("finished");
  });
});

describe("fit refuses", () => {
  const data = dataset(rows(6, 3), [0, 1, 2, 0, 1, 2]);
  const values = dataset(rows(6, 3), rows(6, 2));
  const model = sequential([dense(4, { name: "hidden" }), relu, dense(3, { name: "scores" }), softmax], { input: 3 });
  const options = (bad: unknown) => bad as FitOptions;

  test.each<[string, unknown]>([
    ["batchSize 0", { batchSize: 0 }],
    ["a batch larger than the data", { batchSize: 7 }],
    ["a fractional batch", { batchSize: 2.5 }],
    ["NaN as batch size", { batchSize: Number.NaN }],
    ["an unknown word as batch size", { batchSize: "most" }],
    ["epochs 0", { epochs: 0 }],
    ["infinite epochs", { epochs: Infinity }],
    ["a seed with a fraction", { seed: 1.5 }],
    ["an unknown reduction", { reduction: "max" }],
    ["a loss by name", { loss: "crossEntropy" }],
    ["no optimizer", { optimizer: "adam" }],
    ["a validation share of 0", { validation: 0 }],
    ["a validation share of all", { validation: 6 }],
    ["validation that is no data", { validation: "test" }],
    ["threads 0", { threads: 0 }],
    ["an unknown arithmetic", { arithmetic: "fast" }],
    ["patience 0", { earlyStopping: { patience: 0 } }],
    ["a loss that needs a sigmoid", { loss: binaryCrossEntropy }],
  ])("%s: OPTION", async (_, bad) => {
    const error = await failure(() => model.fit(data, options(bad)));
    expect(error.code).toBe("OPTION");
    expect(error.hint).not.toBe("");
  });

  test("a batch size says how many samples there are", async () => {
    expect((await failure(() => model.fit(data, { batchSize: 100 }))).message).toContain("1 to 6");
  });

  test("data without targets", async () => {
    expect((await failure(() => model.fit(dataset(rows(6, 3))))).code).toBe("DATA");
  });

  test("samples of another size, naming layer and both numbers", async () => {
    const error = await failure(() => model.fit(dataset(rows(4, 5), [0, 1, 2, 0])));
    expect(error).toMatchObject({ code: "SHAPE", where: { layer: "hidden" }, received: "5" });
    expect(error.message).toMatch(/3 numbers.*5/);
    expect(error.hint).toContain("input: 5");
  });

  test("more classes than outputs, naming the layer and what to change", async () => {
    const error = await failure(() => model.fit(dataset(rows(4, 3), [0, 1, 2, 3])));
    expect(error).toMatchObject({ code: "SHAPE", where: { layer: "scores" }, expected: "4 outputs", received: "3" });
    expect(error.hint).toContain("4 units");
  });

  test("values of another size than the outputs", async () => {
    expect(await failure(() => model.fit(values))).toMatchObject({ code: "SHAPE", where: { layer: "scores" } });
  });

  test("a loss that gives anything but one number a sample", async () => {
    expect((await failure(() => model.fit(data, { loss: (output) => output }))).code).toBe("SHAPE");
    expect((await failure(() => model.fit(data, { loss: (output) => mean(output) }))).code).toBe("SHAPE");
    expect((await failure(() => model.fit(data, { loss: (() => 1) as never }))).code).toBe("SHAPE");
  });

  test("and a refusal leaves the model free", async () => {
    await failure(() => model.fit(data, { batchSize: 0 }));
    await failure(() => model.fit(data, { loss: binaryCrossEntropy }));
    expect((await model.fit(data, { loss: crossEntropy, epochs: 1 }).done).stopped).toBe("finished");
  });

  test("a schedule that gives no rate: the run fails, the model stays", async () => {
    const before = all(model);
    await expect(model.fit(data, { optimizer: sgd({ learningRate: () => Number.NaN }) }).done).rejects.toMatchObject({
      code: "OPTION",
    });
    expect(all(model)).toEqual(before);
  });
});
