import { builtIn, builtIns, type Explanation, explain } from "nabla/explain";
import { describe, expect, test } from "vitest";

const explained = (name: string): Explanation => {
  const given = builtIn(name);
  return explain(given.model(), given);
};

const rounded = (values: readonly number[], decimals: number): number[] =>
  values.map((v) => Number(v.toFixed(decimals)));

/** Values of the nodes of a layer, in order. */
const valuesIn = ({ values }: Explanation, layer: string): number[] =>
  values.filter((node) => node.layer === layer && node.role === "value").map(({ value }) => value);

const gradientsIn = ({ values }: Explanation, layer: string): number[] =>
  values.filter((node) => node.layer === layer && node.role === "value").map(({ gradient }) => gradient!);

/** Gradients of a parameter in row-major order. */
const gradientsOf = ({ parameters }: Explanation, name: string): number[] =>
  parameters
    .filter((parameter) => parameter.name === name)
    .sort((a, b) => a.index.reduce((flat, at) => flat * 100 + at, 0) - b.index.reduce((flat, at) => flat * 100 + at, 0))
    .map(({ gradient }) => gradient);

describe("the lecture's numbers", () => {
  test("row 9 and the studio's vector: 2-2-2-2 at x = [1, −1], t = [1, 0]", () => {
    const lecture = explained("lecture");
    expect(valuesIn(lecture, "dense 1")).toEqual([4, -2]);
    expect(rounded(valuesIn(lecture, "sigmoid 1"), 4)).toEqual([0.982, 0.1192]);
    expect(rounded(valuesIn(lecture, "sigmoid 2"), 4)).toEqual([0.8635, 0.1107]);
    expect(rounded(valuesIn(lecture, "sigmoid 3"), 4)).toEqual([0.6177, 0.8291]);
    expect(rounded([lecture.about.lossBefore], 6)).toEqual([0.416798]);
    expect(rounded(gradientsIn(lecture, "dense 3"), 6)).toEqual([-0.090277, 0.117468]);
    expect(rounded(gradientsIn(lecture, "dense 2"), 6)).toEqual([-0.045763, 0.055161]);
    expect(rounded(gradientsIn(lecture, "dense 1"), 6)).toEqual([-0.003565, -0.000987]);
    expect(rounded(gradientsOf(lecture, "dense 3/weight"), 6)).toEqual([-0.077956, -0.009997, 0.101436, 0.013008]);
    expect(rounded(gradientsOf(lecture, "dense 2/weight"), 6)).toEqual([-0.04494, -0.005455, 0.054168, 0.006575]);
    expect(rounded(gradientsOf(lecture, "dense 1/weight"), 6)).toEqual([-0.003565, 0.003565, -0.000987, 0.000987]);
    expect(lecture.toText()).toContain("w³₂₂ ← w³₂₂ − η·∂L/∂w³₂₂ = 4 − 0.1·0.013008 = 3.998699\n");
    expect(lecture.toText()).toContain("L falls from 0.416798 to 0.411918");
  });

  test("each δ of layers 2 and 3 is computed once and used five times", () => {
    const { values } = explained("lecture");
    const uses = (layer: string): number[] =>
      values.filter((node) => node.layer === layer && node.role === "value").map((node) => node.uses);
    expect([uses("dense 1"), uses("dense 2"), uses("dense 3")]).toEqual([
      [3, 3],
      [5, 5],
      [5, 5],
    ]);
  });

  test("row 14: y = wx, one step of the raw rule", () => {
    const given = builtIn("smallest");
    const { parameters } = explain(given.model(), { ...given, learningRate: 1 });
    expect(parameters[0]!.gradient).toBeCloseTo(-101, 4);
    expect(parameters[0]!.after).toBeCloseTo(101, 4);
  });

  test("row 17: two weights, four phases", () => {
    const second = explained("second-smallest");
    expect(valuesIn(second, "dense 1")).toEqual([-0.5]);
    expect(second.about.lossBefore).toBe(6.125);
    expect(gradientsOf(second, "dense 1/weight")).toEqual([-3.5, -7]);
    expect(
      rounded(
        second.parameters.map(({ after }) => after),
        12,
      ),
    ).toEqual([0.85, 0.2]);
    expect(second.toText()).toContain("δ = z − t = −0.5 − 3 = −3.5");
  });

  test("row 18: four parameters, every symbol's value", () => {
    const four = explained("four-parameters");
    const all = four.values.filter(({ role }) => role === "value" || role === "loss").map(({ value }) => value);
    expect(rounded(all, 6)).toEqual([1.5, 0.817574, 1.635149, 0.836874, -0.836874, 0.302194, 0.243467]);
    expect(four.toText()).toContain("z₁ = w₁·x + b₁ = 0.5·2 + 0.5 = 1.5\n");
  });

  test("row 19: gradients of the four parameters, and the slide's product", () => {
    const four = explained("four-parameters");
    const names = four.parameters.map(({ name }) => name);
    expect(names).toEqual(["dense 3/weight", "dense 2/weight", "dense 1/weight", "dense 1/bias"]);
    expect(
      rounded(
        four.parameters.map(({ gradient }) => gradient),
        6,
      ),
    ).toEqual([-0.123145, 0.016424, 0.011984, 0.005992]);
    const text = four.toText();
    expect(text).toContain("∂L/∂w₃ = ∂L/∂a₃ · ∂a₃/∂z₃ · ∂z₃/∂w₃\n       = (a₃ − t) · σ′(z₃) · a₂\n");
    expect(text).toContain("∂L/∂w₂ = [∂L/∂a₃ · ∂a₃/∂z₃] · ∂z₃/∂a₂ · ∂a₂/∂z₂ · ∂z₂/∂w₂\n");
  });

  test("row 19: 17 multiplications become 8, and 190 become 26", () => {
    expect(explained("four-parameters").multiplications).toEqual({ expanded: 17, reused: 8 });
    expect(explained("lecture").multiplications).toEqual({ expanded: 190, reused: 26 });
  });

  test("float32 stands beside float64, rounded and no more", () => {
    for (const { name } of builtIns) {
      const { values, parameters } = explained(name);
      for (const { value, float32, layer, role } of values)
        if (layer || role === "loss")
          expect(Math.abs(float32! - value)).toBeLessThanOrEqual(3e-7 * Math.max(1, Math.abs(value)));
      for (const { gradient, gradient32 } of parameters)
        expect(Math.abs(gradient32! - gradient)).toBeLessThanOrEqual(3e-7 * Math.max(1, Math.abs(gradient)));
    }
  });
});
