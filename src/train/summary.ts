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
    const count = parameters.reduce((total, { tensor }) => total + sizeOf(tensor.shape), 0);
    return { name, kind, output: sampleShape(output), parameters: count, formula: formulaOf(parameters, count) };
  });
  const data = { input: network.inputShape, layers, parameters: network.parameters.count };
  // Not enumerable: what is logged, compared or sent to a worker is the data.
  return Object.defineProperty(data, "toString", { value: () => table(data) });
}

/** `784·128 + 128 = 100,480`: extents as they lie in memory, features before units. */
function formulaOf(parameters: readonly Parameter[], count: number): string {
  if (parameters.length === 0) return "";
  const products = parameters.map(({ tensor: { shape, attributes } }) => {
    const order = (attributes["order"] as readonly number[] | undefined) ?? shape.map((_, axis) => axis);
    return order.map((axis) => shape[axis]).join("·") || "1";
  });
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
