import { isSameShape, type Shape } from "../array/ndarray.ts";
import { NablaError } from "../errors.ts";

export { isSameShape, type Shape, sizeOf } from "../array/ndarray.ts";

/** A mistake in shapes: what the op was given, and what to do. */
export const shapeError = (problem: string, hint: string): NablaError => new NablaError("SHAPE", problem, { hint });

/** `[3,4]`, as shapes are written in every message. */
export const printShape = (shape: Shape): string => `[${shape.join(",")}]`;

/** NumPy broadcasting: align trailing axes; each pair must be equal or contain a 1. Throws SHAPE. */
export function broadcastShapes(what: string, a: Shape, b: Shape): Shape {
  if (isSameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const m = a[axis - rank + a.length] ?? 1;
    const n = b[axis - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1)
      throw shapeError(
        `${what}: cannot broadcast ${printShape(a)} with ${printShape(b)}: axis ${axis} is ${m} against ${n}`,
        "Extents must agree, or one of them must be 1.",
      );
    return m === 1 ? n : m;
  });
}

/** Row-major strides: how far apart in memory neighbours along each axis stand. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Resolves negative axes (−1 is the last), sorts, and refuses those out of range or named twice. Throws SHAPE. */
export function resolveAxes(what: string, shape: Shape, axes: number | readonly number[] | undefined): number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  const list = typeof axes === "number" ? [axes] : axes;
  const resolved = list.map((axis) => {
    const positive = axis < 0 ? axis + shape.length : axis;
    if (!Number.isInteger(axis) || positive < 0 || positive >= shape.length)
      throw shapeError(`${what}: axis ${axis} of a tensor of shape ${printShape(shape)}`, "Name an axis it has.");
    return positive;
  });
  if (new Set(resolved).size < resolved.length)
    throw shapeError(`${what}: axes [${list.join(",")}] name one axis twice`, "Name each axis once.");
  return resolved.sort((a, b) => a - b);
}
