import { log1p } from "../../array/math64.ts";
import type { Affinities } from "./affinities.ts";
import { attract, type Stride } from "./attraction.ts";
import { CellTree } from "./barnes-hut.ts";
import { convolve, type Grid, gatherField, gridFor, isShifted, makeGrid, placementOf, spread } from "./field.ts";
import { repel, writePlanes } from "./repulsion.ts";

/** How the push of all points on all is found: every pair, by cells, or by a field on a grid (2-D). */
export type RepulsionMethod = "exact" | "barnes-hut" | "field";

/** What moves the points, [count, stride] each. The arrays are overwritten by the next call. */
export interface ForceSums {
  /** Σⱼ pᵢⱼ qᵢⱼZ (yᵢ − yⱼ) */
  readonly pulls: Float32Array;
  /** Σⱼ (qᵢⱼZ)² (yᵢ − yⱼ) */
  readonly pushes: Float32Array;
  /** Z = Σᵢ Σⱼ≠ᵢ 1 / (1 + |yᵢ − yⱼ|²) */
  readonly normalizer: number;
}

export interface Forces extends Disposable {
  /** "plain" without WebAssembly. */
  readonly engine: "wasm" | "plain";
  compute(y: Float32Array): ForceSums;
  /** Σ pᵢⱼ log(1 + |yᵢ − yⱼ|²): with Z, all of the Kullback–Leibler divergence that depends on the map. */
  stretch(y: Float32Array): number;
}

/** Chooses grids so that a map that grows and shrinks a little does not need a new one each time. */
export class GridKeeper {
  #grid: Grid | undefined;

  /** The grid for a map of this extent, and whether it is a new one. */
  gridFor(extent: number): { readonly grid: Grid; readonly isNew: boolean } {
    const { side, spacing } = gridFor(extent);
    const known = this.#grid;
    if (known && known.spacing === spacing && known.side >= side && known.side <= 1.5 * side)
      return { grid: known, isNew: false };
    this.#grid = makeGrid(side, spacing);
    return { grid: this.#grid, isNew: true };
  }
}

/** Lowest coordinates of a 2-D map, and its larger extent. */
export function boundsOf(y: Float32Array): { lowX: number; lowY: number; extent: number } {
  let [lowX, lowY, highX, highY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < y.length; i += 2) {
    const a = y[i]!;
    const b = y[i + 1]!;
    if (a < lowX) lowX = a;
    if (a > highX) highX = a;
    if (b < lowY) lowY = b;
    if (b > highY) highY = b;
  }
  return { lowX, lowY, extent: Math.max(highX - lowX, highY - lowY) };
}

/** Σ φ − n in float64; a field of K − 1 lacks n at each point. */
export function normalizerOf(potentials: Float32Array, count: number, lacking: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += potentials[i]!;
  return sum + count * lacking - count;
}

/** The reference: every sum as the chapters write it. Gives the same bits as the generated code. */
export class PlainForces implements Forces {
  readonly engine = "plain";
  readonly #affinities: Affinities;
  readonly #stride: Stride;
  readonly #method: RepulsionMethod;
  readonly #pulls: Float32Array;
  readonly #pushes: Float32Array;
  readonly #potentials: Float32Array;
  readonly #grids = new GridKeeper();
  readonly #tree: CellTree;
  readonly #axes: readonly Float32Array[];
  #nodes = new Float32Array(0);

  constructor(affinities: Affinities, stride: Stride, method: RepulsionMethod) {
    const { count } = affinities;
    this.#affinities = affinities;
    this.#stride = stride;
    this.#method = method;
    this.#pulls = new Float32Array(count * stride);
    this.#pushes = new Float32Array(count * stride);
    this.#potentials = new Float32Array(count);
    this.#tree = new CellTree(stride);
    this.#axes = Array.from({ length: stride === 2 ? 2 : 3 }, () => new Float32Array(4 * Math.ceil(count / 4)));
  }

  compute(y: Float32Array): ForceSums {
    const [pulls, pushes, potentials, stride] = [this.#pulls, this.#pushes, this.#potentials, this.#stride];
    const { count } = this.#affinities;
    attract(this.#affinities, y, stride, pulls, 0, count);
    let lacking = 0;
    if (this.#method === "exact") {
      writePlanes(y, stride, count, this.#axes);
      repel({ axes: this.#axes }, stride, pushes, potentials, 0, count);
    } else if (this.#method === "barnes-hut") {
      this.#tree.build(y, count);
      this.#tree.repel(y, pushes, potentials, 0, count);
    } else {
      const { lowX, lowY, extent } = boundsOf(y);
      const { grid, isNew } = this.#grids.gridFor(extent);
      if (isNew) this.#nodes = new Float32Array(grid.side * grid.side);
      const place = placementOf(lowX, lowY, grid.spacing);
      spread(grid, place, y, count, this.#nodes);
      convolve(grid, this.#nodes);
      gatherField(grid, place, y, this.#nodes, pushes, potentials, 0, count);
      lacking = isShifted(grid.spacing) ? count : 0;
    }
    return { pulls, pushes, normalizer: normalizerOf(potentials, count, lacking) };
  }

  stretch(y: Float32Array): number {
    const [{ count, starts, columns, values }, stride] = [this.#affinities, this.#stride];
    let sum = 0;
    for (let i = 0; i < count; i++)
      for (let e = starts[i]!; e < starts[i + 1]!; e++) {
        if (values[e] === 0) continue;
        let square = 0;
        for (let a = 0; a < stride; a++) {
          const d = y[i * stride + a]! - y[columns[e]! * stride + a]!;
          square += d * d;
        }
        sum += values[e]! * log1p(square);
      }
    return sum;
  }

  [Symbol.dispose](): void {}
}
