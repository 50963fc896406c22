import { NablaError } from "../errors.ts";
import { constant, index } from "./leaves.ts";
import { add, mul, pointwise } from "./pointwise.ts";
import { random as primitive } from "./primitives.ts";
import { type Shape, sizeOf, stridesOf } from "./shape.ts";
import type { PointwiseOp, Tensor } from "./tensor.ts";

/**
 * Threefry-2×32 of a counter, as a number in [0, 1) with 24 bits. It is pointwise in its counters and not a leaf, so
 * no pass of the compiler has to know it: fusion computes it where it is used, or stores it where that is cheaper.
 * Words come as halves of 16 bits, which float32 holds exactly: the step's, then the key's; `index` is below 2²⁴.
 */
const randomOp: PointwiseOp = {
  name: "random",
  kind: "pointwise",
  primitive,
  vjp: (_dy, _y, inputs) => inputs.map(() => null),
};

/**
 * Random numbers, uniform in [0, 1): number i in row-major order is the first word of Threefry-2×32 under `key` at the
 * counter (step, i), its upper 24 bits. `step` is given by its upper and lower 16 bits, scalars. Throws LIMIT for more
 * than 2²⁴ numbers.
 */
export function random(
  shape: Shape,
  key: readonly [number, number],
  step: readonly [high: Tensor, low: Tensor],
): Tensor {
  if (sizeOf(shape) > 16_777_216)
    throw new NablaError("LIMIT", `random: a tensor of ${sizeOf(shape)} random numbers`, {
      expected: "at most 16777216",
      received: String(sizeOf(shape)),
      hint: "Make the batch or the layer smaller.",
    });
  const strides = stridesOf(shape);
  const place = shape.reduce<Tensor>(
    (sum, extent, axis) => (extent === 1 ? sum : add(sum, mul(index(shape, axis), strides[axis]!))),
    constant(0, shape),
  );
  const halves = key.flatMap((word) => [word >>> 16, word & 0xffff]);
  return pointwise(randomOp, [...step, place, ...halves]);
}
