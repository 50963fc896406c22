import { evaluate, input, type Tensor } from "nabla/graph";
import { expect, it } from "vitest";
import { linear, sigmoid, softmax } from "../../src/nn/activations.ts";
import { dense } from "../../src/nn/dense.ts";
import { absolute, crossEntropy, euclidean, halfSquared, hinge, type Loss, squared } from "../../src/nn/losses.ts";
import { type Metric, zeroOne } from "../../src/nn/metrics.ts";
import { expectClose } from "../graph/fixture.ts";
import { applyLayers } from "./scope.ts";

/** Numbers that the lecture's slides print, at the level of layers and losses. The four pixels are in layers.test.ts. */

it("row 9: every number of the 2-2-2-2 net", () => {
  const net = applyLayers([dense(2), sigmoid, dense(2), sigmoid, dense(2), sigmoid], [2, 2]);
  const given = { W1: [1, -2, -1, 1], b1: [1, 0], W2: [2, -1, -2, -1], b2: [0, 0], W3: [3, -1, -1, 4], b3: [-2, 2] };
  const feed = new Map<Tensor, { data: number[] }>([[net.x, { data: [1, -1, 0, 0] }]]);
  Object.values(given).forEach((data, i) => void feed.set([...net.parameters.values()][i]!, { data }));
  const [sums, ...activations] = evaluate([net.values[0]!, ...[1, 3, 5].map((i) => net.values[i]!)], feed);
  expect([...sums!.data.slice(0, 2)]).toEqual([4, -2]);
  const expected = [
    [0.982, 0.1192, 0.7311, 0.5],
    [0.8635, 0.1107, 0.7235, 0.1232],
    [0.6177, 0.8291, 0.5118, 0.8544],
  ];
  for (const [i, { data }] of activations.entries())
    expect([...data].map((v) => Number(v.toFixed(4)))).toEqual(expected[i]);
  expect([...activations[2]!.data].map((v) => Number(v.toFixed(2)))).toEqual([0.62, 0.83, 0.51, 0.85]);
});

it("row 11: softmax of [3, 1, −3]; probabilities are positive and add up to 1", () => {
  const z = input([2, 3]);
  const feed = new Map([[z, { data: [3, 1, -3, 100, 100, -100] }]]);
  const { data } = evaluate([softmax(z)], feed)[0]!;
  expect([...data.slice(0, 3)].map((v) => Number(v.toFixed(4)))).toEqual([0.8789, 0.1189, 0.0022]);
  for (const row of [data.slice(0, 3), data.slice(3)]) {
    expect(row.every((p) => p > 0 && p < 1)).toBe(true);
    expectClose([row[0]! + row[1]! + row[2]!], [1], 1e-15, "sum");
  }
});

it("row 12: each loss of the slide", () => {
  const cost = (
    loss: Loss | Metric,
    output: number[],
    target: { shape: number[]; data: number[] },
    through = linear,
  ): number => {
    const [z, t] = [input([1, output.length]), input(target.shape)];
    return evaluate(
      [loss(through(z), t)],
      new Map<Tensor, { data: number[] }>([
        [z, { data: output }],
        [t, target],
      ]),
    )[0]!.data[0]!;
  };
  const values = (...data: number[]) => ({ shape: [1, data.length], data });
  expect(cost(absolute, [3], values(1))).toBe(2);
  expect(cost(squared, [3], values(1))).toBe(4);
  expect(cost(halfSquared, [3], values(1))).toBe(2);
  expect(cost(euclidean, [3, 4], values(0, 0))).toBe(5);
  expect(cost(hinge, [0.25], values(1))).toBe(0.75);
  expect(cost(hinge, [0.25], values(-1))).toBe(1.25);
  expect(cost(zeroOne, [0.25, 0.5], { shape: [1], data: [0] })).toBe(1);
  expect(cost(zeroOne, [0.25, 0.5], { shape: [1], data: [1] })).toBe(0);
  const probabilities = [0.8789, 0.1189, 0.0022];
  expectClose(
    [cost(crossEntropy, [3, 1, -3], { shape: [1], data: [1] }, softmax)],
    [-Math.log(probabilities[1]!)],
    1e-3,
    "−log p",
  );
});
