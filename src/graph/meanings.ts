import { cos, exp, expm1, log, log1p, sigmoid, sin, softplus, tanh } from "../array/math64.ts";
import { threefry } from "../array/random.ts";

/** What an op gives for one number of each input. */
type Meaning = (...x: number[]) => number;

/** What is exact enough to fold constants by, too: as they would be in a program's own code. */
export const arithmetic: Readonly<Record<string, Meaning>> = {
  neg: (x) => -x!,
  add: (a, b) => a! + b!,
  sub: (a, b) => a! - b!,
  mul: (a, b) => a! * b!,
  div: (a, b) => a! / b!,
};

const others: Readonly<Record<string, Meaning>> = {
  exp,
  expm1,
  log,
  log1p,
  sqrt: Math.sqrt,
  sin,
  cos,
  tanh,
  sigmoid,
  softplus,
  abs: Math.abs,
  sign: Math.sign,
  flushTiny: (x) => (Math.abs(x!) < 1e-30 ? 0 : x!),
  maximum: Math.max,
  minimum: Math.min,
  less: (a, b) => (a! < b! ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  copy: (x) => x!,
  detach: (x) => x!,
  where: (condition, yes, no) => (condition !== 0 ? yes! : no!),
  /** The upper 24 bits of the first word of Threefry-2×32; words come as halves of 16 bits. */
  random(stepHigh, stepLow, index, ...key) {
    const words = new Uint32Array(2);
    const word = (high: number, low: number): number => (high << 16) | low;
    threefry(word(key[0]!, key[1]!), word(key[2]!, key[3]!), word(stepHigh!, stepLow!), index!, words);
    return (words[0]! >>> 8) / 16_777_216;
  },
};

/**
 * What each pointwise op means, in float64, by its name: the definition that float32 is held against. It stands apart
 * from the ops' records, so that a program that only trains brings none of it.
 */
export const meanings: Readonly<Record<string, Meaning>> = /* @__PURE__ */ Object.assign({}, arithmetic, others);
