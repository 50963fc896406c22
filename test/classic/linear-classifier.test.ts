import { dataset, dense, load, radialBasis, relu, sequential, sgd, softmax } from "nabla";
import {
  hyperplanes,
  LinearClassifier,
  type LinearLoss,
  LinearSvc,
  linearFunctions,
  planeBetween,
  Svm,
  templates,
} from "nabla/classic";
import { describe, expect, test } from "vitest";
import { expectClose } from "../graph/fixture.ts";
import { clouds, failure } from "./machines.ts";

// The picture of four pixels and three classes.
const W = [
  [0.2, -0.5, 0.1, 2],
  [1.5, 1.3, 2.1, 0],
  [0, 0.25, 0.2, -0.3],
];
const b = [1.1, 3.2, -1.2];
const picture = [56, 231, 24, 2];
const functions = {
  weights: { shape: [3, 4], data: Float32Array.from(W.flat()) },
  bias: { shape: [3], data: Float32Array.from(b) },
  names: ["cat", "dog", "ship"],
  shape: [2, 2],
};

describe("the four-pixel picture of the lecture", () => {
  test("f(x, W) = Wx + b = (-96.8, 437.9, 60.75)", async () => {
    const model = sequential([dense(3)], { input: 4 });
    model.weights.set("dense 1/weight", W);
    model.weights.set("dense 1/bias", b);
    expectClose((await model.predict(picture)).data, [-96.8, 437.9, 60.75], 1e-6, "scores");
    expect(linearFunctions(model)).toMatchObject({ names: ["0", "1", "2"], shape: [4] });
  });

  test("each row is a template in the shape of the picture", () => {
    const [cat, dog, ship] = templates(functions);
    expect(cat).toMatchObject({ name: "cat", shape: [2, 2], largest: expect.closeTo(2.1, 6) });
    expectClose(dog!.data, [1.5, 1.3, 2.1, 0], 1e-6, "template");
    expect(ship!.bias).toBeCloseTo(-1.2, 6);
    expect(templates(functions, { shape: [1, 4] })[0]!.shape).toEqual([1, 4]);
  });

  test("each row is a hyperplane: distance (w·x + b)/‖w‖, margin 1/‖w‖", () => {
    const [cat] = hyperplanes(functions);
    const norm = Math.sqrt(0.04 + 0.25 + 0.01 + 4);
    expect(cat!.norm).toBeCloseTo(norm, 6);
    expect(cat!.margin).toBeCloseTo(1 / norm, 6);
    expect(cat!.offset).toBeCloseTo(1.1 / norm, 6);
    expect(cat!.distances(picture)[0]).toBeCloseTo(-96.8 / norm, 4);
    // A point moved by its distance along −w/‖w‖ lies on the plane.
    const distance = cat!.distances(picture)[0]!;
    const foot = picture.map((value, j) => value - (distance * W[0]![j]!) / norm);
    expect(cat!.distances([foot])[0]).toBeCloseTo(0, 4);
  });

  test("between two classes, the plane of equal scores", () => {
    const plane = planeBetween(functions, "dog", "ship");
    expect(plane).toMatchObject({ positive: "dog", negative: "ship" });
    expectClose(plane.weights, [1.5, 1.05, 1.9, 0.3], 1e-6, "weights");
    expect(plane.distances(picture)[0]! * plane.norm).toBeCloseTo(437.9 - 60.75, 3);
  });
});

describe("trained", () => {
  test.each(["softmax", "multiclassHinge", "squared"] as const)("with the %s loss", async (loss: LinearLoss) => {
    const { data } = clouds(150, 4, 3, 1);
    const kinds = new Set<string>();
    const classifier = await new LinearClassifier({ loss, seed: 3 }).fit(data, {
      optimizer: sgd({ learningRate: 0.05 }),
      epochs: 100,
      onEvent: ({ kind }) => kinds.add(kind),
    });
    expect(await classifier.score(data)).toBeGreaterThan(0.95);
    expect([...kinds].sort()).toEqual(["done", "epoch", "start", "step"]);
    expect(classifier.weights.shape).toEqual([3, 4]);
    const [first] = templates(classifier);
    expect([...first!.data]).toEqual([...classifier.weights.data.subarray(0, 4)]);
    const scores = await classifier.decisionFunction(data);
    expect(scores.shape).toEqual([150, 3]);
    if (loss === "softmax") expect(scores.data[0]! + scores.data[1]! + scores.data[2]!).toBeCloseTo(1, 5);
    expect(await classifier.predict([scores.data.subarray(0, 4)])).toHaveLength(1);
    const kept = await load(await classifier.model.toBytes());
    expect(linearFunctions(kept).weights).toEqual(classifier.weights);
  });

  test("squared error goes to the least squares: the gradient there is 0", async () => {
    const { data, x, labels } = clouds(30, 2, 2, 2);
    const options = { optimizer: sgd({ learningRate: 0.05 }), epochs: 3000, batchSize: "all" } as const;
    const classifier = await new LinearClassifier({ loss: "squared" }).fit(data, options);
    for (const k of [0, 1]) {
      const errors = x.map(
        (row, i) =>
          classifier.weights.data[2 * k]! * row[0]! +
          classifier.weights.data[2 * k + 1]! * row[1]! +
          classifier.bias.data[k]! -
          (labels[i] === k ? 1 : 0),
      );
      expect(errors.reduce((sum, e) => sum + e, 0) / 30).toBeCloseTo(0, 3);
      expect(errors.reduce((sum, e, i) => sum + e * x[i]![0]!, 0) / 30).toBeCloseTo(0, 3);
    }
  });

  test("hyperplanes of the machines are half a street from their margins", async () => {
    const points = [
      [2, 12],
      [4, 14],
      [4, 10],
      [0, 10],
      [1, 10],
      [0, 11],
    ];
    const svm = await new Svm({ C: Number.POSITIVE_INFINITY }).fit(dataset(points, [1, 1, 1, 0, 0, 0]));
    const [plane] = hyperplanes(svm);
    expect(plane!.margin).toBeCloseTo(2.1213 / 2, 4);
    const distances = plane!.distances(points);
    expect(Math.min(...[...distances].map(Math.abs))).toBeCloseTo(2.1213 / 2, 4);
    const svc = await new LinearSvc().fit(clouds(30, 4, 3, 1).data);
    expect(templates(svc)).toHaveLength(3);
  });

  test("pictures keep their shape", async () => {
    const { x, labels } = clouds(40, 6, 2, 1);
    const pictures = dataset({ shape: [40, 2, 3], data: Float32Array.from(x.flat()) }, labels);
    expect(templates(await new LinearClassifier().fit(pictures, { epochs: 1 }))[1]!.shape).toEqual([2, 3]);
    expect(templates(await new Svm().fit(pictures))[0]).toMatchObject({ name: "1", shape: [2, 3] });
  });
});

describe("bad input", () => {
  const { data } = clouds(12, 2, 2, 1);
  const deep = sequential([dense(3), relu, dense(2), softmax], { input: 2 });
  const cases: readonly (readonly [string, () => unknown, string, RegExp])[] = [
    [
      "a loss",
      () => new LinearClassifier({ loss: "l1" as "softmax" }),
      "OPTION",
      /loss is "l1"\. Give loss as "softmax"/,
    ],
    ["l2", () => new LinearClassifier({ l2: -1 }), "OPTION", /l2 is -1/],
    [
      "one class",
      () => new LinearClassifier().fit(dataset([[1], [2]], [0, 0])),
      "DATA",
      /all 2 samples are of class "0"/,
    ],
    ["not fitted", () => new LinearClassifier().weights, "OPTION", /this LinearClassifier has not been fitted/],
    [
      "a deep net",
      () => templates(deep),
      "UNSUPPORTED",
      /the model has the layers dense, relu, dense, softmax; templates and/,
    ],
    [
      "an RBF machine",
      async () => hyperplanes(await new Svm({ kernel: "rbf" }).fit(data)),
      "UNSUPPORTED",
      /RBF kernel/,
    ],
    ["a shape", () => templates(functions, { shape: [3, 3] }), "SHAPE", /\[3, 3\] are not the 4 features/],
    [
      "a class",
      () => planeBetween(functions, "cat", "cow"),
      "OPTION",
      /no score is that of "cow"\. There are scores of "cat"/,
    ],
    ["a sample", () => hyperplanes(functions)[0]!.distances([[1, 2]]), "SHAPE", /expects 4 numbers a sample, got 2/],
    ["radialBasis units", () => radialBasis(0, { gamma: 1 }), "OPTION", /radialBasis: units is 0/],
    ["radialBasis gamma", () => radialBasis(3, { gamma: 0 }), "OPTION", /radialBasis: gamma is 0/],
  ];
  test.each(cases)("%s", async (_, act, code, message) => {
    const error = await failure(act);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});
