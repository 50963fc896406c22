import {
  cos as cos64,
  exp as exp64,
  expm1 as expm164,
  log1p as log1p64,
  log as log64,
  sigmoid as sigmoid64,
  sin as sin64,
  softplus as softplus64,
  tanh as tanh64,
} from "../array/math64.ts";
import { constantValue, lift, type TensorLike } from "./leaves.ts";
import * as float32 from "./primitives.ts";
import { broadcastShapes } from "./shape.ts";
import { type PointwiseOp, Tensor } from "./tensor.ts";
import { broadcastTo } from "./view.ts";

/**
 * The pointwise ops: `apply` is the meaning, in float64, `primitive` what a machine computes in float32; `vjp` gives each ∂L/∂x from (dy, y, x).
 *
 * Where a function has a kink, its derivative there is 0 (relu′(0) = |0|′ = 0), and both sides of a tie of `maximum`
 * get 0: a loss built from them is then flat exactly where it has no slope, instead of half wrong.
 */

export const neg = unary(
  "neg",
  (x) => -x,
  float32.neg,
  (dy) => neg(dy),
);
export const exp = unary("exp", exp64, float32.exp, (dy, y) => mul(dy, y));
export const expm1 = unary("expm1", expm164, float32.expm1, (dy, y) => mul(dy, add(y, 1)));
export const log = unary("log", log64, float32.log, (dy, _y, x) => div(dy, x));
export const log1p = unary("log1p", log1p64, float32.log1p, (dy, _y, x) => div(dy, add(x, 1)));
export const sqrt = unary("sqrt", Math.sqrt, float32.sqrt, (dy, y) => div(dy, mul(2, y)));
export const sin = unary("sin", sin64, float32.sin, (dy, _y, x) => mul(dy, cos(x)));
export const cos = unary("cos", cos64, float32.cos, (dy, _y, x) => neg(mul(dy, sin(x))));
export const tanh = unary("tanh", tanh64, float32.tanh, (dy, y) => mul(dy, sub(1, mul(y, y))));
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = unary("sigmoid", sigmoid64, float32.sigmoid, (dy, y) => mul(dy, mul(y, sub(1, y))));
/** log(1 + eˣ), without overflow. */
export const softplus = unary("softplus", softplus64, float32.softplus, (dy, _y, x) => mul(dy, sigmoid(x)));
export const abs = unary("abs", Math.abs, float32.abs, (dy, _y, x) => mul(dy, sign(x)));
/** −1, 0 or 1. */
export const sign = unary("sign", Math.sign, float32.sign, () => null);
/** Numbers below 1e-30 in size become 0: a moment that decays must not end in denormals, which run 80 times slower. */
export const flushTiny = unary(
  "flushTiny",
  (x) => (Math.abs(x) < 1e-30 ? 0 : x),
  float32.flushTiny,
  (dy) => dy,
);

export const add = binary(
  "add",
  (a, b) => a + b,
  float32.add,
  (dy) => [dy, dy],
);
export const sub = binary(
  "sub",
  (a, b) => a - b,
  float32.sub,
  (dy) => [dy, neg(dy)],
);
export const mul = binary(
  "mul",
  (a, b) => a * b,
  float32.mul,
  (dy, _y, a, b) => [mul(dy, b), mul(dy, a)],
);
export const div = binary(
  "div",
  (a, b) => a / b,
  float32.div,
  (dy, y, _a, b) => {
    const da = div(dy, b);
    return [da, neg(mul(da, y))]; // ∂(a/b)/∂b = −y/b
  },
);
// a > b exactly where max(a, b) > b: asked of the result, so that a backward pass keeps the activation and not its input.
export const maximum = binary("maximum", Math.max, float32.maximum, (dy, y, a, b) => [
  mul(dy, less(b, y)),
  mul(dy, less(a, y)),
]);
export const minimum = binary("minimum", Math.min, float32.minimum, (dy, y, a, b) => [
  mul(dy, less(y, b)),
  mul(dy, less(y, a)),
]);
/** 1 where a < b, else 0. */
export const less = binary(
  "less",
  (a, b) => (a < b ? 1 : 0),
  float32.less,
  () => [null, null],
);
/** 1 where a = b, else 0. */
export const equal = binary(
  "equal",
  (a, b) => (a === b ? 1 : 0),
  float32.equal,
  () => [null, null],
);

/** Its input, kept as a value of its own: what the compiler stores where a result is asked for. */
export const copy = unary(
  "copy",
  (x) => x,
  float32.itself,
  (dy) => dy,
);
/** Its input as a number that has no gradient: what depends on it only through this does not count. */
export const detach = unary(
  "detach",
  (x) => x,
  float32.itself,
  () => null,
);

const whereOp: PointwiseOp = {
  name: "where",
  kind: "pointwise",
  apply: (condition, yes, no) => (condition !== 0 ? yes! : no!),
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
function unary(name: string, apply: (x: number) => number, primitive: float32.Primitive, vjp: UnaryVjp) {
  const op: PointwiseOp = { name, kind: "pointwise", apply, primitive, vjp: (dy, y, [x]) => [vjp(dy, y, x!)] };
  return (x: TensorLike): Tensor => pointwise(op, [x]);
}

/* @__NO_SIDE_EFFECTS__ */
function binary(name: string, apply: (a: number, b: number) => number, primitive: float32.Primitive, vjp: BinaryVjp) {
  const op: PointwiseOp = { name, kind: "pointwise", apply, primitive, vjp: (dy, y, [a, b]) => vjp(dy, y, a!, b!) };
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
