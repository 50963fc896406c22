import { constantValue } from "../graph/leaves.ts";
import type { Shape } from "../graph/shape.ts";
import { Tensor } from "../graph/tensor.ts";
import { reshape } from "../graph/view.ts";

/**
 * The iteration space of a node: over which axes it is computed, and where along them its inputs and its output lie.
 * Views disappear here: they only say which axis of an input is which axis of the space.
 */
export interface Space {
  readonly extents: readonly number[];
  /** Axes whose points are independent; the rest are folded. */
  readonly parallel: readonly number[];
  /** For each axis of the output, the axis of the space it follows; null where it has extent 1. */
  readonly output: AxisMap;
  readonly operands: readonly Operand[];
}

/** For each axis of a tensor, the axis of the space it follows; null: it stays at 0. */
export type AxisMap = readonly (number | null)[];

export interface Operand {
  /** A computed node or a leaf: never a view. */
  readonly source: Tensor;
  readonly map: AxisMap;
}

/** Whether the node is a reshape that really regroups axes: it has to move numbers, so it is computed like an op. */
export const isRegrouping = (tensor: Tensor): boolean =>
  tensor.op.name === "reshape" && matchAxes(tensor.inputs[0]!.shape, tensor.shape) === undefined;

/** Whether the node is computed by a kernel, as opposed to a leaf or a view that others look through. */
export const isComputed = (tensor: Tensor): boolean =>
  isRegrouping(tensor) || (tensor.op.kind !== "leaf" && tensor.op.kind !== "view");

export function spaceOf(tensor: Tensor): Space {
  const { op, shape, inputs } = tensor;
  const all = shape.map((_, axis) => axis);
  if (op.kind === "pointwise")
    return { extents: shape, parallel: all, output: all, operands: inputs.map((x) => resolve(x, all)) };
  if (op.kind === "reduce") {
    const folded = tensor.attributes["axes"] as readonly number[];
    const extents = inputs[0]!.shape;
    return {
      extents,
      parallel: all.filter((axis) => !folded.includes(axis)),
      output: all.map((axis) => (folded.includes(axis) ? null : axis)),
      operands: [resolve(inputs[0]!, all)],
    };
  }
  if (op.kind === "contract") {
    const [M, N] = shape as [number, number];
    const K = inputs[0]!.shape[1]!;
    return {
      extents: [M, N, K],
      parallel: [0, 1],
      output: [0, 1],
      operands: [resolve(inputs[0]!, [0, 2]), resolve(inputs[1]!, [2, 1])],
    };
  }
  if (op.kind === "gather")
    return {
      extents: shape,
      parallel: all,
      output: all,
      operands: [resolve(inputs[0]!, [null, ...all.slice(1)]), resolve(inputs[1]!, [0])],
    };
  throw new Error(`no loops for ${op.name}`); // a defect of the compiler, not a user's mistake
}

/** Looks through views: which tensor is really read, and how its axes follow the reader's. */
export function resolve(tensor: Tensor, map: AxisMap): Operand {
  const { op, attributes, inputs } = tensor;
  if (op.kind !== "view" || isRegrouping(tensor) || constantValue(tensor) !== undefined) return { source: tensor, map };
  const input = inputs[0]!;
  if (op.name === "broadcast") {
    const lead = tensor.shape.length - input.shape.length;
    return resolve(
      input,
      input.shape.map((extent, axis) => (extent === tensor.shape[axis + lead] ? map[axis + lead]! : null)),
    );
  }
  if (op.name === "transpose") {
    const axes = attributes["axes"] as readonly number[];
    return resolve(
      input,
      input.shape.map((_, axis) => map[axes.indexOf(axis)]!),
    );
  }
  const match = matchAxes(input.shape, tensor.shape)!;
  return resolve(
    input,
    match.map((axis) => (axis === null ? null : map[axis]!)),
  );
}

/** For a reshape that only adds or drops axes of extent 1: the axis of `to` that each axis of `from` becomes. */
export function matchAxes(from: Shape, to: Shape): (number | null)[] | undefined {
  const match = new Array<number | null>(from.length).fill(null);
  let j = 0;
  for (let i = 0; i < from.length; ) {
    if (j < to.length && from[i] === to[j]) match[i++] = j++;
    else if (from[i] === 1) i++;
    else if (to[j] === 1) j++;
    else return undefined;
  }
  return to.slice(j).every((extent) => extent === 1) ? match : undefined;
}

/**
 * The coarsest axes that both shapes are groups of: [4,6] and [24] share [4,6]; [4,6] and [6,4] share none, so that
 * reshape goes by way of [24]. Undefined when there is none.
 */
export function commonRefinement(a: Shape, b: Shape): number[] | undefined {
  const cuts = (shape: Shape): number[] => {
    let product = 1;
    return [...shape].reverse().map((extent) => (product *= extent));
  };
  const points = [...new Set([...cuts(a), ...cuts(b)])].sort((x, y) => x - y);
  const axes: number[] = [];
  let before = 1;
  for (const point of points) {
    if (point % before !== 0) return undefined;
    if (point > before) axes.unshift(point / before);
    before = point;
  }
  return axes;
}

/** A regrouping reshape without a common refinement, taken by way of one long axis. */
export function splitRegrouping(tensor: Tensor): Tensor {
  if (tensor.op.name !== "reshape" || !isRegrouping(tensor)) return tensor;
  const x = tensor.inputs[0]!;
  if (commonRefinement(x.shape, tensor.shape)) return tensor;
  const flat = reshape(x, [-1]);
  return new Tensor(tensor.op, [flat], tensor.shape, tensor.attributes);
}
