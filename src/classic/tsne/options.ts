import { checkNames, NablaError, wrongOption } from "../../errors.ts";
import { isWhole } from "../is-whole.ts";
import { usualAnnealing } from "./exaggeration.ts";
import type { RepulsionMethod } from "./forces.ts";

export interface TsneOptions {
  /** Dimensions of the map; default 2. */
  readonly components?: 2 | 3;
  /** About how many neighbours a sample has: 2 to the entropy of its distribution over them; default 30. */
  readonly perplexity?: number;
  /** Default 1,000. */
  readonly iterations?: number;
  /** In the first iterations P is this many times itself, so that clusters form; default 12. */
  readonly earlyExaggeration?: number;
  /** How many iterations those are; default 250, or a quarter where there are fewer than 1,000. */
  readonly exaggerationIterations?: number;
  /** Over so many iterations after those it falls to 1; default 200, less where fewer than 750 are left, 0 after none. */
  readonly annealingIterations?: number;
  /** Of the gradient without its factor 4; default "auto", n / 12 but at least 200 (Belkina et al. 2019). */
  readonly learningRate?: number | "auto";
  /** Where the map begins: along the principal components, or at random; default "pca". */
  readonly start?: "pca" | "random";
  /** Every pair, cells or a field (2-D only); default "auto", the fastest for the number of samples. */
  readonly method?: RepulsionMethod | "auto";
  /** Above so many samples the neighbours are approximate; default 20,000. */
  readonly exactNeighborsUpTo?: number;
  /** An event after each so many iterations; default 50. */
  readonly every?: number;
  /** Default 0. */
  readonly seed?: number;
  /** The results do not depend on it; default "auto", as many as the machine runs at once. */
  readonly threads?: number | "auto";
  /** Ends the run: `done` rejects with its reason. */
  readonly signal?: AbortSignal;
}

export type TsneSettings = Required<Omit<TsneOptions, "signal">> & Pick<TsneOptions, "signal">;

const names = [
  "components",
  "perplexity",
  "iterations",
  "earlyExaggeration",
  "exaggerationIterations",
  "annealingIterations",
  "learningRate",
  "start",
  "method",
  "exactNeighborsUpTo",
  "every",
  "seed",
  "threads",
  "signal",
];

/** The options with their defaults. Throws OPTION for those that cannot be. */
export function checkTsneOptions(options: TsneOptions): TsneSettings {
  checkNames("Tsne", options, names);
  const { iterations = 1000 } = options;
  if (!isWhole(iterations, 1, 1e6))
    throw wrongOption("Tsne", "iterations", iterations, "a whole number from 1 to 1,000,000");
  const exaggerated = options.exaggerationIterations ?? Math.min(250, Math.ceil(iterations / 4));
  const settings: TsneSettings = {
    components: 2,
    perplexity: 30,
    earlyExaggeration: 12,
    exaggerationIterations: exaggerated,
    annealingIterations: usualAnnealing(iterations, exaggerated),
    learningRate: "auto",
    start: "pca",
    method: "auto",
    exactNeighborsUpTo: 20_000,
    every: 50,
    seed: 0,
    threads: "auto",
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    iterations,
  };
  const isNumber = (value: unknown, from: number): boolean =>
    typeof value === "number" && value >= from && value < Infinity;
  const { components, perplexity, earlyExaggeration, learningRate, method } = settings;
  const { exaggerationIterations, annealingIterations } = settings;
  if (components !== 2 && components !== 3) throw wrongOption("Tsne", "components", components, "2 or 3");
  if (!isNumber(perplexity, 1)) throw wrongOption("Tsne", "perplexity", perplexity, "a number from 1, such as 30");
  if (!isNumber(earlyExaggeration, 1))
    throw wrongOption("Tsne", "earlyExaggeration", earlyExaggeration, "a number from 1");
  if (!isWhole(exaggerationIterations, 0, iterations))
    throw wrongOption(
      "Tsne",
      "exaggerationIterations",
      exaggerationIterations,
      `a whole number from 0 to ${iterations}`,
    );
  if (!isWhole(annealingIterations, 0, 1e6))
    throw wrongOption("Tsne", "annealingIterations", annealingIterations, "a whole number from 0 to 1,000,000");
  if (learningRate !== "auto" && !(isNumber(learningRate, 0) && learningRate > 0))
    throw wrongOption("Tsne", "learningRate", learningRate, 'a number above 0, or "auto"');
  if (settings.start !== "pca" && settings.start !== "random")
    throw wrongOption("Tsne", "start", settings.start, '"pca" or "random"');
  if (!["auto", "exact", "barnes-hut", "field"].includes(method))
    throw wrongOption("Tsne", "method", method, '"auto", "exact", "barnes-hut" or "field"');
  if (method === "field" && components === 3)
    throw new NablaError("OPTION", 'method "field" makes maps of 2 dimensions, components is 3', {
      expected: '"auto", "exact" or "barnes-hut" for 3 components',
      received: '"field"',
      hint: "Leave the method out.",
    });
  if (!isWhole(settings.exactNeighborsUpTo, 0))
    throw wrongOption("Tsne", "exactNeighborsUpTo", settings.exactNeighborsUpTo, "a whole number from 0");
  if (!isWhole(settings.every, 1)) throw wrongOption("Tsne", "every", settings.every, "a whole number from 1");
  if (!Number.isSafeInteger(settings.seed)) throw wrongOption("Tsne", "seed", settings.seed, "a whole number");
  if (settings.threads !== "auto" && !isWhole(settings.threads, 1, 256))
    throw wrongOption("Tsne", "threads", settings.threads, '"auto" or a whole number from 1 to 256');
  return settings;
}

/** Throws DATA or OPTION where so many samples make no such map. */
export function checkCount(count: number, { components, perplexity }: TsneSettings): void {
  if (count <= components)
    throw new NablaError(
      "DATA",
      `x holds ${count} ${count === 1 ? "sample" : "samples"}, too few for ${components} components`,
      {
        expected: `at least ${components + 1} samples`,
        received: `${count}`,
        hint: "Give more samples.",
      },
    );
  if (perplexity >= count)
    throw new NablaError("OPTION", `perplexity is ${perplexity}, but x holds ${count} samples`, {
      expected: `a perplexity below ${count}`,
      received: `${perplexity}`,
      hint: `No sample has that many neighbours: give at most a third of the samples, ${Math.max(1, Math.floor(count / 3))}, or give more samples.`,
    });
}
