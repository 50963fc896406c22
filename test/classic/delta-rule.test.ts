import { NablaError } from "nabla";
import { deltaRule } from "nabla/classic";
import { describe, expect, test } from "vitest";

// Row 14: y = wx on the slide's four samples.
const x = [[10], [2], [3.5], [1]];
const y = [10.1, 1.9, 3.4, 1.1];
const weights = (learningRate: number, epochs: number) =>
  [...deltaRule({ x, y, learningRate, epochs })].map(({ after }) => after[0]!);
const near = (found: readonly number[], expected: readonly number[], digits: number) => {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]!).toBeCloseTo(value, digits);
};

describe("w = w + η(y − ŷ)x", () => {
  test("the raw rule, η = 1, repeats without end: the sample x = 1 resets w to 1.1", () => {
    near(weights(1, 1), [101, -299.2, 3377.9, 1.1], 9);
    near(weights(1, 2).slice(4), [-7.9, 27.5, -297.475, 1.1], 9);
    const long = weights(1, 100);
    for (let i = 8; i < long.length; i += 1) expect(long[i]!).toBeCloseTo(long[i - 4]!, 7);
  });

  test("η = 0.15 diverges: epochs end at −3.037481, −15.1464, −63.418606", () => {
    const ends = weights(0.15, 3).filter((_, i) => i % 4 === 3);
    near(ends, [-3.037481, -15.1464, -63.418606], 6);
    expect(Math.abs(weights(0.15, 40).at(-1)!)).toBeGreaterThan(1e10);
  });

  test("η = 0.01 repeats 1.01, 1.0076, 1.003169, 1.004137: a cycle, not w*", () => {
    const cycle = [1.01, 1.0076, 1.003169, 1.004137];
    near(weights(0.01, 1), cycle, 6);
    near(weights(0.01, 50).slice(-4), cycle, 6);
    const least = (10 * 10.1 + 2 * 1.9 + 3.5 * 3.4 + 1.1) / 117.25;
    expect(least).toBeCloseTo(1.0047, 4);
    for (const value of cycle) expect(Math.abs(value - least)).toBeGreaterThan(4e-4);
  });

  test("two weights, row 17: ŷ = −0.5, L = 6.125, ∇ = [−3.5, −7], w → [0.85, 0.2]", () => {
    const [step] = deltaRule({ x: [[1, 2]], y: [3], weights: [0.5, -0.5], learningRate: 0.1 });
    expect(step).toMatchObject({ prediction: -0.5, error: 3.5, loss: 6.125, gradient: [-3.5, -7] });
    near(step!.after, [0.85, 0.2], 12);
    expect(step!.before).toEqual([0.5, -0.5]);
  });

  test("mistakes are told", () => {
    const told: readonly (readonly [string, string, Parameters<typeof deltaRule>[0]])[] = [
      ["DATA", "0 samples", { x: [], y: [] }],
      ["DATA", "1 samples and 2 targets", { x: [[1]], y: [1, 2] }],
      ["SHAPE", "row 2 of x has 2", { x: [[1], [1, 2]], y: [1, 2] }],
      ["SHAPE", "weights has 2", { x: [[1]], y: [1], weights: [1, 2] }],
      ["DATA", "NaN", { x: [[Number.NaN]], y: [1] }],
      ["OPTION", "learningRate is 0", { x: [[1]], y: [1], learningRate: 0 }],
      ["OPTION", "epochs is -1", { x: [[1]], y: [1], epochs: -1 }],
    ];
    for (const [code, words, options] of told) {
      const run = () => deltaRule(options).next();
      expect(run).toThrow(NablaError);
      expect(run).toThrow(words);
      expect(run).toThrow(expect.objectContaining({ code }));
    }
  });
});
