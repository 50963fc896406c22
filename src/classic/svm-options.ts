import { checkNames, NablaError, wrongOption } from "../errors.ts";
import type { Labelled } from "./labelled.ts";
import type { Kernel } from "./svm/kernel.ts";

/** What the negative side of a machine is called with more than two classes. */
export const rest = "the rest";

/** Weights of the classes' errors: one for each class in their order, or "balanced": n/(classes · samples of the class). */
export type ClassWeights = "balanced" | readonly number[];

export interface SvmOptions {
  /** What a sample inside the street costs, above 0. `Infinity` is the hard margin: no sample may lie inside. Default 1. */
  readonly C?: number;
  /** Default "linear". */
  readonly kernel?: "linear" | "rbf";
  /** γ of the RBF kernel exp(−γ‖x − z‖²); "scale" is 1/(features · variance of all numbers), "auto" 1/features. Default "scale". */
  readonly gamma?: number | "scale" | "auto";
  /** Factors of C for the samples of each class. Default 1 each. */
  readonly classWeights?: ClassWeights;
  /** It is solved when the gap between primal and dual is at most so large a part of the objective. Default 1e-3. */
  readonly tolerance?: number;
  /** Steps of one machine, at most; where they do not suffice, `isConverged` is false. Default 10 million. */
  readonly maxIterations?: number;
  /** Memory for rows of the kernel matrix. Default 400 MB. */
  readonly cacheBytes?: number;
  /** Threads that may share the products of the kernel. They change no bit. Default "auto": all. */
  readonly threads?: number | "auto";
}

/** The options, complete. */
export type SvmSettings = Required<SvmOptions>;

/** Throws OPTION for an option that is unknown or has an impossible value. */
export function settleSvm(options: SvmOptions): SvmSettings {
  const {
    C = 1,
    kernel = "linear",
    gamma = "scale",
    classWeights = [],
    tolerance = 1e-3,
    maxIterations = 10_000_000,
    cacheBytes = 400_000_000,
    threads = "auto",
  } = options;
  const settings = { C, kernel, gamma, classWeights, tolerance, maxIterations, cacheBytes, threads };
  checkNames("Svm", options, Object.keys(settings));
  checkC("Svm", C, true);
  if (kernel !== "linear" && kernel !== "rbf") throw wrongOption("Svm", "kernel", kernel, '"linear" or "rbf"');
  if (gamma !== "scale" && gamma !== "auto" && !isAbove(gamma, 0))
    throw wrongOption("Svm", "gamma", gamma, 'a number above 0, "scale" or "auto"');
  checkClassWeights("Svm", classWeights);
  checkTolerance("Svm", tolerance);
  checkCount("Svm", "maxIterations", maxIterations);
  checkCount("Svm", "cacheBytes", cacheBytes);
  if (threads !== "auto") checkCount("Svm", "threads", threads);
  return settings;
}

const isAbove = (value: unknown, least: number): boolean =>
  typeof value === "number" && value > least && value < Number.POSITIVE_INFINITY;

export function checkC(who: string, C: unknown, mayBeHard: boolean): void {
  if (isAbove(C, 0) || (mayBeHard && C === Number.POSITIVE_INFINITY)) return;
  throw wrongOption(who, "C", C, mayBeHard ? "a number above 0, or Infinity for the hard margin" : "a number above 0");
}

export function checkTolerance(who: string, tolerance: unknown): void {
  if (!isAbove(tolerance, 0) || (tolerance as number) >= 1)
    throw wrongOption(who, "tolerance", tolerance, "a number between 0 and 1");
}

export function checkCount(who: string, option: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || (value as number) < 1)
    throw wrongOption(who, option, value, "a whole number of at least 1");
}

export function checkClassWeights(who: string, weights: unknown): void {
  if (weights === "balanced" || (Array.isArray(weights) && weights.every((weight) => isAbove(weight, 0)))) return;
  throw wrongOption(who, "classWeights", weights, '"balanced", or a number above 0 for each class');
}

/** Cᵢ of each sample: C times the weight of its class. Throws OPTION where there are not as many weights as classes. */
export function boundsOf(
  { labels, classes, size }: Labelled,
  C: number,
  weights: ClassWeights,
  who: string,
): Float64Array {
  if (weights !== "balanced" && weights.length > 0 && weights.length !== classes.length)
    throw wrongLength(who, weights.length, classes.length);
  const counts = new Float64Array(classes.length);
  for (const label of labels) counts[label]! += 1;
  const present = counts.filter((count) => count > 0).length;
  const factor = (label: number): number =>
    weights === "balanced" ? size / (present * counts[label]!) : (weights[label] ?? 1);
  return Float64Array.from({ length: size }, (_, i) => C * factor(labels[i]!));
}

const wrongLength = (who: string, given: number, classes: number): NablaError =>
  new NablaError("OPTION", `${who}: classWeights has ${given} weights for ${classes} classes`, {
    expected: `${classes} weights`,
    received: `${given}`,
    hint: 'Give one weight for each class in the order of the classes, or "balanced".',
  });

/** The kernel with its γ. Throws DATA where "scale" has nothing to measure: all samples are equal. */
export function kernelFor({ kernel, gamma }: SvmSettings, { x, features }: Labelled): Kernel {
  if (kernel === "linear") return { name: "linear" };
  if (typeof gamma === "number") return { name: "rbf", gamma };
  if (gamma === "auto") return { name: "rbf", gamma: 1 / features };
  let sum = 0;
  for (const value of x) sum += value;
  const mean = sum / x.length;
  let squares = 0;
  for (const value of x) squares += (value - mean) * (value - mean);
  if (squares > 0) return { name: "rbf", gamma: x.length / (features * squares) };
  throw new NablaError("DATA", "Svm: all numbers of all samples are equal, so gamma has no scale", {
    expected: "samples that differ",
    received: "samples without variance",
    hint: "Check the data, or give gamma as a number.",
  });
}
