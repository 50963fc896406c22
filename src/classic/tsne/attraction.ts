import type { Affinities } from "./affinities.ts";

const fround = Math.fround;

/** A 2-D map keeps a point in two floats, a 3-D map in four, of which the last is 0. */
export type Stride = 2 | 4;

/**
 * The pull of the neighbours on points `first` to before `last`: Σⱼ pᵢⱼ (yᵢ − yⱼ) / (1 + |yᵢ − yⱼ|²), into `out`.
 * Each sum runs in four lanes, entry e in lane e mod 4, which are added (0 + 2) + (1 + 3): the generated code does just
 * this, to the bit.
 */
export function attract(
  { starts, columns, values }: Affinities,
  y: Float32Array,
  stride: Stride,
  out: Float32Array,
  first: number,
  last: number,
): void {
  const sums = new Float32Array(12);
  for (let i = first; i < last; i++) {
    sums.fill(0);
    const [x0, y0, z0] = [y[i * stride]!, y[i * stride + 1]!, stride === 4 ? y[i * stride + 2]! : 0];
    for (let e = starts[i]!; e < starts[i + 1]!; e++) {
      const j = columns[e]! * stride;
      const dx = fround(x0 - y[j]!);
      const dy = fround(y0 - y[j + 1]!);
      const dz = stride === 4 ? fround(z0 - y[j + 2]!) : 0;
      let square = fround(fround(dx * dx) + fround(dy * dy));
      if (stride === 4) square = fround(square + fround(dz * dz));
      const pull = fround(values[e]! / fround(1 + square));
      const lane = e & 3;
      sums[lane] = sums[lane]! + fround(pull * dx);
      sums[4 + lane] = sums[4 + lane]! + fround(pull * dy);
      if (stride === 4) sums[8 + lane] = sums[8 + lane]! + fround(pull * dz);
    }
    for (let axis = 0; axis < (stride === 4 ? 3 : 2); axis++) out[i * stride + axis] = addLanes(sums, 4 * axis);
  }
}

const addLanes = (sums: Float32Array, at: number): number =>
  fround(fround(sums[at]! + sums[at + 2]!) + fround(sums[at + 1]! + sums[at + 3]!));
