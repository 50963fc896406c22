import type { Random } from "../array/random.ts";
import type { Shape, Tensor, TensorLike } from "../graph/index.ts";
import type { Draws } from "./draws.ts";

/** Starting values of a parameter; `fanIn` and `fanOut` are the numbers of inputs and outputs of one unit. */
export type Initializer = (
  size: number,
  fan: { readonly fanIn: number; readonly fanOut: number },
  random: Random,
) => Float32Array;

/** What a layer may ask for while it is applied: everything that outlives the application, under its own name. */
export interface Scope {
  /** Whether the graph is built for training, where dropout drops. */
  readonly isTraining: boolean;
  /** The layer's full name, such as `"dense 1"`: for messages. */
  readonly name: string;
  /**
   * A trainable tensor, made on first use and found by name afterwards: `"weight"` of layer `"dense 1"` is
   * `"dense 1/weight"`. Throws SHAPE when it is asked for again with another shape.
   */
  param(name: string, shape: Shape, options: ParameterOptions): Tensor;
  /**
   * A tensor that lives from step to step and is not trained, such as a running mean; named like a parameter, saved and
   * loaded with them. It starts as `initial` everywhere. Returns the value before the step; in training it becomes
   * `next(old)` with the step. Throws SHAPE when `next` gives another shape.
   */
  state(name: string, shape: Shape, options?: StateOptions): Tensor;
  /**
   * Random numbers, uniform in [0, 1) with 24 bits, other ones at every step. They depend on the seed of the run, the
   * layer, the name, the step and the place alone. Throws OPTION outside training, where results must not be random, and
   * for a layer whose record has no `draws`; `layer(name, apply)` gives it one.
   */
  random(name: string, shape: Shape): Tensor;
  /**
   * One number, shape [], that may be changed while the model trains, such as a dropout rate: an input of the compiled
   * step. Outside training it is the constant `value`. `check` throws for values that cannot be.
   */
  hyperparameter(name: string, value: number, check?: (value: number) => void): Tensor;
}

export interface StateOptions {
  /** Default 0. */
  readonly initial?: number;
  /** The value after a training step; default: it stays. */
  readonly next?: (old: Tensor) => Tensor;
}

export interface ParameterOptions {
  readonly initializer: Initializer;
  /** Axes from outermost to innermost in memory; default as in the shape. */
  readonly order?: readonly number[];
  readonly fanIn?: number;
  readonly fanOut?: number;
  /** Weight of Σ|·| added to the loss. */
  readonly l1?: number;
  /** Weight of ½‖·‖² added to the loss. */
  readonly l2?: number;
}

/** One step of a model: a function from tensor to tensor, which asks its scope for the parameters it needs. */
export interface Layer {
  readonly kind: string;
  readonly name?: string;
  /** What it was made with, as it is shown and recorded: units, slope. */
  readonly settings?: Readonly<Record<string, number | boolean | string>>;
  /** For a layer that asks its scope for random numbers: where they come from. */
  readonly draws?: () => Draws;
  /** x and the result are [batch, …]. A layer that joins branches takes the `others` too. */
  readonly apply: (x: Tensor, scope: Scope, ...others: Tensor[]) => Tensor;
}

/** A layer in a list, a function in an expression. */
export type Activation = Layer & ((x: TensorLike) => Tensor);
