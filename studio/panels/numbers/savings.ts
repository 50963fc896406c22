import type { Explained } from "../../worker/views/explained.ts";
import { groupsOf } from "./steps.ts";

/** The multiplications for one layer's gradients. */
export interface LayerSaving {
  readonly layer: string;
  /** From one of its weights to the loss; the most. */
  readonly paths: number;
  /** Every path multiplied out. */
  readonly expanded: number;
  /** Each gradient once, those that are passed on to the layer before counted in its row. */
  readonly reused: number;
}

/** The counts of `multiplications` by layer, the last layer first; their sums are its numbers. */
export function savingsOf(explained: Explained): readonly LayerSaving[] {
  const { nodes, edges, parameters, phases, about } = explained;
  const groupOf = groupsOf(about);
  const rows = new Map<string, { paths: number; expanded: number; reused: number }>();
  const row = (id: number) => {
    const { layer } = nodes[id]!;
    const name = layer === undefined ? "" : groupOf(layer);
    const known = rows.get(name) ?? { paths: 0, expanded: 0, reused: 0 };
    rows.set(name, known);
    return known;
  };
  for (const { node, paths, multiplications } of parameters) {
    const own = row(node);
    own.paths = Math.max(own.paths, paths);
    own.expanded += multiplications.expanded;
    own.reused += multiplications.reused;
  }
  // ∂L/∂ of a number is a number of the program alone as long as every derivative above it is
  const moves = new Set<number>();
  for (const id of phases.backward) {
    const above = nodes[id]!.edges.map((edge) => edges[edge]!);
    if (above.some(({ parent, isConstant }) => !isConstant || moves.has(parent))) moves.add(id);
    const counted = above.filter(({ parent, isConstant }) => !isConstant && moves.has(parent)).length;
    if (counted > 0) row(id).reused += counted;
  }
  return [...rows].map(([layer, counts]) => ({ layer, ...counts }));
}
