import { type Shape, sizeOf } from "../array/ndarray.ts";
import { checkFinite } from "../array/samples.ts";
import type { Dataset } from "../data/index.ts";
import { checkDataset } from "../data/is-dataset.ts";
import { NablaError, quoted } from "../errors.ts";

/** Labelled samples as the classifiers of this folder take them. */
export interface Labelled {
  readonly size: number;
  readonly features: number;
  /** [size, features], bytes times their scale. */
  readonly x: Float32Array;
  /** Class of each sample, from 0. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  /** Shape of one sample. */
  readonly shape: Shape;
}

/**
 * The samples of a data set with their labels, laid out one after another. Throws DATA without labels, for NaN and
 * infinity (row and column), and unless two classes have samples. `what` names who asks.
 */
export function labelledSamples(data: Dataset, what: string): Labelled {
  checkDataset(data, what);
  const { y, shape, size } = data;
  if (y?.kind !== "labels")
    throw new NablaError("DATA", `${what}: the data have ${y ? "values" : "no targets"}, not labels`, {
      expected: "a class for each sample",
      received: y ? "values" : "no targets",
      hint: "Give class names or whole numbers from 0 as the second argument of dataset(x, y).",
    });
  const x = samplesOf(data);
  checkFinite(x, sizeOf(shape), "x");
  const { rows } = data;
  const labels = Int32Array.from({ length: size }, (_, i) => y.data[rows ? rows[i]! : i]!);
  const classes = data.classes ?? Array.from({ length: y.classes }, (_, i) => String(i));
  const present = new Set(labels);
  if (present.size < 2) {
    const [only] = present;
    const name = quoted(classes[only ?? 0] ?? "");
    throw new NablaError(
      "DATA",
      `${what}: all ${size} samples are of class ${name}, so there is nothing to tell apart`,
      {
        expected: "samples of at least 2 classes",
        received: `class ${name} alone`,
        hint: "Give samples of another class too.",
      },
    );
  }
  return { size, features: sizeOf(shape), x, labels, classes, shape };
}

/** All samples as float32, one after another. The product of byte and scale is rounded as a training step rounds it. */
export function samplesOf({ x: { data, scale }, shape, rows, size }: Dataset): Float32Array {
  const features = sizeOf(shape);
  if (scale === 1 && data instanceof Float32Array && !rows) return data.subarray(0, size * features);
  const factor = Math.fround(scale);
  const out = new Float32Array(size * features);
  for (let i = 0; i < size; i++) {
    const from = (rows ? rows[i]! : i) * features;
    for (let j = 0; j < features; j++) out[i * features + j] = data[from + j]! * factor;
  }
  return out;
}

/** +1 for the samples of a class, −1 for all others. */
export function signsOf({ labels, size }: Labelled, positive: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => (labels[i] === positive ? 1 : -1));
}

/** The classes that get a machine of their own: the second of two, or each against the rest. */
export const machinesFor = ({ classes }: Labelled): readonly number[] =>
  classes.length === 2 ? [1] : classes.map((_, k) => k);
