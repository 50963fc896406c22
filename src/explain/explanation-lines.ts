import { formatCount } from "../plot/index.ts";
import type { Explanation, NodeValue, ParameterGradient } from "./explanation.ts";
import { type Formula, inNumbers, keyOf, type MathSymbol, measured, number } from "./formula.ts";
import { symbolText } from "./formula-text.ts";
import { numberText } from "./number-text.ts";

/** What an explanation says, before it is written as text, MathML or LaTeX: headings, sentences and equations. */
export type Block = { readonly kind: "title" | "heading" | "sentence"; readonly text: string } | Equation;

export interface Equation {
  readonly kind: "equation";
  readonly left: Formula;
  readonly relation: "=" | "←";
  /** One after another, with = between them. */
  readonly sides: readonly Side[];
  /** What is added behind, in words. */
  readonly note?: string;
  /** Each side has a line of its own, short or not. */
  readonly isTall: boolean;
}

/** A sum of products. A product's `known` factors were computed before: they are marked. */
export type Side = readonly Product[];

export interface Product {
  readonly known: readonly Formula[];
  readonly rest: readonly Formula[];
}

const single = (formula: Formula): Side => [{ known: [], rest: [formula] }];
const eta: MathSymbol = { letter: "η", below: [] };
const symbol = (of: MathSymbol, value: number): Formula => ({ kind: "symbol", symbol: of, value });
/** The symbol of the loss, of which there is one. */
const loss: MathSymbol = { letter: "L", below: [] };

export interface BlockOptions {
  /** A gradient with more products than this is told with re-use only. Default 16. */
  readonly products?: number;
}

export function explanationBlocks(
  explanation: Explanation,
  { products: most = 16 }: BlockOptions = {},
): readonly Block[] {
  const { about, level } = explanation;
  const blocks: Block[] = [{ kind: "title", text: titleOf(explanation) }];
  blocks.push(...aboutSentences(explanation));
  if (level === "tensor") return [...blocks, ...tensorBlocks(explanation)];
  if (about.only) return [...blocks, ...oneParameter(explanation, most)];
  return [
    ...blocks,
    ...forward(explanation),
    ...backward(explanation),
    ...chainRule(explanation, most),
    ...update(explanation),
  ];
}

function titleOf({ about }: Explanation): string {
  if (!about.only) return "One training step, number by number";
  return `Why the gradient of ${about.only.parameter} [${about.only.index.join(", ")}] is what it is`;
}

function aboutSentences({ about, level }: Explanation): Block[] {
  const { layers, samples, learningRate, reduction, parameters } = about;
  const chain = [`[${about.input.join(", ")}]`, ...layers.map(({ name, output }) => `${name} [${output.join(", ")}]`)];
  const samplesText = samples === 1 ? "" : ` The ${reduction} over ${samples} samples.`;
  const sentences = [
    `Network: ${chain.join(" → ")}; ${formatCount(parameters)} ${parameters === 1 ? "parameter" : "parameters"}.`,
    `Example: x = ${listText(about.x)}, t = ${listText(about.y)}.`,
    `Loss: ${about.loss}.${samplesText} Learning rate: η = ${numberText(learningRate)}.`,
  ];
  if (level === "scalar" && !about.only) sentences.push("Factors in [ ] are known from a gradient above.");
  return sentences.map((text) => ({ kind: "sentence", text }));
}

function listText(numbers: readonly number[]): string {
  const shown = numbers.length > 8 ? numbers.slice(0, 6) : numbers;
  const more = numbers.length > 8 ? `, … (${formatCount(numbers.length)} numbers)` : "";
  return `[${shown.map(numberText).join(", ")}${more}]`;
}

function forward({ values, phases }: Explanation): Block[] {
  const blocks: Block[] = [{ kind: "heading", text: "1. Forward pass: from the input to the loss" }];
  for (const id of phases.forward) {
    const node = values[id]!;
    if (node.formula) blocks.push(valueEquation(node));
  }
  return blocks;
}

function valueEquation(node: NodeValue): Equation {
  const formula = node.formula!;
  const numbers = inNumbers(formula);
  const result = measured(node.value);
  const sides = formula.kind === "number" ? [] : [single(formula)];
  if (keyOf(numbers) !== keyOf(formula) && keyOf(numbers) !== keyOf(result)) sides.push(single(numbers));
  sides.push(single(result));
  return { kind: "equation", left: symbol(node.symbol, node.value), relation: "=", sides, isTall: false };
}

/** ∂L/∂node for every number between, each once. */
function backward(explanation: Explanation): Block[] {
  const { values, phases } = explanation;
  const blocks: Block[] = [
    { kind: "heading", text: "2. Backward pass: ∂L/∂ of each number, once, from the loss to the input" },
  ];
  for (const id of phases.backward) {
    const node = values[id]!;
    if (node.role === "loss") continue;
    blocks.push(gradientEquation(explanation, node));
  }
  return blocks;
}

function gradientEquation({ values, edges }: Explanation, node: NodeValue): Equation {
  const steps = node.edges.map((id) => edges[id]!);
  const symbols: Product[] = steps.map(({ parent, formula, value }) => ({
    known: [],
    rest:
      values[parent]!.role === "loss" ? [formula] : [values[parent]!.gradientSymbol, ...factorOf({ formula, value })],
  }));
  const numbers: Product[] = steps.map(({ parent, formula, value }) => ({
    known: [],
    rest:
      values[parent]!.role === "loss"
        ? [measured(value)]
        : [measured(values[parent]!.gradient!), ...factorOf({ formula, value }).map(() => measured(value))],
  }));
  const isBare = symbols.length === 1 && symbols[0]!.rest.length === 1 && values[steps[0]!.parent]!.role === "loss";
  const isItself = isBare && keyOf(symbols[0]!.rest[0]!) === keyOf(node.gradientSymbol);
  const bareNumbers = isBare ? [single(inNumbers(symbols[0]!.rest[0]!))] : [numbers];
  const sides = [...(isItself ? [] : [symbols, ...bareNumbers]), single(measured(node.gradient!))];
  const uses = node.uses === 1 ? "used once" : node.uses === 0 ? "" : `used ${node.uses} times`;
  return {
    kind: "equation",
    left: node.gradientSymbol,
    relation: "=",
    sides: withoutRepeats(sides),
    isTall: false,
    ...(uses ? { note: uses } : {}),
  };
}

/** A side that is written like the one before says nothing new. */
const withoutRepeats = (sides: readonly Side[]): readonly Side[] =>
  sides.filter((side, i) => i === 0 || JSON.stringify(side) !== JSON.stringify(sides[i - 1]));

function chainRule(explanation: Explanation, most: number): Block[] {
  const { parameters, multiplications } = explanation;
  const blocks: Block[] = [{ kind: "heading", text: "3. Chain rule: why each gradient is what it is" }];
  for (const parameter of parameters) blocks.push(...parameterBlocks(explanation, parameter, most));
  if (multiplications) blocks.push({ kind: "sentence", text: countSentence(multiplications) });
  return blocks;
}

export function countSentence({ expanded, reused }: { readonly expanded: number; readonly reused: number }): string {
  return `Multiplications for all gradients: ${formatCount(expanded)} with every path multiplied out, ${formatCount(reused)} with re-use.`;
}

function parameterBlocks(explanation: Explanation, parameter: ParameterGradient, most: number): Block[] {
  const { values, edges } = explanation;
  const node = values[parameter.node]!;
  const { products } = parameter;
  const result = single(measured(parameter.gradient));
  const blocks: Block[] = [];
  if (products && products.length <= most) {
    const split = (formulas: readonly Formula[], product: (typeof products)[number]): Product => {
      const known = product.factors.filter(({ isReused }) => isReused).length;
      return { known: formulas.slice(0, known), rest: formulas.slice(known) };
    };
    const partials = products.map((product) =>
      split(
        product.factors.map(({ edge }): Formula => {
          const { parent, child } = edges[edge]!;
          return { kind: "partial", of: values[parent]!.symbol, by: values[child]!.symbol };
        }),
        product,
      ),
    );
    const symbols = products.map((product) =>
      split(
        product.factors.map((factor) => factor.symbol),
        product,
      ),
    );
    const numbers = products.map((product) =>
      split(
        product.factors.map(({ value }) => measured(value)),
        product,
      ),
    );
    blocks.push({
      kind: "equation",
      left: node.gradientSymbol,
      relation: "=",
      sides: withoutRepeats([partials, symbols, numbers, result]),
      isTall: true,
    });
  } else
    blocks.push({
      kind: "sentence",
      text: `${formatCount(parameter.paths)} paths lead from ${symbolText(node.symbol)} to the loss: too many to multiply out here. With re-use:`,
    });
  const isShort = products?.every(({ factors }) => factors.length <= 1) ?? false;
  if (!isShort) blocks.push(reusedEquation(explanation, parameter));
  return blocks;
}

/** The same gradient by what is known: δ · what came in. */
function reusedEquation({ values, edges }: Explanation, { node, terms, gradient }: ParameterGradient): Equation {
  const isLoss = (id: number): boolean => values[id]!.role === "loss";
  const symbols = terms.map(
    (term): Product => ({
      known: isLoss(term.node) ? [] : [values[term.node]!.gradientSymbol],
      rest: factorOf(edges[term.edge]!),
    }),
  );
  const numbers = terms.map(
    (term): Product => ({
      known: isLoss(term.node) ? [] : [measured(values[term.node]!.gradient!)],
      rest: factorOf(edges[term.edge]!).map((formula) =>
        formula.kind === "number" ? formula : measured(edges[term.edge]!.value),
      ),
    }),
  );
  const isItself = numbers.length === 1 && numbers[0]!.known.length + numbers[0]!.rest.length === 1;
  return {
    kind: "equation",
    left: values[node]!.gradientSymbol,
    relation: "=",
    sides: isItself
      ? [symbols, single(measured(gradient))]
      : withoutRepeats([symbols, numbers, single(measured(gradient))]),
    isTall: false,
    note: "with re-use",
  };
}

/** ×1 is not written. */
const factorOf = ({ formula, value }: { readonly formula: Formula; readonly value: number }): Formula[] =>
  formula.kind === "number" && value === 1 ? [] : [formula];

function update(explanation: Explanation): Block[] {
  const { parameters, about } = explanation;
  const blocks: Block[] = [{ kind: "heading", text: "4. Update: against the gradient, by η" }];
  for (const parameter of parameters) blocks.push(updateEquation(explanation, parameter));
  blocks.push({ kind: "sentence", text: lossSentence(about) });
  return blocks;
}

function lossSentence({ lossBefore, lossAfter, parameters, learningRate }: Explanation["about"]): string {
  const [before, after] = [numberText(lossBefore), numberText(lossAfter)];
  const updates =
    parameters === 1 ? "the update" : parameters === 2 ? "both updates" : `all ${formatCount(parameters)} updates`;
  if (lossAfter < lossBefore) return `With ${updates} made, L falls from ${before} to ${after}.`;
  if (lossAfter === lossBefore) return `With ${updates} made, L stays at ${before}.`;
  return `With ${updates} made, L rises from ${before} to ${after}: η = ${numberText(learningRate)} is too large a step here.`;
}

function updateEquation({ values, about }: Explanation, { node, value, gradient, after }: ParameterGradient): Equation {
  const { symbol: name, gradientSymbol } = values[node]!;
  const rate = about.learningRate;
  const minus = (w: Formula, step: readonly Formula[]): Formula => ({
    kind: "sum",
    terms: [w, { kind: "product", factors: [number(-1), ...step] }],
  });
  return {
    kind: "equation",
    left: symbol(name, value),
    relation: "←",
    sides: [
      single(minus(symbol(name, value), [symbol(eta, rate), gradientSymbol])),
      single(minus(measured(value), [measured(rate), measured(gradient)])),
      single(measured(after)),
    ],
    isTall: false,
  };
}

/** The way of one parameter: what lies above it, and its own derivation. */
function oneParameter(explanation: Explanation, most: number): Block[] {
  const { values, phases, parameters } = explanation;
  const blocks: Block[] = [{ kind: "heading", text: "On the way to the loss" }];
  const between = phases.forward.map((id) => values[id]!).filter(({ formula }) => formula);
  blocks.push(...some(between, valueEquation, "values"));
  blocks.push({ kind: "heading", text: "Back from the loss" });
  const gradients = phases.backward.map((id) => values[id]!).filter(({ role }) => role !== "loss");
  blocks.push(...some(gradients, (node) => withoutNote(gradientEquation(explanation, node)), "gradients"));
  blocks.push({ kind: "heading", text: "Chain rule" });
  for (const parameter of parameters) {
    blocks.push(...parameterBlocks(explanation, parameter, most));
    blocks.push({ kind: "heading", text: "Update" }, updateEquation(explanation, parameter));
  }
  return blocks;
}

/** Uses are counted within what is told, which for one parameter says nothing. */
function withoutNote({ note: _, ...equation }: Equation): Equation {
  return equation;
}

/** The first and last of many. */
function some(nodes: readonly NodeValue[], equation: (node: NodeValue) => Equation, what: string): Block[] {
  const most = 40;
  if (nodes.length <= most) return nodes.map(equation);
  const left = nodes.length - most;
  return [
    ...nodes.slice(0, most / 2).map(equation),
    { kind: "sentence", text: `… ${formatCount(left)} more ${what} are in the JSON …` },
    ...nodes.slice(-most / 2).map(equation),
  ];
}

function tensorBlocks({ tensors, multiplications, about }: Explanation): Block[] {
  const blocks: Block[] = [
    { kind: "heading", text: "Forward pass and loss, op by op; ∂ is the size of the gradient, √Σ²" },
  ];
  for (const { id, op, layer, name, shape, inputs, norm, gradientNorm, passesBack } of tensors) {
    const operands = inputs.map((input) => `%${input}`).join(", ");
    const place = name ?? layer;
    const gradient = gradientNorm === undefined ? "" : `, ∂ ${numberText(gradientNorm)}`;
    const text = `%${id} = ${op}${inputs.length > 0 ? `(${operands})` : ""} [${shape.join(", ")}]${place ? ` in ${place}` : ""}: size ${numberText(norm)}${gradient}`;
    blocks.push(
      { kind: "sentence", text },
      ...passesBack.map((back): Block => ({ kind: "sentence", text: `    ${back}` })),
    );
  }
  if (multiplications) blocks.push({ kind: "sentence", text: countSentence(multiplications) });
  blocks.push({ kind: "sentence", text: lossSentence(about) });
  blocks.push({ kind: "sentence", text: "Ask for one number of a parameter to see its derivation number by number." });
  return blocks;
}

/** L, which no other number is called. */
export const lossSymbol = loss;
