import type { Samples } from "../array/ndarray.ts";
import { Random } from "../array/random.ts";
import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { labelledRows, type Rows, rowsOf } from "./rows.ts";

export interface PerceptronOptions {
  /** η in w ← w + η·t·x. It scales the weights and changes no decision, since they start at 0. Default 1. */
  readonly learningRate?: number;
  /** Most passes over the samples; the first one without a mistake is the last. Default 1,000. */
  readonly epochs?: number;
  /** Whether each epoch takes the samples in another order. Default true. */
  readonly shuffle?: boolean;
  /** Of the order. Default 0. */
  readonly seed?: number;
  /** Whether there is a bias, the weight of a constant input 1. Default true. */
  readonly bias?: boolean;
}

/** One sample seen: what every unit said, which of them were wrong, and what they became. */
export interface PerceptronStep {
  /** From 1. */
  readonly epoch: number;
  /** Samples seen since the start, from 1. */
  readonly step: number;
  /** Position of the sample in the data, from 0, and its class. */
  readonly sample: number;
  readonly label: number;
  readonly x: readonly number[];
  /** w·x + b of each unit before the update. */
  readonly scores: readonly number[];
  /** The units that were wrong, from 0: they, and no others, were changed. */
  readonly mistaken: readonly number[];
  /** After the update: [units, features] and [units]. Copies. */
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

export interface PerceptronHistory {
  /** Updates in each epoch, of all units together. */
  readonly mistakes: readonly number[];
  /** Updates of each unit since the start: what Novikoff's theorem bounds. */
  readonly updates: readonly number[];
  /** Whether the last epoch had no mistake: the training samples are separated, and nothing would change any more. */
  readonly isSeparated: boolean;
}

/**
 * Rosenblatt's perceptron (1958): a unit says +1 where w·x + b > 0, and learns from its mistakes only. Where t·(w·x + b)
 * is not above 0, t = ±1 being the truth, w ← w + η·t·x and b ← b + η·t. All weights start at 0.
 *
 * Two classes have one unit, which says +1 for the second class. More classes have one unit each, that class against the
 * rest, and the largest score decides; ties go to the first. This is scikit-learn's `Perceptron` without its stopping
 * rule. Float64 throughout.
 *
 * **Novikoff's theorem** (1962): if a unit vector (w*, b*) has t·(w*·x + b*) ≥ γ > 0 for all samples, a unit makes at
 * most (R/γ)² mistakes, R being the length of the longest (x, 1), however often and in whatever order the samples come.
 * `mistakeBound` computes it. Where no plane separates the classes the rule never comes to rest; `epochs` ends it.
 */
export class Perceptron {
  readonly #options: Required<PerceptronOptions>;
  #learned: Learner | undefined;

  /** Throws OPTION. */
  constructor(options: PerceptronOptions = {}) {
    this.#options = checked(options);
  }

  /** Learns from the data, starting anew. Throws DATA unless they have labels of two or more classes. */
  fit(data: Dataset): this {
    const learner = new Learner(data, this.#options);
    this.#learned = learner;
    while (!learner.isDone) learner.visit();
    return this;
  }

  /**
   * `fit`, one sample at a time: each step is yielded when it is done, and the perceptron can be asked between any two.
   * Costs a copy of the weights a step. Throws like `fit`.
   */
  *steps(data: Dataset): Generator<PerceptronStep, PerceptronHistory> {
    const learner = new Learner(data, this.#options);
    this.#learned = learner;
    while (!learner.isDone) {
      const visit = learner.visit();
      yield { ...visit, x: learner.sample(visit.sample), weights: learner.weights, bias: learner.bias };
    }
    return learner.history;
  }

  /** w·x + b of each unit, for each sample: [n][units]. Throws SHAPE, DATA, and OPTION before `fit`. */
  decision(x: Samples | Dataset): readonly (readonly number[])[] {
    const learned = this.#known("decision");
    const rows = rowsOf(x, learned.features);
    return Array.from({ length: rows.count }, (_, i) => learned.scores(rows, i));
  }

  /** The class of each sample, by its name. Throws like `decision`. */
  predict(x: Samples | Dataset): readonly string[] {
    const { classes } = this.#known("predict");
    return this.decision(x).map((scores) => classes[winner(scores)]!);
  }

  /** Share of the samples whose class it says. Throws like `decision`, and DATA without labels. */
  score(data: Dataset): number {
    this.#known("score");
    const { labels } = labelledRows(data, "score");
    const hits = this.decision(data).filter((scores, i) => winner(scores) === labels[i]);
    return hits.length / data.size;
  }

  /** [units, features]: one row for two classes, a row for each class otherwise. A copy. Throws OPTION before `fit`. */
  get weights(): readonly (readonly number[])[] {
    return this.#known("weights").weights;
  }

  /** [units]. A copy. Throws OPTION before `fit`. */
  get bias(): readonly number[] {
    return this.#known("bias").bias;
  }

  /** Names of the classes. Throws OPTION before `fit`. */
  get classes(): readonly string[] {
    return this.#known("classes").classes;
  }

  get history(): PerceptronHistory {
    return this.#known("history").history;
  }

  #known(what: string): Learner {
    if (this.#learned) return this.#learned;
    throw new NablaError("OPTION", `Perceptron: ${what} is asked for before fit`, {
      expected: "a perceptron that was fitted",
      received: "a new one",
      hint: "Call fit(data) first.",
    });
  }
}

/** One unit decides by its sign, several by the largest score, the first where they tie. */
const winner = (scores: readonly number[]): number =>
  scores.length === 1 ? Number(scores[0]! > 0) : scores.indexOf(Math.max(...scores));

type Visit = Omit<PerceptronStep, "x" | "weights" | "bias">;

/** The rule at work on one set of samples. */
class Learner {
  readonly classes: readonly string[];
  readonly features: number;
  readonly #rows: Rows;
  readonly #labels: Int32Array;
  readonly #options: Required<PerceptronOptions>;
  readonly #weights: readonly Float64Array[];
  readonly #bias: Float64Array;
  readonly #random: Random;
  readonly #updates: number[];
  readonly #mistakes: number[] = [];
  #order: Uint32Array | undefined;
  #step = 0;
  #isSeparated = false;

  constructor(data: Dataset, options: Required<PerceptronOptions>) {
    const { rows, labels, classes } = labelledRows(data, "Perceptron");
    if (classes.length < 2)
      throw new NablaError("DATA", "Perceptron: the data have one class", {
        expected: "two or more classes",
        received: "one",
        hint: "There is nothing to tell apart; give samples of another class too.",
      });
    const units = classes.length === 2 ? 1 : classes.length;
    this.classes = classes;
    this.features = rows.features;
    this.#rows = rows;
    this.#labels = labels;
    this.#options = options;
    this.#weights = Array.from({ length: units }, () => new Float64Array(rows.features));
    this.#bias = new Float64Array(units);
    this.#random = new Random(options.seed, "perceptron");
    this.#updates = new Array<number>(units).fill(0);
  }

  get isDone(): boolean {
    return this.#isSeparated || this.#step === this.#options.epochs * this.#rows.count;
  }

  /** Shows the next sample to all units. */
  visit(): Visit {
    const { count } = this.#rows;
    const at = this.#step % count;
    const epoch = Math.floor(this.#step / count);
    if (at === 0) {
      if (this.#options.shuffle) this.#order = this.#random.permutation(count, epoch);
      this.#mistakes.push(0);
    }
    const sample = this.#order ? this.#order[at]! : at;
    const label = this.#labels[sample]!;
    const scores = this.scores(this.#rows, sample);
    const mistaken: number[] = [];
    scores.forEach((score, unit) => {
      const truth = label === (scores.length === 1 ? 1 : unit) ? 1 : -1;
      if (truth * score > 0) return;
      this.#learn(unit, truth, sample);
      mistaken.push(unit);
    });
    this.#mistakes[epoch]! += mistaken.length;
    this.#step += 1;
    if (at === count - 1) this.#isSeparated = this.#mistakes[epoch] === 0;
    return { epoch: epoch + 1, step: this.#step, sample, label, scores, mistaken };
  }

  /** w ← w + η·t·x, b ← b + η·t */
  #learn(unit: number, truth: number, sample: number): void {
    const { data, features } = this.#rows;
    const rate = this.#options.learningRate * truth;
    const w = this.#weights[unit]!;
    for (let k = 0; k < features; k += 1) w[k]! += rate * data[sample * features + k]!;
    if (this.#options.bias) this.#bias[unit]! += rate;
    this.#updates[unit]! += 1;
  }

  scores({ data, features }: Rows, row: number): readonly number[] {
    return this.#weights.map((w, unit) => {
      let sum = 0;
      for (let k = 0; k < features; k += 1) sum += w[k]! * data[row * features + k]!;
      return sum + this.#bias[unit]!;
    });
  }

  sample(row: number): readonly number[] {
    const { data, features } = this.#rows;
    return [...data.subarray(row * features, (row + 1) * features)];
  }

  get weights(): readonly (readonly number[])[] {
    return this.#weights.map((w) => [...w]);
  }

  get bias(): readonly number[] {
    return [...this.#bias];
  }

  get history(): PerceptronHistory {
    return { mistakes: [...this.#mistakes], updates: [...this.#updates], isSeparated: this.#isSeparated };
  }
}

function checked(options: PerceptronOptions): Required<PerceptronOptions> {
  const { learningRate = 1, epochs = 1000, shuffle = true, seed = 0, bias = true } = options;
  const wrong = (name: string, value: unknown, expected: string): NablaError => {
    const received = typeof value === "number" || typeof value === "boolean" ? String(value) : `a ${typeof value}`;
    return new NablaError("OPTION", `Perceptron: ${name} is ${received}`, {
      expected,
      received,
      hint: `Give ${name} as ${expected}.`,
    });
  };
  if (!(typeof learningRate === "number" && learningRate > 0 && learningRate < Number.POSITIVE_INFINITY))
    throw wrong("learningRate", learningRate, "a finite number above 0");
  if (!(Number.isSafeInteger(epochs) && epochs >= 1)) throw wrong("epochs", epochs, "a whole number of at least 1");
  if (!Number.isSafeInteger(seed)) throw wrong("seed", seed, "a whole number");
  if (typeof shuffle !== "boolean") throw wrong("shuffle", shuffle, "true or false");
  if (typeof bias !== "boolean") throw wrong("bias", bias, "true or false");
  return { learningRate, epochs, shuffle, seed, bias };
}
