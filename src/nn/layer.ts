import type { Random } from "../array/random.ts";
import type { Shape, Tensor, TensorLike } from "../graph/index.ts";

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
}

export interface ParameterOptions {
  readonly initializer: Initializer;
  /** Axes from outermost to innermost in memory; default as in the shape. */
  readonly order?: readonly number[];
  readonly fanIn?: number;
  readonly fanOut?: number;
  /** Weight of ½‖·‖² added to the loss. */
  readonly l2?: number;
}

/** One step of a model: a function from tensor to tensor, which asks its scope for the parameters it needs. */
export interface Layer {
  readonly kind: string;
  readonly name?: string;
  /** What it was made with, as it is shown and recorded: units, slope. */
  readonly settings?: Readonly<Record<string, number | boolean | string>>;
  /** x and the result are [batch, …]. */
  readonly apply: (x: Tensor, scope: Scope) => Tensor;
}

/** A layer in a list, a function in an expression. */
export type Activation = Layer & ((x: TensorLike) => Tensor);
