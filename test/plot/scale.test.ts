import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linearScale, logScale, logTicks, niceDomain, niceStep, niceTicks, tickLabels } from "../../src/plot/scale.ts";

describe("linearScale", () => {
  test("maps the ends to the ends, also downwards", () => {
    const { map } = linearScale({ domain: [2, 6], range: [100, 0] });
    expect([map(2), map(3), map(6), map(7)]).toEqual([100, 75, 0, -25]);
  });
  test("a domain of one value falls in the middle", () => {
    expect(linearScale({ domain: [5, 5], range: [0, 10] }).map(5)).toBe(5);
  });
});

describe("logScale", () => {
  test("equal ratios are equally far apart", () => {
    const { map } = logScale({ domain: [0.01, 100], range: [0, 400] });
    const pixels = [0.01, 0.1, 1, 10, 100].map(map);
    for (let i = 0; i < 5; i++) expect(pixels[i]).toBeCloseTo(100 * i, 9);
  });
  test("0 and below have no place", () => {
    const { map } = logScale({ domain: [1, 10], range: [0, 1] });
    expect([map(0), map(-1)]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("ticks", () => {
  test("steps are 1, 2 or 5 times a power of ten", () => {
    expect([niceStep(10, 4), niceStep(1, 4), niceStep(0.36, 3), niceStep(97, 5), niceStep(3e-7, 3)]).toEqual([
      2, 0.2, 0.1, 20, 1e-7,
    ]);
    expect([niceStep(0, 4), niceStep(Number.NaN, 4), niceStep(Number.POSITIVE_INFINITY, 4)]).toEqual([1, 1, 1]);
  });
  test("values are round and exact", () => {
    expect(niceTicks(0, 0.4, 4)).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
    expect(niceTicks(-1, 1, 4)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(niceTicks(1, 3, 5, true)).toEqual([1, 2, 3]);
    expect(niceTicks(7, 7)).toEqual([7]);
  });
  test("lie inside, in order, at most twice as many as asked for", () => {
    const spans = fc.tuple(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 10 }), ([low, span], count) => {
        const high = low + span;
        const ticks = niceTicks(low, high, count);
        const slack = 1e-6 * span + 1e-11 * Math.abs(low);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(2 * count + 1);
        ticks.forEach((tick, i) => {
          expect(tick).toBeGreaterThanOrEqual(low - slack);
          expect(tick).toBeLessThanOrEqual(high + slack);
          if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1]!);
        });
      }),
    );
  });
  test("niceDomain encloses the data", () => {
    expect(niceDomain(0.07, 0.36, 3)).toEqual([0, 0.4]);
    expect(niceDomain(0, 0)).toEqual([0, 1]);
    expect(niceDomain(5, 5)).toEqual([0, 10]);
    expect(niceDomain(-3, -3)).toEqual([-6, 0]);
  });
  test("powers of ten on a logarithmic axis", () => {
    expect(logTicks(0.05, 2000)).toEqual([0.1, 10, 1000]);
    expect(logTicks(2, 5)).toEqual([2, 5]);
  });
  test("labels have the same number of decimals", () => {
    expect(tickLabels([0, 0.25, 0.5])).toEqual(["0", "0.25", "0.50"]);
    expect(tickLabels([-2000, 0, 2000])).toEqual(["−2,000", "0", "2,000"]);
    expect(tickLabels([0, 1e-7])).toEqual(["0", "1e−7"]);
  });
});
