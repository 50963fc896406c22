import { NablaError } from "../errors.ts";
import { constant } from "./leaves.ts";
import { add } from "./pointwise.ts";
import { printShape } from "./shape.ts";
import { type Tensor, topologicalOrder } from "./tensor.ts";

/** One term of the chain rule: what `node` passes back to its input number `input`. */
export interface Contribution {
  readonly node: Tensor;
  readonly input: number;
  /** ∂L/∂node, shared by all terms of the node. */
  readonly dy: Tensor;
  /** This node's share of ∂L/∂(its input). */
  readonly share: Tensor;
}

export interface Differentiation {
  readonly gradients: readonly Tensor[];
  /** ∂L/∂t for every tensor t between the loss and `wrt`. */
  readonly adjoints: ReadonlyMap<Tensor, Tensor>;
  /** The terms, from the loss backwards, in the order in which they were added up. */
  readonly contributions: readonly Contribution[];
}

/**
 * ∂y/∂x for each x of `wrt`, as graph. `y` is a scalar; what it does not depend on gets zeros. Throws SHAPE.
 *
 * The result is ordinary graph, so it fuses, plans, prints and differentiates again.
 */
export function grad(y: Tensor, wrt: readonly Tensor[]): readonly Tensor[] {
  return differentiate(y, wrt).gradients;
}

/**
 * Reverse-mode differentiation as a graph transform, with the way it was found.
 *
 * Visits the graph from the loss backwards; each op turns dy = ∂L/∂y into its share of every ∂L/∂x, and shares add up
 * (Griewank & Walther, Evaluating Derivatives, 2nd ed., ch. 3). Each dy is built once, however many paths use it:
 * that is all there is to backpropagation.
 */
export function differentiate(loss: Tensor, wrt: readonly Tensor[]): Differentiation {
  if (loss.shape.length > 0)
    throw new NablaError(
      "SHAPE",
      `grad: the loss must be one number, got a tensor of shape ${printShape(loss.shape)}`,
      {
        expected: "[]",
        received: printShape(loss.shape),
        hint: "Sum it or take its mean first.",
      },
    );

  const order = topologicalOrder([loss]);
  const isActive = new Set<Tensor>(wrt); // tensors that depend on some of `wrt`
  for (const tensor of order) if (tensor.inputs.some((x) => isActive.has(x))) isActive.add(tensor);

  const adjoints = new Map<Tensor, Tensor>([[loss, constant(1)]]);
  const contributions: Contribution[] = [];
  for (const node of order.reverse()) {
    const dy = adjoints.get(node);
    if (!dy || !isActive.has(node) || !node.inputs.some((x) => isActive.has(x))) continue;
    node.op.vjp(dy, node, node.inputs, node.attributes).forEach((share, input) => {
      const x = node.inputs[input]!;
      if (!share || !isActive.has(x)) return;
      const before = adjoints.get(x);
      adjoints.set(x, before ? add(before, share) : share);
      contributions.push({ node, input, dy, share });
    });
  }
  return { gradients: wrt.map((x) => adjoints.get(x) ?? constant(0, x.shape)), adjoints, contributions };
}
