import { isSameShape } from "../array/ndarray.ts";
import { randomKey } from "../array/random.ts";
import { NablaError } from "../errors.ts";
import { constant as constantTensor, perStep, random, type Tensor } from "../graph/index.ts";
import { constant, type Scope } from "../nn/index.ts";
import type { Parameter, Parameters } from "./parameters.ts";

/** A number that the host writes before each step; `step` counts from 0 over the whole run. */
export interface HostNumber {
  readonly leaf: Tensor;
  readonly value: (step: number) => number;
}

/** A number of a layer that may be changed while it trains. */
export interface Hyperparameter {
  /** `dropout 1/rate`. */
  readonly name: string;
  readonly leaf: Tensor;
  readonly value: number;
  /** Throws OPTION for a value that cannot be. */
  readonly check: (value: number) => void;
}

/** What layers asked for while a graph was built, beside the tensors that they gave. */
export class Asked {
  /** What each state becomes with the step. */
  readonly next = new Map<Parameter, Tensor>();
  readonly hyperparameters = new Map<string, Hyperparameter>();
  readonly seed: number;
  readonly #streams = new Map<string, number>();
  #step: readonly [high: Tensor, low: Tensor] | undefined;

  constructor(seed: number) {
    this.seed = seed;
  }

  /** The step as two leaves of 16 bits each: a float32 holds both exactly. Made when the first random number is asked for. */
  get step(): readonly [high: Tensor, low: Tensor] {
    this.#step ??= [perStep("step, high word", []), perStep("step, low word", [])];
    return this.#step;
  }

  /** What the host has to write for random numbers; empty where there are none. */
  get hostNumbers(): readonly HostNumber[] {
    if (!this.#step) return [];
    const [high, low] = this.#step;
    return [
      { leaf: high, value: (step) => Math.floor(step / 65_536) % 65_536 },
      { leaf: low, value: (step) => step % 65_536 },
    ];
  }

  /** A layer that is used twice draws other numbers the second time. */
  streamOf(name: string): string {
    const uses = (this.#streams.get(name) ?? 0) + 1;
    this.#streams.set(name, uses);
    return uses === 1 ? name : `${name}, use ${uses}`;
  }
}

/** What a layer asks while it is applied; `used` gets the parameters and states it asked for. */
export function scopeOf(
  layer: string,
  isTraining: boolean,
  parameters: Parameters,
  asked: Asked,
  used: Set<Parameter>,
): Scope {
  return {
    name: layer,
    isTraining,
    param(name, shape, options) {
      const parameter = parameters.find(layer, name, shape, options, true);
      used.add(parameter);
      return parameter.tensor;
    },
    state(name, shape, { initial = 0, next } = {}) {
      const state = parameters.find(layer, name, shape, { initializer: constant(initial) }, false);
      used.add(state);
      if (!isTraining || !next) return state.tensor;
      // a layer that is used twice moves its state twice in one step
      const value = next(asked.next.get(state) ?? state.tensor);
      if (!isSameShape(value.shape, shape))
        throw new NablaError("SHAPE", `layer "${layer}": state "${name}" becomes [${value.shape}]`, {
          where: { layer },
          expected: `[${shape}]`,
          received: `[${value.shape}]`,
          hint: "Let next(old) return a tensor of the shape that the state has.",
        });
      asked.next.set(state, value);
      return state.tensor;
    },
    random(name, shape) {
      if (!isTraining)
        throw new NablaError("OPTION", `layer "${layer}": asks for random numbers outside training`, {
          where: { layer },
          expected: "random numbers in training only",
          received: `"${name}"`,
          hint: "Ask scope.isTraining first, and return the input as it is where it is false.",
        });
      return random(shape, randomKey(asked.seed, asked.streamOf(`${layer}/${name}`)), asked.step);
    },
    hyperparameter(name, value, check = checkFinite) {
      check(value);
      if (!isTraining) return constantTensor(value);
      const full = `${layer}/${name}`;
      const known = asked.hyperparameters.get(full);
      if (known) return known.leaf;
      const leaf = perStep(full, []);
      asked.hyperparameters.set(full, { name: full, leaf, value, check });
      return leaf;
    },
  };
}

function checkFinite(value: number): void {
  if (Number.isFinite(value)) return;
  throw new NablaError("OPTION", `a hyperparameter is ${String(value)}`, {
    expected: "a finite number",
    received: String(value),
    hint: "Give a plain number.",
  });
}
