import fc from "fast-check";
import { NablaError } from "nabla";
import { describe, expect, test } from "vitest";
import { bumpsBound, bumpsNetwork, inputAt, placeCount } from "../../src/lab/bumps.ts";
import { formulaCurve, pointsCurve } from "../../src/lab/curve.ts";
import { universality } from "../../src/lab/universality.ts";
import { checkResult, rowsOf } from "./result-schema.ts";

const doublings = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const placesOf = (from: number, to: number) =>
  Array.from({ length: placeCount }, (_, i) => from + ((to - from) * i) / (placeCount - 1));
const inputs = Float32Array.from({ length: placeCount }, (_, i) => inputAt(i));

async function errorOf(values: Float64Array, hidden: number): Promise<number> {
  const { data } = await bumpsNetwork(values, hidden).predict({ shape: [placeCount, 1], data: inputs });
  return Math.max(...values.map((value, i) => Math.abs(value - data[i]!)));
}

// Row 22 of the lecture's concepts.
describe("the network of bumps", () => {
  test("its largest error is half of what the curve moves in a cell, run by the engine", async () => {
    for (const text of ["sin(6*x)", "abs(x - 0.3)", "0.2 + x*sin(15*x)"]) {
      const values = formulaCurve(text, [0, 1]).values(placesOf(0, 1));
      for (const hidden of [1, 3, 256])
        expect(await errorOf(values, hidden)).toBeCloseTo(bumpsBound(values, hidden), 5);
    }
  });

  test("four cells of y = x: ⅛ everywhere", async () => {
    const values = formulaCurve("x", [0, 1]).values(placesOf(0, 1));
    expect(await errorOf(values, 4)).toBeCloseTo(1 / 8, 3);
    const model = bumpsNetwork(values, 4);
    expect(model.summary().parameters).toBe(4 + 4 + 4 + 1);
    const output = [...model.weights.get("output/weight").data];
    for (const [i, step] of [0.125, 0.25, 0.25, 0.25].entries()) expect(output[i]!).toBeCloseTo(step, 3);
  });

  test("on any drawn curve its error never rises when the number doubles, and ends small", () => {
    const drawn = fc.uniqueArray(
      fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true })),
      {
        minLength: 2,
        maxLength: 12,
        selector: ([x]) => x + 0, // 0 and −0 are one place
      },
    );
    fc.assert(
      fc.property(drawn, (points) => {
        const curve = pointsCurve(points);
        fc.pre(curve.interval[1] - curve.interval[0] > 1e-3);
        const values = curve.values(placesOf(...curve.interval));
        const bounds = [...doublings, 512, 1024, 2048].map((hidden) => bumpsBound(values, hidden));
        for (let i = 1; i < bounds.length; i += 1) expect(bounds[i]!).toBeLessThanOrEqual(bounds[i - 1]! * (1 + 1e-12));
        const moves = values.slice(1).map((value, i) => Math.abs(value - values[i]!));
        expect(bounds.at(-1)!).toBeLessThanOrEqual(1.5 * Math.max(...moves) + 1e-12); // two or three places a cell
      }),
      { numRuns: 40, seed: 9 },
    );
  });
});

describe("a curve", () => {
  test("through points goes straight, in the order of x", () => {
    const curve = pointsCurve([[2, 0], [0, 1], [1, 3]]); // biome-ignore format: points
    expect([...curve.values([-1, 0, 0.5, 1, 1.5, 2, 9])]).toEqual([1, 1, 2, 3, 1.5, 0, 0]);
    expect(curve.interval).toEqual([0, 2]);
  });

  test("that has no value, or two, is told", () => {
    expect(() => formulaCurve("1/x", [-1, 1]).values([-1, 0, 1])).toThrow("the function is infinite at x = 0");
    expect(() => formulaCurve("log(x)", [0, 1]).values([0.5, -0.5])).toThrow(NablaError);
    expect(() => pointsCurve([[1, 2]])).toThrow("a curve cannot be drawn through 1 point");
    expect(() => pointsCurve([[1, 2], [1, 3]])).toThrow("two points at x = 1"); // biome-ignore format: points
  });
});

describe("lab universality", () => {
  test("constructed networks, and trained ones with mean and spread over seeds; the same again", async () => {
    const options = { seed: 3, hidden: [1, 4, 16], seeds: 2, epochs: 5 };
    const result = await universality(options);
    expect(result.claim.held).toBe(true);
    const rows = rowsOf(result, "errors");
    expect(rows.map(({ hidden }) => hidden)).toEqual([1, 4, 16]);
    for (const row of rows) {
      const [least, mean, most] = ["least", "mean", "most"].map((key) => row[key] as number);
      expect(least!).toBeLessThanOrEqual(mean!);
      expect(mean!).toBeLessThanOrEqual(most!);
    }
    checkResult(result);
    expect((await universality(options)).tables).toEqual(result.tables);
    expect((await universality({ ...options, seed: 4 })).tables).not.toEqual(result.tables);
  }, 60_000);

  test("the shares of the neurons add up to the output", async () => {
    const { series } = await universality({ seed: 0, hidden: [4], seeds: 1, epochs: 5 });
    for (const kind of ["bumps", "trained"]) {
      const shares = series.filter(({ name }) => name.startsWith(`${kind}, neuron`));
      const sum = series.find(({ name }) => name.startsWith(`${kind}, sum`))!;
      expect(shares).toHaveLength(4);
      const bias = Number(sum.name.replace(/^.*bias /, ""));
      for (const [i, [, value]] of sum.points.entries())
        expect(shares.reduce((total, { points }) => total + points[i]![1], bias)).toBeCloseTo(value, 4);
    }
  });

  test("nothing to fall: the claim is not held", async () => {
    const flat = await universality({ seed: 0, curve: formulaCurve("2", [0, 1]), hidden: [1, 8], epochs: 0 });
    expect(flat.claim.held).toBe(false);
    expect(flat.claim.evidence).toContain("nothing to fall");
    checkResult(flat);
    // Cells that are not halves of the ones before may be worse: a bump that fits two of three cells, but not of four.
    const wave = formulaCurve("max(0, 1 - abs(x - 0.5)*4)", [0, 1]);
    const rising = await universality({ seed: 0, curve: wave, hidden: [2, 3], epochs: 0 });
    expect(rising.tables[0]!.rows.map(({ mean }) => mean)).toEqual([null, null]);
  });
});
