import { log } from "../array/math64.ts";
import { formatCount } from "./format.ts";

export interface ScaleOptions {
  /** Smallest and largest value; in order, and above 0 for a logarithmic scale. */
  readonly domain: readonly [low: number, high: number];
  /** Where they fall, in pixels; may run downwards. */
  readonly range: readonly [from: number, to: number];
}

export interface Scale extends ScaleOptions {
  /** The pixel of a value. */
  readonly map: (value: number) => number;
}

/** A scale on which equal differences are equally far apart. A domain of one value falls in the middle. */
export function linearScale({ domain, range }: ScaleOptions): Scale {
  const [low, high] = domain;
  const [from, to] = range;
  const map = (value: number) => (high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from));
  return { domain, range, map };
}

/** A scale on which equal ratios are equally far apart; values at or below 0 have no place on it (NaN). */
export function logScale({ domain, range }: ScaleOptions): Scale {
  const inner = linearScale({ domain: [log(domain[0]), log(domain[1])], range });
  return { domain, range, map: (value) => (value > 0 ? inner.map(log(value)) : Number.NaN) };
}

/** The step of 1, 2 or 5 times a power of ten that cuts `span` into about `count` parts, never more than twice as many. */
export function niceStep(span: number, count: number): number {
  if (!(span > 0) || !Number.isFinite(span)) return 1;
  // The text of a number holds its power of ten exactly; a logarithm would have to be rounded.
  const [significand = "1", exponent = "0"] = (span / count).toExponential().split("e");
  const size = Number(significand);
  const nice = size <= 1.5 ? 1 : size <= 3.5 ? 2 : size <= 7.5 ? 5 : 10;
  return Number(`${nice}e${exponent}`);
}

/** Round values inside [low, high], about `count` of them, at least one. `isWhole` keeps to whole numbers. */
export function niceTicks(low: number, high: number, count = 4, isWhole = false): readonly number[] {
  if (!(high > low)) return [low];
  const nice = niceStep(high - low, count);
  const step = isWhole ? Math.max(1, nice) : nice;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const ticks: number[] = [];
  for (let k = first; k <= last; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks.length > 0 ? ticks : [low];
}

/** [low, high] widened to whole steps, so that the outer grid lines enclose the data. */
export function niceDomain(low: number, high: number, count = 4): readonly [number, number] {
  if (!(high > low)) return low === 0 ? [0, 1] : [Math.min(0, low * 2), Math.max(0, low * 2)];
  const step = niceStep(high - low, count);
  const whole = (k: number) => Number((k * step).toPrecision(12));
  return [whole(Math.floor(low / step + 1e-9)), whole(Math.ceil(high / step - 1e-9))];
}

/** Powers of ten inside [low, high], thinned to `count`; the two ends where there is none. */
export function logTicks(low: number, high: number, count = 4): readonly number[] {
  const exponentOf = (value: number) => Number(value.toExponential().split("e")[1]);
  const powers: number[] = [];
  for (let k = exponentOf(low); k <= exponentOf(high); k++) {
    const power = Number(`1e${k}`);
    if (power >= low && power <= high) powers.push(power);
  }
  const every = Math.max(1, Math.ceil(powers.length / count));
  const kept = powers.filter((_, i) => i % every === 0);
  return kept.length > 0 ? kept : [low, high];
}

/** Tick labels with as many decimals as the ticks need to differ, the same number on each; 0 stands bare. */
export function tickLabels(ticks: readonly number[]): readonly string[] {
  const decimals = Math.max(0, ...ticks.map(decimalsOf));
  return ticks.map((tick) => {
    if (tick === 0) return "0";
    const size = Math.abs(tick);
    if (decimals > 6 || size >= 1e7) return tick.toExponential().replace("e+", "e").replaceAll("-", "−");
    const text = decimals === 0 ? formatCount(size) : size.toFixed(decimals);
    return tick < 0 ? `−${text}` : text;
  });
}

function decimalsOf(value: number): number {
  const [digits = "0", exponent = "0"] = value.toExponential().split("e");
  const fraction = digits.split(".")[1]?.length ?? 0;
  return Math.max(0, fraction - Number(exponent));
}
