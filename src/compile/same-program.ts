import { Tensor, topologicalOrder } from "../graph/tensor.ts";
import { type Program, type Result, resultsOf } from "./program.ts";
import type { PlannedProgram } from "./recent-plans.ts";

export const sameProgram = (known: readonly PlannedProgram[], program: Program): PlannedProgram | undefined =>
  known.find((other) => isSameProgram(other.program, program));

/**
 * Whether two programs are one graph, node by node: the same ops on the same inputs, leaves that say the same of
 * themselves, and results that go to the same places. All that `compile` looks at is compared, so they have one plan.
 */
export function isSameProgram(a: Program, b: Program): boolean {
  const twins = new Map<Tensor, Tensor>();
  const isSame = (x: unknown, y: unknown): boolean => {
    if (x instanceof Tensor) return twins.get(x) === y;
    if (Array.isArray(x) && Array.isArray(y))
      return x.length === y.length && x.every((value, i) => isSame(value, y[i]));
    if (!isObject(x) || !isObject(y)) return Object.is(x, y);
    const names = Object.keys(x);
    return names.length === Object.keys(y).length && names.every((name) => isSame(x[name], y[name]));
  };
  const [left, right] = [resultsOf(a), resultsOf(b)];
  const [nodes, others] = [nodesOf(left), nodesOf(right)];
  const isTwin = (x: Tensor, i: number): boolean => {
    const y = others[i]!;
    twins.set(x, y);
    return (
      x.op === y.op && isSame(x.inputs, y.inputs) && isSame(x.attributes, y.attributes) && isSame(x.shape, y.shape)
    );
  };
  return nodes.length === others.length && nodes.every(isTwin) && isSame(left, right);
}

/** All nodes, inputs first. */
const nodesOf = (results: readonly Result[]): readonly Tensor[] =>
  topologicalOrder(
    results.flatMap(({ value, destination }) => (destination.kind === "state" ? [value, destination.state] : value)),
  );

/** Programs hold no null. */
const isObject = (x: unknown): x is Record<string, unknown> => typeof x === "object";
