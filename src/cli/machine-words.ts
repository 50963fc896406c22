import type { LinearMachine, Machine } from "../classic/index.ts";
import { escapeTerminal, formatCount, formatNumber, formatPercent } from "../report/index.ts";
import type { TrainOptions } from "./train-options.ts";

/** A machine as the terminal, `metrics.jsonl` and the report tell it. */
export interface MachineEvent {
  readonly kind: "machine";
  readonly positive: string;
  readonly negative: string;
  readonly supports: number;
  /** Support vectors inside the street or on its wrong side; undefined where multipliers have no bound. */
  readonly inside: number | undefined;
  readonly bias: number;
  /** 2/‖w‖; null for w = 0. */
  readonly width: number | null;
  readonly objective: number;
  readonly gap: number;
  readonly iterations: number;
  readonly isConverged: boolean;
}

/** What is told of a solved machine. */
export function machineEvent(machine: Machine | LinearMachine): MachineEvent {
  const { positive, negative, bias, objective, gap, isConverged, multipliers } = machine;
  const width = "width" in machine ? machine.width : 2 / Math.sqrt(machine.weights.reduce((sum, w) => sum + w * w, 0));
  return {
    kind: "machine",
    positive,
    negative,
    supports: multipliers.reduce((count, alpha) => count + (alpha > 0 ? 1 : 0), 0),
    inside: "isBound" in machine ? machine.isBound.filter(Boolean).length : undefined,
    bias,
    width: Number.isFinite(width) ? width : null,
    objective,
    gap,
    iterations: "iterations" in machine ? machine.iterations : machine.passes,
    isConverged,
  };
}

/** The same on a line of the terminal. */
export function machineLine({
  positive,
  negative,
  supports,
  inside,
  width,
  objective,
  gap,
  isConverged,
}: MachineEvent): string {
  const name = (text: string) => escapeTerminal(text, 40);
  const bound = inside === undefined ? "" : `, ${formatCount(inside)} inside`;
  const street = width === null ? "no street" : `street ${formatNumber(width)} wide`;
  const share = gap > 1e-8 * objective ? formatPercent(gap / objective, 2) : "0 %"; // what is left is rounding
  const end = isConverged ? "" : "; not solved to its tolerance";
  return `${name(positive)} against ${name(negative)}: ${formatCount(supports)} support vectors${bound}, ${street}, gap ${share}${end}`;
}

/** The settings of a machine, in words. */
export function settingsOf({ kind, C, kernel, gamma }: TrainOptions): readonly (readonly [string, string | number])[] {
  return [
    ["Learner", kind === "svm" ? "Svm" : "LinearSvc"],
    ["C", C ?? 1],
    ...(kernel === undefined ? [] : [["Kernel", kernel] as const]),
    ...(gamma === undefined ? [] : [["Gamma", gamma] as const]),
  ];
}
