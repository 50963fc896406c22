import fc from "fast-check";
import { dataset } from "nabla";
import { labelOf, sampleOf, standardize, standardizerOf } from "nabla/data";
import { describe, expect, test } from "vitest";
import { fromTable } from "../../src/data/dataset.ts";

const data = dataset(
  [
    [1, 10, 5],
    [2, 30, 5],
    [3, 50, 5],
    [6, 70, 5],
  ],
  ["a", "b", "a", "b"],
);

describe("standardize", () => {
  test("gives each number mean 0 and deviation 1, and leaves constant ones at 0", () => {
    const scaler = standardize(data);
    expect([...scaler.mean]).toEqual([3, 40, 5]);
    expect([...scaler.deviation]).toEqual([Math.sqrt(3.5), Math.sqrt(500), 1]);
    const scaled = scaler.apply(data);
    expect(scaled).toMatchObject({ size: 4, shape: [3], classes: ["a", "b"] });
    expect([...sampleOf(scaled, 3).data]).toEqual([3 / Math.sqrt(3.5), 30 / Math.sqrt(500), 0].map(Math.fround));
    expect([...sampleOf(data, 3).data]).toEqual([6, 70, 5]); // untouched
  });

  test("learns from the training part alone, and is applied to both", () => {
    const { train, test: held } = data.split({ test: 1, seed: 3 });
    const scaler = standardize(train);
    const scaled = scaler.apply(held);
    const [row] = [sampleOf(held, 0).data];
    const expected = Array.from(row!, (value, i) => Math.fround((value - scaler.mean[i]!) / scaler.deviation[i]!));
    expect([...sampleOf(scaled, 0).data]).toEqual(expected);
    expect(labelOf(scaled, 0)).toBe(labelOf(held, 0));
    const again = standardize(scaler.apply(train));
    for (const value of again.mean) expect(value).toBeCloseTo(0, 6);
  });

  test("keeps values and rows together", () => {
    const values = dataset([1, 2, 3, 4], [[10], [20], [30], [40]]).split({ test: 2, seed: 1 }).test;
    const scaled = standardize(values).apply(values);
    for (let i = 0; i < 2; i += 1) {
      const row = values.rows![i]!;
      expect(scaled.y!.data[i]).toBe(10 * (row + 1));
    }
  });

  test("sees bytes as the network does", () => {
    const bytes = fromTable({ shape: [1], x: { data: Uint8Array.of(0, 255), scale: 1 / 255 } });
    const { mean, deviation, apply } = standardize(bytes);
    expect([mean[0], deviation[0]]).toEqual([0.5, 0.5]);
    expect([...apply(bytes).x.data]).toEqual([-1, 1]);
  });

  test("never divides by nothing", () => {
    const value = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 50 }), (same, count) => {
        const scaled = standardize(dataset(Array.from({ length: count }, () => [same]))).apply(dataset([[same]]));
        expect(Math.abs(scaled.x.data[0]!)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  test("refuses samples of another size, and impossible scales", () => {
    expect(() => standardize(data).apply(dataset([[1, 2]]))).toThrow("samples of 2 numbers, standardised as 3");
    expect(() => standardizerOf([0], [0])).toThrow("means and deviations do not go together");
    expect(() => standardizerOf([0, 1], [1])).toThrow("means and deviations");
    expect(() => standardizerOf([Number.NaN], [1])).toThrow("means and deviations");
  });
});
