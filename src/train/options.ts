import type { Dataset } from "../data/index.ts";
import { isDataset } from "../data/is-dataset.ts";
import { partOf, partsOf } from "../data/split.ts";
import { checkNames, type NablaError, wrongOption } from "../errors.ts";
import type { Metric } from "../nn/index.ts";
import { adam, type Optimizer } from "../optim/index.ts";
import type { ArithmeticOption } from "./backends.ts";
import type { LossFunction } from "./objective.ts";
import type { Reduction } from "./training-graph.ts";

export interface EarlyStopping {
  /** Stop after so many epochs without a lower loss: validation loss, or training loss where there is no validation. */
  readonly patience: number;
  /** Whether the model ends with the parameters of its best epoch, instead of its last. */
  readonly restoreBest?: boolean;
}

export interface CheckpointOptions {
  /** The file, such as "digits.checkpoint"; it is replaced when the next checkpoint is whole. In Node only. */
  readonly to: string;
  /**
   * Epochs between two checkpoints, or seconds as "30s", which wait until writing costs at most a twentieth of the time.
   * Default "10s". A run that is stopped or aborted always writes one.
   */
  readonly every?: number | `${number}s`;
  /**
   * Whether a run that has finished writes one, too, from which `resume` knows that (default). false: the last one before
   * the end stays, and a run that is resumed there ends the same way.
   */
  readonly last?: boolean;
}

export interface FitOptions {
  /**
   * Default: with class labels, `crossEntropy` on a softmax and `binaryCrossEntropy` on a single sigmoid; `meanSquared`
   * otherwise. The `start` event says which.
   */
  readonly loss?: LossFunction;
  /** Default `adam()`. */
  readonly optimizer?: Optimizer;
  /** Samples in a step, or "all". Default 64, or all where there are fewer. The last batch of an epoch may be smaller. */
  readonly batchSize?: number | "all";
  /** Default 5. */
  readonly epochs?: number;
  /** Data to measure after each epoch, or the share of the data (or number of samples) to set aside for it. */
  readonly validation?: Dataset | number;
  /** To measure besides the loss, for training and validation. With labels `accuracy` is always measured. */
  readonly metrics?: readonly Metric[];
  /** Whether a step follows the mean of the losses of its batch (default) or their sum. */
  readonly reduction?: Reduction;
  /** Whether each epoch takes the samples in another order. Default true; a batch of "all" is never shuffled. */
  readonly shuffle?: boolean;
  /** Of the shuffling and of a validation share. Default: the model's. */
  readonly seed?: number;
  /**
   * Threads that may share a step, where that is worth it, and a prediction of the model from then on. They change no bit
   * of the result. Default "auto": all.
   */
  readonly threads?: number | "auto";
  /**
   * "portable" gives the same bits in every engine; "fma" is faster for large networks and needs relaxed SIMD. Default
   * "auto": portable below 50,000 parameters, fma from there on where the platform has it.
   */
  readonly arithmetic?: ArithmeticOption;
  /**
   * Gradients whose common length ‖g‖₂ is more than this are scaled down to it, before the optimizer sees them. Default:
   * they stay as they are.
   */
  readonly clipNorm?: number;
  readonly earlyStopping?: EarlyStopping;
  /**
   * Which steps a reader of the events is told of: "every" one, and the run waits for the reader at each; the "latest"
   * before each pause, at full speed; or "none". Where nobody reads, nothing is made and nothing waits. Default "every".
   */
  readonly stepEvents?: "every" | "latest" | "none";
  /** Where and how often to keep all that it takes to go on with the run after a crash. */
  readonly checkpoint?: CheckpointOptions;
  /**
   * A checkpoint to go on from: the run ends as if it had never stopped, to the bit. Loss, optimizer, metrics and data are
   * given as before; numbers and words that are left out are those of the checkpoint. What differs is refused, by `done`.
   */
  readonly resume?: string;
  readonly signal?: AbortSignal;
}

/** The options of a run, checked and complete. */
export interface FitSettings {
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly epochs: number;
  readonly reduction: Reduction;
  readonly isShuffled: boolean;
  readonly seed: number;
  readonly arithmetic: ArithmeticOption | undefined;
  /** Infinity: as many as are worth it. */
  readonly threads: number;
  readonly clipNorm: number | undefined;
  readonly earlyStopping: Required<EarlyStopping> | undefined;
  readonly stepEvents: "every" | "latest" | "none";
  readonly checkpoint: CheckpointOptions | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The data to train on and to validate on. Throws OPTION for a share that leaves one of them empty. */
export function splitValidation(
  data: Dataset,
  options: FitOptions,
  seed: number,
): { train: Dataset; validation?: Dataset } {
  const { validation } = options;
  if (validation === undefined) return { train: data };
  if (isDataset(validation)) return { train: data, validation };
  if (partOf(data.size, validation) !== undefined) {
    const { train, test } = data.split({ test: validation, seed: options.seed ?? seed });
    return { train, validation: test };
  }
  throw wrong("validation", validation, `a data set, ${partsOf(data.size)}`);
}

const names: readonly (keyof FitOptions)[] = [
  "loss",
  "optimizer",
  "batchSize",
  "epochs",
  "validation",
  "metrics",
  "reduction",
  "shuffle",
  "seed",
  "threads",
  "arithmetic",
  "clipNorm",
  "earlyStopping",
  "stepEvents",
  "checkpoint",
  "resume",
  "signal",
];

/** Checks the options of a run on `size` samples and fills in the defaults. Throws OPTION. */
export function checkFitOptions(options: FitOptions, size: number, modelSeed: number): FitSettings {
  checkNames("fit", options, names);
  const {
    optimizer = adam(),
    epochs = 5,
    reduction = "mean",
    shuffle = true,
    seed = modelSeed,
    arithmetic,
    threads = "auto",
  } = options;
  const { stepEvents = "every", earlyStopping, clipNorm, signal } = options;
  if (typeof optimizer?.update !== "function")
    throw wrong("optimizer", optimizer, "an optimizer such as adam() or sgd({ learningRate: 0.1 })");
  if (!isWhole(epochs)) throw wrong("epochs", epochs, "a whole number of at least 1");
  if (!Number.isSafeInteger(seed)) throw wrong("seed", seed, "a whole number");
  checkChoice("reduction", reduction, ["mean", "sum"]);
  checkChoice("shuffle", shuffle, [true, false]);
  checkChoice("stepEvents", stepEvents, ["every", "latest", "none"]);
  if (arithmetic !== undefined) checkChoice("arithmetic", arithmetic, ["portable", "fma", "auto"]);
  if (threads !== "auto" && !isWhole(threads))
    throw wrong("threads", threads, '"auto" or a whole number of at least 1');
  if (clipNorm !== undefined && !(typeof clipNorm === "number" && clipNorm > 0 && clipNorm < Infinity))
    throw wrong("clipNorm", clipNorm, "a number above 0");
  if (earlyStopping !== undefined && !isWhole(earlyStopping?.patience))
    throw wrong("earlyStopping.patience", earlyStopping?.patience, "a whole number of at least 1");
  const batchSize = checkBatchSize(options.batchSize ?? Math.min(64, size), size);
  return {
    optimizer,
    batchSize,
    epochs,
    reduction,
    isShuffled: shuffle && batchSize < size,
    seed,
    arithmetic,
    threads: threads === "auto" ? Infinity : threads,
    clipNorm,
    earlyStopping: earlyStopping && { restoreBest: false, ...earlyStopping },
    stepEvents,
    checkpoint: options.checkpoint,
    signal,
  };
}

function checkBatchSize(batchSize: unknown, size: number): number {
  if (batchSize === "all") return size;
  if (isWhole(batchSize) && batchSize <= size) return batchSize;
  throw wrong("batchSize", batchSize, `a whole number from 1 to ${size}, the number of samples, or "all"`);
}

const isWhole = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 1;

function checkChoice(option: string, value: unknown, choices: readonly (string | boolean)[]): void {
  if (choices.some((choice) => choice === value)) return;
  throw wrong(option, value, choices.map((choice) => JSON.stringify(choice)).join(" or "));
}

const wrong = (option: string, value: unknown, expected: string): NablaError =>
  wrongOption("fit", option, value, expected);
