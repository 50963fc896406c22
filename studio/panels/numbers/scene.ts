import type { Explained, ExplainedEdge, ExplainedNode, Written } from "../../worker/views/explained.ts";

/** Where everything of the graph stands, in CSS pixels. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  /** How many numbers of each column were left out because it is too long. */
  readonly omitted: number;
}

/** A number with its value above and its gradient below. */
export interface Box {
  /** Id of its node; undefined for a number that comes in and is not part of the explanation. */
  readonly node: number | undefined;
  readonly symbol: Written;
  readonly value: number;
  readonly column: number;
  readonly x: number;
  readonly y: number;
  /** What comes in over weights, one row for each, and the bias. They stand left of the box. */
  readonly rows: readonly Row[];
}

/** A weight on its way into a neuron. */
export interface Row {
  readonly kind: "weight" | "bias";
  readonly symbol: Written;
  readonly value: number;
  /** Id of the weight's node; undefined where its gradient was not asked for. */
  readonly node: number | undefined;
  /** ∂z/∂w: what came in. */
  readonly own: number | undefined;
  /** ∂z/∂a, by which the gradient goes on to what came in; undefined for inputs. */
  readonly through: number | undefined;
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly key: string;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Edges of the explanation that run along it. */
  readonly edges: readonly number[];
  /** Parent of the edges: where the line leads. */
  readonly to: number;
  /** What happens on the way, where that is an op: σ. */
  readonly label: string;
}

export const sizes = { box: 72, half: 20, label: 26, row: 38, ledger: 84, join: 12 } as const;
/** Boxes in a column; of longer ones the first are drawn. */
const mostInColumn = 24;
const gaps = { rows: 28, fan: 44, op: 20, plain: 44, edge: 10 } as const;

interface Incoming {
  readonly rows: Omit<Row, "x" | "y">[];
  readonly sources: (Source | undefined)[];
}

type Source = { readonly node: number } | { readonly outside: string };

const isPlainSymbol = (text: string): boolean => /^[^\s()·−+∂/\d][^\s()·−+∂/]*$/.test(text);

/** The graph, laid out by layers from what goes in to the loss. Pure: the same explanation gives the same places. */
export function sceneOf({ nodes, edges }: Explained): Scene {
  const bySymbol = new Map(nodes.map((node) => [node.symbol.text, node]));
  const outside = new Map<string, { readonly symbol: Written; readonly value: number }>();
  const incoming = new Map<number, Incoming>();
  const flows: ExplainedEdge[] = [];
  for (const edge of edges) collect(edge);
  const shown = nodes.filter(({ role }) => role !== "parameter" && role !== "target");
  const columns = columnsOf(shown, incoming, flows);
  return placed(columns);

  function into(parent: number): Incoming {
    const known = incoming.get(parent) ?? { rows: [], sources: [] };
    incoming.set(parent, known);
    return known;
  }

  function collect(edge: ExplainedEdge): void {
    const child = nodes[edge.child]!;
    const { rows, sources } = into(edge.parent);
    if (child.role === "parameter") {
      const source = edge.isConstant ? undefined : sourceOf(edge);
      const twin = rows.findIndex((row, i) => row.symbol.text === child.symbol.text && sources[i] !== undefined);
      const row = { symbol: child.symbol, value: child.value, node: child.id, own: edge.id };
      if (twin >= 0) rows[twin] = { ...rows[twin]!, ...row };
      else {
        rows.push({ kind: source ? "weight" : "bias", through: undefined, ...row });
        sources.push(source);
      }
    } else if (isPlainSymbol(edge.symbol.text)) {
      const twin = rows.findIndex(({ symbol }) => symbol.text === edge.symbol.text);
      if (twin >= 0) rows[twin] = { ...rows[twin]!, through: edge.id };
      else {
        rows.push({
          kind: "weight",
          symbol: edge.symbol,
          value: edge.value,
          node: undefined,
          own: undefined,
          through: edge.id,
        });
        sources.push({ node: child.id });
      }
    } else flows.push(edge);
  }

  /** What a weight is multiplied by: a number of the graph, or one outside of it. */
  function sourceOf({ symbol, value }: ExplainedEdge): Source {
    const node = bySymbol.get(symbol.text);
    if (node && node.role !== "parameter") return { node: node.id };
    outside.set(symbol.text, { symbol, value });
    return { outside: symbol.text };
  }

  function columnsOf(
    all: readonly ExplainedNode[],
    comes: ReadonlyMap<number, Incoming>,
    rest: readonly ExplainedEdge[],
  ) {
    const depth = new Map<number, number>();
    const before = new Map<number, number[]>();
    for (const { parent, child } of rest) before.set(parent, [...(before.get(parent) ?? []), child]);
    const depthOf = (id: number): number => {
      const known = depth.get(id);
      if (known !== undefined) return known;
      depth.set(id, 0); // no cycle: a computation has none
      const sources = (comes.get(id)?.sources ?? []).flatMap((source) =>
        source && "node" in source ? [depthOf(source.node) + 1] : source ? [1] : [],
      );
      const own = Math.max(0, ...sources, ...(before.get(id) ?? []).map((child) => depthOf(child) + 1));
      depth.set(id, own);
      return own;
    };
    for (const { id } of all) depthOf(id);
    // numbers that formulas read and nothing flows through stand with the last numbers before the loss
    const last = Math.max(...depth.values());
    for (const node of all) {
      const isAlone = node.role === "value" && !comes.has(node.id) && !before.has(node.id) && node.edges.length === 0;
      if (isAlone) depth.set(node.id, Math.max(0, last - 1));
    }
    const found: (ExplainedNode | string)[][] = Array.from({ length: last + 1 }, () => []);
    const isInFlow = (node: ExplainedNode): boolean => node.gradient !== undefined || node.role === "input";
    for (const node of [...all.filter(isInFlow), ...all.filter((one) => !isInFlow(one))])
      found[depth.get(node.id)!]!.push(node);
    if (outside.size > 0) found[0]!.push(...outside.keys());
    // an input that comes in at a later layer only would stand in the first column all the same
    return found.filter(({ length }) => length > 0);
  }

  function placed(all: readonly (ExplainedNode | string)[][]): Scene {
    const cut = all.map((column) => column.slice(0, mostInColumn));
    const omitted = all.reduce((sum, { length }) => sum + Math.max(0, length - mostInColumn), 0);
    const rowsOf = (one: ExplainedNode | string) => (typeof one === "string" ? [] : (incoming.get(one.id)?.rows ?? []));
    const extent = (one: ExplainedNode | string): number =>
      Math.max(2 * sizes.half + 2 * sizes.label, rowsOf(one).length * sizes.row) + gaps.rows;
    const heights = cut.map((column) => column.reduce((sum, one) => sum + extent(one), 0));
    const height = Math.max(...heights);
    const boxes: Box[] = [];
    const middles = new Map<number | string, { readonly x: number; readonly y: number }>();
    let x = gaps.edge;
    cut.forEach((column, c) => {
      const hasRows = column.some((one) => rowsOf(one).length > 0);
      const isOp = column.every((one) => typeof one !== "string" && singleSource(one.id) !== undefined);
      if (c > 0) x += hasRows ? gaps.fan : isOp ? gaps.op : gaps.plain;
      const left = x + (hasRows ? sizes.ledger + sizes.join : 0);
      let y = (height - heights[c]!) / 2;
      for (const one of column) {
        const id = typeof one === "string" ? one : one.id;
        const source = typeof one === "string" ? undefined : singleSource(one.id);
        const beside = isOp && source !== undefined ? middles.get(source)?.y : undefined;
        const middle = beside ?? y + extent(one) / 2;
        y += extent(one);
        middles.set(id, { x: left, y: middle });
        const own = rowsOf(one);
        const top = middle - (own.length * sizes.row) / 2;
        boxes.push({
          node: typeof one === "string" ? undefined : one.id,
          symbol: typeof one === "string" ? outside.get(one)!.symbol : one.symbol,
          value: typeof one === "string" ? outside.get(one)!.value : one.value,
          column: c,
          x: left,
          y: middle - sizes.half,
          rows: own.map((row, i) => ({ ...row, x, y: top + i * sizes.row })),
        });
      }
      x = left + sizes.box;
    });
    return { width: x + gaps.edge, height, boxes, lines: linesOf(boxes, middles), omitted };
  }

  /** The one number that another is made of by an op, with no other made of it in its place. */
  function singleSource(id: number): number | undefined {
    if (incoming.get(id)?.rows.length) return undefined;
    const from = flows.filter(({ parent }) => parent === id);
    const only = from.length === 1 ? from[0]!.child : undefined;
    if (only === undefined || nodes[id]!.role === "loss") return undefined;
    return flows.filter(({ child }) => child === only).length === 1 ? only : undefined;
  }

  function linesOf(
    boxes: readonly Box[],
    middles: ReadonlyMap<number | string, { readonly x: number; readonly y: number }>,
  ): Line[] {
    const lines: Line[] = [];
    const right = ({ x, y }: { readonly x: number; readonly y: number }) => ({ x1: x + sizes.box, y1: y });
    for (const { node, rows } of boxes) {
      if (node === undefined) continue;
      rows.forEach((row, i) => {
        const source = incoming.get(node)!.sources[i];
        const from = source && middles.get("node" in source ? source.node : source.outside);
        if (!from) return;
        lines.push({
          key: `${node} ${row.symbol.text}`,
          ...right(from),
          x2: row.x,
          y2: row.y + sizes.row / 2,
          edges: [row.through, row.own].filter((edge) => edge !== undefined),
          to: node,
          label: "",
        });
      });
    }
    for (const edge of flows) {
      const [from, to] = [middles.get(edge.child), middles.get(edge.parent)];
      if (!from || !to) continue;
      lines.push({
        key: `edge ${edge.id}`,
        ...right(from),
        x2: to.x,
        y2: to.y,
        edges: [edge.id],
        to: edge.parent,
        label: singleSource(edge.parent) === undefined ? "" : opName(nodes[edge.parent]!),
      });
    }
    return lines;
  }
}

/** σ of σ(z): what happens between two boxes. */
const opName = ({ formula }: ExplainedNode): string => /^([\p{L}]+)\(/u.exec(formula?.text ?? "")?.[1] ?? "";
