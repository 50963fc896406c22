import { describe, expect, test } from "vitest";
import {
  fullBatchCourse,
  fullBatchThreshold,
  leastSquares,
  singleCourse,
  singleThreshold,
  smallest,
} from "../../src/lab/smallest.ts";
import { checkResult, rowsOf } from "./result-schema.ts";

// Row 14 of the lecture's concepts.
describe("lab smallest", () => {
  test("least squares, and the limit of the full batch", () => {
    expect(leastSquares).toBeCloseTo(1.0047, 4);
    expect(fullBatchThreshold.toFixed(5)).toBe("0.01706");
    expect(fullBatchCourse(fullBatchThreshold * 0.999).course).toBe("converges to w*");
    expect(fullBatchCourse(fullBatchThreshold * 1.001).course).toBe("diverges");
  });

  test("each step, and what becomes of η = 0.01, 0.15 and 1", () => {
    const courses = [0.01, 0.15, 1].map((rate) => singleCourse(rate));
    expect(courses.map(({ course }) => course)).toEqual(["repeats", "diverges", "repeats"]);
    expect(courses[1]!.factor).toBeCloseTo(3.9865, 4);
    for (const [i, expected] of [[1.01, 1.0076, 1.003169, 1.004137], [], [-7.9, 27.5, -297.475, 1.1]].entries()) {
      const { cycle } = courses[i]!;
      expect(cycle).toHaveLength(expected.length);
      for (const [k, value] of expected.entries()) expect(cycle[k]!).toBeCloseTo(value, 6);
    }
    const w = rowsOf(smallest({ seed: 0, learningRate: 1, epochs: 2 }), "steps").map((row) => row["w"] as number);
    for (const [i, value] of [101, -299.2, 3377.9, 1.1, -7.9, 27.5, -297.475, 1.1].entries())
      expect(w[i]!).toBeCloseTo(value, 9);
  });

  test("the factor is what an epoch does to a distance, and its limit is where it is 1", () => {
    for (const rate of [0.001, 0.02, 0.15]) {
      const end = (start: number) =>
        rowsOf(smallest({ seed: 0, learningRate: rate, epochs: 1, start }), "steps").at(-1)!["w"] as number;
      expect(end(3) - end(2)).toBeCloseTo(singleCourse(rate).factor, 9);
    }
    expect(Math.abs(singleCourse(singleThreshold).factor)).toBeCloseTo(1, 9);
    expect(singleCourse(singleThreshold * 0.999).course).toBe("converges to a cycle");
    expect(singleCourse(singleThreshold * 1.001).course).toBe("diverges");
  });

  test("a cycle is where it ends", () => {
    const { cycle } = singleCourse(0.005);
    const w = rowsOf(smallest({ seed: 0, learningRate: 0.005, epochs: 60 }), "steps").map((row) => row["w"] as number);
    for (const [i, value] of cycle.entries()) expect(w.at(i - 4)!).toBeCloseTo(value, 9);
  });

  test("the claim holds where it ends in a cycle, and not where it diverges", () => {
    const held = smallest({ seed: 0 });
    expect(held.claim).toMatchObject({
      held: true,
      evidence: "it repeats 1.01, 1.0076, 1.003169, 1.004137 without end.",
    });
    checkResult(held);
    const not = smallest({ seed: 0, learningRate: 0.15, epochs: 1000 });
    expect(not.claim.held).toBe(false);
    expect(not.claim.evidence).toContain("diverges: each epoch multiplies the distance by 3.98");
    checkResult(not); // it ends where numbers do
    expect(rowsOf(not, "fullBatch")[0]).toMatchObject({ rate: 1, course: "diverges" });
  });
});
