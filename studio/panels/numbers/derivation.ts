import type { Explained, ExplainedEdge, Written } from "../../worker/views/explained.ts";

/** A factor of a product: a gradient that is known, or a local derivative. */
export interface DerivationFactor {
  readonly kind: "known" | "weight" | "slope" | "input" | "loss" | "constant" | "derivative";
  readonly symbol: Written;
  readonly value: number;
  /** Edge of the explanation; undefined for a known gradient. */
  readonly edge: number | undefined;
  /** Node of a known gradient. */
  readonly node: number | undefined;
  /** How often what is known is used. */
  readonly uses: number;
  /** What a known gradient is that of: the error at this number. */
  readonly of: Written | undefined;
  /** The product up to here was computed for another gradient. */
  readonly isReused: boolean;
}

/**
 * Why the gradient of a number is what it is, as far as it is worth telling at once: a sum of known gradients, each
 * times one derivative, and then a chain of derivatives on to the number. Without a fan-out between it and the loss
 * there is one term, which begins at the loss.
 */
export interface Telling {
  readonly terms: readonly (readonly DerivationFactor[])[];
  readonly chain: readonly DerivationFactor[];
  readonly result: { readonly symbol: Written; readonly value: number };
}

/** Told with re-use. */
export function telling(explained: Explained, id: number): Telling {
  const { nodes, edges } = explained;
  const node = nodes[id]!;
  const chain: DerivationFactor[] = [];
  let at = node;
  while (at.edges.length === 1 && at.role !== "loss") {
    const edge = edges[at.edges[0]!]!;
    chain.unshift(factorOf(explained, edge));
    at = nodes[edge.parent]!;
  }
  const result = { symbol: node.gradientSymbol ?? node.symbol, value: node.gradient ?? Number.NaN };
  if (at.role === "loss") return { terms: [], chain: withReuse(explained, id, chain), result };
  const terms = at.edges.map((edge) => {
    const step = edges[edge]!;
    const parent = nodes[step.parent]!;
    const own = factorOf(explained, step);
    return parent.role === "loss" ? [own] : [knownFactor(explained, step.parent), own];
  });
  return { terms, chain, result };
}

/** Every path from the number to the loss, multiplied out; undefined where there are too many. */
export function paths(explained: Explained, id: number): readonly Path[] | undefined {
  const parameter = explained.parameters.find(({ node }) => node === id);
  return parameter?.products?.map(({ edges, reused, value }) => ({
    factors: edges.map((edge, i) => ({ ...factorOf(explained, explained.edges[edge]!), isReused: i < reused })),
    value,
  }));
}

export interface Path {
  readonly factors: readonly DerivationFactor[];
  readonly value: number;
}

function withReuse(explained: Explained, id: number, chain: DerivationFactor[]): DerivationFactor[] {
  const product = explained.parameters.find(({ node }) => node === id)?.products?.[0];
  return chain.map((factor, i) => ({ ...factor, isReused: i < (product?.reused ?? 0) }));
}

/** ∂L/∂node, which is computed once. */
export function knownFactor({ nodes }: Explained, id: number): DerivationFactor {
  const { symbol, gradientSymbol, gradient, uses } = nodes[id]!;
  return {
    kind: "known",
    symbol: gradientSymbol ?? symbol,
    value: gradient ?? Number.NaN,
    edge: undefined,
    node: id,
    uses,
    of: symbol,
    isReused: true,
  };
}

function factorOf({ nodes }: Explained, edge: ExplainedEdge): DerivationFactor {
  const { id, symbol, value, uses } = edge;
  return { kind: kindOf(nodes, edge), symbol, value, edge: id, node: undefined, uses, of: undefined, isReused: false };
}

function kindOf(
  nodes: Explained["nodes"],
  { parent, child, symbol, isConstant }: ExplainedEdge,
): DerivationFactor["kind"] {
  if (isConstant) return "constant";
  if (nodes[parent]!.role === "loss") return "loss";
  if (nodes[child]!.role === "parameter") return "input";
  if (/^[^\s()·−+∂/\d][^\s()·−+∂/]*$/.test(symbol.text)) return "weight";
  return symbol.text.includes("′") || symbol.text.includes("[") ? "slope" : "derivative";
}

/** A gradient that is computed once, and the gradients it goes into. */
export interface Reuse {
  readonly node: number;
  readonly symbol: Written;
  readonly gradient: number;
  /** Short: δ has a letter of its own, of other gradients the number that they are of is named. */
  readonly usedIn: readonly { readonly node: number; readonly symbol: Written; readonly isShort: boolean }[];
}

/** The gradients that are used more than once, from the loss on. */
export function reuses({ nodes, edges, phases }: Explained): readonly Reuse[] {
  return phases.backward
    .map((id) => nodes[id]!)
    .filter(({ role, uses }) => role !== "loss" && uses > 1)
    .map(({ id, symbol, gradientSymbol, gradient }) => ({
      node: id,
      symbol: gradientSymbol ?? symbol,
      gradient: gradient ?? Number.NaN,
      usedIn: edges
        .filter(({ parent }) => parent === id)
        .map(({ child }) => {
          const { symbol: own, gradientSymbol: named } = nodes[child]!;
          const isShort = named !== undefined && !named.text.startsWith("∂");
          return { node: child, symbol: isShort ? named : own, isShort };
        }),
    }));
}
