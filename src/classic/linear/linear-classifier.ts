import type { NdArray, Samples, Shape } from "../../array/ndarray.ts";
import { sizeOf } from "../../array/ndarray.ts";
import type { Dataset } from "../../data/index.ts";
import { checkNames, NablaError, wrongOption } from "../../errors.ts";
import { crossEntropy, dense, type Loss, linear, multiclassHinge, softmax, squared } from "../../nn/index.ts";
import type { TrainEvent } from "../../train/events.ts";
import { type Model, sequential } from "../../train/model.ts";
import type { FitOptions } from "../../train/options.ts";
import { namesOf, shareRight } from "../answers.ts";
import { labelledSamples } from "../labelled.ts";

/** What makes the scores right: probabilities, a margin of 1 to every other class, or closeness to 1 and 0. */
export type LinearLoss = "softmax" | "multiclassHinge" | "squared";

export interface LinearClassifierOptions {
  /** Default "softmax". */
  readonly loss?: LinearLoss;
  /** Weight of ½‖W‖² in the loss. Default 0. */
  readonly l2?: number;
  /** Of the starting weights and of the shuffling. Default 0. */
  readonly seed?: number;
}

export interface LinearFitOptions extends Omit<FitOptions, "loss" | "seed" | "metrics"> {
  /** Called with each event of the training. */
  readonly onEvent?: (event: TrainEvent) => void;
}

const losses: Readonly<Record<LinearLoss, () => Loss>> = {
  softmax: () => crossEntropy,
  multiclassHinge: () => multiclassHinge(),
  squared: () => squared,
};

/**
 * The lecture's linear classifier, f(x, W) = Wx + b: one score for each class, the largest wins. It is a network of one
 * dense layer, trained by the engine that trains networks; `templates` and `hyperplanes` show what its rows say.
 */
export class LinearClassifier {
  readonly settings: Required<LinearClassifierOptions>;
  #fitted: { readonly model: Model; readonly classes: readonly string[]; readonly shape: Shape } | undefined;

  /** Throws OPTION. */
  constructor(options: LinearClassifierOptions = {}) {
    const { loss = "softmax", l2 = 0, seed = 0 } = options;
    this.settings = { loss, l2, seed };
    checkNames("LinearClassifier", options, Object.keys(this.settings));
    if (!Object.hasOwn(losses, loss))
      throw wrongOption("LinearClassifier", "loss", loss, '"softmax", "multiclassHinge" or "squared"');
    if (typeof l2 !== "number" || !(l2 >= 0 && l2 < Number.POSITIVE_INFINITY))
      throw wrongOption("LinearClassifier", "l2", l2, "a number of at least 0");
    if (!Number.isSafeInteger(seed)) throw wrongOption("LinearClassifier", "seed", seed, "a whole number");
  }

  /**
   * Trains from the seed's starting weights. Options are those of a network's `fit`. Throws DATA without labels, for one
   * class alone, NaN and infinity; what `fit` throws besides.
   */
  async fit(data: Dataset, { onEvent, ...options }: LinearFitOptions = {}): Promise<this> {
    const { classes, shape } = labelledSamples(data, "LinearClassifier");
    const { loss, l2, seed } = this.settings;
    const last = loss === "softmax" ? softmax : linear;
    const model = sequential([dense(classes.length, { l2 }), last], { input: sizeOf(shape), seed });
    const run = model.fit(data, { ...options, loss: losses[loss](), seed });
    if (onEvent) for await (const event of run) onEvent(event);
    await run.done;
    this.#fitted = { model, classes, shape };
    return this;
  }

  /** The network, to save, evaluate and compile. */
  get model(): Model {
    return this.#known.model;
  }

  /** Names of the classes. */
  get classes(): readonly string[] {
    return this.#known.classes;
  }

  /** Shape of one sample. */
  get shape(): Shape {
    return this.#known.shape;
  }

  /** W [classes, features]: a row for each class. */
  get weights(): NdArray {
    return this.model.weights.get("dense 1/weight");
  }

  /** b [classes] */
  get bias(): NdArray {
    return this.model.weights.get("dense 1/bias");
  }

  /** Probabilities with the softmax loss, else the scores Wx + b: [n, classes]. Throws SHAPE and DATA. */
  async decisionFunction(x: Samples | Dataset): Promise<NdArray> {
    const { shape, data } = await this.model.predict(x);
    return shape.length === 1 ? { shape: [1, ...shape], data } : { shape, data };
  }

  /** The class of each sample, by name. */
  async predict(x: Samples | Dataset): Promise<readonly string[]> {
    return namesOf(await this.decisionFunction(x), this.classes);
  }

  /** Share of the samples whose class is predicted. Throws DATA without labels. */
  async score(data: Dataset): Promise<number> {
    return shareRight(await this.predict(data), data, "LinearClassifier.score");
  }

  get #known() {
    if (this.#fitted) return this.#fitted;
    throw new NablaError("OPTION", "this LinearClassifier has not been fitted", {
      expected: "a fitted classifier",
      received: "a new one",
      hint: "Call await classifier.fit(data) first.",
    });
  }
}
