import { describe, expect, test } from "vitest";
import { NablaError } from "../../src/errors.ts";
import { confusionTable, frequentMistakes } from "../../src/report/confusion.ts";
import { worstMistakes } from "../../src/report/worst-mistakes.ts";
import { confusion, digits } from "./sample.ts";

describe("confusionTable", () => {
  // By hand: a is found 8 of 10 times, and 8 of the 9 called a are.
  const table = confusionTable(
    [
      [8, 2, 0],
      [1, 4, 0],
      [0, 0, 0],
    ],
    ["a", "b", "c"],
  );
  test("precision and recall", () => {
    const [a, b, c] = table.classes;
    expect([a!.precision, a!.recall]).toEqual([8 / 9, 0.8]);
    expect([b!.precision, b!.recall]).toEqual([4 / 6, 0.8]);
    expect([c!.precision, c!.recall]).toEqual([undefined, undefined]);
  });
  test("totals, the largest mistake and the baseline", () => {
    expect([table.right, table.total, table.mostMistaken]).toEqual([12, 15, 2]);
    expect(table.baseline).toEqual({ name: "a", share: 10 / 15 });
    expect(confusionTable([]).baseline).toBeUndefined();
    expect(confusionTable([[0]]).baseline).toBeUndefined();
  });
  test("frequent mistakes, commonest first", () => {
    expect(frequentMistakes(confusionTable(confusion, digits), 3)).toEqual([
      { actual: "4", seenAs: "9", count: 28 },
      { actual: "5", seenAs: "3", count: 23 },
      { actual: "9", seenAs: "4", count: 20 },
    ]);
  });
  test("refuses what is no square of counts", () => {
    for (const matrix of [[[1, 2]], [[1], [2]], [[-1]], [[Number.NaN]]]) {
      expect(() => confusionTable(matrix), JSON.stringify(matrix)).toThrow(NablaError);
    }
  });
});

describe("worstMistakes", () => {
  const probabilities = [
    0.9,
    0.1,
    0, // right
    0.6,
    0.3,
    0.1, // is 1
    0.2,
    0.8,
    0, // is 2, ruled out
    0.05,
    0.9,
    0.05, // is 0
    0.1,
    0.9,
    0, // is 2, ruled out and surer
  ];
  test("orders by the loss of the right class; ties go to the surer answer", () => {
    const mistakes = worstMistakes(Float64Array.from(probabilities), [0, 1, 2, 0, 2], { classes: 3 });
    expect(mistakes.map(({ index }) => index)).toEqual([4, 2, 3, 1]);
    expect(mistakes[2]).toMatchObject({ actual: 0, seenAs: 1, probability: 0.9, actualProbability: 0.05 });
    expect(mistakes[2]!.loss).toBeCloseTo(2.995732273553991, 12);
    expect(mistakes[0]!.loss).toBe(Number.POSITIVE_INFINITY);
  });
  test("gives as many as asked for", () => {
    expect(worstMistakes(probabilities, [0, 1, 2, 0, 2], { classes: 3, count: 1 })).toHaveLength(1);
    expect(worstMistakes([], [], { classes: 3 })).toEqual([]);
  });
  test("refuses lengths that disagree and labels that are no class", () => {
    expect(() => worstMistakes([1, 0], [0, 1], { classes: 2 })).toThrow(/do not fit/);
    expect(() => worstMistakes([1, 0], [2], { classes: 2 })).toThrow(/label 2 of sample 0/);
    expect(() => worstMistakes([1, 0], [0.5], { classes: 2 })).toThrow(NablaError);
  });
});
