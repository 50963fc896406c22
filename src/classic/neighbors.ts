import { isSimdAvailable } from "../backend/wasm/platform.ts";
import { macrotask } from "../train/pace.ts";
import { type CandidateSquares, PlainSquares } from "./candidate-squares.ts";
import { NearestLists } from "./nearest-lists.ts";
import type { Observations } from "./observations.ts";
import { center } from "./pca/center.ts";
import { Pca } from "./pca/pca.ts";
import { fewMultiplications, TileProducts } from "./products.ts";

/** Of each sample the `size` nearest others, nearest first. */
export interface Neighbors {
  readonly size: number;
  /** [count, size] */
  readonly indices: Int32Array;
  /** Squared Euclidean distances [count, size]. */
  readonly squares: Float32Array;
}

export interface NeighborOptions {
  /** Called with the share that is done; may throw to end the search. */
  readonly onProgress?: (share: number) => void;
  /** Above so many samples the search is approximate. */
  readonly exactUpTo?: number;
  readonly seed?: number;
}

/** How many directions the approximate search looks along, and how many candidates it has for each neighbour wanted. */
export const directions = 50;
const candidates = 2;

/**
 * The nearest neighbours of each sample by Euclidean distance, equal distances by index.
 *
 * Up to `exactUpTo` samples (20,000) all pairs are compared: |a − b|² = |a|² + |b|² − 2ab, the products tile by tile in
 * float32, with the mean taken off so that little cancels. Above that, the scores along the first 50 principal
 * components are compared instead, and of the twice as many neighbours found there the nearest by true distance are
 * taken.
 */
export async function nearestNeighbors(
  x: Observations,
  size: number,
  { onProgress, exactUpTo = 20_000, seed = 0 }: NeighborOptions = {},
): Promise<Neighbors> {
  const { count, features } = x;
  if (count <= exactUpTo || features <= directions) return allPairs(center(x), size, onProgress);
  const pca = new Pca({ nComponents: directions, solver: "randomized", seed });
  const { data } = await pca.fitTransform({ shape: [count, features], data: x.data });
  const many = Math.min(count - 1, candidates * size);
  const near = await allPairs({ data, count, features: directions }, many, onProgress);
  return nearestOf(x, near, size);
}

async function allPairs(x: Observations, size: number, onProgress?: (share: number) => void): Promise<Neighbors> {
  const { data, count, features } = x;
  const norms = new Float32Array(count);
  for (let i = 0; i < count; i++) norms[i] = squareOf(data, i * features, features);
  const lists = new NearestLists(count, size);
  if (count * count * features < fewMultiplications) compareAll(x, norms, lists);
  else await compareTiles(x, norms, lists, onProgress);
  const { values, indices } = lists.sorted();
  for (let i = 0; i < count; i++)
    for (let e = i * size; e < (i + 1) * size; e++) values[e] = Math.max(0, values[e]! + norms[i]!);
  return { size, indices, squares: values };
}

/** For few samples, in float64. */
function compareAll({ data, count, features }: Observations, norms: Float32Array, lists: NearestLists): void {
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++) {
      let product = 0;
      for (let k = 0; k < features; k++) product += data[i * features + k]! * data[j * features + k]!;
      lists.offer(i, norms[j]! - 2 * product, j);
      lists.offer(j, norms[i]! - 2 * product, i);
    }
}

/** Samples in a tile's side. */
const tile = 512;

/** The table of products is symmetric: tiles on and below its diagonal serve both samples of a pair. */
async function compareTiles(
  { data, count, features }: Observations,
  norms: Float32Array,
  lists: NearestLists,
  onProgress?: (share: number) => void,
): Promise<void> {
  const products = await TileProducts.open(tile, features);
  const { bounds } = lists;
  try {
    for (let top = 0; top < count; top += tile) {
      const bottom = Math.min(count, top + tile);
      products.setRows(data.subarray(top * features, bottom * features));
      for (let left = 0; left <= top; left += tile) {
        const right = Math.min(count, left + tile);
        const out = products.withColumns(data.subarray(left * features, right * features));
        for (let i = top; i < bottom; i++) {
          const own = norms[i]!;
          const at = (i - top) * tile - left;
          let bound = bounds[i]!;
          for (let j = left; j < Math.min(right, i); j++) {
            const twice = 2 * out[at + j]!;
            const mine = norms[j]! - twice;
            if (mine <= bound) {
              lists.offer(i, mine, j);
              bound = bounds[i]!;
            }
            if (own - twice <= bounds[j]!) lists.offer(j, own - twice, i);
          }
        }
        await products.pause();
      }
      onProgress?.((bottom / count) * (bottom / count));
    }
  } finally {
    products[Symbol.dispose]();
  }
}

function squareOf(data: Float32Array, at: number, length: number): number {
  let sum = 0;
  for (let k = at; k < at + length; k++) sum += data[k]! * data[k]!;
  return sum;
}

/** Rows whose candidates are measured at a time. */
const block = 1024;

/** Of the candidates those that are nearest by true distance. */
async function nearestOf(x: Observations, near: Neighbors, size: number): Promise<Neighbors> {
  const lists = new NearestLists(x.count, size);
  const squares = await candidateSquares(x, near);
  const { bounds } = lists;
  try {
    for (let first = 0; first < x.count; first += block) {
      const last = Math.min(x.count, first + block);
      const found = squares.between(first, last);
      for (let row = first, e = 0; row < last; row++)
        for (let end = e + near.size; e < end; e++)
          if (found[e]! <= bounds[row]!) lists.offer(row, found[e]!, near.indices[first * near.size + e]!);
      await macrotask(); // threads join, signals arrive
    }
  } finally {
    squares[Symbol.dispose]();
  }
  const { values, indices } = lists.sorted();
  return { size, indices, squares: values };
}

/** Generated code, or its twin where WebAssembly is forbidden. */
async function candidateSquares(x: Observations, near: Neighbors): Promise<CandidateSquares> {
  if (!isSimdAvailable()) return new PlainSquares(x, near);
  const { MachineSquares } = await import("./machine-squares.ts");
  return MachineSquares.open(x, near, Math.min(x.count, block));
}
