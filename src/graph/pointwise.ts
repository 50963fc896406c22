import { constantValue, lift, type TensorLike } from "./leaves.ts";
import * as float32 from "./primitives.ts";
import { broadcastShapes } from "./shape.ts";
import { type PointwiseOp, Tensor } from "./tensor.ts";
import { broadcastTo } from "./view.ts";

/**
 * The pointwise ops: `primitive` is what a machine computes in float32; `vjp` gives each ∂L/∂x from (dy, y, x). What they
 * mean, in float64, stands in meanings.ts.
 *
 * Where a function has a kink, its derivative there is 0 (relu′(0) = |0|′ = 0), and both sides of a tie of `maximum`
 * get 0: a loss built from them is then flat exactly where it has no slope, instead of half wrong.
 */

export const neg = unary("neg", float32.neg, (dy) => neg(dy));
export const exp = unary("exp", float32.exp, (dy, y) => mul(dy, y));
export const expm1 = unary("expm1", float32.expm1, (dy, y) => mul(dy, add(y, 1)));
export const log = unary("log", float32.log, (dy, _y, x) => div(dy, x));
export const log1p = unary("log1p", float32.log1p, (dy, _y, x) => div(dy, add(x, 1)));
export const sqrt = unary("sqrt", float32.sqrt, (dy, y) => div(dy, mul(2, y)));
export const sin = unary("sin", float32.sin, (dy, _y, x) => mul(dy, cos(x)));
export const cos = unary("cos", float32.cos, (dy, _y, x) => neg(mul(dy, sin(x))));
export const tanh = unary("tanh", float32.tanh, (dy, y) => mul(dy, sub(1, mul(y, y))));
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = unary("sigmoid", float32.sigmoid, (dy, y) => mul(dy, mul(y, sub(1, y))));
/** log(1 + eˣ), without overflow. */
export const softplus = unary("softplus", float32.softplus, (dy, _y, x) => mul(dy, sigmoid(x)));
export const abs = unary("abs", float32.abs, (dy, _y, x) => mul(dy, sign(x)));
/** −1, 0 or 1. */
export const sign = unary("sign", float32.sign, () => null);
/** Numbers below 1e-30 in size become 0: a moment that decays must not end in denormals, which run 80 times slower. */
export const flushTiny = unary("flushTiny", float32.flushTiny, (dy) => dy);

export const add = binary("add", float32.add, (dy) => [dy, dy]);
export const sub = binary("sub", float32.sub, (dy) => [dy, neg(dy)]);
export const mul = binary("mul", float32.mul, (dy, _y, a, b) => [mul(dy, b), mul(dy, a)]);
export const div = binary("div", float32.div, (dy, y, _a, b) => {
  const da = div(dy, b);
  return [da, neg(mul(da, y))]; // ∂(a/b)/∂b = −y/b
});
// a > b exactly where max(a, b) > b: asked of the result, so that a backward pass keeps the activation and not its input.
export const maximum = binary("maximum", float32.maximum, (dy, y, a, b) => [mul(dy, less(b, y)), mul(dy, less(a, y))]);
export const minimum = binary("minimum", float32.minimum, (dy, y, a, b) => [mul(dy, less(y, b)), mul(dy, less(y, a))]);
/** 1 where a < b, else 0. */
export const less = binary("less", float32.less, () => [null, null]);
/** 1 where a = b, else 0. */
export const equal = binary("equal", float32.equal, () => [null, null]);

/** Its input, kept as a value of its own: what the compiler stores where a result is asked for. */
export const copy = unary("copy", float32.itself, (dy) => dy);
/** Its input as a number that has no gradient: what depends on it only through this does not count. */
export const detach = unary("detach", float32.itself, () => null);

const whereOp: PointwiseOp = {
  name: "where",
  kind: "pointwise",
  primitive: float32.where,
  vjp: (dy, _y, [condition]) => [null, where(condition!, dy, 0), where(condition!, 0, dy)],
};

/** `yes` where `condition` is not 0, `no` elsewhere; the branch not taken may hold anything, even NaN. */
export function where(condition: TensorLike, yes: TensorLike, no: TensorLike): Tensor {
  return pointwise(whereOp, [condition, yes, no]);
}

// ---- how a row becomes an op ----------------------------------------------------------------------------------

type UnaryVjp = (dy: Tensor, y: Tensor, x: Tensor) => Tensor | null;
type BinaryVjp = (dy: Tensor, y: Tensor, a: Tensor, b: Tensor) => readonly [Tensor | null, Tensor | null];

// Bundlers leave out the ops that a program does not use, because building one has no side effect.
/* @__NO_SIDE_EFFECTS__ */
function unary(name: string, primitive: float32.Primitive, vjp: UnaryVjp) {
  const op: PointwiseOp = { name, kind: "pointwise", primitive, vjp: (dy, y, [x]) => [vjp(dy, y, x!)] };
  return (x: TensorLike): Tensor => pointwise(op, [x]);
}

/* @__NO_SIDE_EFFECTS__ */
function binary(name: string, primitive: float32.Primitive, vjp: BinaryVjp) {
  const op: PointwiseOp = { name, kind: "pointwise", primitive, vjp: (dy, y, [a, b]) => vjp(dy, y, a!, b!) };
  return (a: TensorLike, b: TensorLike): Tensor => pointwise(op, [a, b]);
}

/**
 * Applies a pointwise op. Operands are broadcast here, by explicit views, so that every input of a pointwise node has
 * the node's own shape and the gradient of broadcasting is the view's, written once. Throws SHAPE.
 */
export function pointwise(op: PointwiseOp, operands: readonly TensorLike[]): Tensor {
  const tensors = operands.map((x) => lift(x));
  const shape = tensors.map((x) => x.shape).reduce((a, b) => broadcastShapes(op.name, a, b));
  const inputs = tensors.map((x) => {
    const value = constantValue(x);
    return value === undefined ? broadcastTo(x, shape) : lift(value, shape);
  });
  return new Tensor(op, inputs, shape);
}
