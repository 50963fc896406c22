import { type Shape, sizeOf } from "../array/ndarray.ts";
import type { Network } from "./network.ts";
import type { Parameter } from "./parameters.ts";
import { sampleShape } from "./trace.ts";

export interface SummaryLayer {
  readonly name: string;
  readonly kind: string;
  /** Shape of one sample's output. */
  readonly output: Shape;
  /** Number of trainable numbers. */
  readonly parameters: number;
  /** Extents of each parameter as they lie in memory, features before units: [[784, 128], [128]]. */
  readonly shapes: readonly Shape[];
  /** How that number comes about: `784·128 + 128 = 100,480`; empty for a layer without parameters. */
  readonly formula: string;
  /** Numbers that it keeps and does not train, such as running means. */
  readonly states: number;
  /** The layers it is applied to; "input" is the model's. */
  readonly from: readonly string[];
}

/** What a model consists of. `String(summary)` is a table. */
export interface Summary {
  readonly input: Shape;
  readonly layers: readonly SummaryLayer[];
  readonly parameters: number;
  toString(): string;
}

export function summarize(network: Network): Summary {
  const seen = new Set<Parameter>();
  const layers = network.probe.layers.map(({ name, kind, output, parameters, states, from }): SummaryLayer => {
    const own = [...parameters, ...states].filter((parameter) => !seen.has(parameter)); // shared ones count once
    for (const parameter of own) seen.add(parameter);
    const [trained, kept] = [own.filter(({ isTrained }) => isTrained), own.filter(({ isTrained }) => !isTrained)];
    const [count, keptCount] = [numbersOf(trained), numbersOf(kept)];
    const shapes = trained.map(shapeInMemory);
    const formula = own.length < parameters.length ? `those of ${parameters[0]!.layer}` : formulaOf(shapes, count);
    return { name, kind, output: sampleShape(output), parameters: count, shapes, formula, states: keptCount, from };
  });
  const data = { input: network.inputShape, layers, parameters: network.parameters.count };
  // Not enumerable: what is logged, compared or sent to a worker is the data.
  return Object.defineProperty(data, "toString", { value: () => table(data) });
}

const numbersOf = (parameters: readonly Parameter[]): number =>
  parameters.reduce((total, { tensor }) => total + sizeOf(tensor.shape), 0);

function shapeInMemory({ tensor: { shape, attributes } }: Parameter): Shape {
  const order = attributes["order"] as readonly number[] | undefined;
  return order ? order.map((axis) => shape[axis]!) : shape;
}

/** `256·30 + 30 = 7,710` */
function formulaOf(shapes: readonly Shape[], count: number): string {
  if (shapes.length === 0) return "";
  const products = shapes.map((shape) => shape.join("·") || "1");
  const sum = products.join(" + ");
  const shown = grouped(count);
  return sum === String(count) ? shown : `${sum} = ${shown}`;
}

function table({ input, layers, parameters }: Pick<Summary, "input" | "layers" | "parameters">): string {
  const before = ["input", ...layers.map(({ name }) => name)];
  const hasBranches = layers.some(({ from }, i) => from.length !== 1 || from[0] !== before[i]);
  const kept = layers.reduce((total, { states }) => total + states, 0);
  const withKept = ({ formula, states }: SummaryLayer): string =>
    (formula || "0") + (states > 0 ? `, and ${grouped(states)} kept` : "");
  const place = (number: number): string => String(number).padStart(String(layers.length).length);
  const rows = [
    ["", "layer", "kind", "output", "parameters", hasBranches ? "from" : ""],
    [place(0), "input", "", `[${input.join(", ")}]`, "", ""],
    ...layers.map((layer, i) => [
      place(i + 1),
      layer.name,
      layer.kind,
      `[${layer.output.join(", ")}]`,
      withKept(layer),
      hasBranches ? layer.from.join(" and ") : "",
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  const rule = "─".repeat(Math.max(...lines.map((line) => line.length)));
  const besides = kept > 0 ? `, and ${grouped(kept)} numbers kept besides` : "";
  return [lines[0], rule, ...lines.slice(1), rule, `${grouped(parameters)} parameters${besides}`].join("\n");
}

/** 100480 → "100,480", the same in every locale. */
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
