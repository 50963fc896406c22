import { copy } from "../graph/pointwise.ts";
import type { Tensor } from "../graph/tensor.ts";

/** What one step computes: values to read, state to replace, numbers to record. */
export interface Program {
  /** Values the host reads after a run. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** State leaves and the values they have after the step: all are read before any is replaced. */
  readonly next?: readonly (readonly [state: Tensor, value: Tensor])[];
  /** Scalars recorded at every step of a run, such as the loss of its batch. */
  readonly metrics?: Readonly<Record<string, Tensor>>;
}

/** What becomes of a result: where the compiler has to put it. */
export type Destination =
  | { readonly kind: "output"; readonly name: string }
  | { readonly kind: "metric"; readonly name: string }
  | { readonly kind: "state"; readonly state: Tensor };

/** A value that must be stored, and where. */
export interface Result {
  readonly value: Tensor;
  readonly destination: Destination;
}

/**
 * The results of a program, each a `copy` node of its own: a value may be asked for twice, be a view, or be another
 * state's old value, and a copy at the end of its kernel costs no instruction.
 */
export function resultsOf({ outputs = {}, next = [], metrics = {} }: Program): Result[] {
  return [
    ...Object.entries(outputs).map(
      ([name, value]): Result => ({ value: copy(value), destination: { kind: "output", name } }),
    ),
    ...Object.entries(metrics).map(
      ([name, value]): Result => ({ value: copy(value), destination: { kind: "metric", name } }),
    ),
    ...next.map(([state, value]): Result => ({ value: copy(value), destination: { kind: "state", state } })),
  ];
}
