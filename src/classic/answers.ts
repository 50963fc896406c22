import { type NdArray, type Samples, sizeOf } from "../array/ndarray.ts";
import { toBatch } from "../array/samples.ts";
import type { Dataset } from "../data/index.ts";
import { quoted } from "../data/quoted.ts";
import { NablaError } from "../errors.ts";
import { samplesOf } from "./labelled.ts";

/** Samples to be answered, as float32 rows of `features` numbers. Throws SHAPE and DATA. */
export function inputsOf(
  x: Samples | Dataset,
  features: number,
): { readonly data: Float32Array; readonly count: number } {
  const isDataset = typeof x === "object" && "take" in x && "x" in x;
  if (!isDataset) return toBatch(x, [features], "the input");
  const size = sizeOf(x.shape);
  if (size !== features)
    throw new NablaError("SHAPE", `the data have ${size} numbers a sample, the machine was fitted to ${features}`, {
      expected: `${features} numbers a sample`,
      received: `${size}`,
      hint: "Give samples like those it was fitted to.",
    });
  return toBatch({ shape: [x.size, features], data: samplesOf(x) }, [features], "the input");
}

/** Class of each row of decision values: the largest, the first where several tie; of one value, class 1 above 0. */
export function largestOutput({ shape, data }: NdArray): Int32Array {
  const [count = 0, classes] = shape;
  if (classes === undefined) return Int32Array.from(data, (value) => (value > 0 ? 1 : 0));
  return Int32Array.from({ length: count }, (_, i) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (data[i * classes + k]! > data[i * classes + best]!) best = k;
    return best;
  });
}

/** Labels in the numbers of `classes`, found by name. Throws DATA without labels, and for a class that is not there. */
export function labelsFor(
  { y, rows, size, classes: own }: Dataset,
  classes: readonly string[],
  what: string,
): Int32Array {
  if (y?.kind !== "labels")
    throw new NablaError("DATA", `${what}: the data have no labels`, {
      expected: "a class for each sample",
      received: y ? "values" : "no targets",
      hint: "Give the labels as the second argument of dataset(x, y).",
    });
  const known = new Map(classes.map((name, k) => [name, k]));
  return Int32Array.from({ length: size }, (_, i) => {
    const label = y.data[rows ? rows[i]! : i]!;
    const name = own?.[label] ?? String(label);
    const number = known.get(name);
    if (number !== undefined) return number;
    throw new NablaError("DATA", `${what}: sample ${i + 1} is of class ${quoted(name)}, which was not learned`, {
      where: { row: i + 1 },
      expected: `one of the ${classes.length} classes`,
      received: quoted(name),
      hint: "Give data with the classes that it was fitted to.",
    });
  });
}

export function shareRight(predicted: Int32Array, labels: Int32Array): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) right += 1;
  return right / labels.length;
}
