import type { Shape } from "../array/ndarray.ts";
import type { Primitive } from "./primitives.ts";

/**
 * What the compiler needs to know of an op to schedule it; it never asks for a name.
 *
 * - `leaf`: no inputs: a constant, a batch, a parameter.
 * - `pointwise`: each output number depends on the numbers at the same place of inputs of the same shape.
 * - `view`: the numbers of its input at other places: broadcast, transpose, reshape. Costs nothing.
 * - `reduce`: folds axes to extent 1.
 * - `contract`: sums products over a shared axis.
 * - `gather`: rows of a table, chosen by an index that is itself data.
 */
export type OpKind = Op["kind"];

/** Compile-time arguments of an op: plain data, printed with the node, compared when duplicates are shared. */
export type Attributes = Readonly<Record<string, number | string | boolean | readonly number[]>>;

/** Host values of the reference interpreter: row-major float64. */
export interface Values {
  readonly shape: Shape;
  readonly data: Float64Array;
}

interface OpBase {
  readonly name: string;
  /** Vector-Jacobian product: given dy = ∂L/∂y, returns ∂L/∂xᵢ for each input (null: no gradient). */
  vjp(dy: Tensor, y: Tensor, inputs: readonly Tensor[], attributes: Attributes): readonly (Tensor | null)[];
}

export interface LeafOp extends OpBase {
  readonly kind: "leaf";
  /** Present when the value follows from the attributes alone, as a constant's does. */
  readonly generate?: (out: Values, attributes: Attributes) => void;
}

export interface PointwiseOp extends OpBase {
  readonly kind: "pointwise";
  /** What it computes in float32, on any machine; meanings.ts has the same in float64. */
  readonly primitive: Primitive;
}

export interface ViewOp extends OpBase {
  readonly kind: "view";
  shape(input: Shape, attributes: Attributes): Shape;
  /** Flat index into the input of the number at `position` of the output. */
  source(position: readonly number[], input: Shape, output: Shape, attributes: Attributes): number;
}

export interface ReduceOp extends OpBase {
  readonly kind: "reduce";
  /** The value of an empty fold. */
  readonly identity: number;
  readonly combine: (a: number, b: number) => number;
}

export interface ContractOp extends OpBase {
  readonly kind: "contract";
}

export interface GatherOp extends OpBase {
  readonly kind: "gather";
}

/** What is known of an op, in one record: its kind, what it computes and its derivative. */
export type Op = LeafOp | PointwiseOp | ViewOp | ReduceOp | ContractOp | GatherOp;

/** A value in the graph: one op applied to inputs. Immutable; its shape is fixed when it is made. */
export class Tensor {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly shape: Shape;

  constructor(op: Op, inputs: readonly Tensor[], shape: Shape, attributes: Attributes = {}) {
    this.op = op;
    this.inputs = inputs;
    this.shape = shape;
    this.attributes = attributes;
  }
}

/**
 * Every tensor that `outputs` depend on, each after its inputs; without recursion, so a graph may be as deep as it
 * likes.
 */
export function topologicalOrder(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  for (const output of outputs) {
    const path: Tensor[] = [];
    const next: number[] = []; // the input of each that is due
    const enter = (tensor: Tensor): void => {
      if (seen.has(tensor)) return;
      seen.add(tensor);
      path.push(tensor);
      next.push(0);
    };
    enter(output);
    while (path.length > 0) {
      const top = path.length - 1;
      const input = path[top]!.inputs[next[top]!++];
      if (input) enter(input);
      else {
        order.push(path.pop()!);
        next.pop();
      }
    }
  }
  return order;
}
