import { constant, evaluateAll, type Tensor, topologicalOrder, type Values } from "../graph/index.ts";
import { type Formula, keyOf, lengthOf, type MathSymbol, number, product, sum } from "./formula.ts";
import { notationOf } from "./notation.ts";
import { behindViews, dependents, operandsOf, type Place } from "./scalars.ts";

/** A number of the network between the parameters and the loss, with the edges of the chain rule that meet in it. */
export interface ScalarNode {
  readonly place: Place;
  /** Place of its tensor in the order of computation: parents have larger ones. */
  readonly order: number;
  readonly value: number;
  /** ∂L/∂this, from the graph that trains. */
  readonly gradient: number;
  /** Number of the layer that computed it, or one of the other two. */
  readonly scope: Scope;
  /** Named numbers are steps of the chain rule of their own; others may vanish into them. */
  symbol: MathSymbol | undefined;
  readonly isParameter: boolean;
  /** What is made of it, towards the loss. */
  readonly parents: Map<ScalarNode, Edge>;
  /** What it is made of, towards the parameters. */
  readonly children: Map<ScalarNode, Edge>;
  /** It also depends on parameters that were not asked for. */
  hasOthers: boolean;
}

export type Scope = number | "given" | "loss";

/** ∂parent/∂child. */
export interface Edge {
  readonly value: number;
  /** In symbols; undefined where that would be too long to read. */
  readonly formula: Formula | undefined;
  /** The derivative is a number of the program, whatever data and parameters are: multiplying by it costs nothing. */
  readonly isConstant: boolean;
}

export interface ScalarGraph {
  readonly loss: ScalarNode;
  /** From the loss to the parameters, each after its parents. */
  readonly nodes: readonly ScalarNode[];
}

/** What the scalar graph is read from. */
export interface GraphReading {
  readonly cost: Tensor;
  /** Inputs of each tensor to which a gradient flows, as provenance says. */
  readonly active: ReadonlyMap<Tensor, readonly number[]>;
  readonly values: ReadonlyMap<Tensor, Values>;
  readonly adjoints: ReadonlyMap<Tensor, Tensor>;
  readonly parameters: ReadonlySet<Tensor>;
  readonly scopeOf: (tensor: Tensor) => Scope;
  readonly symbolOf: (place: Place) => MathSymbol | undefined;
  /** Names a number that has none yet, because another layer reads it. */
  readonly nameNow: (place: Place) => MathSymbol;
  /** A number as it is written inside a formula. */
  readonly write: (place: Place) => Formula;
}

/** Formulas of more marks than this are written ∂y/∂x instead. */
const longest = 12;

/**
 * The chain rule number by number, for the chosen parameters: every number between them and the loss, and for each pair
 * that one op joins its local derivative. The derivatives come from the ops' own records, `vjp` asked with dy = 1.
 */
export function scalarGraph(reading: GraphReading, chosen: ReadonlyMap<Tensor, Uint8Array>): ScalarGraph {
  const { cost, active, values, adjoints } = reading;
  const marks = dependents(cost, chosen, active, values);
  const slopes = localSlopes(active, values, marks);
  const order = topologicalOrder([cost]);
  const found = new Map<Tensor, Map<number, ScalarNode>>();
  const ranks = new Map(order.map((tensor, i) => [tensor, i]));
  const nodeAt = (given: Place): ScalarNode => {
    const place = behindViews(given);
    let ofTensor = found.get(place.tensor);
    if (!ofTensor) found.set(place.tensor, (ofTensor = new Map()));
    const known = ofTensor.get(place.flat);
    if (known) return known;
    const adjoint = adjoints.get(place.tensor);
    const node: ScalarNode = {
      place,
      order: ranks.get(place.tensor)!,
      value: values.get(place.tensor)!.data[place.flat]!,
      gradient: adjoint ? values.get(adjoint)!.data[place.flat]! : 0,
      scope: reading.scopeOf(place.tensor),
      symbol: reading.symbolOf(place),
      isParameter: reading.parameters.has(place.tensor),
      parents: new Map(),
      children: new Map(),
      hasOthers: false,
    };
    ofTensor.set(place.flat, node);
    return node;
  };

  const loss = nodeAt({ tensor: cost, flat: 0 });
  for (const tensor of [...order].reverse()) {
    const mark = marks.get(tensor);
    if (!mark || tensor.op.kind === "view") continue;
    mark.forEach((isMarked, flat) => {
      if (isMarked === 1 && found.get(tensor)?.has(flat)) addChildren(nodeAt({ tensor, flat }));
    });
  }

  function addChildren(node: ScalarNode): void {
    const { tensor } = node.place;
    const inputs = active.get(tensor) ?? [];
    if (inputs.length === 0) return;
    const operands = operandsOf(node.place, values);
    const written = tensor.op.kind === "contract" || operands.length > 64 ? undefined : operands.map(reading.write);
    const value = reading.write(node.place);
    operands.forEach((operand, k) => {
      if (!inputs.includes(operand.input)) return;
      if (marks.get(operand.tensor)?.[operand.flat] !== 1) {
        node.hasOthers = true;
        return;
      }
      const edge = edgeOf(tensor, operand, k, operands, written, value, slopes, reading);
      if (edge.isConstant && edge.value === 0) return; // the program never takes this way, as at the seam of a join
      join(node, nodeAt(operand), edge);
    });
  }

  for (const ofTensor of found.values())
    for (const node of ofTensor.values())
      if (!node.symbol && node !== loss)
        for (const parent of node.parents.keys())
          if (parent.scope !== node.scope) node.symbol ??= reading.nameNow(node.place);
  const nodes = [...found.values()].flatMap((ofTensor) => [...ofTensor.values()]);
  return { loss, nodes: nodes.sort((a, b) => b.order - a.order || a.place.flat - b.place.flat) };
}

/** ∂y/∂x of each pointwise op and reduction, for each place of x: what their derivatives give for dy = 1. */
function localSlopes(
  active: ReadonlyMap<Tensor, readonly number[]>,
  values: ReadonlyMap<Tensor, Values>,
  marks: ReadonlyMap<Tensor, Uint8Array>,
): ReadonlyMap<Tensor, readonly (Float64Array | undefined)[]> {
  const asked: { tensor: Tensor; shares: readonly (Tensor | null)[] }[] = [];
  for (const tensor of active.keys()) {
    if (!marks.has(tensor) || (tensor.op.kind !== "pointwise" && tensor.op.kind !== "reduce")) continue;
    const dy = constant(1, tensor.shape);
    asked.push({ tensor, shares: tensor.op.vjp(dy, tensor, tensor.inputs, tensor.attributes) });
  }
  const wanted = asked.flatMap(({ shares }) => shares.filter((share) => share !== null));
  const results = evaluateAll(wanted, values);
  return new Map(
    asked.map(({ tensor, shares }) => [tensor, shares.map((share) => (share ? results.get(share)!.data : undefined))]),
  );
}

function edgeOf(
  tensor: Tensor,
  operand: Place & { input: number },
  k: number,
  operands: readonly Place[],
  written: readonly Formula[] | undefined,
  value: Formula,
  slopes: ReadonlyMap<Tensor, readonly (Float64Array | undefined)[]>,
  { values, write }: GraphReading,
): Edge {
  const { op } = tensor;
  if (op.kind === "contract") {
    const other = operands[(k + operands.length / 2) % operands.length]!;
    const formula = write(other);
    return { value: values.get(other.tensor)!.data[other.flat]!, formula, isConstant: formula.kind === "number" };
  }
  const slope = slopes.get(tensor)?.[operand.input]?.[operand.flat] ?? 1; // views and gathered rows pass on what comes
  const { slope: notation } = notationOf(op);
  const formula = op.name === "sum" ? number(1) : written && notation?.(k, written, value);
  const isConstant = formula?.kind === "number";
  return { value: slope, formula: shortened(formula), isConstant: isConstant && constantSlope(tensor, operand.input) };
}

/** Whether a derivative that is written as a number is one of the program, and not one that data decided. */
function constantSlope(tensor: Tensor, input: number): boolean {
  return tensor.inputs.every((x, i) => i === input || !decides(tensor, i) || isOfProgram(x));
}

/** Whether the derivative with respect to other operands can depend on this one: not so for sums. */
function decides({ op, inputs }: Tensor, input: number): boolean {
  const { slope } = notationOf(op);
  const operands = inputs.map((_, i): Formula => ({ kind: "symbol", symbol: { letter: `${i}`, below: [] }, value: 0 }));
  const [value] = operands as [Formula];
  const others = inputs.map((_, k) => k).filter((k) => k !== input);
  return others.some((k) => slope?.(k, operands, value).kind !== "number");
}

/** Whether a number follows from the program alone: made of constants and positions. */
const isOfProgram = (tensor: Tensor): boolean =>
  topologicalOrder([tensor]).every((x) => x.op.kind !== "leaf" || x.op.generate !== undefined);

const shortened = (formula: Formula | undefined): Formula | undefined =>
  formula && lengthOf(formula) <= longest ? formula : undefined;

/** Joins two nodes; where they are joined already, the derivatives add up: ∂(e·e)/∂e = e + e. */
function join(parent: ScalarNode, child: ScalarNode, edge: Edge): void {
  const before = parent.children.get(child);
  const joined = before ? alongside(before, edge) : edge;
  parent.children.set(child, joined);
  child.parents.set(parent, joined);
}

const alongside = (a: Edge, b: Edge): Edge => ({
  value: a.value + b.value,
  formula: a.formula && b.formula ? shortened(added(a.formula, b.formula)) : undefined,
  isConstant: a.isConstant && b.isConstant,
});

/** e + e stays 2·e where e is a sum, so that ½·2·(a − t) becomes a − t. */
const added = (a: Formula, b: Formula): Formula => (keyOf(a) === keyOf(b) ? product(number(2), a) : sum(a, b));

const inRow = (a: Edge, b: Edge): Edge => ({
  value: a.value * b.value,
  formula: a.formula && b.formula ? shortened(product(a.formula, b.formula)) : undefined,
  isConstant: a.isConstant && b.isConstant,
});

/** Takes a node out: each parent is joined with each child directly. */
function eliminate(node: ScalarNode): void {
  for (const [parent, above] of node.parents) {
    parent.children.delete(node);
    if (node.hasOthers) parent.hasOthers = true;
    for (const [child, below] of node.children) {
      child.parents.delete(node);
      join(parent, child, inRow(above, below));
    }
  }
}

/**
 * The steps of the chain rule as a person takes them: numbers that have a name, and those that several others read.
 *
 * 1. All that the loss computes is one step: ∂L/∂(what the loss reads) is given as a whole, as on the slide.
 * 2. A number without a name that goes into one other only, by a constant (a sum, a share), belongs to that other.
 * 3. A number without a name that depends on one other only and goes into one only is part of a function of one
 *    variable, f(g(x)), whose derivative is given as a whole, as σ′ is. What parameters enter is never such a part.
 */
export function reduced({ loss, nodes }: ScalarGraph): ScalarGraph {
  let kept = nodes.filter((node) => {
    if (node.scope !== "loss" || node === loss) return true;
    eliminate(node);
    return false;
  });
  for (let before = -1; before !== kept.length; ) {
    before = kept.length;
    kept = kept.filter((node) => {
      if (node === loss || node.symbol || node.isParameter || !isPart(node)) return true;
      eliminate(node);
      return false;
    });
  }
  return { loss, nodes: kept };
}

function isPart({ parents, children, hasOthers }: ScalarNode): boolean {
  if (parents.size !== 1) return false;
  const [above] = parents.values();
  if (above!.isConstant) return true;
  const [child] = children.keys();
  return children.size === 1 && !hasOthers && !child!.isParameter;
}
