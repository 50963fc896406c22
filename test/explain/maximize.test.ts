import { dataset, dense, layer, type Model, NablaError, relu, sequential, sigmoid, softmax } from "nabla";
import { activationsOf, decisionMaps, maximizeActivation, maximizeActivations } from "nabla/explain";
import { mul, neg } from "nabla/graph";
import { describe, expect, test } from "vitest";

const linearUnit = (weights: readonly number[]): Model => {
  const model = sequential([dense(1)], { input: weights.length });
  model.weights.set("dense 1/weight", [weights]);
  return model;
};

const length = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

const mistakeOf = async (action: () => Promise<unknown>): Promise<NablaError> => {
  const error = await action().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NablaError) return error;
  throw error ?? new Error("nothing was thrown");
};

describe("maximizeActivation", () => {
  test("of a linear unit with l2 ends at w / (l2·‖w‖): the known optimum, in proportion to w", async () => {
    const w = [3, -1, 0.5, 0, -2];
    const found = await maximizeActivation(linearUnit(w), { layer: 1, unit: 0, l2: 0.25, learningRate: 1, steps: 200 });
    const size = length(w);
    w.forEach((weight, i) => expect(found.picture.data[i]).toBeCloseTo(weight / size / 0.25, 4));
    expect(found.activation).toBeCloseTo(size / 0.25, 3);
    expect(found.ending).toBe("settled");
    expect(found.history).toHaveLength(201);
    expect(found.history[0]).toBe(found.startActivation);
    expect(found.history.at(-1)).toBe(found.activation);
    for (let i = 1; i < 20; i++) expect(found.history[i]!).toBeGreaterThan(found.history[i - 1]!);
  });

  test("what it says the unit gives is what the unit gives", async () => {
    const model = sequential([dense(20), relu, dense(9), relu, dense(4), softmax], { input: 12, seed: 2 });
    for (const unit of [0, 3]) {
      const found = await maximizeActivation(model, { layer: "softmax 1", unit, bounds: [-1, 1] });
      const at = async (x: Float32Array) => (await activationsOf(model, "dense 3", x)).data[unit]!;
      expect(found.layer).toBe("dense 3");
      expect(found.activation).toBeCloseTo(await at(found.picture.data), 4);
      expect(found.startActivation).toBeCloseTo(await at(found.start.data), 4);
      expect(found.activation).toBeGreaterThan(found.startActivation + 0.1);
      expect(found.picture.data.every((value) => value >= -1 && value <= 1)).toBe(true);
    }
  });

  test("beats every one of a thousand random inputs of the same bounds", async () => {
    const model = sequential([dense(16), relu, dense(1)], { input: 6, seed: 4 });
    const found = await maximizeActivation(model, { layer: 3, unit: 0, bounds: [-1, 1], l2: 0, steps: 300 });
    const values = Float32Array.from({ length: 6000 }, (_, i) => ((i * 7919) % 2003) / 1001.5 - 1);
    const { data } = await activationsOf(model, 3, { shape: [1000, 6], data: values });
    expect(found.activation).toBeGreaterThan(Math.max(...data));
  });

  test("the same seed gives the same bits, alone or beside others; another seed another start", async () => {
    const model = sequential([dense(80), relu, dense(3)], { input: [30], seed: 1 });
    const options = { layer: "dense 1", bounds: [0, 1], l2: 0.1, steps: 25, seed: 9 } as const;
    const units = Array.from({ length: 80 }, (_, i) => i);
    const all = await maximizeActivations(model, { ...options, units });
    for (const unit of [0, 7, 79]) expect(await maximizeActivation(model, { ...options, unit })).toEqual(all[unit]);
    const other = await maximizeActivation(model, { ...options, unit: 7, seed: 10 });
    expect(other.start.data).not.toEqual(all[7]!.start.data);
  });

  test("total variation makes neighbours alike", async () => {
    const w = Array.from({ length: 36 }, (_, i) => ((i * 7919) % 11) - 5);
    const roughness = (x: Float32Array) => {
      let sum = 0;
      for (let y = 0; y < 6; y++)
        for (let i = 0; i < 5; i++)
          sum += (x[y * 6 + i + 1]! - x[y * 6 + i]!) ** 2 + (x[(i + 1) * 6 + y]! - x[i * 6 + y]!) ** 2;
      return sum;
    };
    const options = { layer: 1, unit: 0, l2: 0.1, shape: [6, 6], steps: 200 } as const;
    const rough = await maximizeActivation(linearUnit(w), options);
    const smooth = await maximizeActivation(linearUnit(w), { ...options, totalVariation: 0.2 });
    expect(smooth.picture.shape).toEqual([6, 6]);
    expect(roughness(smooth.picture.data)).toBeLessThan(roughness(rough.picture.data) / 10);
    // At the end the penalties hold the balance: (l2 + totalVariation·Laplacian)·x = w/‖w‖ at every pixel.
    const x = smooth.picture.data;
    const size = length(w);
    for (let at = 0; at < 36; at++) {
      const [row, column] = [Math.floor(at / 6), at % 6];
      const neighbours = [row > 0 && at - 6, row < 5 && at + 6, column > 0 && at - 1, column < 5 && at + 1];
      const laplacian = neighbours.reduce<number>(
        (sum, other) => (other === false ? sum : sum + x[at]! - x[other]!),
        0,
      );
      expect(0.1 * x[at]! + 0.2 * laplacian).toBeCloseTo(w[at]! / size, 3);
    }
  });

  test("is honest: at the bounds, still rising, flat, or lower than it began", async () => {
    const ending = async (model: Model, options: object) =>
      (await maximizeActivation(model, { layer: 1, unit: 0, ...options })).ending;
    expect(await ending(linearUnit([1, -2]), { bounds: [0, 1], l2: 0 })).toBe("bounded");
    expect(await ending(linearUnit([1, -2]), { l2: 0, steps: 3 })).toBe("rising");
    expect(await ending(linearUnit([0, 0]), {})).toBe("flat");
    const peak = sequential([layer("peak", (x) => neg(mul(x, x)))], { input: 1 });
    expect(await ending(peak, { l2: 0, steps: 1, learningRate: 1 })).toBe("lower"); // it began near the top
    const dead = sequential([dense(2), relu, dense(1)], { input: 2 });
    dead.weights.set("dense 1/bias", [-50, -50]);
    const found = await maximizeActivation(dead, { layer: 3, unit: 0 });
    expect(found.ending).toBe("flat");
    expect(found.activation).toBe(found.startActivation);
  });

  test("is not disturbed by training, nor disturbs it", async () => {
    const make = () => sequential([dense(8), sigmoid, dense(2), softmax], { input: 3, seed: 6 });
    const data = dataset(
      Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(i), (i % 7) / 7]),
      Array.from({ length: 60 }, (_, i) => i % 2),
    );
    const alone = make();
    const trained = (await alone.fit(data, { epochs: 8 }).done).epochs.map(({ loss }) => loss);
    const model = make();
    const before = await maximizeActivation(model, { layer: 3, unit: 1, steps: 40 });
    const run = model.fit(data, { epochs: 8 });
    await maximizeActivation(model, { layer: 3, unit: 1, steps: 40 });
    expect((await run.done).epochs.map(({ loss }) => loss)).toEqual(trained);
    expect(await maximizeActivation(make(), { layer: 3, unit: 1, steps: 40 })).toEqual(before);
  });

  test("checks every setting", async () => {
    const model = linearUnit([1, 2, 3, 4]);
    const message = async (options: object) =>
      (await mistakeOf(() => maximizeActivation(model, { layer: 1, unit: 0, ...options }))).message;
    expect(await message({ learningRate: 3, l2: 1 })).toBe(
      "maximizeActivation: with these penalties a learningRate of 3 swings without end. Give a learningRate below 2, or smaller penalties.",
    );
    expect(await message({ totalVariation: 0.1 })).toContain("totalVariation needs pictures, the input is [4]");
    expect(await message({ shape: [3, 3] })).toContain("shape [3,3] holds 9 numbers");
    for (const options of [
      { steps: 0 },
      { steps: 1.5 },
      { learningRate: -1 },
      { l2: Number.NaN },
      { bounds: [1, 0] },
      { bounds: [0] },
      { neutral: 2, bounds: [0, 1] },
      { seed: 0.5 },
      { shape: [0] },
      { unit: 1 },
      { layer: "?" },
    ])
      expect(
        (await mistakeOf(() => maximizeActivation(model, { layer: 1, unit: 0, ...(options as object) }))).code,
      ).toBe("OPTION");
  });
});

describe("decisionMaps", () => {
  test("is what each unit gives at each point, row 0 at the top", async () => {
    const model = sequential([dense(3), relu, dense(2), softmax], { input: 2, seed: 8 });
    const bounds = { x: [-2, 2], y: [-1, 3] } as const;
    const maps = await decisionMaps(model, { bounds, resolution: 20 });
    expect(maps.layers.map(({ name, values }) => [name, ...values.shape])).toEqual([
      ["dense 1", 3, 20, 20],
      ["relu 1", 3, 20, 20],
      ["dense 2", 2, 20, 20],
      ["softmax 1", 2, 20, 20],
    ]);
    expect([maps.x[0], maps.x.at(-1), maps.y[0], maps.y.at(-1)]).toEqual([-2, 2, 3, -1]);
    for (const [row, column] of [
      [0, 0],
      [0, 19],
      [13, 4],
      [19, 19],
    ] as const) // prettier-ignore
      for (const { layer, values } of maps.layers) {
        const { data } = await activationsOf(model, layer, [maps.x[column]!, maps.y[row]!]);
        data.forEach((value, unit) => expect(values.data[unit * 400 + row * 20 + column]).toBeCloseTo(value, 6));
      }
  });

  test("looks at where the data are, and at chosen layers", async () => {
    const model = sequential([dense(3), relu], { input: 2 });
    const maps = await decisionMaps(model, {
      data: dataset([
        [0, 5],
        [10, 5],
      ]),
      resolution: 2,
      layers: [0, "dense 1"],
    }); // prettier-ignore
    expect(maps.bounds).toEqual({ x: [-1, 11], y: [4.5, 5.5] });
    expect(maps.layers[0]!.values.data).toEqual(Float32Array.of(-1, 11, -1, 11, 5.5, 5.5, 4.5, 4.5));
  });

  test("says what is wrong", async () => {
    const flat = sequential([dense(2)], { input: 2 });
    expect((await mistakeOf(() => decisionMaps(linearUnit([1, 2, 3])))).message).toBe(
      "decisionMaps: the model takes 3 numbers, and a plane has two. For other models look at weightPicture, topExamples and maximizeActivation.",
    );
    for (const options of [{ resolution: 1 }, { resolution: 2000 }, { bounds: { x: [1, 1], y: [0, 1] } }])
      expect((await mistakeOf(() => decisionMaps(flat, options as object))).code).toBe("OPTION");
    const wide = sequential([dense(100)], { input: 2 });
    expect((await mistakeOf(() => decisionMaps(wide, { resolution: 1024 }))).code).toBe("LIMIT");
  });
});
