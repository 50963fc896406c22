import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { completeBasis, orthonormalize } from "../../src/array/orthonormal.ts";
import { symmetricEigen } from "../../src/array/symmetric-eigen.ts";

const numbers = fc.double({ min: -10, max: 10, noNaN: true });

describe("eigenvalues of a symmetric matrix", () => {
  test("those of 2, 1; 1, 2 are 3 and 1", () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect([...values]).toEqual([expect.closeTo(3, 14), expect.closeTo(1, 14)]);
    expect(Math.abs(vectors[0]! - vectors[1]!)).toBeLessThan(1e-14);
  });

  test("A·v = λ·v, vectors are orthonormal, values fall", () => {
    const matrices = fc
      .integer({ min: 1, max: 12 })
      .chain((n) => fc.tuple(fc.constant(n), fc.array(numbers, { minLength: n * n, maxLength: n * n })));
    fc.assert(
      fc.property(matrices, ([n, list]) => {
        const a = new Float64Array(n * n);
        for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j] = list[i * n + j]! + list[j * n + i]!;
        const { values, vectors } = symmetricEigen(a, n);
        for (let v = 0; v < n; v++) {
          for (let i = 0; i < n; i++) {
            let sum = 0;
            for (let j = 0; j < n; j++) sum += a[i * n + j]! * vectors[v * n + j]!;
            expect(Math.abs(sum - values[v]! * vectors[v * n + i]!)).toBeLessThan(1e-11);
          }
          for (let w = 0; w <= v; w++) {
            let dot = 0;
            for (let j = 0; j < n; j++) dot += vectors[v * n + j]! * vectors[w * n + j]!;
            expect(Math.abs(dot - (v === w ? 1 : 0))).toBeLessThan(1e-12);
          }
          if (v > 0) expect(values[v]!).toBeLessThanOrEqual(values[v - 1]!);
        }
      }),
    );
  });

  test("rows that depend on others become zeros, and are filled up again", () => {
    const rows = Float64Array.of(3, 0, 4, 6, 0, 8, 0, 0, 1);
    expect(orthonormalize(rows, 3, 3)).toBe(2);
    expect([...rows.subarray(3, 6)].every((value) => value === 0)).toBe(true);
    completeBasis(rows, 3, 3);
    expect(orthonormalize(rows, 3, 3)).toBe(3);
  });
});

/** Smallest first. */
const eigenvalues = (rows: readonly (readonly number[])[]): number[] =>
  [...symmetricEigen(Float64Array.from(rows.flat()), rows.length).values].reverse();

describe("eigenvalues", () => {
  test("of small matrices, by hand", () => {
    expect(eigenvalues([[5]])).toEqual([5]);
    expect(eigenvalues([[2, 1], [1, 2]])).toEqual([expect.closeTo(1, 12), expect.closeTo(3, 12)]); // biome-ignore format: a matrix
    expect(eigenvalues([[0, 0], [0, 0]])).toEqual([0, 0]); // biome-ignore format: a matrix
    expect(eigenvalues([[1e-9, 1], [1, 1e9]])[1]!).toBeCloseTo(1e9, 0); // biome-ignore format: a matrix
  });

  test("have the matrix's trace and squares, and shift with the diagonal", () => {
    const matrix = fc.integer({ min: 1, max: 7 }).chain((n) =>
      fc.array(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: n, maxLength: n }), {
        minLength: n,
        maxLength: n,
      }),
    );
    fc.assert(
      fc.property(matrix, (rows) => {
        const a = rows.map((row, i) => row.map((value, j) => (value + rows[j]![i]!) / 2));
        const found = eigenvalues(a);
        const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
        expect(total(found)).toBeCloseTo(total(a.map((row, i) => row[i]!)), 9);
        expect(total(found.map((value) => value * value))).toBeCloseTo(
          total(a.flat().map((value) => value * value)),
          8,
        );
        const shifted = eigenvalues(a.map((row, i) => row.map((value, j) => value + (i === j ? 3 : 0))));
        for (const [i, value] of found.entries()) expect(shifted[i]!).toBeCloseTo(value + 3, 9);
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});
