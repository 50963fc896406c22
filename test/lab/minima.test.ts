import { dataset, dense, meanSquared, sequential, tanh } from "nabla";
import { evaluate, input } from "nabla/graph";
import { describe, expect, test } from "vitest";
import { parseFormula } from "../../src/lab/formula.ts";
import { formulaGraph } from "../../src/lab/formula-graph.ts";
import { descendFrom, endingOf, type Objective } from "../../src/lab/many-starts.ts";
import { minima } from "../../src/lab/minima.ts";
import { netStarts, xor, xorCost } from "../../src/lab/xor-net.ts";
import { checkResult, rowsOf } from "./result-schema.ts";

const of = (text: string): Objective => {
  const formula = parseFormula(text, ["x", "y"]);
  return ([x, y]) => formulaGraph(formula, y ? { x: x!, y } : { x: x! });
};
const endsOf = (text: string, starts: readonly (readonly number[])[], learningRate = 0.1) =>
  descendFrom({ objective: of(text), starts, learningRate, steps: 2000 });

describe("where a start ends", () => {
  test("minimum, saddle, maximum, plateau, degenerate, still moving, ran away", () => {
    const kinds = (text: string, starts: readonly (readonly number[])[], rate?: number) =>
      endsOf(text, starts, rate).map(({ ending }) => ending);
    expect(kinds("(x^2 - 1)^2 + y^2", [[0, 1], [0.5, 1], [-0.5, -1]])).toEqual(["saddle", "minimum", "minimum"]); // biome-ignore format: starts
    expect(kinds("-x^2 - y^2", [[0, 0], [0.1, 0]])).toEqual(["maximum", "ran away"]); // biome-ignore format: starts
    expect(kinds("-exp(-x^2)", [[30], [1]])).toEqual(["plateau", "minimum"]);
    expect(kinds("3", [[1], [2]])).toEqual(["plateau", "plateau"]);
    expect(kinds("(x + y)^2", [[1, 2]])).toEqual(["degenerate, cannot tell"]); // a whole line of minima
    expect(kinds("x^4", [[0], [1]])).toEqual(["degenerate, cannot tell", "still moving"]); // curvature 0 at a minimum
    expect(kinds("x^3", [[0]])).toEqual(["degenerate, cannot tell"]); // and at a point of inflection
    expect(kinds("x^2", [[1]], 1.5)).toEqual(["ran away"]);
  });

  test("positions, values and curvatures are those of calculus", () => {
    const [left, right] = endsOf("x^4 - 2*x^2 + 0.3*x", [[-1.5], [1.5]], 0.05);
    for (const end of [left!, right!]) {
      const x = end.at[0]!;
      expect(4 * x ** 3 - 4 * x + 0.3).toBeCloseTo(0, 7);
      expect(end.value).toBeCloseTo(x ** 4 - 2 * x ** 2 + 0.3 * x, 12);
      expect(end.curvatures[0]!).toBeCloseTo(12 * x ** 2 - 4, 9);
      expect(end.gradient).toBeLessThanOrEqual(1e-8);
    }
    expect(left!.value).toBeLessThan(right!.value); // the right start misses the global minimum
  });

  test("the test of curvature, with its tolerances", () => {
    expect(endingOf(0, [1, 2], false)).toBe("minimum");
    expect(endingOf(0, [-1, 2], true)).toBe("saddle");
    expect(endingOf(0, [-2, -1], false)).toBe("maximum");
    expect(endingOf(0, [0, 2], false)).toBe("degenerate, cannot tell");
    expect(endingOf(0, [-2, 0], false)).toBe("degenerate, cannot tell");
    expect(endingOf(0, [1e-7, 1], false)).toBe("degenerate, cannot tell");
    expect(endingOf(0, [0, 0], true)).toBe("plateau");
    expect(endingOf(1e-7, [1, 1], false)).toBe("still moving");
    expect(endingOf(1e-7, [1e-4, 1e-4], true)).toBe("plateau");
    expect(endingOf(Number.NaN, [1], false)).toBe("still moving");
  });
});

describe("the small net", () => {
  test("its cost is that of the net that the engine runs", async () => {
    const model = sequential([dense(2, { name: "hidden" }), tanh, dense(1, { name: "output" })], { input: 2 });
    const data = dataset(xor.map(([a, b]) => [a, b]), xor.map(([, , y]) => [y])); // biome-ignore format: one line
    for (const w of netStarts(3, 4).slice(1)) {
      model.weights.set("hidden/weight", w.slice(0, 4));
      model.weights.set("hidden/bias", w.slice(4, 6));
      model.weights.set("output/weight", w.slice(6, 8));
      model.weights.set("output/bias", w.slice(8));
      const parameters = w.map(() => input([1]));
      const feed = new Map(parameters.map((parameter, k) => [parameter, { data: [w[k]!] }]));
      const decayed = evaluate([xorCost(0.5)(parameters)], feed)[0]!.data[0]!;
      const squares = w.reduce((sum, value) => sum + value * value, 0);
      const { loss } = await model.evaluate(data, { loss: meanSquared });
      expect(decayed).toBeCloseTo(loss + 0.25 * squares, 5);
    }
  });
});

describe("lab minima", () => {
  test("three wells: different starts, different minima; a saddle between, a plateau around", () => {
    const result = minima({ seed: 0, starts: 9, steps: 1500, netStarts: 0 });
    expect(result.claim.held).toBe(true);
    const rows = rowsOf(result, "ends");
    const minimaFound = rows.filter(({ ending }) => ending === "minimum");
    expect(minimaFound).toHaveLength(3);
    expect(Math.min(...minimaFound.map(({ value }) => value as number))).toBeCloseTo(-1.000055, 5);
    const saddle = rows.find(({ ending }) => ending === "saddle")!;
    expect(saddle["least"] as number).toBeLessThan(0);
    expect(saddle["most"] as number).toBeGreaterThan(0);
    expect(rows.some(({ ending }) => ending === "plateau")).toBe(true);
    expect(rows.reduce((sum, { count }) => sum + (count as number), 0)).toBe(81);
    expect(rowsOf(result, "starts")).toHaveLength(81);
    checkResult(result);
  });

  test("a net on XOR ends in different minima, by seed", () => {
    const options = { formula: "x^2", starts: 3, steps: 2000, netStarts: 5 };
    const result = minima({ seed: 1, ...options });
    const rows = rowsOf(result, "netEnds");
    expect(rows.filter(({ ending }) => ending === "minimum").length).toBeGreaterThan(1);
    expect(rows.find(({ place }) => place === "the start, all 0")).toMatchObject({ count: 1, gradient: 0, value: 1 });
    expect(rowsOf(minima({ seed: 2, ...options, steps: 1 }), "netStarts")[1]).not.toEqual(
      rowsOf(minima({ seed: 1, ...options, steps: 1 }), "netStarts")[1],
    );
    checkResult(result);
  }, 60_000);

  test("one minimum: the claim is not held, and says why", () => {
    const one = minima({ seed: 0, formula: "x^2 + y^2", starts: 4, netStarts: 0 });
    expect(one.claim.held).toBe(false);
    expect(one.claim.evidence).toMatch(/^16 starts reached one minimum, of value /);
    const none = minima({ seed: 0, formula: "x", starts: 4, netStarts: 0, steps: 10 });
    expect(none.claim).toMatchObject({ held: false, evidence: "none of 4 starts ended in a minimum." });
    checkResult(one);
    checkResult(none);
  });

  test("mirror images of the same value are no different minima", () => {
    const { claim } = minima({
      seed: 0,
      formula: "(x^2 - 1)^2",
      box: [-2, 2],
      starts: 4,
      learningRate: 0.05,
      netStarts: 0,
    });
    expect(claim).toMatchObject({ held: false });
    expect(claim.evidence).toContain("2 minima");
  });

  test("a function without a value at a start is told", () => {
    expect(() => minima({ seed: 0, formula: "log(x)", netStarts: 0 })).toThrow(
      "the function is not a number at x = -4, where a start should lie",
    );
  });
});
