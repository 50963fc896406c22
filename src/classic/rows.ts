import { type Samples, sizeOf } from "../array/ndarray.ts";
import { toBatch } from "../array/samples.ts";
import type { Dataset } from "../data/index.ts";
import { checkDataset, isDataset } from "../data/is-dataset.ts";
import { NablaError } from "../errors.ts";

/** Samples as float64 rows, one after another. */
export interface Rows {
  readonly data: Float64Array;
  readonly count: number;
  readonly features: number;
}

export interface LabelledRows {
  readonly rows: Rows;
  /** Class of each row, from 0. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

/** Samples and their classes. `what` asks, in the error. Throws DATA for data without labels. */
export function labelledRows(data: Dataset, what: string): LabelledRows {
  checkDataset(data, what);
  const { y, classes } = data;
  if (y?.kind !== "labels") {
    const received = y ? "values to predict" : "samples alone";
    throw new NablaError("DATA", `${what}: the data have no labels, but ${received}`, {
      expected: "labels of classes",
      received,
      hint: "Give whole numbers from 0, or names, as the second argument of dataset(x, y).",
    });
  }
  const labels = Int32Array.from({ length: data.size }, (_, i) => y.data[data.rows ? data.rows[i]! : i]!);
  return {
    rows: datasetRows(data),
    labels,
    classes: classes ?? Array.from({ length: y.classes }, (_, i) => String(i)),
  };
}

/** Samples, or those of a data set, which must have `features` numbers each. Throws SHAPE, DATA. */
export function rowsOf(x: Samples | Dataset, features: number): Rows {
  if (!isDataset(x)) {
    const { data, count } = toBatch(x, [features], "x");
    return { data: Float64Array.from(data), count, features };
  }
  if (sizeOf(x.shape) === features) return datasetRows(x);
  throw new NablaError("SHAPE", `the data have ${sizeOf(x.shape)} numbers a sample, learned were ${features}`, {
    expected: `${features} numbers a sample`,
    received: `${sizeOf(x.shape)}`,
    hint: "Give samples like those it was fitted on.",
  });
}

function datasetRows({ x, shape, size, rows }: Dataset): Rows {
  const features = sizeOf(shape);
  const data = new Float64Array(size * features);
  for (let i = 0; i < size; i += 1) {
    const from = (rows ? rows[i]! : i) * features;
    for (let k = 0; k < features; k += 1) data[i * features + k] = x.data[from + k]! * x.scale;
  }
  return { data, count: size, features };
}
