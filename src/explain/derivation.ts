import type { Edge, ScalarGraph, ScalarNode } from "./scalar-graph.ts";

/**
 * The chain rule of a scalar graph: every product of derivatives along a path from the loss to a parameter, which of
 * its factors were there before, and what that saves.
 */

/** One step of a path: from `parent` down to `child`. */
export interface Step {
  readonly parent: ScalarNode;
  readonly child: ScalarNode;
  readonly edge: Edge;
}

/** The derivatives along one path from the loss to a parameter. */
export interface PathProduct {
  readonly steps: readonly Step[];
  /** So many of the first factors, multiplied, are known from the gradient of an earlier parameter. */
  readonly known: number;
  readonly value: number;
}

export interface ParameterPaths {
  readonly node: ScalarNode;
  /** Number of paths to the loss; beyond 2⁵³ about. */
  readonly paths: number;
  /** One for each path; undefined where they are more than `mostPaths`. */
  readonly products: readonly PathProduct[] | undefined;
  /** With re-use: ∂L/∂parent, which is known, times one derivative, for each parent. */
  readonly terms: readonly Step[];
  readonly multiplications: Multiplications;
}

/** How many multiplications the gradients take; the rule is told at `countMultiplications`. */
export interface Multiplications {
  /** Every product of every path by itself. */
  readonly expanded: number;
  /** Backpropagation: each ∂L/∂node once. */
  readonly reused: number;
}

export interface Derivation {
  readonly loss: ScalarNode;
  /** Numbers between the loss and the parameters, in the order in which backpropagation reaches them. */
  readonly inner: readonly ScalarNode[];
  /** The parameters' numbers, last layer first. */
  readonly parameters: readonly ParameterPaths[];
  readonly multiplications: Multiplications;
  /** In how many products of all paths a step occurs. */
  readonly usesOf: (step: Step) => number;
}

/** Gradients with more paths than this are told with re-use only. */
export const mostPaths = 256;
/** And so are all where the paths together have more factors than this. */
const mostFactors = 200_000;

export function derive(graph: ScalarGraph, parameterRank: (node: ScalarNode) => number): Derivation {
  const { loss, nodes } = graph;
  const inner = nodes.filter((node) => !node.isParameter);
  const isLater = (node: ScalarNode): number => Math.max(...[...node.parents.keys()].map(({ order }) => order), -1);
  const ordered = nodes
    .filter((node) => node.isParameter)
    .map((node) => ({ node, depth: isLater(node), rank: parameterRank(node) }))
    .sort((a, b) => b.depth - a.depth || a.rank - b.rank || a.node.place.flat - b.node.place.flat)
    .map(({ node }) => node);
  const counts = countPaths(loss, [...inner, ...ordered]);
  const downwards = countDownwards(nodes);
  const total = ordered.reduce((sum, node) => sum + counts.get(node)!.paths * 8, 0);
  const known = new Set<ScalarNode>([loss]);
  const parameters = ordered.map((node): ParameterPaths => {
    const { paths, factors, free } = counts.get(node)!;
    const products = paths <= mostPaths && total <= mostFactors ? productsOf(node, loss, known) : undefined;
    for (const { steps } of products ?? []) for (const { child } of steps) if (child !== node) known.add(child);
    const terms = [...node.parents].map(([parent, edge]) => ({ parent, child: node, edge }));
    const reused = terms.filter((step) => isMultiplied(step, counts)).length;
    return { node, paths, products, terms, multiplications: { expanded: factors - (paths - free), reused } };
  });
  return {
    loss,
    inner,
    parameters,
    multiplications: countMultiplications(inner, parameters, counts),
    usesOf: ({ parent, child }) => counts.get(parent)!.paths * downwards.get(child)!,
  };
}

/** Of all paths from the loss to a node: how many, how many factors they have that are not constant, how many none. */
interface PathCount {
  readonly paths: number;
  readonly factors: number;
  readonly free: number;
}

function countPaths(loss: ScalarNode, nodes: readonly ScalarNode[]): ReadonlyMap<ScalarNode, PathCount> {
  const counts = new Map<ScalarNode, PathCount>([[loss, { paths: 1, factors: 0, free: 1 }]]);
  for (const node of nodes) {
    if (node === loss) continue;
    let [paths, factors, free] = [0, 0, 0];
    for (const [parent, { isConstant }] of node.parents) {
      const above = counts.get(parent)!;
      paths += above.paths;
      factors += above.factors + (isConstant ? 0 : above.paths);
      free += isConstant ? above.free : 0;
    }
    counts.set(node, { paths, factors, free });
  }
  return counts;
}

/** Number of paths from each node down to parameters. */
function countDownwards(nodes: readonly ScalarNode[]): ReadonlyMap<ScalarNode, number> {
  const counts = new Map<ScalarNode, number>();
  for (const node of [...nodes].reverse()) {
    let paths = node.isParameter ? 1 : 0;
    for (const child of node.children.keys()) paths += counts.get(child) ?? 0;
    counts.set(node, paths);
  }
  return counts;
}

/**
 * Counts multiplications by the rule of the lecture's example: local derivatives are given (σ′ is one number, and so is
 * the derivative of the loss with respect to what it reads), adding is free, and so is multiplying by a number of the
 * program, such as the 1 of ∂z/∂b or the ½ of a loss. A product of n other factors takes n − 1 multiplications.
 *
 * - expanded: the sum of n − 1 over all paths from the loss to all parameters, each multiplied out by itself;
 * - reused: one for each edge of the reduced graph, ∂L/∂child += ∂L/∂parent · ∂parent/∂child, but for those with a
 *   constant derivative and those where ∂L/∂parent is itself constant, as ∂L/∂L = 1 is.
 *
 * Inputs and weights count even where they happen to be 1. The four-parameter net takes 17 and 8, the 2-2-2-2 net 190
 * and 26.
 */
function countMultiplications(
  inner: readonly ScalarNode[],
  parameters: readonly ParameterPaths[],
  counts: ReadonlyMap<ScalarNode, PathCount>,
): Multiplications {
  let reused = 0;
  for (const node of inner)
    for (const [parent, edge] of node.parents) if (isMultiplied({ parent, child: node, edge }, counts)) reused++;
  let expanded = 0;
  for (const { multiplications } of parameters) {
    expanded += multiplications.expanded;
    reused += multiplications.reused;
  }
  return { expanded, reused };
}

/** Whether ∂L/∂parent · ∂parent/∂child takes a multiplication. */
function isMultiplied({ parent, edge }: Step, counts: ReadonlyMap<ScalarNode, PathCount>): boolean {
  return !edge.isConstant && counts.get(parent)!.factors > 0;
}

function productsOf(parameter: ScalarNode, loss: ScalarNode, known: ReadonlySet<ScalarNode>): PathProduct[] {
  const products: PathProduct[] = [];
  const climb = (node: ScalarNode, below: readonly Step[]): void => {
    if (node === loss) {
      const unknown = below.findIndex(({ child }) => !known.has(child));
      const value = below.reduce((product, { edge }) => product * edge.value, 1);
      products.push({ steps: below, known: unknown < 0 ? below.length : unknown, value });
      return;
    }
    const parents = [...node.parents].sort(([a], [b]) => a.order - b.order || a.place.flat - b.place.flat);
    for (const [parent, edge] of parents) climb(parent, [{ parent, child: node, edge }, ...below]);
  };
  climb(parameter, []);
  return products;
}
