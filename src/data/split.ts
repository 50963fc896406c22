import { Random } from "../array/random.ts";
import { checkNames, type NablaError, wrongOption } from "../errors.ts";
import type { Targets } from "./targets.ts";

export interface SplitOptions {
  /** Share of the samples in (0, 1), rounded to a whole number of them; or how many, from 1. */
  readonly test?: number;
  /** "shuffled" draws the test samples at random, "tail" takes the last ones. */
  readonly order?: "shuffled" | "tail";
  /** Each class gives its share of the test samples, to within one. Needs labels and the order "shuffled". */
  readonly stratify?: boolean;
  readonly seed?: number;
}

/** Two lists of rows, or the place where the tail begins. */
export type Parts = readonly [train: Uint32Array, test: Uint32Array] | number;

interface Source {
  readonly size: number;
  readonly y?: Targets | undefined;
  readonly rows?: Uint32Array | undefined;
}

const wrong = (option: string, value: unknown, expected: string): NablaError =>
  wrongOption("split", option, value, expected);

/** How many of `size` samples a share or a number of them is; undefined where that leaves nothing on one side. */
export function partOf(size: number, part: unknown): number | undefined {
  const count = typeof part === "number" && part < 1 ? Math.round(size * part) : (part as number);
  return Number.isInteger(count) && count >= 1 && count < size ? count : undefined;
}

/** What `partOf` takes, in words. */
export const partsOf = (size: number): string => `a share that gives 1 to ${size - 1} samples, or that number`;

/** Which samples go where. The same seed gives the same parts everywhere. Throws OPTION where a part would be empty. */
export function splitRows(source: Source, options: SplitOptions): Parts {
  checkNames("split", options, ["test", "order", "stratify", "seed"]);
  const { test = 0.2, order = "shuffled", stratify = false, seed = 0 } = options;
  const count = partOf(source.size, test);
  if (count === undefined) throw wrong("test", test, partsOf(source.size));
  if (order !== "shuffled" && order !== "tail") throw wrong("order", order, '"shuffled" or "tail"');
  if (order === "tail") {
    if (stratify) throw wrong("stratify", stratify, "false for the tail");
    return source.size - count;
  }
  const permutation = new Random(seed, "split").permutation(source.size);
  const isTest = stratify ? drawStratified(source, permutation, count) : undefined;
  const train = new Uint32Array(source.size - count);
  const drawn = new Uint32Array(count);
  let [trained, tested] = [0, 0];
  for (const [i, sample] of permutation.entries()) {
    const row = source.rows ? source.rows[sample]! : sample;
    if (isTest ? isTest[sample] === 1 : i < count) drawn[tested++] = row;
    else train[trained++] = row;
  }
  return [train, drawn];
}

/** Marks `count` samples, the first of each class in the order of `permutation`, by largest remainders. */
function drawStratified(source: Source, permutation: Uint32Array, count: number): Uint8Array {
  const { y, rows } = source;
  if (y?.kind !== "labels") throw wrong("stratify", true, "false without labels");
  const labelOf = (sample: number): number => y.data[rows ? rows[sample]! : sample]!;
  const sizes = new Array<number>(y.classes).fill(0);
  for (const sample of permutation) sizes[labelOf(sample)]! += 1;
  const quotas = sizes.map((size) => Math.floor((size * count) / source.size));
  const remainders = sizes.map((size, label) => ({ label, remainder: (size * count) % source.size }));
  remainders.sort((a, b) => b.remainder - a.remainder || a.label - b.label);
  const missing = count - quotas.reduce((sum, quota) => sum + quota, 0);
  for (const { label } of remainders.slice(0, missing)) quotas[label]! += 1;
  const isTest = new Uint8Array(source.size);
  for (const sample of permutation) {
    const label = labelOf(sample);
    if (quotas[label]! > 0) {
      quotas[label]! -= 1;
      isTest[sample] = 1;
    }
  }
  return isTest;
}
