import { type NdArray, sizeOf } from "../array/ndarray.ts";
import type { Dataset } from "./dataset.ts";
import { checkDataset } from "./is-dataset.ts";

/** Sample `index` (from 0) as the network sees it: bytes times their scale. A copy. */
export function sampleOf(data: Dataset, index: number): NdArray {
  checkDataset(data, "sampleOf");
  const size = sizeOf(data.shape);
  const row = rowOf(data, index);
  const values = Float32Array.from(data.x.data.subarray(row * size, (row + 1) * size));
  if (data.x.scale !== 1) for (let i = 0; i < size; i += 1) values[i]! *= data.x.scale;
  return { shape: data.shape, data: values };
}

/** The class number of sample `index`, or undefined where the targets are values or absent. */
export function labelOf(data: Dataset, index: number): number | undefined {
  checkDataset(data, "labelOf");
  return data.y?.kind === "labels" ? data.y.data[rowOf(data, index)] : undefined;
}

const rowOf = (data: Dataset, index: number): number => (data.rows ? data.rows[index]! : index);
