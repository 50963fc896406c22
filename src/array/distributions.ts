import { cos, log } from "./math64.ts";
import { type Random, randomBits } from "./random.ts";

/** Draws that only some programs need, so that the others do not carry what they are made of. */

const TWO_PI = 6.283185307179586;
const TWO_24 = 16777216;
const TWO_32 = 4294967296;

/** Uniform in [0, 1) with 24 bits, exact in float32: the top of the first word. */
export function uniform32(random: Random, high: number, low: number): number {
  return (randomBits(random, high, low)[0]! >>> 8) / TWO_24;
}

/** Standard normal: Box & Muller 1958, √(−2 ln u)·cos(2πv), u in (0, 1], v in [0, 1), 32 bits each; |z| ≤ 6.66. */
export function standardNormal(random: Random, high: number, low: number): number {
  const [first, second] = randomBits(random, high, low);
  return Math.sqrt(-2 * log((first! + 1) / TWO_32)) * cos(TWO_PI * (second! / TWO_32));
}
