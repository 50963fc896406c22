import { sizeOf } from "../array/ndarray.ts";
import { NablaError, quoted, wrongOption } from "../errors.ts";
import { type Tensor, topologicalOrder, type Values } from "../graph/index.ts";
import type { Model } from "../train/model.ts";
import { networkOf } from "../train/network-of.ts";
import type { LossFunction } from "../train/objective.ts";
import type { Parameter } from "../train/parameters.ts";
import { type Derivation, derive } from "./derivation.ts";
import type {
  ChainProduct,
  EdgeValue,
  Explanation,
  ExplanationAbout,
  NodeValue,
  ParameterGradient,
} from "./explanation.ts";
import { explanationJson } from "./explanation-json.ts";
import { explanationLatex } from "./explanation-latex.ts";
import { explanationMathml } from "./explanation-mathml.ts";
import { explanationText } from "./explanation-text.ts";
import { float32Values } from "./float32.ts";
import { foldedNumbers } from "./folded-numbers.ts";
import type { Formula, MathSymbol } from "./formula.ts";
import { type Example, type TracedExample, traceExample, valuesOf } from "./graph-values.ts";
import {
  type GraphReading,
  reduced,
  type ScalarGraph,
  type ScalarNode,
  type Scope,
  scalarGraph,
} from "./scalar-graph.ts";
import { behindViews, type Place, positionOf } from "./scalars.ts";
import { Symbols } from "./symbols.ts";
import { tensorSteps } from "./tensor-steps.ts";
import { Writing } from "./writing.ts";

export interface ExplainOptions extends Example {
  /** Default: what `fit` would take. */
  readonly loss?: LossFunction;
  /** η of the update; default 0.1. */
  readonly learningRate?: number;
  /** How the losses of several samples become one number. Default "mean", as in `fit`. */
  readonly reduction?: "mean" | "sum";
  /** Whether dropout drops and batches are normalized, as in `fit`. Default true. */
  readonly isTraining?: boolean;
  /** Up to so many numbers (parameters, inputs, results of layers) are told one by one; more, tensor by tensor. Default 64. */
  readonly mostScalars?: number;
}

/** Numbers that are told one by one, by default. */
export const mostScalars = 64;
/** Larger graphs of numbers are not counted: each edge takes some 200 bytes. */
const mostEdges = 400_000;

/**
 * One training step of the model on an example, with every number: the forward pass, the chain rule for each parameter
 * in symbols and in numbers, what is re-used, and the update. It is read from the graph that `fit` trains, before any
 * pass of the compiler, in float64, with float32 as the engine computes it beside. The model stays as it is.
 *
 * Throws SHAPE and DATA for an example that does not fit, OPTION for impossible settings, LIMIT for more than 64 samples.
 */
export function explain(model: Model, options: ExplainOptions): Explanation {
  const network = networkOf(model, "explain");
  const { learningRate = 0.1, reduction = "mean", isTraining = true } = checked(options);
  const settings = { loss: options.loss, reduction, learningRate, isTraining, step: 0 };
  const example = traceExample(network, options, settings);
  if (example.count > 64)
    throw new NablaError("LIMIT", `explain: ${example.count} samples`, {
      expected: "at most 64 samples",
      received: `${example.count}`,
      hint: "Explain one sample, or a small batch.",
    });
  return explanationOf(new ReadExample(example, learningRate, reduction), options.mostScalars ?? mostScalars);
}

function checked(options: ExplainOptions): ExplainOptions {
  if (typeof options !== "object" || options === null || options.x === undefined || options.y === undefined)
    throw new NablaError("OPTION", "explain: an example is missing", {
      expected: "{ x, y, loss }",
      received: options === null ? "null" : typeof options,
      hint: "Write for example explain(model, { x: [1, -1], y: [1, 0], loss: halfSquared }).",
    });
  const { learningRate = 0.1, reduction = "mean", mostScalars: most = mostScalars } = options;
  if (!(Number.isFinite(learningRate) && learningRate > 0))
    throw wrong("learningRate", learningRate, "a number above 0");
  if (reduction !== "mean" && reduction !== "sum") throw wrong("reduction", reduction, '"mean" or "sum"');
  if (!Number.isSafeInteger(most) || most < 0 || most > 4096)
    throw wrong("mostScalars", most, "a whole number from 0 to 4096");
  return options;
}

const wrong = (option: string, value: unknown, expected: string): NablaError =>
  wrongOption("explain", option, value, expected);

/** The example with all its values, read once; explanations of all or of one number are cut from it. */
class ReadExample {
  readonly example: TracedExample;
  readonly learningRate: number;
  readonly reduction: "mean" | "sum";
  readonly values: ReadonlyMap<Tensor, Values>;
  readonly parameters: readonly Parameter[];
  readonly scopes: ReadonlyMap<Tensor, Scope>;
  readonly symbols: Symbols;
  readonly float32: ReadonlyMap<Tensor, Float32Array>;
  readonly lossAfter: number;
  /** Sums and maxima that formulas read as one number. */
  readonly folded: readonly Place[];
  readonly #moving: ReadonlySet<Tensor>;
  #reading: GraphReading | undefined;

  constructor(example: TracedExample, learningRate: number, reduction: "mean" | "sum") {
    this.example = example;
    this.learningRate = learningRate;
    this.reduction = reduction;
    const { graph, x, target, count } = example;
    const { trace, cost, differentiation, gradients } = graph;
    const results = trace.layers.map(({ output }) => output);
    this.values = valuesOf(example, [
      cost,
      ...results,
      ...differentiation.gradients,
      ...differentiation.adjoints.values(),
    ]);
    this.parameters = gradients.map(({ parameter }) => parameter);
    this.scopes = scopesOf(example);
    const scopeOf = (tensor: Tensor): Scope => this.scopes.get(tensor) ?? "loss";
    this.symbols = new Symbols(trace, { x, target, samples: count, scopeOf });
    this.float32 = float32Values(example, [...new Set([...results, ...differentiation.gradients, cost])]);
    this.lossAfter = this.#lossAfter();
    const moving = new Set(this.parameters.map(({ tensor }) => tensor));
    for (const tensor of topologicalOrder([cost])) if (tensor.inputs.some((one) => moving.has(one))) moving.add(tensor);
    this.#moving = moving;
    this.folded = foldedNumbers(cost, this.values);
    for (const place of this.folded) if (!this.symbols.of(place)) this.symbols.name(place);
  }

  #lossAfter(): number {
    const { example, learningRate, values } = this;
    const { cost, gradients } = example.graph;
    const feed = new Map(example.feed);
    for (const { parameter, gradient } of gradients) {
      const [old, slope] = [feed.get(parameter.tensor), values.get(gradient)!.data];
      if (old)
        feed.set(parameter.tensor, { data: Float64Array.from(old.data, (w, i) => w - learningRate * slope[i]!) });
    }
    return valuesOf({ ...example, feed }, [cost]).get(cost)!.data[0]!;
  }

  /** The graph of the chosen numbers, by the steps a person takes; what is left without a name gets one. */
  graphFor(chosen: ReadonlyMap<Tensor, Uint8Array>): { graph: ScalarGraph; writing: Writing } {
    const first = reduced(scalarGraph(this.#reader(), chosen));
    for (const node of first.nodes) if (!node.symbol && node !== first.loss) this.symbols.name(node.place);
    this.#reading = undefined;
    const reading = this.#reader();
    return { graph: reduced(scalarGraph(reading, chosen)), writing: this.#writing };
  }

  #writing!: Writing;

  #reader(): GraphReading {
    if (this.#reading) return this.#reading;
    const { cost, differentiation } = this.example.graph;
    const active = liveInputs(this.example);
    const symbolOf = (place: Place): MathSymbol | undefined => this.symbols.of(place);
    this.#writing = new Writing({ values: this.values, symbolOf, isMoving: (tensor) => this.#moving.has(tensor) });
    this.#reading = {
      cost: behindViews({ tensor: cost, flat: 0 }).tensor,
      active,
      values: this.values,
      adjoints: differentiation.adjoints,
      parameters: new Set(this.parameters.map(({ tensor }) => tensor)),
      scopeOf: (tensor) => this.scopes.get(tensor) ?? "loss",
      symbolOf,
      nameNow: (place) => this.symbols.name(place),
      write: this.#writing.write,
    };
    return this.#reading;
  }
}

/**
 * The inputs of each tensor through which a gradient reaches parameters, by provenance. What ends at a `detach` on its
 * way is left out.
 */
function liveInputs({ graph }: TracedExample): ReadonlyMap<Tensor, readonly number[]> {
  const live = new Set<Tensor>(graph.gradients.map(({ parameter }) => parameter.tensor));
  const active = new Map<Tensor, number[]>();
  for (const { node, input } of [...graph.differentiation.contributions].reverse()) {
    if (!live.has(node.inputs[input]!)) continue; // inputs come before what reads them
    live.add(node);
    active.set(
      node,
      [...(active.get(node) ?? []), input].sort((a, b) => a - b),
    );
  }
  return active;
}

/** Which layer made each tensor. What no layer made belongs to the loss; leaves are given. */
function scopesOf({ graph, x, target }: TracedExample): ReadonlyMap<Tensor, Scope> {
  const scopes = new Map<Tensor, Scope>([
    [x, "given"],
    [target, "given"],
  ]);
  graph.trace.layers.forEach(({ output }, i) => {
    for (const tensor of topologicalOrder([output]))
      if (!scopes.has(tensor)) scopes.set(tensor, tensor.op.name === "state" ? "given" : i);
  });
  for (const { parameter } of graph.gradients) scopes.set(parameter.tensor, "given");
  return scopes;
}

function explanationOf(read: ReadExample, most: number): Explanation {
  const { example, parameters } = read;
  const { trace, x } = { ...example.graph, x: example.x };
  const numbers = [x, ...trace.layers.map(({ output }) => output), ...parameters.map(({ tensor }) => tensor)];
  const count = [...new Set(numbers)].reduce((total, { shape }) => total + sizeOf(shape), 0);
  const level = count <= most ? "scalar" : "tensor";
  const chosen = new Map(parameters.map(({ tensor }) => [tensor, new Uint8Array(sizeOf(tensor.shape)).fill(1)]));
  if (level === "scalar") return assemble(read, chosen, level);
  return assemble(read, isCountable(read) ? chosen : undefined, level);
}

/** Whether the graph of all numbers is small enough to be built for its counts. */
function isCountable({ example, parameters }: ReadExample): boolean {
  let edges = 0;
  for (const { node } of example.graph.differentiation.contributions) {
    if (node.op.kind === "view") continue;
    const size = sizeOf(node.shape);
    edges +=
      node.op.kind === "contract" ? size * node.inputs[0]!.shape[1]! : sizeOf(node.inputs[0]?.shape ?? []) + size;
  }
  return edges + parameters.reduce((total, { tensor }) => total + sizeOf(tensor.shape), 0) <= mostEdges;
}

type Chosen = ReadonlyMap<Tensor, Uint8Array>;

function assemble(
  read: ReadExample,
  chosen: Chosen | undefined,
  level: "scalar" | "tensor",
  only?: ExplanationAbout["only"],
): Explanation {
  const about = aboutOf(read, only);
  const rank = new Map(read.parameters.map(({ tensor }, i) => [tensor, i]));
  let parts: Parts = { values: [], edges: [], parameters: [], forward: [], backward: [] };
  let steps: Explanation["tensors"] | undefined; // of interest to large networks: made when asked for
  let counted: Explanation["multiplications"] | undefined;
  const derived = (of: Chosen) => {
    const { graph, writing } = read.graphFor(of);
    const derivation = derive(graph, (node) => rank.get(node.place.tensor) ?? -1);
    counted = derivation.multiplications;
    return { derivation, writing };
  };
  if (chosen && level === "scalar") {
    const { derivation, writing } = derived(chosen);
    parts = partsOf(read, derivation, writing, only !== undefined);
  }
  const explanation: Explanation = {
    level,
    about,
    values: parts.values,
    edges: parts.edges,
    parameters: parts.parameters,
    phases: {
      forward: parts.forward,
      backward: parts.backward,
      update: parts.parameters.map(({ node }) => node),
    },
    get multiplications() {
      if (counted === undefined) counted = chosen ? derived(chosen).derivation.multiplications : null;
      return counted;
    },
    get tensors() {
      return (steps ??= tensorSteps(read.example, read.values, read.scopes));
    },
    scalar: (parameter, index) => scalarOf(read, parameter, index),
    toText: (options) => explanationText(explanation, options),
    toMathML: (options) => explanationMathml(explanation, options),
    toLatex: (options) => explanationLatex(explanation, options),
    toJSON: () => explanationJson(explanation),
  };
  return explanation;
}

function scalarOf(read: ReadExample, name: string, index: readonly number[]): Explanation {
  const parameter = read.parameters.find((one) => one.name === name);
  const known = read.parameters.map((one) => one.name).join(", ");
  if (!parameter)
    throw new NablaError("OPTION", `explain: there is no parameter ${quoted(String(name))}`, {
      expected: known,
      received: quoted(String(name)),
      hint: `The model has ${known}.`,
    });
  const { shape } = parameter.tensor;
  const fits =
    Array.isArray(index) &&
    index.length === shape.length &&
    index.every((at, axis) => Number.isSafeInteger(at) && at >= 0 && at < shape[axis]!);
  if (!fits)
    throw new NablaError(
      "OPTION",
      `explain: ${quoted(name)} has no number at [${Array.from(index ?? []).join(", ")}]`,
      {
        where: { layer: parameter.layer },
        expected: `${shape.length} whole numbers, from 0 and below [${shape.join(", ")}]`,
        received: `[${Array.from(index ?? []).join(", ")}]`,
        hint: `Its shape is [${shape.join(", ")}], and indices count from 0.`,
      },
    );
  const marks = new Uint8Array(sizeOf(shape));
  marks[index.reduce((flat, at, axis) => flat * shape[axis]! + at, 0)] = 1;
  return assemble(read, new Map([[parameter.tensor, marks]]), "scalar", { parameter: name, index: [...index] });
}

function aboutOf(
  { example, learningRate, reduction, values, parameters, lossAfter }: ReadExample,
  only: ExplanationAbout["only"],
): ExplanationAbout {
  const { graph, network, loss, count, feed, x, target } = example;
  return {
    input: network.inputShape,
    layers: graph.trace.layers.map(({ name, kind, output, parameters: own }) => ({
      name,
      kind,
      output: output.shape.slice(1),
      parameters: own.reduce((total, { tensor }) => total + sizeOf(tensor.shape), 0),
    })),
    loss,
    reduction,
    learningRate,
    samples: count,
    x: Array.from(feed.get(x)!.data),
    y: Array.from(feed.get(target)!.data),
    parameters: parameters.reduce((total, { tensor }) => total + sizeOf(tensor.shape), 0),
    lossBefore: values.get(graph.cost)!.data[0]!,
    lossAfter,
    ...(only ? { only } : {}),
  };
}

interface Parts {
  values: NodeValue[];
  edges: EdgeValue[];
  parameters: ParameterGradient[];
  forward: number[];
  backward: number[];
}

/** The numbers of the graph as plain data, with ids for references. */
function partsOf(read: ReadExample, derivation: Derivation, writing: Writing, isAlone: boolean): Parts {
  const { example, scopes, symbols, float32, parameters: known, learningRate } = read;
  const { loss, inner, parameters } = derivation;
  const nodes: ScalarNode[] = [...inner, ...parameters.map(({ node }) => node)];
  const lossSymbol: MathSymbol = { letter: "L", below: [] };
  const symbolOf = (node: ScalarNode): MathSymbol =>
    node === loss ? lossSymbol : (node.symbol ?? symbols.name(node.place));
  const names = new Map(known.map((parameter) => [parameter.tensor, parameter]));
  const { layers } = example.graph.trace;
  const at32 = float32Lookup(example, float32);
  const sorted = [...nodes].sort((a, b) => a.order - b.order || a.place.flat - b.place.flat);
  const ranks = new Map(topologicalOrder([example.graph.cost]).map((tensor, i) => [tensor, i]));
  const isKnown = (place: Place): boolean =>
    nodes.some((node) => node.place.tensor === place.tensor && node.place.flat === place.flat);
  const folded = read.folded.filter((place) => !isKnown(place));
  const ids = new Map<ScalarNode, number>();
  const given = isAlone ? [] : [example.x, example.target].flatMap((tensor) => placesOf(tensor));
  const shownGiven = given.filter((place) => tensorIsUsed(example, place.tensor));
  const first = shownGiven.length + folded.length;
  sorted.forEach((node, i) => ids.set(node, first + i));
  const edges: EdgeValue[] = [];
  const edgeIds = new Map<ScalarNode, Map<ScalarNode, number>>();
  for (const child of sorted)
    for (const [parent, edge] of child.parents) {
      const id = edges.length;
      const partial: Formula = { kind: "partial", of: symbolOf(parent), by: symbolOf(child) };
      edges.push({
        id,
        parent: ids.get(parent)!,
        child: ids.get(child)!,
        value: edge.value,
        formula: edge.formula ?? partial,
        isConstant: edge.isConstant,
        uses: derivation.usesOf({ parent, child, edge }),
      });
      const ofParent = edgeIds.get(parent) ?? new Map<ScalarNode, number>();
      edgeIds.set(parent, ofParent.set(child, id));
    }
  const edgeId = (parent: ScalarNode, child: ScalarNode): number => edgeIds.get(parent)!.get(child)!;
  const values: NodeValue[] = [
    ...shownGiven.map((place, id): NodeValue => {
      const symbol = symbols.of(place)!;
      return {
        id,
        symbol,
        role: place.tensor === example.x ? "input" : "target",
        value: example.feed.get(place.tensor)!.data[place.flat]!,
        float32: Math.fround(example.feed.get(place.tensor)!.data[place.flat]!),
        gradient: undefined,
        uses: 0,
        formula: undefined,
        gradientSymbol: { kind: "partial", of: lossSymbol, by: symbol },
        edges: [],
      };
    }),
    ...folded.map((place, i): NodeValue => {
      const symbol = symbols.of(place)!;
      const scope = scopes.get(place.tensor);
      return {
        id: shownGiven.length + i,
        symbol,
        role: "value",
        ...(typeof scope === "number" ? { layer: layers[scope]!.name } : {}),
        value: read.values.get(place.tensor)!.data[place.flat]!,
        float32: undefined,
        gradient: undefined,
        uses: 0,
        formula: writing.define(place),
        gradientSymbol: { kind: "partial", of: lossSymbol, by: symbol },
        edges: [],
      };
    }),
    ...sorted.map((node): NodeValue => {
      const symbol = symbolOf(node);
      const parameter = names.get(node.place.tensor);
      const scope = scopes.get(node.place.tensor);
      const layer = parameter?.layer ?? (typeof scope === "number" ? layers[scope]!.name : undefined);
      const isSum = symbol.letter === "z"; // the letter of what a layer makes of its parameters
      return {
        id: ids.get(node)!,
        symbol,
        role: node === loss ? "loss" : node.isParameter ? "parameter" : "value",
        ...(layer === undefined ? {} : { layer }),
        value: node.value,
        float32: parameter ? node.value : at32(node.place),
        gradient: node === loss ? 1 : node.gradient,
        uses: node.children.size,
        formula: node.isParameter ? undefined : writing.define(node.place),
        gradientSymbol: isSum
          ? { kind: "symbol", symbol: { ...symbol, letter: "δ" }, value: node.gradient }
          : { kind: "partial", of: lossSymbol, by: symbol },
        edges: [...node.parents.keys()].map((parent) => edgeId(parent, node)),
      };
    }),
  ];
  const gradients = parameters.map(({ node, paths, products, terms, multiplications }): ParameterGradient => {
    const parameter = names.get(node.place.tensor)!;
    const gradientOf = example.graph.gradients.find((one) => one.parameter === parameter)!.gradient;
    return {
      name: parameter.name,
      index: positionOf(node.place),
      node: ids.get(node)!,
      paths,
      products: products?.map(
        ({ steps, known: knownSteps, value }): ChainProduct => ({
          factors: steps.map((step, i) => {
            const edge = edges[edgeId(step.parent, step.child)]!;
            return {
              edge: edge.id,
              node: edge.child,
              symbol: edge.formula,
              value: edge.value,
              isReused: i < knownSteps,
              uses: edge.uses,
            };
          }),
          value,
        }),
      ),
      terms: terms.map(({ parent, edge }) => ({
        node: ids.get(parent)!,
        edge: edgeId(parent, node),
        value: (parent === loss ? 1 : parent.gradient) * edge.value,
      })),
      value: node.value,
      gradient: node.gradient,
      gradient32: float32.get(gradientOf)?.[node.place.flat],
      after: node.value - learningRate * node.gradient,
      multiplications,
    };
  });
  return {
    values,
    edges,
    parameters: gradients,
    forward: inOrder([
      ...shownGiven.map((_, id) => ({ id, order: -1 })),
      ...sorted.map((node) => ({ id: ids.get(node)!, order: node.order })),
      ...folded.map(({ tensor }, i) => ({ id: shownGiven.length + i, order: ranks.get(tensor)! })),
    ]),
    backward: inner.map((node) => ids.get(node)!),
  };
}

/** Ids in the order of computation. */
const inOrder = (nodes: readonly { readonly id: number; readonly order: number }[]): number[] =>
  [...nodes].sort((a, b) => a.order - b.order || a.id - b.id).map(({ id }) => id);

const placesOf = (tensor: Tensor): Place[] =>
  Array.from({ length: sizeOf(tensor.shape) }, (_, flat) => ({ tensor, flat }));

/** Whether a formula can mention the numbers of a leaf at all. */
const tensorIsUsed = (example: TracedExample, tensor: Tensor): boolean => example.feed.has(tensor);

/** The engine's float32 of the results of layers, by the places where they really stand. */
function float32Lookup(
  { graph }: TracedExample,
  float32: ReadonlyMap<Tensor, Float32Array>,
): (place: Place) => number | undefined {
  const known = new Map<Tensor, Map<number, number>>();
  for (const tensor of [graph.cost, ...graph.trace.layers.map(({ output }) => output)])
    float32.get(tensor)?.forEach((value, flat) => {
      const place = behindViews({ tensor, flat });
      const ofTensor = known.get(place.tensor) ?? new Map<number, number>();
      known.set(place.tensor, ofTensor.set(place.flat, value));
    });
  return ({ tensor, flat }) => known.get(tensor)?.get(flat);
}
