import type { Shape } from "../array/ndarray.ts";
import type { Formula, MathSymbol } from "./formula.ts";

/** A number of the network in the forward pass. */
export interface NodeValue {
  /** Its place in `values`; edges name nodes by it. */
  readonly id: number;
  readonly symbol: MathSymbol;
  readonly role: "input" | "target" | "parameter" | "value" | "loss";
  /** The layer that computed it, or whose parameter it is. */
  readonly layer?: string;
  /** In float64. */
  readonly value: number;
  /** What the engine computes, in float32 under portable arithmetic; undefined where it is not a result of a layer. */
  readonly float32: number | undefined;
  /** ∂L/∂this; undefined where nothing of it is asked for. */
  readonly gradient: number | undefined;
  /** Into how many other gradients ∂L/∂this goes: what is computed once and used so often. */
  readonly uses: number;
  /** What it is made of; undefined for what is given. */
  readonly formula: Formula | undefined;
  /** Its short name in the backward pass: δ where parameters enter, else ∂L/∂this. */
  readonly gradientSymbol: Formula;
  /** Edges towards the loss: ∂L/∂this is the sum over them of ∂L/∂parent · edge. */
  readonly edges: readonly number[];
}

/** A local derivative: ∂parent/∂child. */
export interface EdgeValue {
  readonly id: number;
  /** Ids of nodes. */
  readonly parent: number;
  readonly child: number;
  readonly value: number;
  /** In symbols, as σ′(z), or ∂a/∂z where it would be long. */
  readonly formula: Formula;
  /** A number of the program: multiplying by it is not counted. */
  readonly isConstant: boolean;
  /** In how many products it occurs when every path is multiplied out. */
  readonly uses: number;
}

/** A factor of a product of the chain rule. */
export interface Factor {
  /** Id of the edge. */
  readonly edge: number;
  /** Id of the child: multiplied so far, the factors are this path's share of ∂L/∂node. */
  readonly node: number;
  readonly symbol: Formula;
  readonly value: number;
  /** The product up to here was already computed for the gradient of another parameter. */
  readonly isReused: boolean;
  /** In how many products it occurs when every path is multiplied out. */
  readonly uses: number;
}

export interface ChainProduct {
  readonly factors: readonly Factor[];
  readonly value: number;
}

/** With re-use: a gradient that is known, times one local derivative. */
export interface ReusedTerm {
  /** Id of the node whose gradient is re-used. */
  readonly node: number;
  readonly edge: number;
  readonly value: number;
}

/** Why the gradient of one parameter is what it is. */
export interface ParameterGradient {
  /** `dense 1/weight`. */
  readonly name: string;
  /** Position in the parameter, from 0. */
  readonly index: readonly number[];
  /** Id of its node. */
  readonly node: number;
  /** Paths to the loss. */
  readonly paths: number;
  /** The chain rule multiplied out, one product for each path, which add up to the gradient; undefined for too many paths. */
  readonly products: readonly ChainProduct[] | undefined;
  /** The same with re-use; the terms add up to the gradient. */
  readonly terms: readonly ReusedTerm[];
  readonly value: number;
  readonly gradient: number;
  /** What the engine computes, in float32. */
  readonly gradient32: number | undefined;
  /** value − learningRate · gradient. */
  readonly after: number;
  readonly multiplications: { readonly expanded: number; readonly reused: number };
}

/** One op of the graph with tensors in place of numbers. */
export interface TensorStep {
  readonly id: number;
  readonly op: string;
  readonly kind: string;
  readonly layer: string | undefined;
  /** A parameter's name, or that of another leaf. */
  readonly name: string | undefined;
  readonly shape: Shape;
  /** Ids of its inputs. */
  readonly inputs: readonly number[];
  /** √(Σ value²). */
  readonly norm: number;
  /** √(Σ gradient²); undefined where no gradient flows. */
  readonly gradientNorm: number | undefined;
  /** What it adds to the gradient of each input that has one, by ids: `∂%3 += ∂%6 ⊙ exp(%3)`. */
  readonly passesBack: readonly string[];
}

/** One training step of one example, with every number. */
export interface Explanation {
  /** `scalar`: number by number, in `values`, `edges`, `parameters`. `tensor`: op by op, in `tensors`; ask `scalar` for one number. */
  readonly level: "scalar" | "tensor";
  /** Layers with their names and kinds, the loss, what goes in. */
  readonly about: ExplanationAbout;
  readonly values: readonly NodeValue[];
  readonly edges: readonly EdgeValue[];
  /** In the order of backpropagation: the last layer first. */
  readonly parameters: readonly ParameterGradient[];
  readonly phases: {
    /** Ids of the numbers, from the input to the loss. */
    readonly forward: readonly number[];
    /** Ids of the numbers whose gradient is computed, from the loss to the input. */
    readonly backward: readonly number[];
    /** Ids of the parameters. */
    readonly update: readonly number[];
  };
  /** Null where the network is too large to count number by number. */
  readonly multiplications: { readonly expanded: number; readonly reused: number } | null;
  readonly tensors: readonly TensorStep[];
  /**
   * The derivation of one number of a parameter in the same form, at the level of numbers, however large the network.
   * Throws OPTION for a parameter or an index there is not.
   */
  scalar(parameter: string, index: readonly number[]): Explanation;
  /**
   * Plain sentences and formulas, at most `columns` wide (default 80) where that can be; what a screen reader would read.
   * Gradients of more than `products` paths (default 16) are told with re-use only.
   */
  toText(options?: { readonly columns?: number; readonly products?: number }): string;
  /** MathML Core: one `math` element for each formula, with headings and notes as HTML between them. */
  toMathML(options?: { readonly products?: number }): string;
  /** A document for LaTeX with amsmath; with `document: false` its body alone. */
  toLatex(options?: { readonly document?: boolean; readonly products?: number }): string;
  /** Plain data with everything to draw and step the graph; docs/explain.md says what it holds. */
  toJSON(): unknown;
}

export interface ExplanationAbout {
  readonly input: Shape;
  readonly layers: readonly {
    readonly name: string;
    readonly kind: string;
    readonly output: Shape;
    readonly parameters: number;
  }[];
  readonly loss: string;
  readonly reduction: "mean" | "sum";
  readonly learningRate: number;
  readonly samples: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly parameters: number;
  /** The loss before the step, and after all parameters have made it. */
  readonly lossBefore: number;
  readonly lossAfter: number;
  /** The parameter and index that this explanation is about, if it is about one number. */
  readonly only?: { readonly parameter: string; readonly index: readonly number[] };
}
