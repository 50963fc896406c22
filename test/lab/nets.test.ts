import { dense, NablaError, relu, sequential, softmax } from "nabla";
import { describe, expect, test } from "vitest";
import { batchSizeLab } from "../../src/lab/batch-size.ts";
import { countedExample, countParameters, deepOrFat, widthFor } from "../../src/lab/deep-or-fat.ts";
import { hardCasesLab } from "../../src/lab/hard-cases.ts";
import { bowlCourse, bowlLimit, learningRateLab } from "../../src/lab/learning-rate.ts";
import { median, spreadOf } from "../../src/lab/statistics.ts";
import { checkResult, rowsOf } from "./result-schema.ts";

describe("statistics", () => {
  test("mean, deviation with n − 1, median", () => {
    expect(spreadOf([1, 2, 3, 6])).toEqual({ mean: 3, deviation: Math.sqrt(14 / 3), least: 1, most: 6 });
    expect(spreadOf([5])).toEqual({ mean: 5, deviation: 0, least: 5, most: 5 });
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
  });
});

// Row 4 of the lecture's concepts, with fewer seeds; the lab's defaults have its 2,000, 4,000 and five.
describe("lab hard-cases", () => {
  test("one hidden layer has 99 %, the linear model is near the best line, and no line is near", async () => {
    const result = await hardCasesLab({ seed: 0, seeds: 1 });
    expect(result.claim).toMatchObject({ held: true });
    expect(result.settings).toMatchObject({ trainSize: 2000, testSize: 4000 });
    const rows = rowsOf(result, "cases");
    expect(rows.map(({ name }) => name)).toEqual(["quadrants", "annulus", "three modes"]);
    for (const row of rows) {
      const [net, line, linear] = ["least", "bestLine", "linear"].map((key) => row[key] as number);
      expect(net!).toBeGreaterThanOrEqual(0.99);
      expect(line!).toBeLessThan(0.72);
      expect(linear!).toBeGreaterThan(line! - 0.04);
      expect(row["bestLineTrain"] as number).toBeGreaterThanOrEqual(line! - 0.02);
    }
    expect(rows[0]!["bestLine"] as number).toBeCloseTo(0.683, 1); // 68.3 % with a gap of 0.1, 66.7 % without
    checkResult(result);
  }, 60_000);

  test("too few units: the claim is not held, and names the case", async () => {
    const { claim } = await hardCasesLab({ seed: 0, seeds: 1, hidden: 1, epochs: 3, trainSize: 200, testSize: 200 });
    expect(claim.held).toBe(false);
    expect(claim.evidence).toContain("annulus");
  }, 60_000);
});

// Row 23.
describe("lab deep-or-fat", () => {
  test("256-1000-1000-10 has 1,268,010 parameters, as the model counts them", () => {
    expect(countParameters([256, 1000, 1000, 10])).toBe(1_268_010);
    expect(countParameters([3, 4, 2])).toBe(26);
    const model = sequential([dense(5), relu, dense(4), relu, dense(3), softmax], { input: 7 });
    expect(countParameters([7, 5, 4, 3])).toBe(model.summary().parameters);
    expect(countedExample()).toContain("256·1000+1000 + 1000·1000+1000 + 1000·10+10 = 1,268,010 parameters");
  });

  test("the widths come as near to the number of parameters as whole widths can", () => {
    for (const depth of [1, 2, 3, 5])
      for (const wanted of [20, 100, 500, 5000]) {
        const of = (width: number) => countParameters([2, ...new Array<number>(depth).fill(width), 2]);
        const width = widthFor(wanted, depth, 2, 2);
        expect(width).toBeGreaterThanOrEqual(1);
        for (const other of [width - 1, width + 1].filter((candidate) => candidate >= 1))
          expect(Math.abs(of(width) - wanted)).toBeLessThanOrEqual(Math.abs(of(other) - wanted));
      }
    expect(widthFor(1_268_010, 1, 256, 10)).toBe(4749);
  });

  test("several seeds, mean and spread; where none wins it says so", async () => {
    const options = { seed: 2, data: "moons", parameters: 60, depths: [1, 2], seeds: 2, epochs: 1 } as const;
    const result = await deepOrFat(options);
    const rows = rowsOf(result, "nets");
    expect(rows.map(({ depth }) => depth)).toEqual([1, 2]);
    expect(result.series.map(({ points }) => points.length)).toEqual([2, 2]);
    expect(result.claim.evidence).toMatch(/^(deep wins|fat wins|the seeds differ more than the two do: no winner)\. /);
    const [fat, deep] = rows.map(({ mean }) => mean as number);
    expect(result.claim.held).toBe(result.claim.evidence.startsWith("deep wins"));
    if (result.claim.evidence.startsWith("fat wins")) expect(fat!).toBeGreaterThan(deep!);
    checkResult(result);
    expect((await deepOrFat(options)).tables).toEqual(result.tables);
  }, 60_000);

  test("nothing to compare is told", async () => {
    await expect(deepOrFat({ seed: 0, depths: [2, 3] })).rejects.toThrow("nothing to compare with one hidden layer");
    await expect(deepOrFat({ seed: 0, depths: [1] })).rejects.toThrow(NablaError);
  });
});

// Row 15.
describe("lab learning-rate", () => {
  test("the bowl: the limit is 2/λ, and the courses are on the right sides of it", () => {
    expect(bowlLimit).toBe(0.2);
    expect([0.002, 0.05, 0.15, 0.199, 0.2, 0.201].map(bowlCourse)).toEqual([
      "too small: hardly begun",
      "converges",
      "jumps from side to side, and converges",
      "jumps from side to side, and converges, slowly",
      "jumps from side to side for ever",
      "diverges",
    ]);
  });

  test("a range of rates on a net: too small, good, diverges", async () => {
    const result = await learningRateLab({ seed: 0, rates: [3, 0.2, 0.001], epochs: 60, seeds: 1 });
    expect(rowsOf(result, "net").map(({ verdict }) => verdict)).toEqual(["too small", "good", "diverges"]);
    expect(result.claim.held).toBe(true);
    expect(result.claim.evidence).toContain("infinite at 3");
    checkResult(result);
  }, 60_000);

  test("one rate: the claim is not held", async () => {
    const result = await learningRateLab({ seed: 0, rates: [0.2], epochs: 5, seeds: 1 });
    expect(result.claim.held).toBe(false);
    expect(result.claim.evidence).toContain("none of these rates is too small, none of them is too large");
    checkResult(result);
  });

  test("where all rates diverge there is nothing to compare", async () => {
    const result = await learningRateLab({ seed: 0, rates: [50, 90], epochs: 5, seeds: 1 });
    expect(result.claim.held).toBe(false);
    checkResult(result);
  });
});

// Row 21.
describe("lab batch-size", () => {
  const options = { seed: 1, batchSizes: [1, 16, "all"], samples: 32, epochs: 8, seeds: 1 } as const;

  test("by step, by example, by second, and the gap; the same again but for the clock", async () => {
    const result = await batchSizeLab(options);
    const rows = rowsOf(result, "batches");
    expect(rows.map(({ batch, steps }) => [batch, steps])).toEqual([
      [1, 256],
      [16, 16],
      [32, 8],
    ]);
    for (const row of rows) {
      for (const key of ["byStep", "byExample", "bySecond", "test", "microseconds"])
        expect(row[key] as number, key).toBeGreaterThan(0);
      expect(Math.abs((row["test"] as number) - (row["byExample"] as number) - (row["gap"] as number))).toBeLessThan(
        1e-9,
      );
    }
    expect(rows[2]!["byStep"]).toBe(rows[2]!["byExample"]); // the full batch has no more steps than that
    const [one, , all] = rows as unknown as readonly Record<string, number>[];
    const isAsClaimed = one!["byExample"]! < all!["byExample"]! && all!["byStep"]! <= one!["byStep"]!;
    expect(result.claim.held).toBe(isAsClaimed);
    expect(result.claim.text).not.toMatch(/generali/); // shown, not claimed
    checkResult(result);
    const again = await batchSizeLab(options);
    expect(again.series).toEqual(result.series);
    expect(again.claim).toEqual(result.claim);
  }, 60_000);

  test("the claim holds with the rate of the default", async () => {
    const { claim } = await batchSizeLab({ seed: 0, batchSizes: [1, "all"], epochs: 30, seeds: 1 });
    expect(claim).toMatchObject({ held: true });
  }, 60_000);

  test("a rate at which single examples throw it about: the claim is not held", async () => {
    const { claim } = await batchSizeLab({ ...options, learningRate: 20, seeds: 1 });
    expect(claim.held).toBe(false);
  }, 60_000);

  test("nothing to compare is told", async () => {
    await expect(batchSizeLab({ seed: 0, batchSizes: [64, "all"], samples: 64 })).rejects.toThrow("are no comparison");
    await expect(batchSizeLab({ seed: 0, batchSizes: [1, 65], samples: 64 })).rejects.toThrow("from 1 to 64");
  });
});
