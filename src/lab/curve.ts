import { NablaError } from "../errors.ts";
import { evaluate, input } from "../graph/index.ts";
import { formatNumber } from "../plot/index.ts";
import { parseFormula } from "./formula.ts";
import { formulaGraph } from "./formula-graph.ts";

/** A function of x on an interval, as a formula gives it or as it was drawn. */
export interface Curve {
  readonly label: string;
  readonly interval: readonly [from: number, to: number];
  /** Its values at places in the interval. Throws DATA where one is not finite. */
  values(x: readonly number[]): Float64Array;
}

/** The curve of a formula of x. Throws OPTION with the character at which it cannot be read. */
export function formulaCurve(text: string, interval: readonly [number, number]): Curve {
  const formula = parseFormula(text, ["x"]);
  return {
    label: text,
    interval,
    values(places) {
      const x = input([places.length], "x");
      const { data } = evaluate([formulaGraph(formula, { x })], new Map([[x, { data: places }]]))[0]!;
      const bad = data.findIndex((value) => !Number.isFinite(value));
      if (bad < 0) return data;
      throw new NablaError(
        "DATA",
        `the function is ${formatNumber(data[bad]!)} at x = ${Number(places[bad]!.toPrecision(6))}`,
        {
          expected: "a finite number everywhere in the interval",
          received: formatNumber(data[bad]!),
          hint: "Choose another interval with --interval, or another function.",
        },
      );
    },
  };
}

/**
 * The curve that goes straight from point to point, in the order of x; level beyond its ends. Throws DATA for fewer than
 * two points, and for two at the same x.
 */
export function pointsCurve(
  points: readonly (readonly [number, number])[],
  interval?: readonly [number, number],
): Curve {
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  const twice = sorted.find(([x], i) => i > 0 && x === sorted[i - 1]![0]);
  if (sorted.length < 2 || twice) {
    const received = twice
      ? `two points at x = ${twice[0]}`
      : `${sorted.length} point${sorted.length === 1 ? "" : "s"}`;
    throw new NablaError("DATA", `a curve cannot be drawn through ${received}`, {
      expected: "two or more points, each at an x of its own",
      received,
      hint: twice ? "Give one y for each x." : "Give two or more points.",
    });
  }
  return {
    label: `${sorted.length} points`,
    interval: interval ?? [sorted[0]![0], sorted.at(-1)![0]],
    values: (places) => Float64Array.from(places, (x) => interpolate(sorted, x)),
  };
}

function interpolate(points: readonly (readonly [number, number])[], x: number): number {
  let [low, high] = [0, points.length - 1];
  if (x <= points[low]![0]) return points[low]![1];
  if (x >= points[high]![0]) return points[high]![1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle]![0] <= x) low = middle;
    else high = middle;
  }
  const [[x0, y0], [x1, y1]] = [points[low]!, points[high]!];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
