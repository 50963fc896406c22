import type { Dataset } from "../data/index.ts";
import { input } from "../graph/index.ts";
import type { EpochTotals } from "./epoch-totals.ts";
import type { HistoryBook } from "./history.ts";
import type { HyperparameterBook } from "./hyperparameters.ts";
import type { Network } from "./network.ts";
import { checkDescent, type Objective, objectiveOf } from "./objective.ts";
import { checkFitOptions, type FitOptions, type FitSettings, splitValidation } from "./options.ts";
import type { Hyperparameter } from "./scope.ts";

/** What a run is to do, checked and complete. */
export interface Task {
  readonly settings: FitSettings;
  readonly data: Dataset;
  readonly objective: Objective;
  /** Of the layers: what may be changed while the run goes on. */
  readonly hyperparameters: readonly Hyperparameter[];
  readonly validation: { readonly data: Dataset; readonly objective: Objective } | undefined;
}

/** What a run is given. */
export interface Beginning {
  readonly network: Network;
  /** Of its shuffling, unless an option says otherwise. */
  readonly seed: number;
  readonly data: Dataset;
  readonly options: FitOptions;
}

/** Where a run is: what a checkpoint keeps besides the states of the store. */
export interface Progress {
  /** Steps done, and what the epoch they are in adds up to so far. */
  step: number;
  totals: EpochTotals;
  readonly book: HistoryBook;
  /** Parameters of the best epoch, where they are to be restored. */
  best: readonly (readonly [name: string, values: Float32Array])[];
  readonly hyperparameters: HyperparameterBook;
}

/** Throws OPTION, SHAPE, DATA for what cannot be trained. */
export function taskOf({ network, data: all, options, seed }: Beginning): Task {
  network.checkSamples(all);
  const { train: data, validation } = splitValidation(all, options, seed);
  if (validation) network.checkSamples(validation);
  const settings = checkFitOptions(options, data.size, seed);
  const objective = objectiveOf(network.probe, data, options);
  const { loss } = objective;
  checkDescent(network.probe, objective);
  // each size of batch once, so that one that cannot be trained on is told at once
  const sizes = [settings.batchSize, data.size % settings.batchSize].filter((size) => size > 0);
  const traces = sizes.map((size) => network.trace(input([size, ...network.inputShape]), true, settings.seed));
  return {
    hyperparameters: traces[0]!.hyperparameters,
    settings,
    data,
    objective,
    validation: validation && {
      data: validation,
      objective: objectiveOf(network.probe, validation, { loss, metrics: options.metrics }),
    },
  };
}
