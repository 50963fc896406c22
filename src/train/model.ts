import { type NdArray, type Samples, type Shape, sizeOf } from "../array/ndarray.ts";
import type { Dataset } from "../data/index.ts";
import { checkNames, wrongOption } from "../errors.ts";
import type { Layer, Loss, Metric } from "../nn/index.ts";
import { busy } from "./busy.ts";
import type { ClassProbability } from "./classify.ts";
import type { Compiled } from "./compiled.ts";
import { Evaluator } from "./evaluate.ts";
import type { Evaluation } from "./events.ts";
import { Fit, type FitHost, type FitRun } from "./fit.ts";
import { Network } from "./network.ts";
import { noteNetwork } from "./network-of.ts";
import { type LossFunction, type Objective, objectiveOf, targetsOf } from "./objective.ts";
import type { FitOptions } from "./options.ts";
import { predict } from "./predict.ts";
import { type Summary, summarize } from "./summary.ts";
import { nameLayers } from "./trace.ts";
import { type Weights, weightsOf } from "./weights.ts";

export interface SequentialOptions {
  /** Shape of one sample, or its length. */
  readonly input: number | Shape;
  /** Of the starting values of the weights, and of the shuffling in `fit`. Default 0. */
  readonly seed?: number;
}

export interface EvaluateOptions {
  /** Default: the loss of the last `fit`, or else what `fit` would choose. */
  readonly loss?: LossFunction;
  readonly metrics?: readonly Metric[];
  /** Whether the loss of each sample is wanted too, in the order of the data. */
  readonly perExample?: boolean;
}

/** What a model takes over from the data it was trained on. */
export interface Learned {
  readonly classes?: readonly string[] | undefined;
  readonly loss?: Loss | undefined;
}

/**
 * A model of layers, one after the other. Throws OPTION for impossible names or sizes, SHAPE (with the layer's name)
 * where a layer cannot take what the one before it gives.
 */
export function sequential(layers: readonly Layer[], options: SequentialOptions): Model {
  const { shape, seed } = checkModelOptions(options);
  return new Model(new Network(nameLayers(layers), shape, seed), seed);
}

/** Shape of the input and seed of a model. Throws OPTION. */
export function checkModelOptions(options: SequentialOptions): { shape: Shape; seed: number } {
  checkNames("model", options, ["input", "seed"]);
  const { input, seed = 0 } = { ...options }; // none at all is a user's mistake
  if (!Number.isSafeInteger(seed)) throw wrongOption("model", "seed", seed, "a whole number");
  const shape = typeof input === "number" ? [input] : input;
  const isShape =
    Array.isArray(shape) && shape.length > 0 && shape.every((extent) => Number.isSafeInteger(extent) && extent >= 1);
  if (!isShape || sizeOf(shape) >= 2 ** 31)
    throw wrongOption("model", "input", input, "the length or the shape of a sample, such as 784 or [28, 28]");
  return { shape: [...shape], seed };
}

/** A model that somebody else trains until `release`. */
export interface Reserved {
  readonly network: Network;
  readonly seed: number;
  /** Tells the model what it is trained by. */
  readonly learn: (data: Dataset, objective: Objective) => void;
  readonly release: () => void;
}

/** How each model is reserved: what only this package may ask of it. */
const reserve = /* @__PURE__ */ new WeakMap<Model, (by: Holder) => Reserved>();

/** What may train a model besides `fit`: under a stepper its weights may be set, a session has its own way for that. */
type Holder = "stepper" | "session";

/** The network of a model that is trained step by step until `release`. Throws BUSY while it is being trained. */
export const reserved = (model: Model, by: Holder): Reserved => reserve.get(model)!(by);

/** A network with its weights. Made by `sequential`, `network` and `load`. */
export class Model {
  readonly weights: Weights;
  readonly #network: Network;
  #seed: number;
  #learned: Learned;
  /** What trains the model now. */
  #run: FitRun | Holder | undefined;

  constructor(network: Network, seed: number, learned: Learned = {}) {
    this.#network = network;
    this.#seed = seed;
    this.#learned = learned;
    this.weights = weightsOf(network, () => this.#run !== undefined && this.#run !== "stepper"); // a stepper's knobs may be turned
    noteNetwork(this, network);
    reserve.set(this, (by) => {
      if (this.#run) throw busy(by);
      this.#run = by;
      const learn: Reserved["learn"] = (data, objective) => this.#learn(data, objective);
      return { network, seed: this.#seed, learn, release: () => void (this.#run = undefined) };
    });
  }

  /** Names of the classes, known once the model was trained on labels. */
  get classes(): readonly string[] | undefined {
    return this.#learned.classes;
  }

  /**
   * Trains on the data, starting at once. The run's events can be read in one loop, which then sets the pace: at each
   * event the run waits until the loop asks for the next. Optimizers start anew at every `fit`.
   *
   * Throws OPTION, SHAPE, DATA for what cannot be trained, BUSY while another run goes on. With `resume`, what does not
   * fit is told by `done`, since the checkpoint is read first.
   */
  fit(data: Dataset, options: FitOptions = {}): FitRun {
    if (this.#run) throw busy("fit");
    const host: FitHost = {
      network: this.#network,
      seed: this.#seed,
      data,
      options,
      onObjective: (objective) => this.#learn(data, objective),
      onEnd: () => {
        this.#run = undefined;
      },
    };
    const run = new Fit(host);
    this.#run = run;
    return run;
  }

  #learn(data: Dataset, { loss }: Objective): void {
    const classes = data.classes ?? (targetsOf(data).kind === "labels" ? undefined : this.classes);
    this.#learned = { loss, classes };
  }

  /** Loss, metrics and, with labels, the confusion matrix on the data. During `fit`: of the last finished step. */
  async evaluate(data: Dataset, { loss, metrics, perExample = false }: EvaluateOptions = {}): Promise<Evaluation> {
    const network = this.#network;
    network.checkSamples(data);
    const objective = objectiveOf(network.probe, data, { loss: loss ?? this.#learned.loss, metrics });
    const store = await network.engine.open();
    const evaluator = new Evaluator(store, network, objective);
    try {
      return await evaluator.evaluate(data, perExample);
    } finally {
      evaluator[Symbol.dispose]();
    }
  }

  /**
   * Outputs [n, …outputs] for n samples, or […outputs] for a single one. During `fit`: of the last finished step.
   * Throws SHAPE and DATA for samples that do not fit.
   */
  predict(x: Samples | Dataset): Promise<NdArray> {
    return predict(this.#network, x);
  }

  /**
   * For each sample all classes with their probabilities, best first. Throws UNSUPPORTED for a model whose outputs are no
   * probabilities.
   */
  async classify(x: Samples | Dataset): Promise<readonly (readonly ClassProbability[])[]> {
    const { classify } = await import("./classify.ts"); // a page that trains does without
    return classify(this.#network, x, this.#learned);
  }

  /**
   * The model as a plain synchronous function of `batchSize` samples, flat in a Float32Array, that makes nothing new:
   * its result is overwritten by the next call. It follows the weights of the model.
   */
  async compile(options: { readonly batchSize?: number } = {}): Promise<Compiled> {
    const { compileModel } = await import("./compiled.ts");
    return compileModel(this.#network, options);
  }

  summary(): Summary {
    return summarize(this.#network);
  }

  /** The model in the bytes of a file: layers, weights, names of classes. Layers of your own are kept by name only. */
  async toBytes(): Promise<Uint8Array<ArrayBuffer>> {
    const { modelBytes } = await import("./model-bytes.ts");
    return modelBytes(this.#network, this.#seed, this.#learned);
  }

  /** Writes `toBytes()` to a file, which appears whole or not at all, or to a stream. Throws ENVIRONMENT. */
  async save(target: string | WritableStream<Uint8Array>): Promise<void> {
    const bytes = await this.toBytes();
    const { writeBytes } = await import("./save.ts");
    await writeBytes(target, bytes);
  }

  /** A second model with the same layers and weights, which goes its own way. */
  clone(): Model {
    const { layers, uses, inputShape, parameters, engine } = this.#network;
    const network = new Network(layers, inputShape, this.#seed, uses);
    for (const { name } of parameters) network.engine.write(name, engine.read(name));
    return new Model(network, this.#seed, this.#learned);
  }

  /** Starts anew: the weights that follow from the seed. Throws BUSY while the model is being trained. */
  reset(seed: number = this.#seed): void {
    if (this.#run) throw busy("reset");
    if (!Number.isSafeInteger(seed)) throw wrongOption("reset", "seed", seed, "a whole number");
    this.#seed = seed;
    this.#learned = {};
    this.#network.engine.reset(seed);
  }
}
