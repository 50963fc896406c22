import type { Machine } from "../../graph/machine.ts";

const fround = Math.fround;
const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

const bitsOf = (x: number): number => {
  float[0] = x;
  return bits[0]!;
};
const fromBits = (word: number): number => {
  bits[0] = word;
  return float[0]!;
};

/**
 * The float32 operations on one number, as JavaScript has them: computed in float64 and rounded once, which for
 * + − × ÷ √ of float32 numbers gives the float32 result to the bit (Figueroa 1995, "When is double rounding innocuous?").
 * A mask is 1 or 0.
 */
export const plainMachine: Machine<number> = {
  constant: fround,
  keep: (value) => value,
  add: (a, b) => fround(a + b),
  sub: (a, b) => fround(a - b),
  mul: (a, b) => fround(a * b),
  div: (a, b) => fround(a / b),
  mulAdd: (a, b, c) => fround(fround(a * b) + c),
  larger: (a, b) => (a < b ? b : a),
  smaller: (a, b) => (b < a ? b : a),
  abs: Math.abs,
  neg: (a) => -a,
  sqrt: (a) => fround(Math.sqrt(a)),
  nearest,
  floor: Math.floor,
  less: (a, b) => (a < b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  select: (mask, yes, no) => (mask === 1 ? yes : no),
  indicator: (mask) => mask,
  powerOfTwo: (n) => fromBits(((n | 0) + 127) << 23),
  exponent: (x) => ((bitsOf(x) >>> 23) & 0xff) - 126,
  mantissa: (x) => fromBits((bitsOf(x) & 0x007fffff) | 0x3f000000),
  toWord: (x) => x | 0,
  word: (value) => value | 0,
  addWords: (a, b) => (a + b) | 0,
  xorWords: (a, b) => a ^ b,
  rotateWord: (a, by) => (a << by) | (a >>> (32 - by)),
  upperBits: (a) => a >>> 8,
};

function nearest(a: number): number {
  if (!(Math.abs(a) < 8388608)) return a; // whole already, infinite or NaN
  const below = Math.floor(a);
  const above = a - below;
  const isDown = above < 0.5 || (above === 0.5 && below % 2 === 0);
  const whole = isDown ? below : below + 1;
  return whole === 0 ? a * 0 : whole; // a zero keeps the sign of a
}
