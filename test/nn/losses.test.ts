import { evaluate, grad, input, mean, sigmoid as sigmoidOp, sum, type Tensor } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { linear, sigmoid, softmax } from "../../src/nn/activations.ts";
import {
  absolute,
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithLogits,
  euclidean,
  halfSquared,
  hinge,
  huber,
  type Loss,
  meanSquared,
  multiclassHinge,
  squared,
} from "../../src/nn/losses.ts";
import { lossNamed, lossNames } from "../../src/nn/registry.ts";
import { failure } from "../data/failure.ts";
import { expectClose, type FixtureArray, readFixture } from "../graph/fixture.ts";

interface Result {
  readonly perSample: FixtureArray;
  readonly sum: { readonly loss: number; readonly gradient: FixtureArray };
  readonly mean: { readonly loss: number; readonly gradient: FixtureArray };
}

interface Row {
  readonly name: string;
  readonly loss: string;
  readonly attributes: { readonly delta?: number; readonly kind?: "westonWatkins" | "crammerSinger" };
  readonly output: FixtureArray;
  readonly target: FixtureArray;
  readonly float64: Result;
}

const { rows } = readFixture<{ rows: readonly (Row & { loss: string })[] }>("losses");

/** The loss of a row, on the numbers that the fixture calls output: scores, where there is a softmax or sigmoid. */
const losses = new Map<string, (attributes: Row["attributes"]) => Loss>([
  ["absolute", () => absolute],
  ["squared", () => squared],
  ["halfSquared", () => halfSquared],
  ["meanSquared", () => meanSquared],
  ["euclidean", () => euclidean],
  ["huber", ({ delta }) => huber(delta)],
  ["hinge", () => hinge],
  ["multiclassHinge", ({ kind }) => multiclassHinge(kind)],
  ["crossEntropy", () => (z, t) => crossEntropy(softmax(z), t)],
  ["binaryCrossEntropy", () => (z, t) => binaryCrossEntropy(sigmoid(z), t)],
]);

describe.each(rows.map((row) => [row.name, row] as const))("%s", (_, { loss, attributes, output, target, float64 }) => {
  const x = input(output.shape, "output");
  const t = input(target.shape, "target");
  const feed = new Map<Tensor, FixtureArray>([
    [x, output],
    [t, target],
  ]);
  const perSample = losses.get(loss)!(attributes)(x, t);

  it("costs what PyTorch says", () => {
    expect(perSample.shape).toEqual([output.shape[0]]);
    const values = evaluate([perSample, sum(perSample), mean(perSample)], feed);
    expectClose(values[0]!.data, float64.perSample.data, 1e-13, "per sample");
    expectClose(values[1]!.data, [float64.sum.loss], 1e-13, "sum");
    expectClose(values[2]!.data, [float64.mean.loss], 1e-13, "mean");
  });

  it("has PyTorch's gradient", () => {
    // Ties too: for losses nabla and PyTorch agree on all of them.
    const [ofSum, ofMean] = [sum(perSample), mean(perSample)].flatMap((total) => grad(total, [x]));
    const values = evaluate([ofSum!, ofMean!], feed);
    expectClose(values[0]!.data, float64.sum.gradient.data, 1e-13, "sum");
    expectClose(values[1]!.data, float64.mean.gradient.data, 1e-13, "mean");
  });
});

describe("targets", () => {
  const perSample = (loss: Loss, output: readonly number[][], target: FixtureArray): number[] => {
    const x = input([output.length, output[0]!.length]);
    const t = input(target.shape);
    return [
      ...evaluate(
        [loss(x, t)],
        new Map<Tensor, { readonly data: readonly number[] }>([
          [x, { data: output.flat() }],
          [t, target],
        ]),
      )[0]!.data,
    ];
  };
  const labels = { shape: [2], data: [1, 0] };

  it("takes labels as one-hot where there are several outputs", () => {
    const oneHot = { shape: [2, 2], data: [0, 1, 1, 0] };
    const output = [
      [0.25, 0.5],
      [0.75, -1],
    ];
    for (const loss of [halfSquared, squared, meanSquared, absolute, euclidean, huber(), crossEntropyWithLogits])
      expect(perSample(loss, output, labels), loss.name).toEqual(perSample(loss, output, oneHot));
    expect(perSample(halfSquared, output, labels)).toEqual([0.15625, 0.53125]);
  });

  it("takes labels as numbers where there is one output, and never broadcasts over the batch", () => {
    expect(perSample(squared, [[3], [2]], labels)).toEqual([4, 4]);
    expect(perSample(squared, [[3], [2]], { shape: [2, 1], data: [1, 0] })).toEqual([4, 4]);
  });

  it("turns labels into signs for the hinge", () => {
    expect(perSample(hinge, [[0.5], [0.5]], labels)).toEqual([0.5, 1.5]);
    expect(perSample(hinge, [[0.5], [0.5]], { shape: [2, 1], data: [1, -1] })).toEqual([0.5, 1.5]);
    expect(
      perSample(
        hinge,
        [
          [0, 2],
          [0, 2],
        ],
        labels,
      ),
    ).toEqual([1, 4]);
  });

  it("takes a picture for a row of numbers", () => {
    const [x, t] = [input([2, 2, 2]), input([2, 2, 2])];
    const feed = new Map([
      [x, { data: [1, 2, 3, 4, 0, 0, 0, 0] }],
      [t, { data: [0, 0, 0, 0, 0, 0, 0, 1] }],
    ]);
    expect([...evaluate([squared(x, t)], feed)[0]!.data]).toEqual([30, 1]);
  });

  it("refuses what does not fit", async () => {
    const output = input([4, 3]);
    for (const target of [input([4, 2]), input([3, 3]), input([3]), input([]), input([1, 3])])
      for (const loss of [meanSquared, hinge, multiclassHinge(), crossEntropyWithLogits]) {
        const error = await failure(() => loss(output, target));
        expect(error.code).toBe("SHAPE");
        expect(error.message).toContain("[4,3]");
      }
    expect((await failure(() => multiclassHinge()(input([4, 1]), input([4])))).code).toBe("SHAPE");
    expect((await failure(() => crossEntropyWithLogits(input([4, 1]), input([4])))).code).toBe("SHAPE");
    expect((await failure(() => crossEntropyWithLogits(input([4, 3, 2]), input([4, 3, 2])))).code).toBe("SHAPE");
  });
});

describe("cross entropy", () => {
  it("is finite where the probability itself is 0", () => {
    const [z, t] = [input([1, 2]), input([1])];
    const loss = crossEntropy(softmax(z), t);
    const feed = new Map([
      [z, { data: [1e4, -1e4] }],
      [t, { data: [1] }],
    ]);
    expect(evaluate([loss, ...grad(sum(loss), [z])], feed).map(({ data }) => [...data])).toEqual([[2e4], [1, -1]]);
  });

  it("has the gradient probability − target at the scores", () => {
    const [z, t] = [input([1, 3]), input([1])];
    const feed = new Map([
      [z, { data: [3, 1, -3] }],
      [t, { data: [1] }],
    ]);
    const [p, dz] = evaluate([softmax(z), ...grad(sum(crossEntropy(softmax(z), t)), [z])], feed);
    expectClose(dz!.data, [p!.data[0]!, p!.data[1]! - 1, p!.data[2]!], 1e-15, "∂/∂z");
  });

  it("looks through linear, which is the same tensor", () => {
    expect(crossEntropy(linear(softmax(input([2, 3]))), input([2])).shape).toEqual([2]);
  });

  it("wants the activation it belongs to", async () => {
    const [z, t] = [input([2, 3]), input([2])];
    const cases = [
      [() => crossEntropy(z, t), "End the model with softmax"],
      [() => crossEntropy(sigmoid(z), t), "End the model with softmax"],
      [() => binaryCrossEntropy(softmax(z), t), "End the model with sigmoid"],
      [() => binaryCrossEntropy(sigmoidOp(z), t), "End the model with sigmoid"],
    ] as const;
    for (const [run, hint] of cases) {
      const error = await failure(run);
      expect(error.code).toBe("OPTION");
      expect(error.hint).toContain(hint);
    }
    expect((await failure(cases[1][0])).received).toBe("the output of sigmoid");
  });
});

describe("names", () => {
  it("find each loss by what it calls itself", () => {
    for (const name of lossNames) expect(lossNamed(name).name).toBe(name);
    expect(lossNamed("huber(0.25)").name).toBe(huber(0.25).name);
  });

  it("that are unknown list the known ones", async () => {
    for (const name of ["cross-entropy", "__proto__", "constructor", "huber(x)", "", "\u001b[31m"]) {
      const error = await failure(() => lossNamed(name));
      expect(error.code).toBe("OPTION");
      expect(error.hint).toContain("crossEntropy, binaryCrossEntropy");
      expect(error.message).not.toContain("\u001b");
    }
    expect((await failure(() => lossNamed("zeroOne"))).hint).toContain("metric");
  });

  it("come with options that are checked", async () => {
    for (const delta of [0, -1, Number.NaN, Infinity, "1"])
      expect((await failure(() => huber(delta as number))).code).toBe("OPTION");
    expect((await failure(() => multiclassHinge("vapnik" as "crammerSinger"))).hint).toContain("westonWatkins");
  });
});
