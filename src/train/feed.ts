import { sizeOf } from "../array/ndarray.ts";
import type { Dataset, Targets } from "../data/index.ts";

/**
 * Writes samples `first` … `first + count − 1` as the network sees them into `out`, one after another. The product of
 * byte and scale is rounded to float32 once, as a training step does it, so both see the same bits.
 */
export function copySamples(data: Dataset, first: number, count: number, out: Float32Array): void {
  const size = sizeOf(data.shape);
  const { data: source, scale } = data.x;
  const factor = Math.fround(scale);
  for (let i = 0; i < count; i++) {
    const from = rowOf(data, first + i) * size;
    if (factor === 1) out.set(source.subarray(from, from + size), i * size);
    else for (let j = 0; j < size; j++) out[i * size + j] = source[from + j]! * factor;
  }
}

/** Writes the targets of the same samples into `out`: a class number, or Π shape values each. */
export function copyTargets(data: Dataset, targets: Targets, first: number, count: number, out: Float32Array): void {
  const size = targets.kind === "labels" ? 1 : sizeOf(targets.shape);
  for (let i = 0; i < count; i++) {
    const from = rowOf(data, first + i) * size;
    out.set(targets.data.subarray(from, from + size), i * size);
  }
}

/** The row of the data's tables that holds sample `index`. */
export const rowOf = (data: Dataset, index: number): number => (data.rows ? data.rows[index]! : index);
