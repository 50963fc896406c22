import { exp } from "../../array/math64.ts";

/** How alike two samples are: x·z, or exp(−γ‖x − z‖²). */
export type Kernel = { readonly name: "linear" } | { readonly name: "rbf"; readonly gamma: number };

/** Float64 numbers [size, features]. */
export interface Points {
  readonly data: Float64Array;
  readonly size: number;
  readonly features: number;
}

/**
 * Samples about their mean, in float64. A support vector machine with a free bias does not change when all samples are
 * shifted, and products of small numbers lose less: without it, two samples near 10⁶ would have no distance in float32.
 */
export function centered(
  x: Float32Array,
  features: number,
  mean: Float64Array = meanOf(x, features),
): { readonly points: Points; readonly mean: Float64Array } {
  const data = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += features)
    for (let j = 0; j < features; j++) data[at + j] = x[at + j]! - mean[j]!;
  return { points: { data, size: x.length / features, features }, mean };
}

function meanOf(x: Float32Array, features: number): Float64Array {
  const mean = new Float64Array(features);
  for (let at = 0; at < x.length; at += features) for (let j = 0; j < features; j++) mean[j]! += x[at + j]!;
  for (let j = 0; j < features; j++) mean[j]! /= x.length / features;
  return mean;
}

/** Kernel values of one block of rows: what a cache asks for what it lacks. */
export interface RowSource {
  /** Samples: the length of a row. */
  readonly size: number;
  /** How many rows are computed at once; 1 where rows alone cost no more. */
  readonly block: number;
  /** k(xᵢ, xᵢ) */
  readonly diagonal: Float64Array;
  /** Writes k(xᵢ, ·) for each i of `rows`, at most `block` of them, into `out`. */
  compute(rows: readonly number[], out: readonly Float64Array[]): void;
}

/** Σ (aₖ)² of each row. */
export function squaredNorms({ data, size, features }: Points): Float64Array {
  const norms = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let k = i * features; k < (i + 1) * features; k++) sum += data[k]! * data[k]!;
    norms[i] = sum;
  }
  return norms;
}

export const diagonalOf = (points: Points, kernel: Kernel): Float64Array =>
  kernel.name === "linear" ? squaredNorms(points) : new Float64Array(points.size).fill(1);

/**
 * The rows in float64, one multiplication after another: the reference for `engineRows`, and what small problems use.
 * A row costs size × features multiplications.
 */
export function plainRows(points: Points, kernel: Kernel): RowSource {
  const { data, size, features } = points;
  return {
    size,
    block: 1,
    diagonal: diagonalOf(points, kernel),
    compute(rows, out) {
      rows.forEach((i, r) => {
        kernelRow(kernel, data.subarray(i * features, (i + 1) * features), data, out[r]!);
      });
    },
  };
}

/** k(x, zᵢ) of one point x with all points z, into `out`. */
export function kernelRow(kernel: Kernel, x: Float64Array, z: Float64Array, out: Float64Array): void {
  const features = x.length;
  if (kernel.name === "linear") {
    for (let i = 0, at = 0; i < out.length; i++) {
      let sum = 0;
      for (let k = 0; k < features; k++) sum += x[k]! * z[at++]!;
      out[i] = sum;
    }
    return;
  }
  for (let i = 0, at = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 0; k < features; k++) {
      const difference = x[k]! - z[at++]!;
      sum += difference * difference;
    }
    out[i] = exp(-kernel.gamma * sum);
  }
}
