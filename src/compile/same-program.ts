import { type Tensor, topologicalOrder } from "../graph/tensor.ts";
import { type Program, type Result, resultsOf } from "./program.ts";

/**
 * Whether two programs are one graph, node by node: the same ops on the same inputs, leaves that say the same of
 * themselves, and results that go to the same places. All that `compile` looks at is compared, so they have one plan.
 */
export function isSameProgram(a: Program, b: Program): boolean {
  const twins = new Map<unknown, unknown>();
  const isSame = (x: unknown, y: unknown): boolean => {
    if (Object.is(x, y)) return true;
    if (!isObject(x) || !isObject(y)) return false;
    if (twins.has(x)) return twins.get(x) === y;
    twins.set(x, y);
    const names = Object.keys(x);
    return names.length === Object.keys(y).length && names.every((name) => isSame(x[name], y[name]));
  };
  const [left, right] = [resultsOf(a), resultsOf(b)];
  const [nodes, others] = [nodesOf(left), nodesOf(right)];
  // one by one, inputs first: a deep graph takes no deep recursion, and no node is the twin of two
  return nodes.length === others.length && nodes.every((node, i) => isSame(node, others[i])) && isSame(left, right);
}

const nodesOf = (results: readonly Result[]): readonly Tensor[] =>
  topologicalOrder(
    results.flatMap(({ value, destination }) => (destination.kind === "state" ? [value, destination.state] : value)),
  );

/** Programs hold no null. */
const isObject = (x: unknown): x is Record<string, unknown> => typeof x === "object";
