import { readFileSync } from "node:fs";
import { standardNormal } from "../../src/array/distributions.ts";
import { Random } from "../../src/array/random.ts";

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface PcaRow {
  readonly name: string;
  readonly x: Numbers;
  readonly nComponents: number | "all";
  readonly whiten: boolean;
  readonly components: Numbers;
  readonly mean: Numbers;
  readonly singularValues: Numbers;
  readonly explainedVariance: Numbers;
  readonly explainedVarianceRatio: Numbers;
  readonly noiseVariance: number;
  readonly scores: Numbers;
  readonly inverse: Numbers;
}

export interface TsneRow {
  readonly name: string;
  readonly x: Numbers;
  readonly perplexity: number;
  readonly map: Numbers;
  readonly P: Numbers;
  readonly divergence: number;
  readonly gradient: Numbers;
  readonly trustworthiness: number;
  readonly continuity: number;
}

/** scikit-learn's answers. */
export const fixture = JSON.parse(readFileSync(new URL("../../fixtures/maps.json", import.meta.url), "utf8")) as {
  readonly pca: readonly PcaRow[];
  readonly tsne: readonly TsneRow[];
};

export const ndarray = ({ shape, data }: Numbers) => ({ shape, data: Float32Array.from(data) });

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

/** Normal samples around `groups` centres; `labels` says which. */
export function clusters(count: number, features: number, groups: number, apart: number, seed = 1) {
  const random = new Random(seed, "clusters");
  const data = new Float32Array(count * features);
  const labels = Array.from({ length: count }, (_, i) => i % groups);
  for (let i = 0; i < count; i++)
    for (let k = 0; k < features; k++)
      data[i * features + k] =
        standardNormal(random, 0, i * features + k) + apart * standardNormal(random, 1, labels[i]! * features + k);
  return { x: { shape: [count, features], data }, labels };
}
