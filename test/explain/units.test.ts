import fc from "fast-check";
import { dataset, dense, layer, type Model, NablaError, relu, sequential, sigmoid, softmax, tanh } from "nabla";
import { activationsOf, topExamples, unitLayers, weightPicture } from "nabla/explain";
import { add, mul } from "nabla/graph";
import { describe, expect, test } from "vitest";

/** Numbers that look random and are the same everywhere. */
const numbers = (count: number, seed = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.fround((((i + seed) * 7919) % 2003) / 1001.5 - 1));

const rows = (count: number, width: number, seed?: number): number[][] => {
  const all = numbers(count * width, seed);
  return Array.from({ length: count }, (_, i) => [...all.subarray(i * width, (i + 1) * width)]);
};

/** The lecture's 2-2-2-2 net of sigmoids. */
function lectureNet(): Model {
  const model = sequential([dense(2), sigmoid, dense(2), sigmoid, dense(2), sigmoid], { input: 2 });
  const set = (name: string, weight: number[][], bias: number[]) => {
    model.weights.set(`${name}/weight`, weight);
    model.weights.set(`${name}/bias`, bias);
  };
  set(
    "dense 1",
    [
      [1, -2],
      [-1, 1],
    ],
    [1, 0],
  ); // prettier-ignore
  set(
    "dense 2",
    [
      [2, -1],
      [-2, -1],
    ],
    [0, 0],
  ); // prettier-ignore
  set(
    "dense 3",
    [
      [3, -1],
      [-1, 4],
    ],
    [-2, 2],
  ); // prettier-ignore
  return model;
}

async function failure(action: () => Promise<unknown> | unknown): Promise<NablaError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof NablaError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("activationsOf", () => {
  test("gives every number of the lecture's forward pass", async () => {
    const model = lectureNet();
    const at = async (place: string | number) => [...(await activationsOf(model, place, [1, -1])).data];
    const near = (values: readonly number[], expected: readonly number[]) =>
      expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 4));
    expect(await at(0)).toEqual([1, -1]);
    expect(await at("dense 1")).toEqual([4, -2]);
    near(await at("sigmoid 1"), [0.982, 0.1192]);
    near(await at(4), [0.8635, 0.1107]);
    near(await at("sigmoid 3"), [0.6177, 0.8291]);
  });

  test("the last layer gives what predict gives, bit for bit, in batches that are filled up", async () => {
    const flat = sequential([dense(7), relu, dense(3), softmax], { input: 4, seed: 3 });
    const x = rows(301, 4);
    const seen = await activationsOf(flat, "softmax 1", x);
    expect(seen.shape).toEqual([301, 3]);
    expect(seen).toEqual(await flat.predict(x));
    expect((await activationsOf(flat, 1, dataset(x))).shape).toEqual([301, 7]);
    expect((await activationsOf(flat, 1, x[0]!)).shape).toEqual([7]);
  });

  test("a layer of your own, with a shape of its own", async () => {
    const twice = layer("twice", (x) => add(mul(x, 2), 1));
    const model = sequential([twice, dense(1)], { input: 3 });
    expect(await activationsOf(model, "twice", [[1, 2, 3]])).toEqual({
      shape: [1, 3],
      data: Float32Array.of(3, 5, 7),
    });
  });

  test("says which layers there are", async () => {
    const error = await failure(() => activationsOf(lectureNet(), "hidden", [1, 2]));
    expect(error.code).toBe("OPTION");
    expect(error.message).toBe(
      'activationsOf: there is no layer "hidden". The model has 1 "dense 1", 2 "sigmoid 1", 3 "dense 2", 4 "sigmoid 2", 5 "dense 3", 6 "sigmoid 3".',
    );
    for (const place of [-1, 7, 1.5, Number.NaN])
      expect((await failure(() => activationsOf(lectureNet(), place, [1, 2]))).code).toBe("OPTION");
    expect((await failure(() => activationsOf(lectureNet(), 1, [1, 2, 3]))).code).toBe("SHAPE");
    const none = {} as Model;
    expect((await failure(() => activationsOf(none, 1, [1]))).message).toContain("the model is no model");
  });

  test("refuses before it allocates", async () => {
    const wide = sequential([dense(60_000)], { input: 1 });
    const many = dataset({ shape: [5000, 1], data: new Float32Array(5000) });
    const error = await failure(() => activationsOf(wide, 1, many));
    expect(error.code).toBe("LIMIT");
    expect(error.message).toContain("data.take(4473)");
  });
});

describe("topExamples", () => {
  test("agrees with sorting all activations, ties in the order of the data", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 50 }),
        async (size, count, seed) => {
          // Whole numbers, so that many activations are equal.
          const x = rows(size, 3, seed).map((row) => row.map((value) => Math.round(2 * value)));
          const model = sequential([dense(4, { initializer: (n) => numbers(n).map(Math.round) }), relu], { input: 3 });
          const { data } = await activationsOf(model, 2, x);
          for (const activity of await topExamples(model, { layer: 2, data: x, count })) {
            const values = x.map((_, i) => data[i * 4 + activity.unit]!);
            const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
            expect(activity.examples).toEqual(order.slice(0, count).map((index) => ({ index, value: values[index] })));
            expect(activity.largest).toBe(Math.max(...values));
            expect(activity.smallest).toBe(Math.min(...values));
            expect(activity.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / size, 6);
            expect(activity.active).toBe(values.filter((value) => value > 0).length / size);
            expect(activity.isDead).toBe(size > 1 && Math.max(...values) === Math.min(...values));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test("names dead units as dead, and no others", async () => {
    const model = sequential([dense(4), relu, dense(2), softmax], { input: 2 });
    model.weights.set("dense 1/weight", [
      [1, 0],
      [1, 1],
      [0, 0],
      [0, 1],
    ]); // prettier-ignore
    model.weights.set("dense 1/bias", [0, -99, 5, 0]); // never above 0; and always 5
    const data = dataset(
      rows(40, 2),
      rows(40, 1).map(([value]) => (value! > 0 ? "up" : "down")),
    ); // prettier-ignore
    const units = await topExamples(model, { layer: "relu 1", data, count: 2 });
    expect(units.map(({ isDead }) => isDead)).toEqual([false, true, true, false]);
    expect(units.map(({ active }) => active > 0)).toEqual([true, false, true, true]);
    expect(units[1]!.examples.map(({ index }) => index)).toEqual([0, 1]);
    expect(units[0]!.examples[0]!.label).toMatch(/^(up|down)$/);
    const [third] = await topExamples(model, { layer: "relu 1", unit: 3, data, count: 2 });
    expect(third).toEqual(units[3]);
  });

  test("takes the pictures of a view by their number in the view", async () => {
    const model = sequential([dense(1)], { input: 1 });
    model.weights.set("dense 1/weight", [[1]]);
    const { train } = dataset([[1], [5], [3], [4], [2]], ["a", "b", "c", "d", "e"]).split({ test: 0.4, seed: 1 });
    const [unit] = await topExamples(model, { layer: 1, data: train, count: 1 });
    const values = (await activationsOf(model, 1, train)).data;
    expect(unit!.examples[0]).toMatchObject({ index: values.indexOf(Math.max(...values)), value: Math.max(...values) });
  });

  test("does not take what is not finite for an example", async () => {
    const model = sequential([dense(1)], { input: 1 });
    model.weights.set("dense 1/weight", [[3e38]]);
    const [unit] = await topExamples(model, { layer: 1, data: [[1], [1e10], [0.5]], count: 3 });
    expect(unit!.examples.map(({ index }) => index)).toEqual([0, 2]);
  });

  test("says what is wrong", async () => {
    const model = lectureNet();
    const wrongUnit = await failure(() => topExamples(model, { layer: 1, unit: 2, data: [[1, 2]] }));
    expect(wrongUnit.message).toBe('topExamples: layer "dense 1" has no unit 2. It has 2 units, numbered from 0 to 1.');
    for (const count of [-1, 2.5, 5000])
      expect((await failure(() => topExamples(model, { layer: 1, data: [[1, 2]], count }))).code).toBe("OPTION");
  });
});

describe("weightPicture", () => {
  test("of a first layer is its row of weights, exactly, in the shape of the input", async () => {
    const model = sequential([dense(3), relu, dense(2)], { input: 4, seed: 5 });
    const weights = model.weights.get("dense 1/weight").data;
    for (const chosen of ["dense 1", "relu 1", 1])
      for (const unit of [0, 1, 2]) {
        const picture = await weightPicture(model, { layer: chosen, unit });
        expect(picture.kind).toBe("weights");
        expect(picture.weights).toEqual({ shape: [4], data: weights.slice(unit * 4, unit * 4 + 4) });
        expect(picture.largest).toBe(Math.max(...picture.weights.data.map(Math.abs)));
      }
  });

  test("further on is the product of the weights, and says that it is one", async () => {
    const model = lectureNet();
    // [3, −1]·[[2, −1], [−2, −1]] = [8, −2]; [8, −2]·[[1, −2], [−1, 1]] = [10, −18]
    const picture = await weightPicture(model, { layer: "sigmoid 3", unit: 0 });
    expect(picture).toEqual({
      unit: 0,
      weights: { shape: [2], data: Float32Array.of(10, -18) },
      largest: 18,
      kind: "product",
    });
  });

  test("of a layer that is not linear is its slope at nothing, and says so", async () => {
    const model = sequential([layer("curve", (x) => tanh(mul(x, 3))), dense(1)], { input: 2 });
    model.weights.set("dense 1/weight", [[1, -2]]);
    expect(await weightPicture(model, { layer: 2, unit: 0 })).toMatchObject({
      kind: "slope",
      weights: { data: Float32Array.of(3, -6) },
    });
  });
});

describe("unitLayers", () => {
  test("a layer with parameters and what follows it unit by unit is one layer of units", () => {
    const model = sequential([dense(4, { name: "hidden" }), relu, dense(2), softmax], { input: 3 });
    expect(unitLayers(model)).toEqual([
      {
        layer: 1,
        name: "hidden",
        kind: "dense",
        followers: [{ layer: 2, name: "relu 1", kind: "relu" }],
        last: 2,
        units: 4,
        shape: [4],
      },
      {
        layer: 3,
        name: "dense 2",
        kind: "dense",
        followers: [{ layer: 4, name: "softmax 1", kind: "softmax" }],
        last: 4,
        units: 2,
        shape: [2],
      },
    ]);
  });
});
