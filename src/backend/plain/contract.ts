import type { Kernel, Statement } from "../../compile/kernel.ts";
import { offsetsOf } from "./runs.ts";

type Contract = Extract<Statement, { kind: "contract" }>;

const fround = Math.fround;

/** Rows and columns of a tile: its eight sums stay in registers. */
const rows = 2;
const columns = 4;

/**
 * Computes the sums of a contraction at every point of its two axes into `totals` [first axis, second axis].
 *
 * One float32 sum per point, from +0 on, the summed axis ascending, each product rounded before it is added. Both
 * operands are copied into panels first, so that the loop over the summed axis reads memory in order whatever the
 * operands' strides are.
 */
export function compileContraction(
  { axes, left, right, summed }: Contract,
  kernel: Kernel,
  arrayOf: (buffer: number) => Float32Array,
  totals: Float32Array,
): () => void {
  const [i, j] = axes as [number, number];
  const extent = (axis: number): number => kernel.axes[axis]!.extent;
  const [M, N, K] = [extent(i), extent(j), extent(summed)];
  const isSwapped = left.strides[j] !== 0 || right.strides[i] !== 0; // then `left` goes with the second axis
  const [over, under] = isSwapped ? [right, left] : [left, right];
  const packRows = packer(M, K, over.strides[i]!, over.strides[summed]!, rows);
  const packColumns = packer(N, K, under.strides[j]!, under.strides[summed]!, columns);
  const [overArray, underArray] = [arrayOf(over.buffer), arrayOf(under.buffer)];
  return () => {
    const rowPanels = packRows(overArray);
    const columnPanels = packColumns(underArray);
    for (let n = 0; n < N; n += columns)
      for (let m = 0; m < M; m += rows) writeTile(rowPanels, columnPanels, m, n, M, N, K, totals);
  };
}

/** Copies a matrix [extent, K] of any strides into panels of `width` lines, k by k; lines beyond the last are 0. */
function packer(extent: number, K: number, stride: number, strideK: number, width: number) {
  const panels = new Float64Array(Math.ceil(extent / width) * width * K); // float64 saves a conversion per product
  const starts = offsetsOf([{ extent, stride }]);
  return (from: Float32Array): Float64Array => {
    for (let line = 0; line < extent; line++) {
      const start = starts[line]!;
      const to = (line - (line % width)) * K + (line % width);
      for (let k = 0; k < K; k++) panels[to + k * width] = from[start + k * strideK]!;
    }
    return panels;
  };
}

function writeTile(
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  M: number,
  N: number,
  K: number,
  totals: Float32Array,
): void {
  let t00 = 0;
  let t01 = 0;
  let t02 = 0;
  let t03 = 0;
  let t10 = 0;
  let t11 = 0;
  let t12 = 0;
  let t13 = 0;
  let at = m * K;
  let bt = n * K;
  for (let k = 0; k < K; k++, at += rows, bt += columns) {
    const a0 = a[at]!;
    const a1 = a[at + 1]!;
    const b0 = b[bt]!;
    const b1 = b[bt + 1]!;
    const b2 = b[bt + 2]!;
    const b3 = b[bt + 3]!;
    t00 = fround(t00 + fround(a0 * b0));
    t01 = fround(t01 + fround(a0 * b1));
    t02 = fround(t02 + fround(a0 * b2));
    t03 = fround(t03 + fround(a0 * b3));
    t10 = fround(t10 + fround(a1 * b0));
    t11 = fround(t11 + fround(a1 * b1));
    t12 = fround(t12 + fround(a1 * b2));
    t13 = fround(t13 + fround(a1 * b3));
  }
  writeRow(totals, m * N + n, N - n, t00, t01, t02, t03);
  if (m + 1 < M) writeRow(totals, (m + 1) * N + n, N - n, t10, t11, t12, t13);
}

/** Writes as many of the four as there are columns left. */
function writeRow(to: Float32Array, at: number, left: number, t0: number, t1: number, t2: number, t3: number): void {
  to[at] = t0;
  if (left > 1) to[at + 1] = t1;
  if (left > 2) to[at + 2] = t2;
  if (left > 3) to[at + 3] = t3;
}
