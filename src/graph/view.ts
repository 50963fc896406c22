import { sum } from "./reduce.ts";
import { isSameShape, printShape, resolveAxes, type Shape, shapeError, sizeOf, stridesOf } from "./shape.ts";
import { Tensor, type ViewOp } from "./tensor.ts";

/** The views: the numbers of one tensor at other places. No view moves memory unless the compiler has to. */

const broadcastOp: ViewOp = {
  name: "broadcast",
  kind: "view",
  shape: (_input, { shape }) => shape as Shape,
  source(position, input) {
    const lead = position.length - input.length;
    const strides = stridesOf(input);
    return input.reduce((flat, extent, axis) => flat + (extent === 1 ? 0 : position[axis + lead]! * strides[axis]!), 0);
  },
  /** The adjoint of repeating is summing. */
  vjp: (dy, _y, [x]) => [sumTo(dy, x!.shape)],
};

const transposeOp: ViewOp = {
  name: "transpose",
  kind: "view",
  shape: (input, { axes }) => (axes as readonly number[]).map((axis) => input[axis]!),
  source(position, input, _output, { axes }) {
    const strides = stridesOf(input);
    return (axes as readonly number[]).reduce((flat, axis, i) => flat + position[i]! * strides[axis]!, 0);
  },
  vjp(dy, _y, _inputs, { axes }) {
    const forward = axes as readonly number[];
    return [
      transpose(
        dy,
        forward.map((_, axis) => forward.indexOf(axis)),
      ),
    ];
  },
};

const reshapeOp: ViewOp = {
  name: "reshape",
  kind: "view",
  shape: (_input, { shape }) => shape as Shape,
  source(position, _input, output) {
    const strides = stridesOf(output);
    return position.reduce((flat, at, axis) => flat + at * strides[axis]!, 0);
  },
  vjp: (dy, _y, [x]) => [reshape(dy, x!.shape)],
};

const view = (op: ViewOp, x: Tensor, attributes: Tensor["attributes"]): Tensor =>
  new Tensor(op, [x], op.shape(x.shape, attributes), attributes);

/** Repeats `x` along new leading axes and along axes of extent 1, until it has `shape`. Throws SHAPE. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (isSameShape(x.shape, shape)) return x;
  const lead = shape.length - x.shape.length;
  if (lead < 0 || x.shape.some((extent, axis) => extent !== 1 && extent !== shape[axis + lead]))
    throw shapeError(
      `broadcastTo: ${printShape(x.shape)} cannot be repeated to ${printShape(shape)}`,
      "Extents must agree, or one of them must be 1.",
    );
  return view(broadcastOp, x, { shape });
}

/** Puts the axes of `x` in the order `axes`; default: reversed, the matrix transpose. Throws SHAPE. */
export function transpose(
  x: Tensor,
  axes: readonly number[] = x.shape.map((_, axis) => x.shape.length - 1 - axis),
): Tensor {
  resolveAxes("transpose", x.shape, axes);
  if (axes.length !== x.shape.length)
    throw shapeError(`transpose: axes [${axes.join(",")}] for shape ${printShape(x.shape)}`, "Name each axis once.");
  const order = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  if (order.every((axis, i) => axis === i)) return x;
  return view(transposeOp, x, { axes: order });
}

/** The same numbers in row-major order under another shape; one extent may be −1, "what is left". Throws SHAPE. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  const full = shape.map((extent) => (extent === -1 ? sizeOf(x.shape) / known : extent));
  if (
    shape.filter((extent) => extent === -1).length > 1 ||
    sizeOf(full) !== sizeOf(x.shape) ||
    !full.every(Number.isInteger)
  )
    throw shapeError(
      `reshape: ${printShape(x.shape)} holds ${sizeOf(x.shape)} numbers, ${printShape(shape)} does not`,
      "Keep the product of the extents.",
    );
  return isSameShape(full, x.shape) ? x : view(reshapeOp, x, { shape: full });
}

/** Sums `x` down to `shape`: the adjoint of `broadcastTo`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((extent, axis) => (axis < lead || shape[axis - lead] !== extent ? [axis] : []));
  return reshape(sum(x, axes, { keepDims: true }), shape);
}
