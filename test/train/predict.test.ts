import {
  crossEntropy,
  crossEntropyWithLogits,
  dataset,
  dense,
  hinge,
  meanSquared,
  relu,
  sequential,
  sgd,
  sigmoid,
  softmax,
} from "nabla";
import { describe, expect, test } from "vitest";
import { failure } from "../data/failure.ts";

/** A model whose outputs are its inputs: every number can be worked out. */
function identity(...activations: (typeof softmax)[]) {
  const model = sequential([dense(3, { bias: false }), ...activations], { input: 3 });
  model.weights.set("dense 1/weight", [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  return model;
}
const samples = (count: number): number[][] =>
  Array.from({ length: count }, (_, i) => [i % 5, (i * 7) % 11, (i * 3) % 4]);

describe("predict", () => {
  test.each([1, 2, 3, 15, 16, 17, 255, 256, 257, 700])("%i samples come back in their order", async (count) => {
    const { shape, data } = await identity().predict(samples(count));
    expect(shape).toEqual([count, 3]);
    expect([...data]).toEqual(samples(count).flat());
  });

  test.each([2, 3, 4, 5, 7, 8, 9, 17])(
    "a sample gives the same bits alone and among others, %i classes",
    async (classes) => {
      const model = sequential([dense(20), relu, dense(classes), softmax], { input: 3, seed: 2 });
      const together = await model.predict(samples(300));
      const row = (i: number): Float32Array => together.data.slice(classes * i, classes * (i + 1));
      for (const i of [0, 1, 99, 255, 256, 299]) expect((await model.predict(samples(300)[i]!)).data).toEqual(row(i));
      for (const count of [2, 7, 8, 9, 63])
        expect((await model.predict(samples(count))).data).toEqual(together.data.slice(0, classes * count));
    },
  );

  test("takes single samples, rows, flat numbers, typed arrays and data sets", async () => {
    const model = identity();
    expect((await model.predict([1, 2, 3])).shape).toEqual([3]);
    expect((await model.predict(Float64Array.of(1, 2, 3))).shape).toEqual([3]);
    expect((await model.predict([[1, 2, 3]])).shape).toEqual([1, 3]);
    expect((await model.predict({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) })).shape).toEqual([2, 3]);
    expect((await model.predict(dataset(samples(4)))).shape).toEqual([4, 3]);
  });

  test.each<[string, Parameters<ReturnType<typeof identity>["predict"]>[0], string]>([
    ["another width", [[1, 2]], "SHAPE"],
    ["NaN", [1, Number.NaN, 3], "DATA"],
    ["no samples", [], "SHAPE"],
    ["a data set of another width", dataset([[1, 2]]), "SHAPE"],
  ])("refuses %s", async (_, x, code) => {
    expect((await failure(() => identity().predict(x))).code).toBe(code);
  });

  test("many at once do not mix", async () => {
    const model = identity();
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => model.predict([i, 2 * i, 3 * i])));
    for (const [i, { data }] of results.entries()) expect([...data]).toEqual([i, 2 * i, 3 * i]);
  });
});

describe("classify", () => {
  test("softmax of [3, 1, −3], best first (row 11)", async () => {
    const model = identity(softmax);
    const [classes] = await model.classify([[3, 1, -3]]);
    expect(classes!.map(({ label }) => label)).toEqual(["0", "1", "2"]);
    for (const [i, p] of [0.8789, 0.1189, 0.0022].entries()) expect(classes![i]!.probability).toBeCloseTo(p, 4);
    const [turned] = await model.classify([-3, 3, 1]);
    expect(turned!.map(({ label }) => label)).toEqual(["1", "2", "0"]);
  });

  test("has the names of the classes it was trained on", async () => {
    const model = identity(softmax);
    await model.fit(dataset(samples(3), ["cat", "ant", "bee"]), { epochs: 1 }).done;
    expect(model.classes).toEqual(["ant", "bee", "cat"]);
    const [classes] = await model.classify([0, 0, 9]);
    expect(classes![0]!.label).toBe("cat");
  });

  test("one sigmoid tells two classes apart", async () => {
    const model = sequential([dense(1), sigmoid], { input: 1 });
    await model.fit(dataset([[-3], [3]], ["no", "yes"]), { optimizer: sgd({ learningRate: 1 }), epochs: 100 }).done;
    const [low, high] = await model.classify([[-3], [3]]);
    expect([low![0]!.label, high![0]!.label]).toEqual(["no", "yes"]);
    expect(low![0]!.probability + low![1]!.probability).toBe(1);
  });

  test("scores trained with crossEntropyWithLogits go through softmax", async () => {
    const model = identity();
    expect((await failure(() => model.classify([1, 2, 3]))).code).toBe("UNSUPPORTED");
    await model.fit(dataset(samples(3), [0, 1, 2]), { loss: crossEntropyWithLogits, epochs: 1 }).done;
    const [classes] = await model.classify([3, 1, -3]);
    expect(classes!.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
  });

  test("says that scores are no probabilities", async () => {
    const error = await failure(() => sequential([dense(2, { name: "scores" })], { input: 1 }).classify([1]));
    expect(error).toMatchObject({ code: "UNSUPPORTED", where: { layer: "scores" } });
  });
});

describe("compile", () => {
  test("gives what predict gives, into one array, and follows the weights", async () => {
    const model = sequential([dense(5), relu, dense(3), softmax], { input: 3, seed: 6 });
    const call = await model.compile();
    const first = call(Float32Array.of(1, 2, 3));
    expect([...first]).toEqual([...(await model.predict([1, 2, 3])).data]);
    expect(call(Float32Array.of(4, 5, 6))).toBe(first);
    model.weights.set("dense 2/bias", [9, 0, 0]);
    expect([...call(Float32Array.of(1, 2, 3))]).toEqual([...(await model.predict([1, 2, 3])).data]);
    expect(first[0]).toBeGreaterThan(0.9);
  });

  test("takes many samples at a time where it was made for them", async () => {
    const call = await identity().compile({ batchSize: 3 });
    expect([...call(Float32Array.from(samples(3).flat()))]).toEqual(samples(3).flat());
  });

  test("refuses what it was not made for, and after it was disposed of", async () => {
    const call = await identity().compile();
    expect((await failure(() => call(new Float32Array(4)))).code).toBe("SHAPE");
    call[Symbol.dispose]();
    expect((await failure(() => call(new Float32Array(3)))).code).toBe("OPTION");
    expect((await failure(() => identity().compile({ batchSize: 0 }))).code).toBe("OPTION");
  });
});

describe("evaluate", () => {
  const labels = [2, 1, 0, 1, 2, 0, 1];
  const x = [
    [0, 0, 1],
    [0, 1, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ];

  test("counts right answers and mistakes", async () => {
    const { accuracy, confusion, size } = await identity(softmax).evaluate(dataset(x, labels));
    expect(size).toBe(7);
    expect(accuracy).toBeCloseTo(5 / 7, 12);
    expect(confusion).toEqual([
      [1, 1, 0],
      [0, 2, 1],
      [0, 0, 2],
    ]);
  });

  test("the loss is the mean over the samples", async () => {
    const { loss } = await identity(softmax).evaluate(dataset(x, labels), { loss: crossEntropy });
    const right = -Math.log(Math.E / (Math.E + 2));
    const wrong = -Math.log(1 / (Math.E + 2));
    expect(loss).toBeCloseTo((5 * right + 2 * wrong) / 7, 6);
  });

  test.each([1, 5, 16, 100, 256, 300, 1000])("the same over %i samples, however they are cut", async (count) => {
    const model = sequential([dense(9), relu, dense(11), softmax], { input: 3, seed: 1 });
    const many = dataset(
      samples(count),
      Array.from({ length: count }, (_, i) => (i * i) % 11),
      { classes: Array.from({ length: 11 }, (_, i) => `c${i}`) },
    );
    const { accuracy, confusion, loss } = await model.evaluate(many);
    const outputs = (await model.predict(many)).data;
    const expected = Array.from({ length: 11 }, () => new Array<number>(11).fill(0));
    let total = 0;
    for (let i = 0; i < count; i++) {
      const row = outputs.subarray(11 * i, 11 * i + 11);
      expected[(i * i) % 11]![row.indexOf(Math.max(...row))]!++;
      total -= Math.log(row[(i * i) % 11]!);
    }
    expect(confusion).toEqual(expected);
    expect(accuracy).toBe(expected.reduce((sum, row, i) => sum + row[i]!, 0) / count);
    expect(loss).toBeCloseTo(total / count, 5);
  });

  test("regression has a loss and no classes", async () => {
    const result = await identity().evaluate(
      dataset(
        x,
        x.map((row) => row.map((v) => v + 2)),
      ),
    );
    expect(result).toEqual({ loss: 4, metrics: {}, size: 7 });
  });

  test("one output under a hinge loss answers by its sign", async () => {
    const model = sequential([dense(1, { bias: false })], { input: 1 });
    model.weights.set("dense 1/weight", [1]);
    const { confusion } = await model.evaluate(dataset([[-2], [0.25], [3]], [0, 1, 0]), { loss: hinge });
    expect(confusion).toEqual([
      [1, 1],
      [0, 1],
    ]);
    const halves = await model.evaluate(dataset([[-2], [0.25], [3]], [0, 1, 0]), { loss: meanSquared });
    expect(halves.confusion).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });

  test("uses the loss of the last fit", async () => {
    const model = identity(softmax);
    const data = dataset(x, labels);
    await model.fit(data, { loss: meanSquared, epochs: 1 }).done;
    expect(await model.evaluate(data)).toEqual(await model.evaluate(data, { loss: meanSquared }));
    expect((await model.evaluate(data)).loss).not.toBe((await model.evaluate(data, { loss: crossEntropy })).loss);
  });

  test("refuses data that do not fit", async () => {
    expect((await failure(() => identity().evaluate(dataset([[1]], [0])))).code).toBe("SHAPE");
    expect((await failure(() => identity().evaluate(dataset(x)))).code).toBe("DATA");
    expect((await failure(() => identity().evaluate(dataset(x, [0, 1, 2, 3, 4, 5, 6])))).code).toBe("SHAPE");
  });
});
