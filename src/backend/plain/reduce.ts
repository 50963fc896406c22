import { combiners } from "../combiners.ts";
import { plainMachine } from "./machine.ts";

/** Where a reduction finds its input. */
export interface Fold {
  /** Where the input of each result begins. */
  readonly starts: Int32Array;
  /** Where each run along the innermost folded axis begins, from there. */
  readonly runs: Int32Array;
  /** Numbers along the innermost folded axis, and how far apart they lie. */
  readonly count: number;
  readonly stride: number;
  /** Whether lanes stand along that axis. */
  readonly hasLanes: boolean;
}

/**
 * A reduction in the order that `lanesOf` fixes. Without lanes numbers are folded one by one. With lanes there are
 * four partial results, position i goes to partial i mod 4, and at the end they are folded as (0 ∘ 2) ∘ (1 ∘ 3).
 * Positions that a vector has beyond the last would add the identity, which changes nothing.
 */
export function compileReduce(op: string, out: Float32Array, x: Float32Array, fold: Fold): () => void {
  const { identity, combine } = combiners[op]!;
  const { starts, runs, count, stride, hasLanes } = fold;
  const partials = hasLanes ? 4 : 1;
  const partial = new Float32Array(partials);
  return () => {
    for (let result = 0; result < starts.length; result++) {
      partial.fill(identity);
      for (const run of runs) {
        const start = starts[result]! + run;
        for (let lane = 0; lane < partials; lane++) {
          let total = partial[lane]!;
          for (let i = lane; i < count; i += partials) total = combine(plainMachine, total, x[start + i * stride]!);
          partial[lane] = total;
        }
      }
      out[result] = hasLanes
        ? combine(
            plainMachine,
            combine(plainMachine, partial[0]!, partial[2]!),
            combine(plainMachine, partial[1]!, partial[3]!),
          )
        : partial[0]!;
    }
  };
}
