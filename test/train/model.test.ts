import {
  type Dataset,
  dataset,
  dense,
  type Layer,
  layer,
  NablaError,
  relu,
  sequential,
  sgd,
  sigmoid,
  softmax,
} from "nabla";
import { add, input, mean, mul, type Tensor } from "nabla/graph";
import { describe, expect, test } from "vitest";
import { failure } from "../data/failure.ts";

const small = () => sequential([dense(4), sigmoid, dense(2), sigmoid], { input: 3, seed: 1 });

describe("sequential", () => {
  test("the lecture's 3-4-2 net has 26 learnable parameters (row 7)", () => {
    const { parameters, layers } = small().summary();
    expect(parameters).toBe(26);
    expect(layers.map((l) => l.formula)).toEqual(["3·4 + 4 = 16", "", "4·2 + 2 = 10", ""]);
  });

  test("256 inputs and 10 outputs recognise digits of 16 × 16 (row 6)", async () => {
    const model = sequential([dense(30), sigmoid, dense(10), softmax], { input: 256 });
    expect(model.summary().parameters).toBe(256 * 30 + 30 + 30 * 10 + 10);
    const { shape, data } = await model.predict(new Float32Array(256).fill(1));
    expect(shape).toEqual([10]);
    expect(data.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  test("the lecture's network of sigmoids gives its numbers (row 9)", async () => {
    const model = sequential([dense(2), sigmoid, dense(2), sigmoid, dense(2), sigmoid], { input: 2 });
    const [w1, b1, w2, b2, w3, b3] = model.weights.names() as [string, string, string, string, string, string];
    model.weights.set(w1, [
      [1, -2],
      [-1, 1],
    ]);
    model.weights.set(b1, [1, 0]);
    model.weights.set(w2, [
      [2, -1],
      [-2, -1],
    ]);
    model.weights.set(b2, [0, 0]);
    model.weights.set(w3, [
      [3, -1],
      [-1, 4],
    ]);
    model.weights.set(b3, [-2, 2]);
    const { shape, data } = await model.predict([
      [1, -1],
      [0, 0],
    ]);
    expect(shape).toEqual([2, 2]);
    for (const [i, expected] of [0.6177, 0.8291, 0.5118, 0.8544].entries()) expect(data[i]).toBeCloseTo(expected, 4);
  });

  test("names layers by kind and number, and custom ones by their own", () => {
    const twice = layer("double", (x) => mul(x, 2));
    const model = sequential([dense(4), twice, dense(4, { name: "middle" }), relu, twice, dense(1), relu], {
      input: 3,
    });
    expect(model.summary().layers.map(({ name }) => name)).toEqual([
      "dense 1",
      "double",
      "middle",
      "relu 1",
      "double 2",
      "dense 3",
      "relu 2",
    ]);
    expect(model.weights.names()).toEqual([
      "dense 1/weight",
      "dense 1/bias",
      "middle/weight",
      "middle/bias",
      "dense 3/weight",
      "dense 3/bias",
    ]);
  });

  test("the table of a summary", () => {
    const model = sequential([dense(128), relu, dense(10), softmax], { input: 784 });
    expect(String(model.summary())).toBe(
      [
        "   layer      kind     output  parameters",
        "──────────────────────────────────────────────────────",
        "0  input               [784]",
        "1  dense 1    dense    [128]   784·128 + 128 = 100,480",
        "2  relu 1     relu     [128]   0",
        "3  dense 2    dense    [10]    128·10 + 10 = 1,290",
        "4  softmax 1  softmax  [10]    0",
        "──────────────────────────────────────────────────────",
        "101,770 parameters",
      ].join("\n"),
    );
    expect(JSON.parse(JSON.stringify(model.summary()))).toEqual({ ...model.summary() });
  });

  test.each<[string, () => unknown, string]>([
    ["no layers", () => sequential([], { input: 2 }), "OPTION"],
    ["something that is no layer", () => sequential([{} as Layer], { input: 2 }), "OPTION"],
    ["a function that makes layers", () => sequential([dense as unknown as Layer], { input: 2 }), "OPTION"],
    ["one name twice", () => sequential([dense(2, { name: "a" }), dense(2, { name: "a" })], { input: 2 }), "OPTION"],
    ["a name with an escape sequence", () => sequential([dense(2, { name: "\u001b[31mred" })], { input: 2 }), "OPTION"],
    ["a name that turns the line around", () => sequential([dense(2, { name: "a\u202eb" })], { input: 2 }), "OPTION"],
    ["a name with a slash", () => sequential([dense(2, { name: "a/b" })], { input: 2 }), "OPTION"],
    ["an input of 0", () => sequential([dense(2)], { input: 0 }), "OPTION"],
    ["an input of NaN", () => sequential([dense(2)], { input: Number.NaN }), "OPTION"],
    ["an absurd input", () => sequential([dense(2)], { input: [100_000, 100_000] }), "OPTION"],
    ["a seed with a fraction", () => sequential([dense(2)], { input: 2, seed: 0.5 }), "OPTION"],
    ["two softmaxes", () => sequential([dense(2), softmax, softmax], { input: 2 }), "OPTION"],
    ["pictures into dense", () => sequential([dense(2)], { input: [28, 28] }), "SHAPE"],
  ])("refuses %s", async (_, make, code) => {
    const error = await failure(make);
    expect(error.code).toBe(code);
    expect(error.hint).not.toBe("");
  });

  test("an error of a layer says in which one", async () => {
    const broken = layer("broken", (x) => add(x, input([7, 7])));
    const error = await failure(() => sequential([dense(3), broken], { input: 2 }));
    expect(error).toMatchObject({ code: "SHAPE", where: { layer: "broken" } });
    expect(error.message).toContain('layer "broken"');
  });

  test("a layer must keep the batch axis", async () => {
    for (const lose of [(x: Tensor) => mean(x), (x: Tensor) => mean(x, 0, { keepDims: true })]) {
      const error = await failure(() => sequential([dense(3), layer("mixer", lose)], { input: 2 }));
      expect(error).toMatchObject({ code: "SHAPE", where: { layer: "mixer" } });
    }
  });

  test("a parameter's shape must not depend on the batch", async () => {
    const odd = layer("odd", (x, scope) =>
      add(x, scope.param("offset", x.shape, { initializer: (size) => new Float32Array(size) })),
    );
    const model = sequential([odd], { input: 2 });
    await expect(model.predict([1, 2])).rejects.toMatchObject({ code: "SHAPE", where: { layer: "odd" } });
  });

  test("an initializer must give finite numbers, as many as asked for", () => {
    const bad = sequential([dense(2, { initializer: () => Float32Array.of(1, Number.NaN, 1, 1) })], { input: 2 });
    expect(() => bad.weights.get("dense 1/weight")).toThrow(NablaError);
    const short = sequential([dense(2, { initializer: () => new Float32Array(1) })], { input: 2 });
    expect(() => short.weights.get("dense 1/weight")).toThrow(/dense 1/);
  });
});

describe("weights", () => {
  test("are [units, features], and copies", () => {
    const model = small();
    const weight = model.weights.get("dense 1/weight");
    expect(weight.shape).toEqual([4, 3]);
    weight.data.fill(9);
    expect(model.weights.get("dense 1/weight").data).not.toContain(9);
  });

  test("come back as they were set, nested or flat", () => {
    const model = small();
    model.weights.set("dense 2/weight", [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    expect([...model.weights.get("dense 2/weight").data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    model.weights.set("dense 2/weight", Float32Array.of(8, 7, 6, 5, 4, 3, 2, 1));
    expect([...model.weights.get("dense 2/weight").data]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test("depend on the seed and the name, and on nothing else", () => {
    const values = (model: ReturnType<typeof small>, name: string) => [...model.weights.get(name).data];
    expect(values(small(), "dense 2/weight")).toEqual(values(small(), "dense 2/weight"));
    const longer = sequential([dense(4), relu, dense(4, { name: "more" }), dense(2)], { input: 3, seed: 1 });
    expect(values(longer, "dense 1/weight")).toEqual(values(small(), "dense 1/weight"));
    expect(values(sequential([dense(4)], { input: 3, seed: 2 }), "dense 1/weight")).not.toEqual(
      values(small(), "dense 1/weight"),
    );
  });

  test.each<[string, string, Parameters<ReturnType<typeof small>["weights"]["set"]>[1], string]>([
    [
      "another shape",
      "dense 1/weight",
      [
        [1, 2],
        [3, 4],
      ],
      "SHAPE",
    ],
    [
      "the transposed shape",
      "dense 1/weight",
      [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ],
      "SHAPE",
    ],
    ["NaN", "dense 1/bias", [1, 2, Number.NaN, 4], "DATA"],
    ["infinity", "dense 1/bias", [1, 2, Infinity, 4], "DATA"],
    ["a number beyond float32", "dense 1/bias", [1, 2, 1e39, 4], "DATA"],
    ["an unknown name", "dense 7/weight", [1], "OPTION"],
    ["a name of Object", "__proto__", [1], "OPTION"],
  ])("refuse %s", async (_, name, value, code) => {
    const model = small();
    const before = [...model.weights.get("dense 1/bias").data];
    expect((await failure(() => model.weights.set(name, value))).code).toBe(code);
    expect([...model.weights.get("dense 1/bias").data]).toEqual(before);
  });
});

describe("clone and reset", () => {
  const data: Dataset = dataset(
    [
      [0, 1, 1],
      [1, 0, 1],
    ],
    [
      [0, 1],
      [1, 0],
    ],
  );
  const all = (model: ReturnType<typeof small>) =>
    model.weights.names().flatMap((name) => [...model.weights.get(name).data]);

  test("a clone goes its own way", async () => {
    const model = small();
    const clone = model.clone();
    expect(all(clone)).toEqual(all(model));
    await model.fit(data, { optimizer: sgd({ learningRate: 1 }), epochs: 2 }).done;
    expect(all(clone)).not.toEqual(all(model));
    expect(all(clone)).toEqual(all(small()));
  });

  test("reset starts anew", async () => {
    const model = small();
    await model.fit(data, { epochs: 2 }).done;
    model.reset();
    expect(all(model)).toEqual(all(small()));
    model.reset(5);
    expect(all(model)).toEqual(all(sequential([dense(4), sigmoid, dense(2), sigmoid], { input: 3, seed: 5 })));
  });
});

test("a layer of one's own with a parameter is trained like ours", async () => {
  const scale = layer("scale", (x, scope) =>
    mul(x, scope.param("factor", [2], { initializer: (size) => new Float32Array(size).fill(1) })),
  );
  const model = sequential([scale], { input: 2 });
  const data = dataset(
    [
      [1, 1],
      [2, 1],
      [-1, 2],
    ],
    [
      [3, -2],
      [6, -2],
      [-3, -4],
    ],
  );
  await model.fit(data, { optimizer: sgd({ learningRate: 0.2 }), batchSize: "all", epochs: 200 }).done;
  const [a, b] = model.weights.get("scale/factor").data;
  expect(a).toBeCloseTo(3, 4);
  expect(b).toBeCloseTo(-2, 4);
});
