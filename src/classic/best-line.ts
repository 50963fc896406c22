import type { Dataset } from "../data/index.ts";
import { checkDataset } from "../data/is-dataset.ts";
import { NablaError } from "../errors.ts";

export interface BestLine {
  /** Share of the samples on their class's side, in [½, 1]. */
  readonly accuracy: number;
  /** Unit vector across the line. A sample x is said to be of class 1 where normal · x + offset > 0, else of class 0. */
  readonly normal: readonly [number, number];
  readonly offset: number;
}

/** The time grows with the square of the number: so many take about a minute. */
const mostSamples = 20_000;

/** Directions nearer than the rounding of their keys are one, so that no line is put between collinear points. */
const sameDirection = 4e-15;

/**
 * The line that has most samples of two classes in the plane on their right sides, over all lines: what no linear
 * classifier can beat on these samples. Exact, up to directions that float64 cannot tell apart.
 *
 * Every way to divide the samples by a line is looked at: moved sideways, a line meets a first sample, which belongs to
 * the side it was on. So for each sample all others are sorted by direction, and a line turns about it by half a turn;
 * each sample that it passes changes sides. O(n² log n) time, O(n) memory; 2,000 samples take less than a second. Of equally
 * good lines the first that is met is given: always the same one.
 *
 * Throws DATA unless samples have shape [2] and labels of two classes, LIMIT above 20,000 samples.
 */
export function bestLine(data: Dataset): BestLine {
  const points = pointsOf(data);
  const { x, y, weights } = points;
  const size = x.length;
  const [gains, losses] = [new Float64Array(size), new Float64Array(size)];
  let best: Turn = { correct: 0, pivot: 0, key: 0, isPivotLeft: false, isLeftOne: true };
  for (let pivot = 0; pivot < size; pivot += 1) {
    // Left of a line in direction θ lies what is counter-clockwise of it: just before θ = 0, the upper half.
    let [left, own, gained, lost] = [0, 0, 0, 0];
    for (let i = 0; i < size; i += 1) {
      const [dx, dy, weight] = [x[i]! - x[pivot]!, y[i]! - y[pivot]!, weights[i]!];
      if (dx === 0 && dy === 0) own += weight;
      else {
        const isUpper = dy > 0 || (dy === 0 && dx > 0);
        if (isUpper) left += weight;
        const key = isUpper ? keyOf(dx, dy) : keyOf(-dx, -dy);
        // When the line passes it, an upper sample leaves the left side and a lower one enters it.
        if (isUpper === weight > 0) losses[lost++] = key;
        else gains[gained++] = key;
      }
    }
    const passed = { gains: gains.subarray(0, gained).sort(), losses: losses.subarray(0, lost).sort() };
    best = turnAbout(pivot, { ...passed, left, own }, points, best);
  }
  return lineOf(best, points);
}

interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** 1 for class 1, −1 for class 0. */
  readonly weights: Float64Array;
  /** Number of samples of class 0 and of class 1. */
  readonly counts: readonly [number, number];
}

function pointsOf(data: Dataset): Points {
  checkDataset(data, "bestLine");
  const { shape, size, y: targets, rows } = data;
  const isPlane = shape.length === 1 && shape[0] === 2;
  if (!isPlane || targets?.kind !== "labels" || targets.classes !== 2) {
    const labels = targets?.kind === "labels" ? `labels of ${targets.classes} classes` : "no labels";
    const received = isPlane ? labels : `samples of shape [${shape.join(", ")}]`;
    throw new NablaError("DATA", `the best line is sought between two classes in the plane, got ${received}`, {
      expected: "samples of shape [2] with labels of 2 classes",
      received,
      hint: "Give such data, for example quadrants().",
    });
  }
  if (size > mostSamples)
    throw new NablaError("LIMIT", `the best line is sought among the lines through ${size} samples`, {
      expected: `at most ${mostSamples} samples, as the time grows with their square`,
      received: String(size),
      hint: `Take fewer: data.take(${mostSamples}).`,
    });
  const [x, y, weights] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  let ones = 0;
  for (let i = 0; i < size; i += 1) {
    const row = rows ? rows[i]! : i;
    const label = targets.data[row]!;
    x[i] = data.x.data[2 * row]! * data.x.scale;
    y[i] = data.x.data[2 * row + 1]! * data.x.scale;
    weights[i] = label === 1 ? 1 : -1;
    ones += label;
  }
  return { x, y, weights, counts: [size - ones, ones] };
}

/** Grows with the angle of [dx, dy] from −1 at 0° to 1 at 180° (exclusive), without trigonometry. */
const keyOf = (dx: number, dy: number): number => -dx / (Math.abs(dx) + dy);

/** A line through the sample `pivot`, and how many samples it has on their right sides. */
interface Turn {
  readonly correct: number;
  readonly pivot: number;
  /** Of its direction. */
  readonly key: number;
  /** On which side the pivot, and what lies at the same point, is counted. */
  readonly isPivotLeft: boolean;
  /** Whether class 1 is on the left. */
  readonly isLeftOne: boolean;
}

interface Round {
  /** Sum of weights on the left before the first direction. */
  readonly left: number;
  /** Sum of weights at the pivot's point. */
  readonly own: number;
  /** Directions, in order, at which the sum on the left grows by one. */
  readonly gains: Float64Array;
  /** And at which it falls by one. */
  readonly losses: Float64Array;
}

/** Turns a line about the pivot by half a turn; gives the best line seen, or `known` where none is better. */
function turnAbout(pivot: number, { left: start, own, gains, losses }: Round, { counts }: Points, known: Turn): Turn {
  let best = known;
  let left = start;
  let [i, k] = [0, 0];
  let last = -1;
  for (;;) {
    const next = Math.min(gains[i] ?? 1, losses[k] ?? 1);
    // Just before 0° the samples are divided as just before 180°, which comes last.
    for (const isPivotLeft of [false, true]) {
      const sum = isPivotLeft ? left + own : left;
      for (const isLeftOne of [true, false]) {
        const correct = isLeftOne ? counts[0] + sum : counts[1] - sum;
        if (correct > best.correct && next > last)
          best = { correct, pivot, key: (last + next) / 2, isPivotLeft, isLeftOne };
      }
    }
    if (next === 1) return best;
    // All that lie in this direction are passed together.
    for (last = next; ; ) {
      if (gains[i]! - last <= sameDirection) {
        last = Math.max(last, gains[i++]!);
        left += 1;
      } else if (losses[k]! - last <= sameDirection) {
        last = Math.max(last, losses[k++]!);
        left -= 1;
      } else break;
    }
  }
}

/** The line itself, in the middle between the nearest samples on its two sides, and its accuracy, counted anew. */
function lineOf({ pivot, key, isPivotLeft, isLeftOne }: Turn, { x, y, weights }: Points): BestLine {
  const [dx, dy] = [-key, 1 - Math.abs(key)];
  const sign = (isLeftOne ? 1 : -1) / Math.sqrt(dx * dx + dy * dy);
  const normal = [-dy * sign, dx * sign] as const; // to the side of class 1
  const isPivotOne = isPivotLeft === isLeftOne;
  let [above, below] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < x.length; i += 1) {
    const isAtPivot = x[i] === x[pivot] && y[i] === y[pivot];
    const height = normal[0] * (x[i]! - x[pivot]!) + normal[1] * (y[i]! - y[pivot]!);
    if (isAtPivot ? isPivotOne : height > 0) above = Math.min(above, height);
    else below = Math.max(below, height);
  }
  // Where all samples are on one side, the line stays just beside them.
  const middle =
    above === Number.POSITIVE_INFINITY
      ? below + 1
      : below === Number.NEGATIVE_INFINITY
        ? above - 1
        : (above + below) / 2;
  const offset = -(normal[0] * x[pivot]! + normal[1] * y[pivot]! + middle);
  let correct = 0;
  for (let i = 0; i < x.length; i += 1)
    if (normal[0] * x[i]! + normal[1] * y[i]! + offset > 0 === weights[i]! > 0) correct += 1;
  return { accuracy: correct / x.length, normal, offset };
}
