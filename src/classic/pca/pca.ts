import type { NdArray, Samples } from "../../array/ndarray.ts";
import { toBatch } from "../../array/samples.ts";
import type { Dataset } from "../../data/index.ts";
import { isDataset } from "../../data/is-dataset.ts";
import { checkNames, NablaError, wrongOption } from "../../errors.ts";
import { isWhole } from "../is-whole.ts";
import { toObservations } from "../observations.ts";
import { center, columnMeans, totalVariance } from "./center.ts";
import type { Directions } from "./directions.ts";
import { exactDirections } from "./exact.ts";
import { randomizedDirections } from "./randomized.ts";

/**
 * Principal component analysis (Pearson 1901, Hotelling 1933): the directions along which data vary most.
 *
 * With the mean taken off, X = UΣVᵀ. The rows of Vᵀ are the components, σᵢ²/(n − 1) is the variance along component i,
 * and XVᵀ, the scores, are the data seen along them. The signs are scikit-learn's: of each component, the sample
 * farthest from the mean has a positive score.
 */
export interface PcaOptions {
  /** A number of components, a share of the variance to keep (0.95), or "all"; default "all". */
  readonly nComponents?: number | "all";
  /**
   * "exact": eigenvectors of XᵀX, or of XXᵀ where there are fewer samples than features; small singular values are good
   * to about 1e-8 of the largest. "randomized": Halko, Martinsson & Tropp 2011, for a few components of large data.
   * "auto" takes the second above 500 × 500 for a number of components below a tenth of the smaller side.
   */
  readonly solver?: "auto" | "exact" | "randomized";
  /** Scores of variance 1 along every component. */
  readonly whiten?: boolean;
  /** Where the random directions of "randomized" begin. */
  readonly seed?: number;
}

interface Fitted {
  readonly count: number;
  readonly components: NdArray;
  readonly mean: Float32Array;
  readonly singularValues: Float64Array;
  readonly explainedVariance: Float64Array;
  readonly explainedVarianceRatio: Float64Array;
  readonly noiseVariance: number;
}

const optionNames = ["nComponents", "solver", "whiten", "seed"];
/** Exact work grows with the cube of the smaller side: at 4,096 it takes minutes. */
const largestExact = 4096;

export class Pca {
  readonly #options: Required<PcaOptions>;
  #fitted: Fitted | undefined;

  /** Throws OPTION for options that cannot be. */
  constructor(options: PcaOptions = {}) {
    checkNames("Pca", options, optionNames);
    const { nComponents = "all", solver = "auto", whiten = false, seed = 0 } = options;
    const isShare = typeof nComponents === "number" && nComponents > 0 && nComponents < 1;
    if (nComponents !== "all" && !isShare && !isWhole(nComponents, 1))
      throw wrongOption("Pca", "nComponents", nComponents, 'a whole number from 1, a share between 0 and 1, or "all"');
    if (!["auto", "exact", "randomized"].includes(solver))
      throw wrongOption("Pca", "solver", solver, '"auto", "exact" or "randomized"');
    if (typeof whiten !== "boolean") throw wrongOption("Pca", "whiten", whiten, "true or false");
    if (!Number.isSafeInteger(seed)) throw wrongOption("Pca", "seed", seed, "a whole number");
    if (solver === "randomized" && !isWhole(nComponents, 1))
      throw wrongOption(
        "Pca",
        "nComponents",
        nComponents,
        'a whole number from 1: solver "randomized" finds no others',
      );
    this.#options = { nComponents, solver, whiten, seed };
  }

  /**
   * Finds the components of samples [n, features]. Throws DATA for NaN or infinity (row and column), a single sample,
   * data that do not vary; OPTION for more components than there can be; LIMIT where the exact method would take hours.
   */
  async fit(x: Samples | Dataset): Promise<this> {
    const given = toObservations(x);
    const { count, features } = given;
    const most = Math.min(count, features);
    const { nComponents, seed } = this.#options;
    if (count < 2)
      throw new NablaError("DATA", "x holds one sample, and one sample does not vary", {
        expected: "at least 2 samples",
        received: "1",
        hint: "Give more samples.",
      });
    if (isWhole(nComponents, most + 1))
      throw new NablaError("OPTION", `nComponents is ${nComponents}, but ${count} × ${features} data have ${most}`, {
        expected: `1 to ${most}, the smaller of samples and features`,
        received: `${nComponents}`,
        hint: `Ask for at most ${most} components, or give more samples.`,
      });
    const mean = columnMeans(given);
    const variance = totalVariance(given, mean);
    if (!(variance > 0))
      throw new NablaError("DATA", "x does not vary: every column is constant", {
        expected: "at least one column with different values",
        received: `${count} equal samples`,
        hint: "Give samples that differ.",
      });
    const solver = this.#solverFor(most);
    if (solver === "exact" && most > largestExact)
      throw new NablaError("LIMIT", `the exact method is asked for ${count} × ${features} data`, {
        expected: `at most ${largestExact} samples or features`,
        received: `${most}`,
        hint: 'Ask for a number of components with solver: "randomized".',
      });
    const found =
      solver === "exact"
        ? await exactDirections(center(given, mean))
        : await randomizedDirections(given, mean, Number(nComponents), seed);
    this.#fitted = this.#keep(found, { count, features, mean: Float32Array.from(mean), variance, most });
    return this;
  }

  async fitTransform(x: Samples | Dataset): Promise<NdArray> {
    await this.fit(x);
    return this.transform(x);
  }

  /** Scores [n, components] of samples, or [components] of a single one. Throws SHAPE, DATA; OPTION before `fit`. */
  transform(x: Samples | Dataset): NdArray {
    const { mean, components, explainedVariance } = this.#known("transform");
    const [kept = 0, features = 0] = components.shape;
    const { data, count, isSingle } = isDataset(x)
      ? { ...toBatch(toObservations(x).data, [features], "x"), isSingle: false }
      : toBatch(x, [features], "x");
    const scores = new Float32Array(count * kept);
    const scale = Float64Array.from(explainedVariance, (variance) => this.#scale(variance));
    const row = new Float64Array(features);
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < features; k++) row[k] = data[i * features + k]! - mean[k]!;
      for (let c = 0; c < kept; c++) {
        let sum = 0;
        for (let k = 0; k < features; k++) sum += row[k]! * components.data[c * features + k]!;
        scores[i * kept + c] = sum / scale[c]!;
      }
    }
    return { shape: isSingle ? [kept] : [count, kept], data: scores };
  }

  /** Samples [n, features] made of scores [n, components]: what of them the components hold. Throws SHAPE, DATA. */
  inverseTransform(scores: Samples): NdArray {
    const { mean, components, explainedVariance } = this.#known("inverseTransform");
    const [kept = 0, features = 0] = components.shape;
    const { data, count, isSingle } = toBatch(scores, [kept], "scores");
    const samples = new Float32Array(count * features);
    const row = new Float64Array(features);
    for (let i = 0; i < count; i++) {
      row.set(mean);
      for (let c = 0; c < kept; c++) {
        const score = data[i * kept + c]! * this.#scale(explainedVariance[c]!);
        for (let k = 0; k < features; k++) row[k]! += score * components.data[c * features + k]!;
      }
      samples.set(row, i * features);
    }
    return { shape: isSingle ? [features] : [count, features], data: samples };
  }

  /** [components, features]: unit vectors, orthogonal to each other, most variance first. */
  get components(): NdArray {
    return this.#known("components").components;
  }

  /** Mean of each feature. */
  get mean(): Float32Array {
    return this.#known("mean").mean;
  }

  /** σ of each component: the length of the column of scores. */
  get singularValues(): Float64Array {
    return this.#known("singularValues").singularValues;
  }

  /** Variance of the scores of each component, with n − 1 below. */
  get explainedVariance(): Float64Array {
    return this.#known("explainedVariance").explainedVariance;
  }

  /** The same as a share of all variance. */
  get explainedVarianceRatio(): Float64Array {
    return this.#known("explainedVarianceRatio").explainedVarianceRatio;
  }

  /** Mean variance of the directions that were left out (Tipping & Bishop 1999); 0 where none was. */
  get noiseVariance(): number {
    return this.#known("noiseVariance").noiseVariance;
  }

  /** Number of components kept. */
  get nComponents(): number {
    return this.#known("nComponents").components.shape[0]!;
  }

  #solverFor(most: number): "exact" | "randomized" {
    const { solver, nComponents } = this.#options;
    if (solver !== "auto") return solver;
    return most > 500 && isWhole(nComponents, 1) && nComponents < most / 10 ? "randomized" : "exact";
  }

  #keep({ components, singularValues }: Directions, { count, features, mean, variance, most }: Facts): Fitted {
    const variances = singularValues.map((value) => (value * value) / (count - 1));
    const ratios = variances.map((value) => value / variance);
    const kept = this.#kept(ratios);
    const left = most - kept;
    const explained = variances.slice(0, kept);
    const rest = variance - explained.reduce((sum, value) => sum + value, 0);
    return {
      count,
      mean,
      components: { shape: [kept, features], data: Float32Array.from(components.subarray(0, kept * features)) },
      singularValues: singularValues.slice(0, kept),
      explainedVariance: explained,
      explainedVarianceRatio: ratios.slice(0, kept),
      noiseVariance: left > 0 ? Math.max(0, rest) / left : 0,
    };
  }

  /** How many components to keep; for a share, as few as explain more than it. */
  #kept(ratios: Float64Array): number {
    const { nComponents } = this.#options;
    if (nComponents === "all") return ratios.length;
    if (nComponents >= 1) return nComponents;
    let sum = 0;
    const last = ratios.findIndex((ratio) => (sum += ratio) > nComponents);
    return last < 0 ? ratios.length : last + 1;
  }

  /** What scores are divided by. A component without variance is left as it is. */
  #scale(variance: number): number {
    return this.#options.whiten && variance > 0 ? Math.sqrt(variance) : 1;
  }

  #known(asked: string): Fitted {
    if (this.#fitted) return this.#fitted;
    throw new NablaError("OPTION", `${asked}: this Pca has seen no data yet`, {
      expected: "fit first",
      received: "no fit",
      hint: "Write await pca.fit(x) before it.",
    });
  }
}

interface Facts {
  readonly count: number;
  readonly features: number;
  readonly mean: Float32Array;
  readonly variance: number;
  readonly most: number;
}
