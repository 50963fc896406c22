import { index, type TensorLike } from "./leaves.ts";
import { add, detach, div, equal, exp, log, maximum, mul, neg, sub, where } from "./pointwise.ts";
import { max, sum } from "./reduce.ts";
import type { Tensor } from "./tensor.ts";

/** Functions made of the ops: they have no record of their own, and differentiate and fuse like what they are made of. */

export const relu = (x: TensorLike): Tensor => maximum(x, 0);
export const square = (x: TensorLike): Tensor => mul(x, x);
export const reciprocal = (x: TensorLike): Tensor => div(1, x);
/** xᵖ = exp(p·log x), for x > 0. */
export const pow = (x: TensorLike, p: TensorLike): Tensor => exp(mul(p, log(x)));

const keep = { keepDims: true };

/**
 * The largest number along `axis`, as a shift that keeps exponentials small. It is detached: what it is used in does
 * not change with the shift, so the gradient without the shift's own share is exact, and no backward pass asks which
 * number was the largest.
 */
export const largestAlong = (x: Tensor, axis = -1): Tensor => detach(max(x, axis, keep));

/** e^{xᵢ} / Σⱼ e^{xⱼ} along `axis`; the largest is subtracted first, so that nothing overflows. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const e = exp(sub(x, largestAlong(x, axis)));
  return div(e, sum(e, axis, keep));
}

/** log Σⱼ e^{xⱼ} along `axis`, which keeps extent 1; stable for any finite x. */
export function logSumExp(x: Tensor, axis = -1): Tensor {
  const largest = largestAlong(x, axis);
  return add(largest, log(sum(exp(sub(x, largest)), axis, keep)));
}

/** log softmax(x) along `axis`, stable for any finite x: shifted first, so that large scores lose no digits. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const shifted = sub(x, largestAlong(x, axis));
  return sub(shifted, log(sum(exp(shifted), axis, keep)));
}

/** Position of the largest number along `axis`, which keeps extent 1; the first where several tie. */
export function argmax(x: Tensor, axis = -1): Tensor {
  const along = axis < 0 ? axis + x.shape.length : axis;
  const isLargest = equal(x, max(x, along, keep));
  return neg(max(where(isLargest, neg(index(x.shape, along)), -x.shape[along]!), along, keep));
}
