import type { Observations } from "./observations.ts";

const fround = Math.fround;

/** Partial sums of a squared distance; feature k goes to sum k mod 16. */
export const partialSums = 16;

/** For each sample `size` others that may be near. */
export interface Candidates {
  readonly size: number;
  /** [count, size] */
  readonly indices: Int32Array;
}

/** The true distances of samples to the candidates that a coarser search found for them. */
export interface CandidateSquares extends Disposable {
  /** ‖a − b‖² of samples `first` to before `last` with their candidates, [last − first, size]. Overwritten next time. */
  between(first: number, last: number): Float32Array;
}

/**
 * The reference. Every difference, square and sum is rounded to float32; the sixteen sums of a pair are added as four
 * vectors (0 + 1) + (2 + 3), and then their lanes (0 + 2) + (1 + 3). The generated code gives the same bits.
 */
export class PlainSquares implements CandidateSquares {
  readonly #x: Observations;
  readonly #near: Candidates;

  constructor(x: Observations, near: Candidates) {
    this.#x = x;
    this.#near = near;
  }

  between(first: number, last: number): Float32Array {
    const [{ data, features }, { indices, size }] = [this.#x, this.#near];
    const out = new Float32Array((last - first) * size);
    const sums = new Float32Array(partialSums);
    for (let e = 0; e < out.length; e++) {
      const a = (first + Math.floor(e / size)) * features;
      const b = indices[first * size + e]! * features;
      sums.fill(0);
      for (let k = 0; k < features; k++) {
        const difference = fround(data[a + k]! - data[b + k]!);
        sums[k % partialSums]! += fround(difference * difference);
      }
      for (let lane = 0; lane < 4; lane++)
        sums[lane] = fround(sums[lane]! + sums[4 + lane]!) + fround(sums[8 + lane]! + sums[12 + lane]!);
      out[e] = fround(sums[0]! + sums[2]!) + fround(sums[1]! + sums[3]!);
    }
    return out;
  }

  [Symbol.dispose](): void {}
}
