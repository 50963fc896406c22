import { activationNames, lossNames, sigmoid, softmax } from "nabla";
import { activationCurve, curveNames, lossCurve, lossCurveNames } from "nabla/explain";
import { evaluate, input } from "nabla/graph";
import { describe, expect, test } from "vitest";
import { failure } from "../data/failure.ts";

const x = Array.from({ length: 81 }, (_, i) => (i - 40) / 10);
/** No curve has a kink there: slopes by differences are slopes. */
const smooth = x.map((at) => at + 0.037);
const step = 1e-5;

describe("curves of activations", () => {
  test("there is one for each, with formula, derivative and source", () => {
    expect(curveNames).toEqual([...activationNames, "maxout"]);
    for (const name of curveNames) {
      const { formula, derivative, citation } = activationCurve(name);
      expect(
        [formula, derivative, citation].every((words) => words.length > 0),
        name,
      ).toBe(true);
    }
  });

  test.each(curveNames)("%s: the derivative is the slope of the curve", (name) => {
    const { at } = activationCurve(name);
    const [before, here, after] = [-step, 0, step].map((by) => at(smooth.map((place) => place + by)));
    here!.forEach(({ derivative }, i) => {
      expect(derivative).toBeCloseTo((after![i]!.value - before![i]!.value) / (2 * step), 6);
    });
  });

  test("σ′ = σ(1 − σ), max(0.1x, x), max(0, x), α(eˣ − 1): the slide's", () => {
    for (const { value, derivative } of activationCurve("sigmoid").at(x))
      expect(derivative).toBeCloseTo(value * (1 - value), 14);
    for (const { x: at, value } of activationCurve("leakyRelu").at(x)) expect(value).toBe(Math.max(0.1 * at, at));
    for (const { x: at, value } of activationCurve("relu").at(x)) expect(value).toBe(Math.max(0, at));
    for (const { x: at, value } of activationCurve("elu").at(x))
      expect(value).toBeCloseTo(at < 0 ? Math.exp(at) - 1 : at, 14);
    for (const { x: at, value } of activationCurve("maxout").at(x)) expect(value).toBe(Math.max(at, -0.5 * at));
  });

  test("softmax[3, 1, −3] = [.8789, .1189, .0022], between 0 and 1, with the sum 1", () => {
    const scores = input([1, 3]);
    const [y] = evaluate([softmax(scores)], new Map([[scores, { data: [3, 1, -3] }]]));
    expect([...y!.data].map((value) => value.toFixed(4))).toEqual(["0.8789", "0.1189", "0.0022"]);
    expect([...y!.data].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 15);
    expect(evaluate([sigmoid(4), sigmoid(-2)]).map(({ data }) => data[0]!.toFixed(2))).toEqual(["0.98", "0.12"]);
  });
});

describe("curves of losses", () => {
  test("there is one for each, and zero-one, which no gradient can train", () => {
    expect(lossCurveNames).toEqual([...lossNames, "zeroOne"]);
    expect(lossCurveNames.filter((name) => !lossCurve(name).isTrainable)).toEqual(["zeroOne"]);
    for (const { derivative } of lossCurve("zeroOne").at(x)) expect(derivative).toBe(0);
  });

  test.each(lossNames)("%s: the derivative is the slope, and somewhere not 0", (name) => {
    const { at, formula, citation, shown } = lossCurve(name);
    expect([formula, citation, shown].every((words) => words.length > 0)).toBe(true);
    const [before, here, after] = [-step, 0, step].map((by) => at(smooth.map((place) => place + by)));
    here!.forEach(({ derivative }, i) => {
      expect(derivative).toBeCloseTo((after![i]!.value - before![i]!.value) / (2 * step), 5);
    });
    expect(here!.some(({ derivative }) => derivative !== 0)).toBe(true);
  });

  test("are the slide's formulas", () => {
    const value = (name: string, at: number) => lossCurve(name).at([at])[0]!.value;
    expect([value("absolute", -3), value("squared", -3), value("halfSquared", -3), value("euclidean", -3)]).toEqual([
      ...[3, 9, 4.5, 3],
    ]);
    expect([value("hinge", 0.25), value("hinge", 2), value("zeroOne", 0.25), value("zeroOne", 1)]).toEqual([
      ...[0.75, 0, 1, 0],
    ]);
    expect([value("huber", 0.5), value("huber", -3)]).toEqual([0.125, 2.5]);
    expect(value("crossEntropy", 2)).toBeCloseTo(Math.log(1 + Math.exp(-2)), 14);
  });

  test("names that are unknown are an error", async () => {
    for (const run of [() => activationCurve("toString"), () => lossCurve("__proto__")])
      expect((await failure(run)).code).toBe("OPTION");
  });
});
