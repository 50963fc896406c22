import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ndarray, type Samples } from "../../src/array/ndarray.ts";
import { classCounts, type Dataset, dataset, labelOf, majorityBaseline, sampleOf } from "../../src/data/index.ts";
import { NablaError } from "../../src/errors.ts";
import { failure } from "./failure.ts";

const rows = [
  [1, 2],
  [3, 4],
  [5, 6],
];

describe("dataset", () => {
  it("takes rows, arrays with a shape, nested pictures and flat numbers", () => {
    expect(dataset(rows)).toMatchObject({ size: 3, shape: [2] });
    expect(dataset(ndarray([2, 3, 4]))).toMatchObject({ size: 2, shape: [3, 4] });
    expect(dataset([rows, rows] as unknown as Samples)).toMatchObject({ size: 2, shape: [3, 2] });
    const flat = dataset([10, 2, 3.5, 1], [10.1, 1.9, 3.4, 1.1]);
    expect(flat).toMatchObject({ size: 4, shape: [1], x: { scale: 1 } });
    expect(flat.y).toEqual({ kind: "values", data: Float32Array.of(10.1, 1.9, 3.4, 1.1), shape: [1] });
    expect(flat.classes).toBeUndefined();
  });

  it("reads strings as classes in order of their names", () => {
    const data = dataset(rows, ["cat", "ant", "cat"]);
    expect(data.classes).toEqual(["ant", "cat"]);
    expect(data.y).toEqual({ kind: "labels", data: Int32Array.of(1, 0, 1), classes: 2 });
    const given = dataset(rows, ["cat", "ant", "cat"], { classes: ["cat", "bee", "ant"] });
    expect(given.y).toEqual({ kind: "labels", data: Int32Array.of(0, 2, 0), classes: 3 });
  });

  it("takes hostile class names as names", () => {
    const data = dataset(rows, ["__proto__", "constructor", "</script>"]);
    expect(data.classes).toEqual(["</script>", "__proto__", "constructor"]);
    expect(labelOf(data, 0)).toBe(1);
  });

  it("reads flat whole numbers from 0 as class numbers, of any array type", () => {
    for (const y of [[0, 2, 1], Uint8Array.of(0, 2, 1), Float32Array.of(0, 2, 1), ndarray([3], [0, 2, 1])]) {
      const data = dataset(rows, y);
      expect(data.classes).toEqual(["0", "1", "2"]);
      expect(data.y).toEqual({ kind: "labels", data: Int32Array.of(0, 2, 1), classes: 3 });
    }
    expect(dataset(rows, [0, 1, 0], { classes: ["a", "b", "c"] }).y).toMatchObject({ kind: "labels", classes: 3 });
  });

  it("reads everything else as values", () => {
    expect(dataset(rows, [0, -1, 1]).y).toMatchObject({ kind: "values", shape: [1] });
    expect(dataset(rows, [[3], [5], [7]]).y).toMatchObject({ kind: "values", shape: [1] });
    const oneHot = [
      [0, 1],
      [1, 0],
      [0.5, 0.5],
    ];
    expect(dataset(rows, oneHot).y).toEqual({
      kind: "values",
      data: Float32Array.of(0, 1, 1, 0, 0.5, 0.5),
      shape: [2],
    });
    expect(dataset(rows, oneHot, { classes: ["no", "yes"] }).classes).toEqual(["no", "yes"]);
  });

  const nan = Number.NaN;
  const cases: [string, () => unknown, Partial<NablaError>, string][] = [
    [
      "NaN in x",
      () =>
        dataset([
          [1, 2],
          [3, nan],
        ]),
      { code: "DATA", where: { row: 2, column: "2" } },
      "row 2, column 2",
    ],
    [
      "infinity in x",
      () => dataset(ndarray([2, 2], [1, 2, 3, Infinity])),
      { code: "DATA", where: { row: 2, column: "2" } },
      "Infinity",
    ],
    [
      "NaN in a picture",
      () => dataset(ndarray([2, 2, 2], [1, 2, 3, 4, 5, 6, nan, 8])),
      { code: "DATA", where: { row: 2, column: "3" } },
      "row 2, column 3",
    ],
    [
      "NaN in a nested picture",
      () =>
        dataset([
          rows,
          [
            [1, 2],
            [3, nan],
            [5, 6],
          ],
        ] as unknown as Samples),
      { code: "DATA", where: { row: 2, column: "4" } },
      "row 2, column 4",
    ],
    ["NaN in y", () => dataset(rows, [1, nan, 2]), { code: "DATA", where: { row: 2, column: "1" } }, "y holds NaN"],
    ["too few targets", () => dataset(rows, [1, 2]), { code: "DATA", expected: "3 targets" }, "3 samples"],
    ["too few names", () => dataset(rows, ["a"]), { code: "DATA", received: "1" }, "1 targets"],
    ["ragged rows", () => dataset([[1, 2], [3]]), { code: "SHAPE", where: { row: 2 } }, "row 2"],
    ["no samples", () => dataset([]), { code: "DATA" }, "no samples"],
    ["samples of nothing", () => dataset([[], []]), { code: "DATA" }, "no samples"],
    ["text in x", () => dataset([["1"]] as unknown as Samples), { code: "DATA" }, "a string"],
    [
      "a label beyond the classes",
      () => dataset(rows, [0, 1, 2], { classes: ["a", "b"] }),
      { code: "DATA", where: { row: 3 } },
      "label 2 in row 3",
    ],
    [
      "a negative label",
      () => dataset(rows, [0, -1, 1], { classes: ["a", "b"] }),
      { code: "DATA", where: { row: 2 } },
      "label -1",
    ],
    [
      "a broken label",
      () => dataset(rows, [0, 0.5, 1], { classes: ["a", "b"] }),
      { code: "DATA", where: { row: 2 } },
      "label 0.5",
    ],
    [
      "an unknown name",
      () => dataset(rows, ["a", "\u001b[31m\u202e", "a"], { classes: ["a"] }),
      { code: "DATA", where: { row: 2 } },
      '"\\u{1b}[31m\\u{202e}"',
    ],
    [
      "a number among names",
      () => dataset(rows, ["a", 1, "a"] as unknown as string[]),
      { code: "DATA", where: { row: 2 } },
      "a number",
    ],
    ["absurd class numbers", () => dataset(rows, [0, 1, 4e9]), { code: "LIMIT", where: { row: 3 } }, "4000000000"],
    [
      "one-hot rows of another width",
      () => dataset(rows, rows, { classes: ["a", "b", "c"] }),
      { code: "DATA" },
      "3 classes",
    ],
    ["class names given twice", () => dataset(rows, [0, 1, 0], { classes: ["a", "a"] }), { code: "OPTION" }, "twice"],
    ["no class names", () => dataset(rows, [0, 1, 0], { classes: [] }), { code: "OPTION" }, "empty"],
    ["classes without labels", () => dataset(rows, undefined, { classes: ["a"] }), { code: "OPTION" }, "no labels"],
  ];
  for (const [what, run, expected, says] of cases)
    it(`refuses ${what}`, async () => {
      const error = await failure(run);
      expect(error).toMatchObject(expected);
      expect(error.message).toContain(says);
      expect(error.hint).toMatch(/\.$/);
    });

  it("never fails with anything but a NablaError", () => {
    const options = { withTypedArray: true, withBigInt: true };
    fc.assert(
      fc.property(fc.anything(options), fc.anything(options), (x, y) => {
        try {
          dataset(x as Samples, y as Samples);
        } catch (error) {
          expect(error).toBeInstanceOf(NablaError);
        }
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

/** Samples whose number is their place, labels `place % classes`. */
const counted = (size: number, classes = 3): Dataset =>
  dataset(
    Float32Array.from({ length: size }, (_, i) => i),
    Int32Array.from({ length: size }, (_, i) => i % classes),
  );
const places = (data: Dataset): number[] => Array.from({ length: data.size }, (_, i) => sampleOf(data, i).data[0]!);

describe("take and split", () => {
  it("take the first ones, sharing memory", () => {
    const data = counted(10);
    expect(places(data.take(4))).toEqual([0, 1, 2, 3]);
    expect(data.take(4).x.data.buffer).toBe(data.x.data.buffer);
    expect(data.take(99).size).toBe(10);
    const shuffled = data.split({ test: 5, seed: 1 }).train;
    expect(places(shuffled.take(2))).toEqual(places(shuffled).slice(0, 2));
    expect(shuffled.x).toBe(data.x);
  });

  it("refuse to take what is no number of samples", async () => {
    for (const n of [0, -1, 1.5, Number.NaN])
      expect(await failure(() => counted(10).take(n))).toMatchObject({ code: "OPTION" });
  });

  it("split into parts that share nothing and miss nothing, labels with their samples", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 200 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.constantFrom("shuffled" as const, "tail" as const),
        fc.boolean(),
        fc.maxSafeInteger(),
        (size, test, order, stratify, seed) => {
          const count = Math.round(size * test);
          fc.pre(count >= 1 && count < size);
          const parts = counted(size).split({ test, order, seed, stratify: stratify && order === "shuffled" });
          expect(parts.test.size).toBe(count);
          const all = [...places(parts.train), ...places(parts.test)].sort((a, b) => a - b);
          expect(all).toEqual(Array.from({ length: size }, (_, i) => i));
          for (const part of [parts.train, parts.test])
            for (let i = 0; i < part.size; i += 1) expect(labelOf(part, i)).toBe(places(part)[i]! % 3);
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });

  it("split the same way for the same seed only", () => {
    const first = places(counted(50).split({ seed: 3 }).test);
    expect(places(counted(50).split({ seed: 3 }).test)).toEqual(first);
    expect(places(counted(50).split({ seed: 4 }).test)).not.toEqual(first);
    expect(first).toHaveLength(10);
  });

  it("take the tail as it stands", () => {
    const { train, test } = counted(10).split({ test: 3, order: "tail" });
    expect(places(train)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(places(test)).toEqual([7, 8, 9]);
    expect(test.rows).toBeUndefined();
  });

  it("stratify to within one sample of each class's share", () => {
    const labels = Array.from({ length: 110 }, (_, i) => (i < 70 ? 0 : i < 100 ? 1 : 2));
    const data = dataset(Float32Array.from(labels), labels);
    const { train, test } = data.split({ test: 0.2, stratify: true, seed: 9 });
    expect(test.size).toBe(22);
    expect(classCounts(test)).toEqual([14, 6, 2]);
    expect(classCounts(train)).toEqual([56, 24, 8]);
    const again = train.split({ test: 0.25, stratify: true });
    expect(classCounts(again.test)).toEqual([14, 6, 2]);
  });

  it("split values with their samples", () => {
    const data = dataset(
      Array.from({ length: 9 }, (_, i) => [i, i]),
      Array.from({ length: 9 }, (_, i) => [i, -i]),
    );
    const { test } = data.split({ test: 2, order: "tail" });
    expect(test.y).toMatchObject({ kind: "values", data: Float32Array.of(7, -7, 8, -8) });
  });

  it("refuse splits that leave a part empty, and orders that are none", async () => {
    for (const test of [0, 1.5, -0.1, 10, 0.01, 0.99, Number.NaN])
      expect(await failure(() => counted(10).split({ test })), String(test)).toMatchObject({ code: "OPTION" });
    const wrong = [{ order: "sideways" as "tail" }, { order: "tail" as const, stratify: true }, { seed: 0.5 }];
    for (const options of wrong)
      expect(await failure(() => counted(10).split(options))).toMatchObject({ code: "OPTION" });
    expect(await failure(() => dataset(rows).split({ stratify: true }))).toMatchObject({ code: "OPTION" });
  });

  it("do not copy 60,000 pictures", () => {
    const data = dataset(ndarray([60_000, 28], new Float32Array(60_000 * 28)), new Uint8Array(60_000));
    const { train, test } = data.split({ seed: 1 });
    expect(train.x.data).toBe(data.x.data);
    expect(test.take(100).x.data).toBe(data.x.data);
  });
});

describe("majorityBaseline", () => {
  it("is the share of the most frequent class", async () => {
    expect(majorityBaseline(dataset(rows, ["a", "b", "a"]))).toBe(2 / 3);
    expect(majorityBaseline(counted(10).take(4))).toBe(0.5);
    expect(await failure(() => majorityBaseline(dataset(rows)))).toMatchObject({ code: "OPTION" });
    expect(await failure(() => majorityBaseline(dataset(rows, rows)))).toMatchObject({ code: "OPTION" });
  });
});
