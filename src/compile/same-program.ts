import { Tensor } from "../graph/tensor.ts";
import type { Outlined } from "./recent-plans.ts";

export const sameProgram = <Known extends Outlined>(known: readonly Known[], asked: Outlined): Known | undefined =>
  known.find((one) => isSameProgram(one, asked));

/**
 * Whether two programs are one graph, node by node: the same ops on the same inputs, leaves that say the same of
 * themselves, and results that go to the same places. All that `compile` looks at is compared, so they have one plan.
 *
 * Asked at the start of each run that trains again, so it makes little garbage.
 */
export function isSameProgram(a: Outlined, b: Outlined): boolean {
  if (a.nodes.length !== b.nodes.length) return false;
  const twins = new Map<Tensor, Tensor>();
  for (let i = 0; i < a.nodes.length; i++) {
    const [x, y] = [a.nodes[i]!, b.nodes[i]!];
    twins.set(x, y);
    if (x.op !== y.op || !isSame(x.inputs, y.inputs, twins) || !isSame(x.attributes, y.attributes, twins)) return false;
    if (!isSame(x.shape, y.shape, twins)) return false;
  }
  return isSame(a.results, b.results, twins);
}

/** Programs hold no null. */
function isSame(x: unknown, y: unknown, twins: ReadonlyMap<Tensor, Tensor>): boolean {
  if (typeof x !== "object" || typeof y !== "object") return Object.is(x, y);
  if (x instanceof Tensor) return twins.get(x) === y;
  if (isList(x) && isList(y)) {
    for (let i = 0; i < x.length; i++) if (!isSame(x[i], y[i], twins)) return false;
    return x.length === y.length;
  }
  const [left, right] = [x as Record<string, unknown>, y as Record<string, unknown>];
  let names = 0;
  for (const name in left) {
    if (!(name in right) || !isSame(left[name], right[name], twins)) return false;
    names += 1;
  }
  for (const _ in right) names -= 1;
  return names === 0;
}

const isList = (x: unknown): x is ArrayLike<unknown> => Array.isArray(x) || ArrayBuffer.isView(x);
