import type { Shape } from "../array/ndarray.ts";

type Numbers = { [i: number]: number; readonly length: number };

/** Writes row-major `data` into `memory` at the strides of `shape`, from element `start` on. */
export function copyIn(
  data: ArrayLike<number>,
  shape: Shape,
  strides: readonly number[],
  memory: Numbers,
  start = 0,
): void {
  forEachRun(shape, strides, (flat, at, count, stride) => {
    if (stride === 1 && data instanceof Float32Array && memory instanceof Float32Array)
      memory.set(data.subarray(flat, flat + count), start + at);
    else for (let i = 0; i < count; i++) memory[start + at + i * stride] = data[flat + i]!;
  });
}

/** Reads what lies in `memory` at `strides` into row-major `out`. */
export function copyOut(
  memory: ArrayLike<number>,
  start: number,
  shape: Shape,
  strides: readonly number[],
  out: Float32Array,
): void {
  forEachRun(shape, strides, (flat, at, count, stride) => {
    if (stride === 1 && memory instanceof Float32Array) out.set(memory.subarray(start + at, start + at + count), flat);
    else for (let i = 0; i < count; i++) out[flat + i] = memory[start + at + i * stride]!;
  });
}

/** Calls `visit` once per run along the last axis. */
function forEachRun(
  shape: Shape,
  strides: readonly number[],
  visit: (flat: number, at: number, count: number, stride: number) => void,
): void {
  const rank = shape.length;
  const count = shape[rank - 1] ?? 1;
  const stride = strides[rank - 1] ?? 0;
  const outer = shape.slice(0, -1);
  const runs = outer.reduce((product, extent) => product * extent, 1);
  const position = outer.map(() => 0);
  for (let run = 0, at = 0; run < runs; run++) {
    visit(run * count, at, count, stride);
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++position[axis]! < outer[axis]!) break;
      at -= outer[axis]! * strides[axis]!;
      position[axis] = 0;
    }
  }
}
