import { sizeOf } from "../array/ndarray.ts";
import { NablaError } from "../errors.ts";
import { type Dataset, fromTable } from "./dataset.ts";
import { checkDataset } from "./is-dataset.ts";

/** Mean and standard deviation of each number of a sample, to be taken off other samples too. */
export interface Standardizer {
  /** In the order of a sample's numbers. */
  readonly mean: Float64Array;
  /** Of the population (divided by n); 1 where all samples have the same number, which becomes 0. */
  readonly deviation: Float64Array;
  /** The samples with every number as (x − mean) / deviation; a copy. Throws SHAPE for samples of another size. */
  apply(data: Dataset): Dataset;
}

/**
 * Learns mean and standard deviation of each number of the samples, as scikit-learn's `StandardScaler` does. Learn on the
 * training part alone, and apply to both: the test part must not tell anything before it is tested on.
 * Two passes in float64.
 */
export function standardize(train: Dataset): Standardizer {
  checkDataset(train, "standardize");
  const size = sizeOf(train.shape);
  const mean = new Float64Array(size);
  const deviation = new Float64Array(size);
  const [least, most] = [
    new Float64Array(size).fill(Number.POSITIVE_INFINITY),
    new Float64Array(size).fill(Number.NEGATIVE_INFINITY),
  ];
  each(train, (value, column) => {
    mean[column]! += value / train.size;
    if (value < least[column]!) least[column] = value;
    if (value > most[column]!) most[column] = value;
  });
  // The mean of equal numbers is that number, whatever rounding says.
  for (let column = 0; column < size; column += 1) if (least[column] === most[column]) mean[column] = least[column]!;
  each(train, (value, column) => {
    const difference = value - mean[column]!;
    deviation[column]! += (difference * difference) / train.size;
  });
  for (let column = 0; column < size; column += 1) {
    deviation[column] = least[column] === most[column] ? 1 : Math.sqrt(deviation[column]!);
  }
  return standardizerOf(mean, deviation);
}

/** A standardizer of numbers that are known: from a file, or another program. Throws OPTION for impossible ones. */
export function standardizerOf(mean: ArrayLike<number>, deviation: ArrayLike<number>): Standardizer {
  const [means, deviations] = [Float64Array.from(mean), Float64Array.from(deviation)];
  const isGood =
    means.length === deviations.length &&
    means.every(Number.isFinite) &&
    deviations.every((value) => value > 0 && value < Number.POSITIVE_INFINITY);
  if (!isGood)
    throw new NablaError("OPTION", "means and deviations do not go together", {
      expected: "as many means as deviations, all finite, deviations above 0",
      received: `${means.length} means, ${deviations.length} deviations`,
      hint: "Give what standardize learned.",
    });
  return {
    mean: means,
    deviation: deviations,
    apply(data) {
      const size = sizeOf(data.shape);
      if (size !== means.length)
        throw new NablaError("SHAPE", `samples of ${size} numbers, standardised as ${means.length}`, {
          expected: `${means.length} numbers a sample`,
          received: String(size),
          hint: "Give samples like those that the means were learned on.",
        });
      const values = new Float32Array(data.size * size);
      each(data, (value, column, sample) => {
        values[sample * size + column] = (value - means[column]!) / deviations[column]!;
      });
      return fromTable({ ...withoutRows(data), x: { data: values, scale: 1 } });
    },
  };
}

/** Calls `visit` with every number as the network would see it. */
function each(data: Dataset, visit: (value: number, column: number, sample: number) => void): void {
  const size = sizeOf(data.shape);
  const { data: values, scale } = data.x;
  for (let sample = 0; sample < data.size; sample += 1) {
    const start = (data.rows ? data.rows[sample]! : sample) * size;
    for (let column = 0; column < size; column += 1) visit(values[start + column]! * scale, column, sample);
  }
}

/** The targets of a view in the view's own order: the samples are about to be laid out anew. */
function withoutRows(data: Dataset): Omit<Dataset, "x" | "rows" | "size" | "take" | "split"> {
  const { shape, y, classes, columns, rows } = data;
  const names = { shape, ...(classes ? { classes } : {}), ...(columns ? { columns } : {}) };
  if (!y) return names;
  if (!rows) return { ...names, y };
  if (y.kind === "labels") return { ...names, y: { ...y, data: Int32Array.from(rows, (row) => y.data[row]!) } };
  const size = sizeOf(y.shape);
  const values = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) values.set(y.data.subarray(row * size, (row + 1) * size), i * size);
  return { ...names, y: { ...y, data: values } };
}
