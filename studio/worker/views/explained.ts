import type { ExplanationAbout, TensorStep } from "nabla/explain";

/** What the panels of numbers read: the JSON of an explanation (docs/explain.md), and its sentences. */
export interface Explained {
  readonly level: "scalar" | "tensor";
  readonly about: ExplanationAbout;
  readonly nodes: readonly ExplainedNode[];
  readonly edges: readonly ExplainedEdge[];
  /** In the order of backpropagation. */
  readonly parameters: readonly ExplainedParameter[];
  readonly phases: {
    readonly forward: readonly number[];
    readonly backward: readonly number[];
    readonly update: readonly number[];
  };
  /** Null where the net is too large to count while somebody looks on. */
  readonly multiplications: Multiplications | null;
  readonly tensors: readonly TensorStep[];
  readonly sentences: Sentences;
}

export interface Multiplications {
  readonly expanded: number;
  readonly reused: number;
}

export interface Written {
  readonly text: string;
  readonly mathml: string;
}

export interface ExplainedNode {
  readonly id: number;
  readonly symbol: Written;
  readonly role: "input" | "target" | "parameter" | "value" | "loss";
  readonly layer?: string;
  readonly value: number;
  readonly float32?: number;
  readonly gradient?: number;
  readonly gradientSymbol?: Written;
  readonly formula?: Written;
  /** Into how many other gradients its gradient goes. */
  readonly uses: number;
  /** Edges towards the loss. */
  readonly edges: readonly number[];
}

/** ∂parent/∂child. */
export interface ExplainedEdge {
  readonly id: number;
  readonly parent: number;
  readonly child: number;
  readonly value: number;
  readonly symbol: Written;
  readonly isConstant: boolean;
  readonly uses: number;
}

export interface ExplainedParameter {
  readonly name: string;
  readonly index: readonly number[];
  readonly node: number;
  readonly paths: number;
  /** Of each path its edges from the loss down, of which the first `reused` are known; null for too many paths. */
  readonly products:
    | readonly { readonly edges: readonly number[]; readonly reused: number; readonly value: number }[]
    | null;
  readonly terms: readonly { readonly node: number; readonly edge: number; readonly value: number }[];
  readonly value: number;
  readonly gradient: number;
  readonly gradient32?: number;
  readonly after: number;
  readonly multiplications: Multiplications;
}

/** The lines of `explain --format text`, by the id of the node that each is about. */
export interface Sentences {
  readonly forward: Readonly<Record<number, string>>;
  readonly backward: Readonly<Record<number, string>>;
  readonly update: Readonly<Record<number, string>>;
  /** What the loss does when every update is made; empty for one number alone. */
  readonly result: string;
}

/** Which example is explained, and how a step would be made. */
export interface ExplanationArgs {
  /** Row of the training data. */
  readonly example: number;
  /** Numbers typed in place of the example's own. */
  readonly x?: readonly number[];
  /** Likewise: values, or the number of a class. */
  readonly t?: readonly number[] | number;
  readonly loss: string;
  readonly learningRate: number;
  readonly reduction: "mean" | "sum";
  /** Only this number of a parameter, number by number, however large the net. */
  readonly only?: { readonly name: string; readonly index: readonly number[] };
  /** Count the multiplications of a large net too. */
  readonly isCounted?: boolean;
}
