import { type Shape, sizeOf } from "../array/ndarray.ts";
import { stridesOf } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { ElementType } from "./kernel.ts";

/** How a tensor lies in memory. */
export interface Layout {
  readonly strides: readonly number[];
  readonly elements: number;
}

/** Numbers in a vector of the target: rows are padded to it, so that tails run the vector code. */
export const vectorWidth = 4;

export const padded = (extent: number): number => Math.ceil(extent / vectorWidth) * vectorWidth;

/**
 * Dense strides with the innermost axis padded to whole vectors; axes of extent 1 take no part.
 * `order` lists the axes from outermost to innermost. What stands in the padding is never reduced and never gathered.
 */
export function layoutOf(shape: Shape, order: readonly number[] = shape.map((_, axis) => axis)): Layout {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (const axis of [...order].reverse()) {
    const extent = shape[axis]!;
    if (extent === 1) continue;
    strides[axis] = stride;
    stride *= stride === 1 ? padded(extent) : extent;
  }
  return { strides, elements: Math.max(stride, vectorWidth) };
}

/** The layout of a leaf that the host sees: a state in its own order, the rows of a batch without padding. */
export function leafLayout(leaf: Tensor): Layout {
  const { order, type } = leaf.attributes as { order?: readonly number[]; type?: ElementType };
  if (leaf.op.name !== "perStep" || type !== "i32") return layoutOf(leaf.shape, order);
  // Row numbers of consecutive steps lie end to end, without padding: an epoch's permutation is the table.
  const dense = stridesOf(leaf.shape);
  return { strides: dense.map((stride, axis) => (leaf.shape[axis] === 1 ? 0 : stride)), elements: sizeOf(leaf.shape) };
}
