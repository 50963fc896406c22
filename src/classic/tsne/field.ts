import { cos } from "../../array/math64.ts";
import { type FourierPlan, fourierPlan, line, transform, transformLength } from "./fourier.ts";

const fround = Math.fround;

/**
 * The push of all points on all points by a field on a grid, in time n + N log N for N nodes.
 *
 * With K(d) = 1 / (1 + |d|²), φ(y) = Σⱼ K(y − yⱼ) is a convolution, −½∇φ is the push Σⱼ (y − yⱼ)K², and Σᵢ φ(yᵢ) − n is
 * Z. So one field suffices. The points are spread over the nodes by cubic B-splines, the nodes are convolved with K by
 * Fourier transforms of twice the length, so that nothing wraps round, and φ with its slope is read off by the same
 * splines. What the splines blur is divided out of the transform of K (smooth particle mesh Ewald: Essmann et al. 1995;
 * for t-SNE with other interpolation: Linderman et al. 2019).
 */
export interface Grid {
  /** Nodes along each axis; charges lie on nodes 1 to `side` − 3. */
  readonly side: number;
  readonly plan: FourierPlan;
  /** Distance of the nodes. */
  readonly spacing: number;
  /**
   * The transform of K at (kx, ky), 0 … side each, real since K is even; four kx beside each other:
   * `kernel[((kx >> 2) · (side + 1) + ky) · 4 + (kx & 3)]`. It holds the constants of all other steps as well.
   */
  readonly kernel: Float32Array;
}

/** The widest spacing: K varies over distances of about 1, and the push is good to half a percent: wider ones cost divergence. */
export const widestSpacing = 1 / 3;
/** A small map still has so many nodes across, since K is not what limits it there. */
const fewestCells = 40;
/** Nodes beyond the points: a spline reaches one node down and two up. */
const margin = 4;

/** The spacing and side of a grid for a map of a given extent. Spacings are halves of each other: grids can be kept. */
export function gridFor(extent: number): { readonly side: number; readonly spacing: number } {
  let spacing = widestSpacing;
  while (extent / spacing < fewestCells && spacing > 1e-12) spacing /= 2;
  const side = transformLength(2 * (Math.ceil(extent / spacing) + margin)) / 2;
  return { side, spacing };
}

/** Bends K so that in a small map, where K is nearly 1, float32 holds what it varies by: K − 1, whose slope is the same. */
export const isShifted = (spacing: number): boolean => spacing < widestSpacing / 8;

export function makeGrid(side: number, spacing: number): Grid {
  const length = 2 * side;
  const plan = fourierPlan(length);
  // K is even along both axes, so two real lines go through one transform and stay apart: rows, then columns.
  const rows = Array.from({ length: side + 1 }, (_, y) => {
    const row = new Float32Array(length);
    for (let x = 0; x < length; x++) row[x] = kernelAt(Math.min(x, length - x), y, spacing);
    return row;
  });
  const [a, b] = [line(length), line(length)];
  const transformPair = (first: Float32Array, second: Float32Array) => {
    a.re.set(first);
    a.im.set(second);
    const result = transform(plan, a, b);
    first.set(result.re);
    second.set(result.im);
  };
  const spare = new Float32Array(length);
  for (let y = 0; y <= side; y += 2) transformPair(rows[y]!, rows[y + 1] ?? spare);
  const groups = Math.ceil((side + 1) / 4);
  const kernel = new Float32Array(groups * (side + 1) * 4);
  const columns = [new Float32Array(length), new Float32Array(length)] as const;
  // a spline's own transform at frequency k: (4 + 2 cos)/6, once for spreading and once for reading
  const blur = Float64Array.from({ length: side + 1 }, (_, k) => {
    const b = (4 + 2 * cos((2 * Math.PI * k) / length)) / 6;
    return b * b;
  });
  // the steps around leave out halves and the 1/n of the inverse transforms
  const scale = 1 / (2 * length * length);
  for (let kx = 0; kx <= side; kx += 2) {
    columns.forEach((column, c) => {
      for (let y = 0; y < length; y++) column[y] = rows[Math.min(y, length - y)]![Math.min(kx + c, side)]!;
    });
    transformPair(columns[0], columns[1]);
    columns.forEach((column, c) => {
      const k = kx + c;
      if (k > side) return;
      for (let ky = 0; ky <= side; ky++)
        kernel[((k >> 2) * (side + 1) + ky) * 4 + (k & 3)] = (column[ky]! * scale) / (blur[k]! * blur[ky]!);
    });
  }
  return { side, plan, spacing, kernel };
}

function kernelAt(x: number, y: number, spacing: number): number {
  const square = (x * x + y * y) * spacing * spacing;
  return isShifted(spacing) ? -square / (1 + square) : 1 / (1 + square);
}

/** Where the points lie on the grid: node = (y − origin) · scale. */
export interface Placement {
  readonly originX: number;
  readonly originY: number;
  readonly scale: number;
}

/** The grid's first node lies so that the points begin at node 1. All in float32, like the points. */
export function placementOf(lowX: number, lowY: number, spacing: number): Placement {
  return { originX: fround(lowX - 1.5 * spacing), originY: fround(lowY - 1.5 * spacing), scale: fround(1 / spacing) };
}

// Of the four splines that reach a place t beyond a node, coefficients of t³, t², t and 1, nodes −1, 0, 1, 2.
const sixth = fround(1 / 6);
export const cubic = [-sixth, 0.5, -0.5, sixth] as const;
export const quadratic = [0.5, -1, 0.5, 0] as const;
export const linearTerm = [-0.5, 0, 0.5, 0] as const;
export const constantTerm = [sixth, fround(2 / 3), sixth, 0] as const;
/** Three times the cubic and twice the quadratic coefficients: those of the slopes. */
export const slopeCubic = cubic.map((c) => fround(3 * c)) as unknown as readonly [number, number, number, number];
export const slopeQuadratic = quadratic.map((c) => 2 * c) as unknown as readonly [number, number, number, number];

const weightX = new Float32Array(4);
const weightY = new Float32Array(4);
const slopeX = new Float32Array(4);
const slopeY = new Float32Array(4);

function weigh(t: number, weights: Float32Array, slopes: Float32Array): void {
  for (let a = 0; a < 4; a++) {
    const inner = fround(fround(cubic[a]! * t) + quadratic[a]!);
    weights[a] = fround(fround(fround(fround(inner * t) + linearTerm[a]!) * t) + constantTerm[a]!);
    slopes[a] = fround(fround(fround(fround(slopeCubic[a]! * t) + slopeQuadratic[a]!) * t) + linearTerm[a]!);
  }
}

/** Spreads each point over its 4 × 4 nodes; points in order, so the sums have one order. */
export function spread({ side }: Grid, place: Placement, y: Float32Array, count: number, nodes: Float32Array): void {
  nodes.fill(0);
  for (let i = 0; i < count; i++) {
    const at = locate(place, y, i, side);
    for (let row = 0; row < 4; row++)
      for (let a = 0; a < 4; a++) {
        const node = at + row * side + a;
        nodes[node] = nodes[node]! + fround(weightX[a]! * weightY[row]!);
      }
  }
}

/** Reads φ and the push −½∇φ at points `first` to before `last`. */
export function gatherField(
  { side }: Grid,
  place: Placement,
  y: Float32Array,
  nodes: Float32Array,
  out: Float32Array,
  potentials: Float32Array,
  first: number,
  last: number,
): void {
  const factor = fround(-0.5 * place.scale);
  const [values, alongX, alongY] = [new Float32Array(4), new Float32Array(4), new Float32Array(4)];
  const addLanes = (s: Float32Array) => fround(fround(s[0]! + s[2]!) + fround(s[1]! + s[3]!));
  for (let i = first; i < last; i++) {
    const at = locate(place, y, i, side);
    values.fill(0);
    alongY.fill(0);
    for (let row = 0; row < 4; row++)
      for (let a = 0; a < 4; a++) {
        const node = nodes[at + row * side + a]!;
        values[a] = values[a]! + fround(node * weightY[row]!);
        alongY[a] = alongY[a]! + fround(node * slopeY[row]!);
      }
    for (let a = 0; a < 4; a++) {
      alongX[a] = values[a]! * slopeX[a]!;
      values[a] = values[a]! * weightX[a]!;
      alongY[a] = alongY[a]! * weightX[a]!;
    }
    potentials[i] = addLanes(values);
    out[2 * i] = addLanes(alongX) * factor;
    out[2 * i + 1] = addLanes(alongY) * factor;
  }
}

/** The first of a point's nodes; its weights are left in the arrays above. */
function locate({ originX, originY, scale }: Placement, y: Float32Array, i: number, side: number): number {
  const u = fround(fround(y[2 * i]! - originX) * scale);
  const v = fround(fround(y[2 * i + 1]! - originY) * scale);
  const [nodeX, nodeY] = [Math.floor(u), Math.floor(v)];
  weigh(fround(u - nodeX), weightX, slopeX);
  weigh(fround(v - nodeY), weightY, slopeY);
  return (nodeY - 1) * side + nodeX - 1;
}

/** Convolves the nodes with K, in place. */
export function convolve({ side, plan, kernel }: Grid, nodes: Float32Array): void {
  const { length } = plan;
  const half = side / 2;
  const [a, b] = [line(length), line(length)];
  const spectrum = Array.from({ length: side + 1 }, () => line(side));
  for (let row = 0; row < half; row++) {
    // two rows, which are real, in one transform
    a.re.fill(0).set(nodes.subarray(row * side, (row + 1) * side));
    a.im.fill(0).set(nodes.subarray((row + half) * side, (row + half + 1) * side));
    const z = transform(plan, a, b);
    for (let k = 0; k <= side; k++) {
      const m = (length - k) % length;
      const { re, im } = spectrum[k]!;
      re[row] = z.re[k]! + z.re[m]!;
      im[row] = z.im[k]! - z.im[m]!;
      re[row + half] = z.im[k]! + z.im[m]!;
      im[row + half] = z.re[m]! - z.re[k]!;
    }
  }
  for (let k = 0; k <= side; k++) {
    const column = spectrum[k]!;
    a.re.fill(0).set(column.re);
    a.im.fill(0).set(column.im);
    const z = transform(plan, a, b);
    const other = z === a ? b : a;
    // the inverse transform is the transform with real and imaginary parts exchanged, before and after
    for (let ky = 0; ky < length; ky++) {
      const factor = kernel[((k >> 2) * (side + 1) + Math.min(ky, length - ky)) * 4 + (k & 3)]!;
      const re = fround(z.re[ky]! * factor);
      z.re[ky] = z.im[ky]! * factor;
      z.im[ky] = re;
    }
    const back = transform(plan, z, other);
    column.re.set(back.im.subarray(0, side));
    column.im.set(back.re.subarray(0, side));
  }
  for (let row = 0; row < half; row++) {
    for (let k = 0; k <= side; k++) {
      const { re, im } = spectrum[k]!;
      a.im[k] = re[row]! - im[row + half]!;
      a.re[k] = im[row]! + re[row + half]!;
      if (k === 0 || k === side) continue;
      a.im[length - k] = re[row]! + im[row + half]!;
      a.re[length - k] = re[row + half]! - im[row]!;
    }
    const z = transform(plan, a, b);
    nodes.set(z.im.subarray(0, side), row * side);
    nodes.set(z.re.subarray(0, side), (row + half) * side);
  }
}
