import { isSameShape } from "../array/ndarray.ts";
import { NablaError, wrongOption } from "../errors.ts";
import { constant as constantTensor, perStep, type Tensor } from "../graph/index.ts";
import type { Draws, Initializer, Layer, Scope } from "../nn/index.ts";
import type { Parameter, Parameters } from "./parameters.ts";

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
export interface Asked {
  /** What each state becomes with the step. */
  readonly next: Map<Parameter, Tensor>;
  readonly hyperparameters: Map<string, Hyperparameter>;
  readonly seed: number;
  /** Of the first layer that draws. */
  draws?: Draws;
}

/** What a layer asks while it is applied; `used` gets the parameters and states it asked for. */
export function scopeOf(
  layer: string,
  { draws }: Layer,
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
      const initializer: Initializer = (size) => new Float32Array(size).fill(initial);
      const state = parameters.find(layer, name, shape, { initializer }, false);
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
      if (!isTraining || !draws)
        throw new NablaError(
          "OPTION",
          `layer "${layer}": asks for random numbers ${isTraining ? "without draws" : "outside training"}`,
          {
            where: { layer },
            expected: "a layer of layer(name, apply), in training",
            received: `"${name}"`,
            hint: isTraining
              ? "Make it with layer(name, apply), which draws."
              : "Return the input as it is unless scope.isTraining.",
          },
        );
      asked.draws ??= draws();
      return asked.draws.draw(asked.seed, `${layer}/${name}`, shape);
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
  throw wrongOption("scope", "hyperparameter", value, "a finite number");
}
