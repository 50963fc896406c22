import type { Samples } from "../array/ndarray.ts";
import { permutation } from "../array/random.ts";
import type { Dataset } from "../data/index.ts";
import { checkNames, NablaError, wrongOption } from "../errors.ts";
import { isWhole } from "./is-whole.ts";
import { type Observations, toObservations } from "./observations.ts";
import { center } from "./pca/center.ts";
import { fewMultiplications, TileProducts } from "./products.ts";

export interface MapQualityOptions {
  /** How many neighbours count as near; default 5. */
  readonly neighbors?: number;
  /** At most so many samples are looked at, each against all others; default 1,000. */
  readonly sample?: number;
  /** Chooses them. */
  readonly seed?: number;
}

export interface MapQuality {
  /** 1: whoever is near in the map is near in the data. */
  readonly trustworthiness: number;
  /** 1: whoever is near in the data is near in the map. */
  readonly continuity: number;
  readonly neighbors: number;
  /** Samples looked at; all, or a random part. */
  readonly samples: number;
}

/**
 * How true a map is to its data (Venna & Kaski 2001): trustworthiness = 1 − 2 / (nk(2n − 3k − 1)) · Σᵢ Σⱼ (r(i, j) − k),
 * over the k nearest j of i in the map, with the rank r > k of j among the neighbours of i in the data; continuity is the
 * same with map and data exchanged. With `sample` fewer than n, the mean over the samples looked at stands for that over
 * all. Throws SHAPE where the sizes differ, OPTION unless k < n / 2.
 */
export async function mapQuality(
  x: Samples | Dataset,
  map: Samples,
  options: MapQualityOptions = {},
): Promise<MapQuality> {
  checkNames("mapQuality", options, ["neighbors", "sample", "seed"]);
  const { neighbors = 5, sample = 1000, seed = 0 } = options;
  const [data, points] = [toObservations(x), toObservations(map, "the map")];
  const n = data.count;
  if (points.count !== n)
    throw new NablaError("SHAPE", `the map has ${points.count} points, x holds ${n} samples`, {
      expected: `${n} points`,
      received: `${points.count}`,
      hint: "Give the map of these very samples.",
    });
  if (!isWhole(neighbors, 1) || 2 * neighbors >= n)
    throw wrongOption("mapQuality", "neighbors", neighbors, `a whole number from 1, below half of the ${n} samples`);
  if (!isWhole(sample, 1)) throw wrongOption("mapQuality", "sample", sample, "a whole number from 1");
  const looked =
    sample >= n ? Uint32Array.from({ length: n }, (_, i) => i) : permutation(n, seed, "map quality").slice(0, sample);
  let [falseFriends, lostFriends] = [0, 0];
  for await (const { row, products } of rowsOf(center(data), looked)) {
    const inData = distancesFrom(products, row);
    const inMap = mapDistances(points, row);
    falseFriends += penalty(nearest(inMap, neighbors, row), inData, neighbors, row);
    lostFriends += penalty(nearest(inData, neighbors, row), inMap, neighbors, row);
  }
  const worst = (looked.length * neighbors * (2 * n - 3 * neighbors - 1)) / 2;
  return {
    trustworthiness: 1 - falseFriends / worst,
    continuity: 1 - lostFriends / worst,
    neighbors,
    samples: looked.length,
  };
}

interface Row {
  readonly row: number;
  /** |b|² − 2ab for all b: squared distances but for a constant. */
  readonly products: Float64Array;
}

const distancesFrom = (products: Float64Array, row: number): Float64Array => {
  products[row] = Infinity;
  return products;
};

/** The rows looked at, each with its products with all; the array is overwritten by the next. */
async function* rowsOf({ data, count, features }: Observations, looked: Uint32Array): AsyncGenerator<Row> {
  const norms = new Float64Array(count);
  for (let i = 0, at = 0; i < count; i++) for (let k = 0; k < features; k++, at++) norms[i]! += data[at]! * data[at]!;
  const products = new Float64Array(count);
  if (count * looked.length * features < fewMultiplications) {
    for (const row of looked) {
      for (let j = 0; j < count; j++) {
        let sum = 0;
        for (let k = 0; k < features; k++) sum += data[row * features + k]! * data[j * features + k]!;
        products[j] = norms[j]! - 2 * sum;
      }
      yield { row, products };
    }
    return;
  }
  const side = 512;
  const tiles = await TileProducts.open(side, features);
  try {
    const rows = new Float32Array(side * features);
    for (let first = 0; first < looked.length; first += side) {
      const some = looked.subarray(first, first + side);
      some.forEach((row, i) => void rows.set(data.subarray(row * features, (row + 1) * features), i * features));
      tiles.setRows(rows);
      const all = new Float32Array(some.length * count);
      for (let left = 0; left < count; left += side) {
        const right = Math.min(count, left + side);
        const out = tiles.withColumns(data.subarray(left * features, right * features));
        for (let i = 0; i < some.length; i++)
          all.set(out.subarray(i * side, i * side + right - left), i * count + left);
        await tiles.pause();
      }
      for (let i = 0; i < some.length; i++) {
        for (let j = 0; j < count; j++) products[j] = norms[j]! - 2 * all[i * count + j]!;
        yield { row: some[i]!, products };
      }
    }
  } finally {
    tiles[Symbol.dispose]();
  }
}

function mapDistances({ data, count, features }: Observations, row: number): Float64Array {
  const squares = new Float64Array(count);
  for (let j = 0; j < count; j++)
    for (let k = 0; k < features; k++) {
      const d = data[j * features + k]! - data[row * features + k]!;
      squares[j]! += d * d;
    }
  squares[row] = Infinity;
  return squares;
}

/** The `size` nearest, of equal ones those with smaller indices. */
function nearest(distances: Float64Array, size: number, row: number): readonly number[] {
  const found: number[] = [];
  for (let j = 0; j < distances.length; j++) {
    if (j === row || (found.length === size && distances[j]! >= distances[found.at(-1)!]!)) continue;
    let at = found.length;
    while (at > 0 && distances[found[at - 1]!]! > distances[j]!) at--;
    found.splice(at, 0, j);
    found.length = Math.min(found.length, size);
  }
  return found;
}

/** How far beyond the first `size` the others see these: Σ (rank − size). */
function penalty(friends: readonly number[], distances: Float64Array, size: number, row: number): number {
  let sum = 0;
  for (const friend of friends) {
    const own = distances[friend]!;
    let rank = 1;
    for (let j = 0; j < distances.length; j++)
      if (j !== row && (distances[j]! < own || (distances[j]! === own && j < friend))) rank++;
    if (rank > size) sum += rank - size;
  }
  return sum;
}
