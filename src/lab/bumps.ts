import { dense, sigmoid } from "../nn/index.ts";
import { type Model, sequential } from "../train/model.ts";

/** Places over the interval, its ends included, at which the curve is known. */
export const placeCount = 4097;

/** Place i as the network sees it: from −1 to 1, exact in float32. Halves stand between two places. */
export const inputAt = (place: number): number => -1 + (2 * place) / (placeCount - 1);

/** So steep that a step, half-way between two places, is over at both: σ(±40) is 0 or 1. Products with places are exact. */
const steepness = 40 * (placeCount - 1);

/**
 * The network of bumps (Nielsen 2015, "Neural networks and deep learning", chapter 4): one hidden layer of `hidden`
 * sigmoid neurons, each a step. The places are cut into `hidden` equal cells; over a cell the output is the middle
 * between the curve's least and greatest value there, so a bump is one step up and the next one down.
 *
 * Its error in a cell is half of what the curve moves there. The cells of twice as many neurons lie inside of those
 * before, so the largest error never rises when the number doubles; and it goes to 0 for every continuous curve.
 *
 * `values` are the curve at the `placeCount` places.
 */
export function bumpsNetwork(values: ArrayLike<number>, hidden: number): Model {
  const levels = cellsOf(hidden).map(([from, end]) => middle(values, from, end));
  const model = sequential([dense(hidden, { name: "steps" }), sigmoid, dense(1, { name: "output" })], { input: 1 });
  // The first step lies far to the left of the interval: it is up everywhere.
  const places = cellsOf(hidden).map(([from], i) => (i === 0 ? -2 : inputAt(from - 0.5)));
  model.weights.set(
    "steps/weight",
    places.map(() => [steepness]),
  );
  model.weights.set(
    "steps/bias",
    places.map((place) => -steepness * place),
  );
  model.weights.set("output/weight", [levels.map((level, i) => level - (levels[i - 1] ?? 0))]);
  model.weights.set("output/bias", [0]);
  return model;
}

/** Half of the most that the curve moves in a cell: the largest error of the network of bumps, rounding aside. */
export function bumpsBound(values: ArrayLike<number>, hidden: number): number {
  let bound = 0;
  for (const [from, end] of cellsOf(hidden)) {
    const level = middle(values, from, end);
    for (let i = from; i < end; i += 1) bound = Math.max(bound, Math.abs(values[i]! - level));
  }
  return bound;
}

/** The places of each cell, from the first to before the end; the last place belongs to the last cell. */
function cellsOf(hidden: number): readonly (readonly [from: number, end: number])[] {
  const edge = (i: number) => (i === hidden ? placeCount : Math.round(((placeCount - 1) * i) / hidden));
  return Array.from({ length: hidden }, (_, i) => [edge(i), edge(i + 1)] as const);
}

function middle(values: ArrayLike<number>, from: number, end: number): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = from; i < end; i += 1) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  return (least + most) / 2;
}
