import type { Stride } from "./attraction.ts";

const fround = Math.fround;

/** Points as one list per axis, filled up to a multiple of four by points so far away that they push nobody. */
export interface Planes {
  readonly axes: readonly Float32Array[];
}

/** Its square is still a float32, and 1 over the square of that is 0. */
export const farAway = 1e15;

/**
 * The push of all points on points `first` to before `last`, exactly: φᵢ = Σⱼ 1 / (1 + |yᵢ − yⱼ|²) with j = i among
 * them, into `potentials`, and Σⱼ (yᵢ − yⱼ) / (1 + |yᵢ − yⱼ|²)² into `out`. Lanes as in `attract`.
 */
export function repel(
  { axes }: Planes,
  stride: Stride,
  out: Float32Array,
  potentials: Float32Array,
  first: number,
  last: number,
): void {
  const sums = new Float32Array(16);
  const [xs, ys, zs] = [axes[0]!, axes[1]!, axes[2]];
  for (let i = first; i < last; i++) {
    sums.fill(0);
    for (let j = 0; j < xs.length; j++) {
      const dx = fround(xs[i]! - xs[j]!);
      const dy = fround(ys[i]! - ys[j]!);
      const dz = zs ? fround(zs[i]! - zs[j]!) : 0;
      let square = fround(fround(dx * dx) + fround(dy * dy));
      if (zs) square = fround(square + fround(dz * dz));
      const q = fround(1 / fround(1 + square));
      const push = fround(q * q);
      const lane = j & 3;
      sums[lane] = sums[lane]! + q;
      sums[4 + lane] = sums[4 + lane]! + fround(push * dx);
      sums[8 + lane] = sums[8 + lane]! + fround(push * dy);
      if (zs) sums[12 + lane] = sums[12 + lane]! + fround(push * dz);
    }
    const total = (at: number) => fround(fround(sums[at]! + sums[at + 2]!) + fround(sums[at + 1]! + sums[at + 3]!));
    potentials[i] = total(0);
    for (let axis = 0; axis < (zs ? 3 : 2); axis++) out[i * stride + axis] = total(4 + 4 * axis);
  }
}

/** The points of a map as planes. */
export function writePlanes(y: Float32Array, stride: Stride, count: number, axes: readonly Float32Array[]): void {
  axes.forEach((axis, a) => {
    for (let i = 0; i < count; i++) axis[i] = y[i * stride + a]!;
    axis.fill(farAway, count);
  });
}
