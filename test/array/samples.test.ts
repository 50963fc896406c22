import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ndarray, type Samples } from "../../src/array/ndarray.ts";
import { toBatch, toNdArray } from "../../src/array/samples.ts";
import { NablaError } from "../../src/errors.ts";

function failure(run: () => unknown): NablaError {
  try {
    run();
  } catch (error) {
    if (error instanceof NablaError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("toBatch", () => {
  it("takes one sample wherever it takes many", () => {
    const one: Samples[] = [[1, 2, 3], Float32Array.of(1, 2, 3), Uint8Array.of(1, 2, 3), ndarray([3], [1, 2, 3])];
    for (const x of one) {
      const batch = toBatch(x, [3], "x");
      expect([...batch.data]).toEqual([1, 2, 3]);
      expect(batch).toMatchObject({ count: 1, isSingle: true });
    }
  });

  it("takes rows, flat numbers and arrays with a shape", () => {
    const rows: Samples[] = [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [Float32Array.of(1, 2), Float64Array.of(3, 4), [5, 6]],
      [1, 2, 3, 4, 5, 6],
      ndarray([3, 2], [1, 2, 3, 4, 5, 6]),
    ];
    for (const x of rows) {
      const batch = toBatch(x, [2], "x");
      expect([...batch.data]).toEqual([1, 2, 3, 4, 5, 6]);
      expect(batch).toMatchObject({ count: 3, isSingle: false });
    }
    expect(toBatch([[7, 8]], [2], "x")).toMatchObject({ count: 1, isSingle: false });
  });

  it("takes pictures nested or flat", () => {
    const picture = [
      [1, 2],
      [3, 4],
    ];
    expect(toBatch(picture, [2, 2], "x")).toMatchObject({ count: 1, isSingle: true });
    expect(toBatch([picture, picture] as unknown as Samples, [2, 2], "x")).toMatchObject({ count: 2, isSingle: false });
    expect(toBatch(picture, [4], "x")).toMatchObject({ count: 1, isSingle: true });
    expect(toBatch([[1, 2, 3, 4]], [2, 2], "x")).toMatchObject({ count: 1, isSingle: false });
    expect(toBatch(picture, [2], "x")).toMatchObject({ count: 2, isSingle: false });
  });

  it("tells a sample of one number from a batch of one", () => {
    expect(toBatch([5], [1], "x")).toMatchObject({ count: 1, isSingle: true });
    expect(toBatch([[5]], [1], "x")).toMatchObject({ count: 1, isSingle: false });
    expect(toBatch([5, 6], [1], "x")).toMatchObject({ count: 2, isSingle: false });
  });

  it("does not copy a Float32Array", () => {
    const data = new Float32Array(6);
    expect(toBatch(data, [2], "x").data).toBe(data);
  });

  it("names both sizes when they do not fit", () => {
    const error = failure(() => toBatch(new Float32Array(3072), [784], "x"));
    expect(error.code).toBe("SHAPE");
    expect(error.message).toContain("expects 784 numbers a sample, got 3072");
    expect(failure(() => toBatch(ndarray([2, 3]), [2], "x")).received).toBe("[2, 3]");
    expect(failure(() => toBatch([], [2], "x")).message).toContain("no samples");
    expect(failure(() => toBatch(ndarray([0, 2]), [2], "x")).message).toContain("no samples");
  });

  it("finds the ragged row", () => {
    const error = failure(() => toBatch([[1, 2], [3, 4], [5]], [2], "x"));
    expect(error.code).toBe("SHAPE");
    expect(error.where.row).toBe(3);
    expect(failure(() => toBatch([[1, 2], 3] as unknown as Samples, [2], "x")).where.row).toBe(2);
    expect(failure(() => toBatch([1, [2, 3]] as unknown as Samples, [2], "x")).code).toBe("DATA");
  });

  it("finds row and column of what is no finite number", () => {
    const bad: unknown[] = [Number.NaN, Number.POSITIVE_INFINITY, -Infinity, null, undefined, "1", 1n, {}, 1e39];
    for (const value of bad) {
      const rows = [
        [1, 2, 3],
        [4, 5, value],
      ] as unknown as Samples;
      for (const x of [rows, [1, 2, 3, 4, 5, value] as unknown as Samples]) {
        const error = failure(() => toBatch(x, [3], "x"));
        expect(error.code).toBe("DATA");
        expect(error.where).toEqual({ row: 2, column: "3" });
        expect(error.message).toContain("row 2, column 3");
      }
    }
    expect(failure(() => toBatch(Float32Array.of(1, Number.NaN), [1], "x")).where).toEqual({ row: 2, column: "1" });
  });

  it("refuses what is no array, without allocating for claimed sizes", () => {
    const claims: unknown[] = [
      null,
      undefined,
      5,
      "abc",
      {},
      { length: 1e9 },
      { shape: [1e9], data: [] },
      { shape: [-1], data: [] },
      { shape: "3", data: [1, 2, 3] },
      { shape: [2 ** 40, 2 ** 40], data: [] },
      new DataView(new ArrayBuffer(8)),
      [{ length: 1e9 }],
      [[{ length: 3 }]],
    ];
    for (const x of claims) expect(["SHAPE", "DATA"]).toContain(failure(() => toBatch(x as Samples, [2], "x")).code);
    const loop: unknown[] = [];
    loop.push(loop);
    expect(failure(() => toBatch(loop as Samples, [2], "x")).code).toBe("SHAPE");
  });

  it("never fails with anything but a NablaError", () => {
    fc.assert(
      fc.property(fc.anything({ withTypedArray: true, withBigInt: true }), (x) => {
        try {
          toBatch(x as Samples, [2], "x");
        } catch (error) {
          expect(error).toBeInstanceOf(NablaError);
        }
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it("round-trips any batch through rows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (count, size) => {
        const data = Float32Array.from({ length: count * size }, (_, i) => i);
        const rows = Array.from({ length: count }, (_, i) => [...data.subarray(i * size, (i + 1) * size)]);
        expect(toNdArray(rows, "x")).toEqual({ shape: [count, size], data });
      }),
      { seed: 3 },
    );
  });
});
