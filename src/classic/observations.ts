import { type NdArray, type Samples, sizeOf } from "../array/ndarray.ts";
import { toNdArray } from "../array/samples.ts";
import type { Dataset } from "../data/index.ts";
import { isDataset } from "../data/is-dataset.ts";
import { NablaError } from "../errors.ts";
import { copySamples } from "../train/feed.ts";

/** Samples as a table: `count` rows of `features` numbers, one row after another. */
export interface Observations {
  readonly data: Float32Array;
  readonly count: number;
  readonly features: number;
}

/** Larger tables than this are refused before anything is made of them: 2³⁰ numbers are 4 GiB. */
const mostNumbers = 2 ** 30;

/**
 * The numbers of samples or of a data set as rows. Throws SHAPE for what are no rows, DATA for NaN, infinity (row and
 * column) and nothing at all, LIMIT above 2³⁰ numbers. A Float32Array is not copied.
 */
export function toObservations(x: Samples | Dataset, what = "x"): Observations {
  if (isDataset(x)) {
    const features = sizeOf(x.shape);
    checkSize(x.size, features, what);
    const data = new Float32Array(x.size * features);
    copySamples(x, 0, x.size, data);
    return { data, count: x.size, features };
  }
  const { shape, data } = toNdArray(x, what);
  const [count = 0, ...rest] = shape;
  if (rest.length === 0)
    throw new NablaError("SHAPE", `${what} is one list of ${count} numbers, not rows of them`, {
      expected: "rows of numbers, [samples, features]",
      received: `[${count}]`,
      hint: "Give a list of rows, or an NdArray whose first axis counts samples.",
    });
  const features = sizeOf(rest);
  checkSize(count, features, what);
  if (count === 0 || features === 0)
    throw new NablaError("DATA", `${what} holds no numbers`, {
      expected: "at least one row of one number",
      received: `[${shape.join(", ")}]`,
      hint: "Give rows of numbers, one row for each sample.",
    });
  return { data, count, features };
}

function checkSize(count: number, features: number, what: string): void {
  if (count * features <= mostNumbers) return;
  throw new NablaError("LIMIT", `${what} holds ${count} × ${features} numbers`, {
    expected: `at most ${mostNumbers} numbers`,
    received: `${count * features}`,
    hint: "Take fewer samples, for example with take(n).",
  });
}

/** [count, features] as an array with its shape. */
export const toTable = (data: Float32Array, count: number, features: number): NdArray => ({
  shape: [count, features],
  data,
});
