import type { DataState } from "./workbench.ts";

/** How many numbers a sample has. */
export function inputsOf(data: DataState): number {
  if (data.kind === "digits") return data.set === "mnist" ? 784 : 256;
  if (data.kind === "own") return data.columns.length;
  return data.generator.startsWith("curve-") ? 1 : 2;
}
