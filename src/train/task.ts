import type { Dataset } from "../data/index.ts";
import { input } from "../graph/index.ts";
import type { learningRateAt } from "../optim/index.ts";
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

/**
 * How a run begins, for the code of checkpoints, which few runs fetch. It is given what every run has anyway: if it
 * imported that, bundlers would cut the code of every run into more pieces.
 */
export interface Beginning {
  readonly options: FitOptions;
  /** The model, as its file has it. */
  readonly describe: () => Promise<object>;
  readonly taskOf: (options: FitOptions) => Task;
  readonly rateAt: typeof learningRateAt;
  readonly now: () => number;
}

/** Throws OPTION, SHAPE, DATA for what cannot be trained. */
export function taskOf(network: Network, all: Dataset, options: FitOptions, seed: number): Task {
  const { train: data, validation } = splitValidation(all, options, seed);
  network.checkSamples(data);
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
