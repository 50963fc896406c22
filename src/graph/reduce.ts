import { div, equal, mul } from "./pointwise.ts";
import { resolveAxes, type Shape } from "./shape.ts";
import { type ReduceOp, Tensor } from "./tensor.ts";
import { broadcastTo, reshape } from "./view.ts";

/** The reductions: they fold axes to extent 1 and keep the rank, so that axes stay where they are. */

export interface ReduceOptions {
  /** Leave the folded axes in the shape, with extent 1. */
  readonly keepDims?: boolean;
}

const sumOp: ReduceOp = {
  name: "sum",
  kind: "reduce",
  identity: 0,
  combine: (a, b) => a + b,
  vjp: (dy, _y, [x]) => [broadcastTo(dy, x!.shape)],
};

const maxOp: ReduceOp = {
  name: "max",
  kind: "reduce",
  identity: -Infinity,
  combine: Math.max,
  /** Numbers that tie for the maximum share the gradient equally, as PyTorch's `amax` does. */
  vjp(dy, y, [x], { axes }) {
    const isLargest = equal(x!, y);
    const ties = sum(isLargest, axes as readonly number[], { keepDims: true });
    return [mul(isLargest, div(dy, ties))];
  },
};

/** Sum over `axes` (default: all). Throws SHAPE. */
export const sum = reduction(sumOp);
/** Largest number over `axes` (default: all). Throws SHAPE. */
export const max = reduction(maxOp);

/** Arithmetic mean over `axes` (default: all). Throws SHAPE. */
export function mean(x: Tensor, axes?: number | readonly number[], options?: ReduceOptions): Tensor {
  const count = resolveAxes("mean", x.shape, axes).reduce((product, axis) => product * x.shape[axis]!, 1);
  return div(sum(x, axes, options), count);
}

/* @__NO_SIDE_EFFECTS__ */
function reduction(op: ReduceOp) {
  return (x: Tensor, axes?: number | readonly number[], { keepDims = false }: ReduceOptions = {}): Tensor => {
    const folded = resolveAxes(op.name, x.shape, axes);
    const isFolded = (axis: number): boolean => folded.includes(axis);
    const kept: Shape = x.shape.map((extent, axis) => (isFolded(axis) ? 1 : extent));
    const y = folded.every((axis) => x.shape[axis] === 1) ? x : new Tensor(op, [x], kept, { axes: folded });
    return keepDims
      ? y
      : reshape(
          y,
          x.shape.filter((_, axis) => !isFolded(axis)),
        );
  };
}
