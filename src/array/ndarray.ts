import { NablaError } from "../errors.ts";

/** A tensor's extent along each axis, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Plain host memory: row-major float32, `data.length` = Π shape. */
export interface NdArray {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** One or many samples: an array with its shape, flat numbers, or rows of numbers. */
export type Samples = NdArray | ArrayLike<number> | readonly ArrayLike<number>[];

/** Number of elements: Π shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

export const isSameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((extent, axis) => extent === b[axis]);

/** Makes an NdArray of `shape`. Throws SHAPE when `data` does not hold Π shape numbers. */
export function ndarray(shape: Shape, data: ArrayLike<number> = new Float32Array(sizeOf(shape))): NdArray {
  if (data.length !== sizeOf(shape))
    throw new NablaError("SHAPE", `an array of shape [${shape}] holds ${sizeOf(shape)} numbers, got ${data.length}`, {
      expected: `${sizeOf(shape)} numbers`,
      received: `${data.length}`,
      hint: "Give as many numbers as the product of the shape's extents.",
    });
  return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}
