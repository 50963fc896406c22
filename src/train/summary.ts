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
}

/** What a model consists of. `String(summary)` is a table. */
export interface Summary {
  readonly input: Shape;
  readonly layers: readonly SummaryLayer[];
  readonly parameters: number;
  toString(): string;
}

export function summarize(network: Network): Summary {
  const layers = network.probe.layers.map(({ name, kind, output, parameters }): SummaryLayer => {
    const shapes = parameters.map(shapeInMemory);
    const count = shapes.reduce((total, shape) => total + sizeOf(shape), 0);
    return { name, kind, output: sampleShape(output), parameters: count, shapes, formula: formulaOf(shapes, count) };
  });
  const data = { input: network.inputShape, layers, parameters: network.parameters.count };
  // Not enumerable: what is logged, compared or sent to a worker is the data.
  return Object.defineProperty(data, "toString", { value: () => table(data) });
}

function shapeInMemory({ tensor: { shape, attributes } }: Parameter): Shape {
  const order = attributes["order"] as readonly number[] | undefined;
  return order ? order.map((axis) => shape[axis]!) : shape;
}

/** `784·128 + 128 = 100,480` */
function formulaOf(shapes: readonly Shape[], count: number): string {
  if (shapes.length === 0) return "";
  const products = shapes.map((shape) => shape.join("·") || "1");
  const sum = products.join(" + ");
  const shown = grouped(count);
  return sum === String(count) ? shown : `${sum} = ${shown}`;
}

function table({ input, layers, parameters }: Pick<Summary, "input" | "layers" | "parameters">): string {
  const rows = [
    ["layer", "kind", "output", "parameters"],
    ["input", "", `[${input.join(", ")}]`, ""],
    ...layers.map(({ name, kind, output, formula }) => [name, kind, `[${output.join(", ")}]`, formula || "0"]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  const rule = "─".repeat(Math.max(...lines.map((line) => line.length)));
  return [lines[0], rule, ...lines.slice(1), rule, `${grouped(parameters)} parameters`].join("\n");
}

/** 100480 → "100,480", the same in every locale. */
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
