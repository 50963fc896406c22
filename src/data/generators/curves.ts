import { standardNormal } from "../../array/distributions.ts";
import { exp, sin } from "../../array/math64.ts";
import { NablaError, quoted } from "../../errors.ts";
import { type Dataset, fromTable } from "../dataset.ts";
import { type GeneratorOptions, streamsOf } from "./points.ts";

const PI = Math.PI;

/** Functions of [−1, 1] with values in [−1, 1], by name: what `regressionCurve` draws from. */
export const curves = {
  /** sin 2πx: one whole wave on each side. */
  sine: (x: number) => sin(2 * PI * x),
  /** −1 left of 0, else 1: not continuous. */
  step: (x: number) => (x < 0 ? -1 : 1),
  /** e^(−16x²): one smooth hill. */
  bump: (x: number) => exp(-16 * x * x),
  /** |x|: a kink at 0. */
  hinge: (x: number) => Math.abs(x),
  /** x: what a linear model is enough for. */
  line: (x: number) => x,
  /** 4x³ − 3x, the third Chebyshev polynomial. */
  cubic: (x: number) => x * (4 * x * x - 3),
  /** sin 3π(x + 1)²/2: a wave that becomes faster to the right. */
  chirp: (x: number) => sin((3 * PI * (x + 1) * (x + 1)) / 2),
  /** Rises from −1 to 1 four times, and falls at once each time. */
  sawtooth: (x: number) => 4 * (x + 1) - 2 * Math.floor(2 * (x + 1)) - 1,
} as const satisfies Readonly<Record<string, (x: number) => number>>;

export type CurveName = keyof typeof curves;

export interface RegressionCurveOptions extends GeneratorOptions {
  /** Default "sine". */
  readonly curve?: CurveName | ((x: number) => number);
}

/**
 * Samples of a curve: x uniform in [−1, 1), shape [1], target y = curve(x) plus normal `noise`, a value of shape [1].
 * 200 samples without noise unless given. `curve` is a name of `curves` or a function of your own.
 * Throws OPTION for an unknown name and for options out of their range, DATA where a function gives no finite number.
 */
export function regressionCurve(options: RegressionCurveOptions = {}): Dataset {
  const { curve = "sine", noise = 0 } = options;
  if (typeof curve !== "function" && !Object.hasOwn(curves, curve)) {
    const known = Object.keys(curves).join(", ");
    throw new NablaError("OPTION", `no curve is called ${quoted(String(curve))}`, {
      expected: known,
      received: quoted(String(curve)),
      hint: `Known are ${known}; or give a function of x.`,
    });
  }
  const valueAt: (x: number) => number = typeof curve === "function" ? curve : curves[curve];
  const name = typeof curve === "function" ? "curve" : `curve ${curve}`;
  const { size, places, noises } = streamsOf(name, { size: 200, ...options });
  const [x, y] = [new Float32Array(size), new Float32Array(size)];
  for (let index = 0; index < size; index += 1) {
    x[index] = 2 * places.uniform(index, 0) - 1;
    const value = valueAt(x[index]!);
    y[index] = noise === 0 ? value : value + noise * standardNormal(noises, index, 0);
    if (!Number.isFinite(y[index]!))
      throw new NablaError("DATA", `the curve gives ${String(value)} at x = ${x[index]}`, {
        where: { row: index + 1 },
        expected: "a finite number",
        received: String(value),
        hint: "Give a function that has a value everywhere in [-1, 1].",
      });
  }
  return fromTable({ shape: [1], x: { data: x, scale: 1 }, y: { kind: "values", data: y, shape: [1] } });
}
