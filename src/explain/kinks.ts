import type { Tensor, Values } from "../graph/index.ts";
import { operandsOf } from "./scalars.ts";

/** What a piecewise op decides from its operands: its slope jumps only where this changes. */
const decisions: Readonly<Record<string, (operands: readonly number[]) => number>> = {
  maximum: ([a, b]) => Math.sign(a! - b!),
  minimum: ([a, b]) => Math.sign(a! - b!),
  abs: ([x]) => Math.sign(x!),
  sign: ([x]) => Math.sign(x!),
  less: ([a, b]) => Math.sign(a! - b!),
  equal: ([a, b]) => Math.sign(a! - b!),
  where: ([condition]) => (condition === 0 ? 0 : 1),
  flushTiny: ([x]) => (Math.abs(x!) < 1e-30 ? 0 : 1),
  /** Which member is the largest, and whether it is alone. */
  max: (members) => {
    const largest = members.reduce((a, b) => Math.max(a, b));
    const first = members.indexOf(largest);
    return first === members.lastIndexOf(largest) ? first : -1;
  },
};

/** Ops that have a kink, by name. */
export const piecewiseOps: readonly string[] = Object.keys(decisions);

export const isPiecewise = ({ op }: Tensor): boolean => Object.hasOwn(decisions, op.name);

/** The decisions of a piecewise op, one for each number of its result. */
export function decisionsOf(tensor: Tensor, values: ReadonlyMap<Tensor, Values>): Int32Array {
  const decide = decisions[tensor.op.name]!;
  return Int32Array.from({ length: values.get(tensor)!.data.length }, (_, flat) =>
    decide(operandsOf({ tensor, flat }, values).map((operand) => values.get(operand.tensor)!.data[operand.flat]!)),
  );
}
