import { cos, sin } from "../../array/math64.ts";

const fround = Math.fround;

/**
 * The discrete Fourier transform of lengths 2ᵃ, 3·2ᵃ and 5·2ᵃ in float32, by Stockham's method: each stage sorts while
 * it computes, so nothing is put in order at the end. The generated code does the same operations, four transforms side
 * by side; this is its reference.
 */

/** What the generated code and this file need to know of a length. */
export interface FourierPlan {
  readonly length: number;
  /** Radices of the stages, in order. */
  readonly radices: readonly number[];
  /** cos and −sin of 2πk / length, in pairs. */
  readonly twiddles: Float32Array;
}

/** The smallest length that can be transformed, at least `least` and a multiple of 16. */
export function transformLength(least: number): number {
  let best = Infinity;
  for (const odd of [1, 3, 5]) {
    let length = 16 * odd;
    while (length < least) length *= 2;
    best = Math.min(best, length);
  }
  return best;
}

export function fourierPlan(length: number): FourierPlan {
  const radices: number[] = [];
  let left = length;
  for (const radix of [4, 2, 3, 5])
    while (left % radix === 0) {
      radices.push(radix);
      left /= radix;
    }
  const twiddles = new Float32Array(2 * length);
  for (let k = 0; k < length; k++) {
    const angle = (2 * Math.PI * k) / length;
    twiddles[2 * k] = cos(angle);
    twiddles[2 * k + 1] = -sin(angle);
  }
  return { length, radices, twiddles };
}

/** Real and imaginary parts of a line of complex numbers. */
export interface Line {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

export const line = (length: number): Line => ({ re: new Float32Array(length), im: new Float32Array(length) });

/** Σₓ zₓ e^(−2πikx/n) of `a`; both lines are used up, and the one that holds the result is returned. */
export function transform({ length, radices, twiddles }: FourierPlan, a: Line, b: Line): Line {
  let [from, to] = [a, b];
  let stride = 1;
  let rest = length;
  for (const radix of radices) {
    const groups = rest / radix;
    for (let j = 0; j < groups; j++)
      for (let q = 0; q < stride; q++)
        butterfly(
          radix,
          from,
          q + stride * j,
          stride * groups,
          to,
          q + stride * radix * j,
          stride,
          twiddles,
          j * stride,
        );
    [from, to] = [to, from];
    rest = groups;
    stride *= radix;
  }
  return from;
}

// √3/2, and cosines and sines of 72° and 144°, rounded to float32
export const halfRoot3 = fround(0.8660254037844386);
export const [cos72, cos144] = [fround(0.30901699437494745), fround(-0.8090169943749475)];
export const [sin72, sin144] = [fround(0.9510565162951535), fround(0.5877852522924731)];

const xr = new Float32Array(5);
const xi = new Float32Array(5);
const yr = new Float32Array(5);
const yi = new Float32Array(5);

/** One transform of 2 to 5 numbers; its results are turned by powers of the twiddle number `turn`. */
function butterfly(
  radix: number,
  from: Line,
  at: number,
  step: number,
  to: Line,
  out: number,
  outStep: number,
  twiddles: Float32Array,
  turn: number,
): void {
  for (let r = 0; r < radix; r++) {
    xr[r] = from.re[at + r * step]!;
    xi[r] = from.im[at + r * step]!;
  }
  if (radix === 2) transform2();
  else if (radix === 3) transform3();
  else if (radix === 4) transform4();
  else transform5();
  to.re[out] = yr[0]!;
  to.im[out] = yi[0]!;
  for (let r = 1; r < radix; r++) {
    const [c, s] = [twiddles[2 * r * turn]!, twiddles[2 * r * turn + 1]!];
    to.re[out + r * outStep] = fround(yr[r]! * c) - fround(yi[r]! * s);
    to.im[out + r * outStep] = fround(yr[r]! * s) + fround(yi[r]! * c);
  }
}

function transform2(): void {
  yr[0] = xr[0]! + xr[1]!;
  yi[0] = xi[0]! + xi[1]!;
  yr[1] = xr[0]! - xr[1]!;
  yi[1] = xi[0]! - xi[1]!;
}

function transform4(): void {
  const [ar, ai] = [fround(xr[0]! + xr[2]!), fround(xi[0]! + xi[2]!)];
  const [br, bi] = [fround(xr[0]! - xr[2]!), fround(xi[0]! - xi[2]!)];
  const [cr, ci] = [fround(xr[1]! + xr[3]!), fround(xi[1]! + xi[3]!)];
  const [dr, di] = [fround(xr[1]! - xr[3]!), fround(xi[1]! - xi[3]!)];
  yr[0] = ar + cr;
  yi[0] = ai + ci;
  yr[1] = br + di;
  yi[1] = bi - dr;
  yr[2] = ar - cr;
  yi[2] = ai - ci;
  yr[3] = br - di;
  yi[3] = bi + dr;
}

function transform3(): void {
  const [tr, ti] = [fround(xr[1]! + xr[2]!), fround(xi[1]! + xi[2]!)];
  const [sr, si] = [fround(halfRoot3 * fround(xr[1]! - xr[2]!)), fround(halfRoot3 * fround(xi[1]! - xi[2]!))];
  const [mr, mi] = [fround(xr[0]! - fround(0.5 * tr)), fround(xi[0]! - fround(0.5 * ti))];
  yr[0] = xr[0]! + tr;
  yi[0] = xi[0]! + ti;
  yr[1] = mr + si;
  yi[1] = mi - sr;
  yr[2] = mr - si;
  yi[2] = mi + sr;
}

function transform5(): void {
  const [ar, ai] = [fround(xr[1]! + xr[4]!), fround(xi[1]! + xi[4]!)];
  const [br, bi] = [fround(xr[2]! + xr[3]!), fround(xi[2]! + xi[3]!)];
  const [cr, ci] = [fround(xr[1]! - xr[4]!), fround(xi[1]! - xi[4]!)];
  const [dr, di] = [fround(xr[2]! - xr[3]!), fround(xi[2]! - xi[3]!)];
  yr[0] = xr[0]! + fround(ar + br);
  yi[0] = xi[0]! + fround(ai + bi);
  const blend = (x: number, a: number, b: number, ca: number, cb: number) =>
    fround(x + fround(fround(ca * a) + fround(cb * b)));
  const [mr, mi] = [blend(xr[0]!, ar, br, cos72, cos144), blend(xi[0]!, ai, bi, cos72, cos144)];
  const [nr, ni] = [blend(xr[0]!, ar, br, cos144, cos72), blend(xi[0]!, ai, bi, cos144, cos72)];
  const [ur, ui] = [fround(fround(sin72 * cr) + fround(sin144 * dr)), fround(fround(sin72 * ci) + fround(sin144 * di))];
  const [vr, vi] = [fround(fround(sin144 * cr) - fround(sin72 * dr)), fround(fround(sin144 * ci) - fround(sin72 * di))];
  yr[1] = mr + ui;
  yi[1] = mi - ur;
  yr[4] = mr - ui;
  yi[4] = mi + ur;
  yr[2] = nr + vi;
  yi[2] = ni - vr;
  yr[3] = nr - vi;
  yi[3] = ni + vr;
}
