import { expect, test } from "vitest";
import { formatCount, formatDuration, formatNumber, formatPercent, formatShape } from "../../src/plot/format.ts";

test("counts have thousands apart", () => {
  expect([0, 7, 999, 1000, 48_000, 1_234_567.6, -1234].map(formatCount)).toEqual([
    "0",
    "7",
    "999",
    "1,000",
    "48,000",
    "1,234,568",
    "−1,234",
  ]);
  expect(formatCount(Number.NaN)).toBe("not finite");
});

test("percent never claims all or nothing by rounding", () => {
  expect(formatPercent(0.9762)).toBe("97.62 %");
  expect([1, 0.99999, 0, 1e-6].map((share) => formatPercent(share))).toEqual([
    "100.00 %",
    "99.99 %",
    "0.00 %",
    "0.01 %",
  ]);
  expect([1, 0.9996, 1e-6].map((share) => formatPercent(share, 1))).toEqual(["100.0 %", "99.9 %", "0.1 %"]);
  expect([0.999, 0.001].map((share) => formatPercent(share, 0))).toEqual(["99 %", "1 %"]);
  expect(formatPercent(Number.NaN)).toBe("not finite");
});

test("measured numbers", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0"],
    [0.0812, "0.0812"],
    [0.5, "0.5000"],
    [1.25, "1.250"],
    [123.456, "123.5"],
    [12345.6, "12,346"],
    [-0.25, "−0.2500"],
    [0.000123456, "1.23e−4"],
    [2.5e12, "2.50e12"],
    [-1e-300, "−1.00e−300"],
    [Number.NaN, "not a number"],
    [Number.POSITIVE_INFINITY, "infinite"],
    [Number.NEGATIVE_INFINITY, "−infinite"],
  ];
  for (const [value, text] of cases) expect(formatNumber(value), String(value)).toBe(text);
});

test("durations", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0.00 s"],
    [0.844, "0.84 s"],
    [0.996, "1.0 s"],
    [6.21, "6.2 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min 00 s"],
    [64, "1 min 04 s"],
    [3599.7, "1 h 00 min"],
    [7512, "2 h 05 min"],
    [-1, "unknown"],
    [Number.POSITIVE_INFINITY, "unknown"],
  ];
  for (const [seconds, text] of cases) expect(formatDuration(seconds), String(seconds)).toBe(text);
});

test("shapes", () => {
  expect([[28, 28], [1024], []].map(formatShape)).toEqual(["28 × 28", "1,024", "one number"]);
});
