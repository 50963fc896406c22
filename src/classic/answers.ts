import { type NdArray, type Samples, sizeOf } from "../array/ndarray.ts";
import { toBatch } from "../array/samples.ts";
import type { Dataset } from "../data/index.ts";
import { isDataset } from "../data/is-dataset.ts";
import { NablaError } from "../errors.ts";
import { samplesOf } from "./labelled.ts";

/** Samples to be answered, as float32 rows of `features` numbers. Throws SHAPE and DATA. */
export function inputsOf(
  x: Samples | Dataset,
  features: number,
): { readonly data: Float32Array; readonly count: number } {
  if (!isDataset(x)) return toBatch(x, [features], "the input");
  const size = sizeOf(x.shape);
  if (size !== features)
    throw new NablaError("SHAPE", `the data have ${size} numbers a sample, the machine was fitted to ${features}`, {
      expected: `${features} numbers a sample`,
      received: `${size}`,
      hint: "Give samples like those it was fitted to.",
    });
  return toBatch({ shape: [x.size, features], data: samplesOf(x) }, [features], "the input");
}

/** The class of each row of decision values: the largest, the first where several tie; of one value, the second above 0. */
export function namesOf({ shape, data }: NdArray, classes: readonly string[]): readonly string[] {
  const [count = 0, columns] = shape;
  return Array.from({ length: count }, (_, i) => {
    if (columns === undefined) return classes[data[i]! > 0 ? 1 : 0]!;
    let best = 0;
    for (let k = 1; k < columns; k++) if (data[i * columns + k]! > data[i * columns + best]!) best = k;
    return classes[best]!;
  });
}

/** Share of the samples whose class, by name, is the predicted one. Throws DATA without labels. */
export function shareRight(predicted: readonly string[], { y, rows, size, classes }: Dataset, what: string): number {
  if (y?.kind !== "labels")
    throw new NablaError("DATA", `${what}: the data have no labels`, {
      expected: "a class for each sample",
      received: y ? "values" : "no targets",
      hint: "Give the labels as the second argument of dataset(x, y).",
    });
  let right = 0;
  for (let i = 0; i < size; i++) {
    const label = y.data[rows ? rows[i]! : i]!;
    if ((classes?.[label] ?? String(label)) === predicted[i]) right += 1;
  }
  return right / size;
}
