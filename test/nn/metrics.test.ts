import { evaluate, input } from "nabla/graph";
import { expect, it } from "vitest";
import { accuracy, type Metric, zeroOne } from "../../src/nn/metrics.ts";

function perSample(
  metric: Metric,
  columns: number,
  output: readonly number[],
  shape: number[],
  target: number[],
): number[] {
  const x = input([output.length / columns, columns]);
  const t = input(shape);
  return [
    ...evaluate(
      [metric(x, t)],
      new Map([
        [x, { data: output }],
        [t, { data: target }],
      ]),
    )[0]!.data,
  ];
}

it("counts the largest output against a label, the first where several tie", () => {
  const output = [0.1, 0.7, 0.2, 0.4, 0.4, 0.2, 0.2, 0.4, 0.4];
  expect(perSample(accuracy, 3, output, [3], [1, 1, 1])).toEqual([1, 0, 1]);
  expect(perSample(zeroOne, 3, output, [3], [1, 1, 1])).toEqual([0, 1, 0]);
});

it("counts it against the largest number of a distribution", () => {
  expect(perSample(accuracy, 2, [0.1, 0.9, 0.8, 0.2], [2, 2], [0.3, 0.7, 0.4, 0.6])).toEqual([1, 0]);
});

it("takes one output for class 1 from 0.5 on", () => {
  expect(perSample(accuracy, 1, [0.5, 0.49, 0.9, 0.1], [4], [1, 1, 1, 0])).toEqual([1, 0, 1, 1]);
  expect(perSample(accuracy, 1, [0.5, 0.49], [2, 1], [1, 0])).toEqual([1, 1]);
});

it("never takes NaN for a right answer among several", () => {
  expect(perSample(accuracy, 2, [Number.NaN, 1, Number.NaN, Number.NaN], [2], [0, 0])).toEqual([0, 0]);
});
