import type { Summary, SummaryLayer } from "../train/summary.ts";
import { shortenText, visibleText } from "./escape.ts";
import { formatCount, formatShape } from "./format.ts";
import { guessTextWidth, type Mark, type Point, type Scene } from "./scene.ts";

/** What a network consists of, counted as a lecture counts it. */
export interface NetworkCount {
  /** Outputs of the layers that have parameters: the inputs are no neurons. */
  readonly neurons: number;
  /** Numbers in parameters of two axes and more. */
  readonly weights: number;
  /** Numbers in the others: one for each neuron of a dense layer. */
  readonly biases: number;
  readonly parameters: number;
  /** `784·128+128 + 128·10+10 = 101,770`; empty for a network without parameters. */
  readonly formula: string;
}

export function countNetwork({ layers, parameters }: Summary): NetworkCount {
  const shapes = layers.flatMap((layer) => layer.shapes);
  const weights = shapes.filter((shape) => shape.length >= 2).reduce((sum, shape) => sum + product(shape), 0);
  const terms = layers
    .filter((layer) => layer.shapes.length > 0)
    .map((layer) => layer.shapes.map((shape) => shape.join("·") || "1").join("+"));
  return {
    neurons: layers.filter((layer) => layer.parameters > 0).reduce((sum, { output }) => sum + product(output), 0),
    weights,
    biases: parameters - weights,
    parameters,
    formula: terms.length === 0 ? "" : `${terms.join(" + ")} = ${formatCount(parameters)}`,
  };
}

/** A column of the drawing: the input, or a layer with parameters and those without that follow it. */
interface Column {
  readonly words: readonly string[];
  readonly shape: readonly number[];
  /** `784·128+128`, what the layer adds to the sum. */
  readonly term: string;
}

/** More units than this are folded: the first few and the last, and between them how many there are. */
const mostUnits = 8;
const [shownFirst, shownLast] = [4, 2];
const mostColumns = 12;
const [unitStep, radius, top, gap] = [20, 6, 8, 56];

/**
 * A network as it is drawn on a blackboard: a column of units for each layer, lines between them, shapes below, and the
 * sum of its parameters spelled out. Columns of more than 8 units are folded, and say how many there are; of more than
 * 12 layers the middle ones are left out, and the drawing says so. `network` is a model or its summary.
 */
export function networkDiagram(network: Summary | { summary(): Summary }): Scene {
  const summary = "summary" in network ? network.summary() : network;
  const count = countNetwork(summary);
  const all = columnsOf(summary);
  const columns = all.length <= mostColumns ? all : [...all.slice(0, mostColumns - 4), undefined, ...all.slice(-3)];
  const slots = columns.map((column) => (column ? slotsOf(product(column.shape)) : 1));
  const plotHeight = (Math.max(...slots) - 1) * unitStep + 2 * radius;
  const middleY = top + plotHeight / 2;
  const marks: Mark[] = [];
  const links: Mark[] = [];
  const texts: Mark[] = [];
  let x = 0;
  let before: readonly Point[] = [];
  for (const column of columns) {
    const words = column ? wordsOf(column) : [`${all.length - mostColumns + 1} more`, "layers"];
    const width = Math.max(2 * radius + 8, ...words.map((word) => guessTextWidth(word)));
    const middle = x + width / 2;
    const { dots, gapAt } = column ? place(product(column.shape), middle, middleY) : { dots: [], gapAt: middleY };
    if (gapAt !== undefined) marks.push(...ellipsis(middle, gapAt));
    for (const [cx, cy] of dots) marks.push({ kind: "circle", x: cx, y: cy, radius, style: "unit" });
    if (before.length > 0 && dots.length > 0) links.push(linksBetween(before, dots));
    words.forEach((text, i) => {
      const y = top + plotHeight + 18 + 14 * i;
      texts.push({ kind: "text", x: middle, y, text, anchor: "middle", style: i === 0 ? "strong" : "label" });
    });
    before = dots;
    x += width + gap;
  }
  const lines = Math.max(...columns.map((column) => (column ? wordsOf(column).length : 2)));
  const sums = sumLines(count, Math.max(x - gap, 320));
  const sumTop = top + plotHeight + 18 + 14 * lines + 10;
  sums.forEach((text, i) => {
    texts.push({ kind: "text", x: 0, y: sumTop + 15 * i, text, style: i === 0 ? "strong" : "label" });
  });
  const width = Math.max(x - gap, ...sums.map((text) => guessTextWidth(text)));
  const drawn = { kind: "group", x: Math.max(0, (width - (x - gap)) / 2), y: 0 } as const;
  const isLong = width > x - gap;
  const body: Mark[] = isLong
    ? [
        { ...drawn, marks: [...links, ...marks, ...texts.slice(0, texts.length - sums.length)] },
        ...texts.slice(-sums.length),
      ]
    : [...links, ...marks, ...texts];
  return {
    width,
    height: sumTop + 15 * (sums.length - 1) + 6,
    title: "The network",
    description: descriptionOf(all, count),
    marks: body,
  };
}

function columnsOf({ input, layers }: Summary): readonly Column[] {
  const columns: { words: string[]; shape: readonly number[]; term: string }[] = [
    { words: ["input"], shape: input, term: "" },
  ];
  for (const layer of layers) {
    const last = columns.at(-1)!;
    const isFollower = layer.parameters === 0 && product(layer.output) === product(last.shape) && columns.length > 1;
    if (isFollower) last.words.push(layer.kind);
    else columns.push({ words: [layer.name], shape: layer.output, term: termOf(layer) });
  }
  return columns;
}

const termOf = ({ shapes }: SummaryLayer): string => shapes.map((shape) => shape.join("·") || "1").join("+");

const shown = (text: string, longest: number): string => shortenText(visibleText(text), longest);

/** The lines below a column: name, shape, what follows it. */
function wordsOf({ words: [name = "", ...others], shape, term }: Column): readonly string[] {
  return [
    shown(name, 18),
    formatShape(shape),
    ...(others.length > 0 ? [shown(others.join(", "), 18)] : []),
    ...(term ? [term] : []),
  ];
}

const isFolded = (units: number): boolean => units > mostUnits;
const slotsOf = (units: number): number => (isFolded(units) ? shownFirst + 1 + shownLast : units);

/** Where the units of a column are drawn, and where the gap is in a folded one. */
function place(units: number, x: number, y: number): { readonly dots: readonly Point[]; readonly gapAt?: number } {
  const slots = slotsOf(units);
  const first = y - ((slots - 1) * unitStep) / 2;
  const dots = Array.from({ length: slots }, (_, i): Point => [x, first + i * unitStep]);
  if (!isFolded(units)) return { dots };
  return { dots: dots.filter((_, i) => i !== shownFirst), gapAt: first + shownFirst * unitStep };
}

const ellipsis = (x: number, y: number): Mark[] =>
  [-5, 0, 5].map((dy) => ({ kind: "circle", x, y: y + dy, radius: 1, style: "dot" }));

function linksBetween(from: readonly Point[], to: readonly Point[]): Mark {
  const runs = from.flatMap(([x0, y0]) =>
    to.map(([x1, y1]): readonly Point[] => [
      [x0 + radius, y0],
      [x1 - radius, y1],
    ]),
  );
  return { kind: "path", runs, style: "link" };
}

/** The counts, and the sum in as many lines as it needs. */
function sumLines({ neurons, weights, biases, formula }: NetworkCount, width: number): readonly string[] {
  if (formula === "") return ["No parameters"];
  const counts = `${plural(neurons, "neuron")}, ${plural(weights, "weight")} and ${plural(biases, "bias")}`;
  const lines: string[] = [];
  for (const word of formula.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && guessTextWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return [counts, ...(lines.length <= 4 ? lines : [...lines.slice(0, 3), `… ${lines.at(-1)}`])];
}

function descriptionOf(columns: readonly Column[], { neurons, weights, biases, formula }: NetworkCount): string {
  const layers = columns
    .slice(0, 50)
    .map(({ words, shape }) => `${shown(words.join(", "), 60)}: ${formatShape(shape)}`);
  const counts = `${plural(neurons, "neuron")}, ${plural(weights, "weight")}, ${plural(biases, "bias")}`;
  return `${layers.join("; ")}. ${counts}. ${formula === "" ? "No parameters" : `Parameters: ${formula}`}.`;
}

/** `1 bias`, `6 biases`. */
const plural = (count: number, word: string): string =>
  `${formatCount(count)} ${word}${count === 1 ? "" : word === "bias" ? "es" : "s"}`;

const product = (shape: readonly number[]): number => shape.reduce((size, extent) => size * extent, 1);
