/**
 * The float32 operations a target offers, in its own kind of value: a number for the plain twin, four lanes on the
 * stack for WebAssembly. Primitives are written once against this interface, so every engine computes the same bits.
 */
export interface Machine<V> {
  constant(value: number): V;
  /** Gives a value that is used more than once a name, so that it is computed once. */
  keep(value: V): V;
  add(a: V, b: V): V;
  sub(a: V, b: V): V;
  mul(a: V, b: V): V;
  div(a: V, b: V): V;
  /** a·b + c: in one rounding where the arithmetic is "fma", in two where it is "portable". */
  mulAdd(a: V, b: V, c: V): V;
  /** a < b ? b : a, so a NaN in `a` passes and one in `b` does not. */
  larger(a: V, b: V): V;
  /** b < a ? b : a. */
  smaller(a: V, b: V): V;
  abs(a: V): V;
  neg(a: V): V;
  sqrt(a: V): V;
  /** To the nearest whole number, ties to even. */
  nearest(a: V): V;
  floor(a: V): V;
  /** Masks: only for `select`, `and` and `indicator`. */
  less(a: V, b: V): V;
  equal(a: V, b: V): V;
  select(mask: V, yes: V, no: V): V;
  /** 1 where the mask holds, else 0. */
  indicator(mask: V): V;
  /** 2ⁿ for a whole n from −127, which gives 0, to 127. */
  powerOfTwo(n: V): V;
  /** For normal x = m·2ᵉ with ½ ≤ m < 1: e and m. */
  exponent(x: V): V;
  mantissa(x: V): V;
  /** 32-bit words, which only the operations below take: of a whole number from 0 to below 2²⁴, and of a constant. */
  toWord(x: V): V;
  word(value: number): V;
  addWords(a: V, b: V): V;
  xorWords(a: V, b: V): V;
  /** A kept word, turned to the left. */
  rotateWord(a: V, by: number): V;
  /** The upper 24 bits of a word, as a whole number. */
  upperBits(a: V): V;
}
