import fc from "fast-check";
import {
  abs,
  add,
  broadcastTo,
  cos,
  div,
  exp,
  expm1,
  gather,
  index,
  input,
  log1p,
  logSumExp,
  matmul,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  relu,
  reshape,
  type Shape,
  sigmoid,
  sign,
  sin,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
  where,
} from "nabla/graph";
import { Random } from "../../src/array/random.ts";

/**
 * Expressions at random, as plain data, so that fast-check can shrink a failing one: leaves of small shapes, then
 * steps that each apply an op to earlier values. Values are picked by number, so parts are shared all the time.
 */
export interface Recipe {
  readonly seed: number;
  readonly leaves: readonly number[];
  readonly steps: readonly { readonly op: number; readonly a: number; readonly b: number }[];
}

export interface Expression {
  /** One number. */
  readonly loss: Tensor;
  readonly leaves: readonly Tensor[];
  /** Float32 values of the leaves: the same for float64 and float32 runs. */
  readonly feed: ReadonlyMap<Tensor, { readonly data: Float32Array }>;
}

/** `distinct`: no two sides of a kink ever meet. `ties`: numbers are whole and small, so that they meet all the time. */
export type Meeting = "distinct" | "ties";

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  leaves: fc.array(fc.nat(7), { minLength: 2, maxLength: 4 }),
  steps: fc.array(fc.record({ op: fc.nat(999), a: fc.nat(999), b: fc.nat(999) }), { minLength: 3, maxLength: 14 }),
});

const shapes: readonly Shape[] = [[], [3], [4], [3, 1], [1, 4], [3, 4], [2, 3, 4], [4, 3]];

/** Values stay within a few units whatever is applied to whatever, so that no derivative is beyond differences. */
const tame = (x: Tensor): Tensor => mul(tanh(mul(x, 0.25)), 4);

const smooth: readonly ((x: Tensor) => Tensor)[] = [
  ...[neg, sin, cos, tanh, sigmoid, softplus],
  (x) => tame(square(x)),
  (x) => exp(neg(softplus(x))),
  (x) => expm1(tanh(x)),
  (x) => log1p(square(x)),
  (x) => sqrt(add(square(x), 1)),
];

const alongAxis: readonly ((x: Tensor, axis: number) => Tensor)[] = [
  (x, axis) => sum(tame(x), axis, { keepDims: true }),
  (x, axis) => mean(x, axis),
  (x, axis) => softmax(x, axis),
  (x, axis) => logSumExp(x, axis),
];

const binary: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  (a, b) => tame(add(a, b)),
  (a, b) => tame(sub(a, b)),
  (a, b) => tame(mul(a, b)),
  (a, b) => div(a, add(1, square(b))),
];

/** Kinks; `shift` is a number that no value hits when numbers are to be distinct. */
const kinked: readonly ((a: Tensor, b: Tensor, shift: number) => Tensor)[] = [
  (a, _b, shift) => relu(sub(a, shift)),
  (a, _b, shift) => abs(sub(a, shift)),
  (a, _b, shift) => maximum(a, shift),
  (a, _b, shift) => minimum(shift, a),
  (a, _b, shift) => mul(a, sign(sub(a, shift))),
  (a) => (a.shape.length > 0 ? max(a, -1, { keepDims: true }) : a),
];

/** Both operands may be one value, or values that were clamped alike: what two sides of a tie get is convention. */
const meeting: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  maximum,
  minimum,
  (a, b) => where(a, b, neg(b)),
  (a, b) => where(sub(a, b), a, mul(b, 0.5)),
];

/** Builds the expression. Every step has at most 24 numbers. */
export function build(recipe: Recipe, meets: Meeting = "distinct"): Expression {
  const random = new Random(recipe.seed, "expression");
  const feed = new Map<Tensor, { readonly data: Float32Array }>();
  const values: Tensor[] = recipe.leaves.map((pick, leaf) => {
    const shape = shapes[pick % shapes.length]!;
    const tensor = input(shape, `x${leaf}`);
    const draw = (i: number): number =>
      meets === "ties" ? Math.floor(random.uniform(leaf, i) * 3) - 1 : random.uniform(leaf, i) * 3 - 1.5;
    feed.set(tensor, { data: Float32Array.from({ length: size(shape) }, (_, i) => draw(i)) });
    return tensor;
  });
  const leaves = [...values];
  recipe.steps.forEach(({ op, a, b }, step) => {
    const shift = meets === "ties" ? 0 : Math.fround(random.uniform(1000, step) - 0.5);
    values.push(apply(op, values[a % values.length]!, values[b % values.length]!, b, shift, meets));
  });
  // Each value counts, those that no step picked too; the weights make them count differently.
  const loss = values.map((value, i) => mul(mean(square(value)), 0.3 + 0.1 * i)).reduce((x, y) => add(x, y));
  return { loss, leaves, feed };
}

function apply(op: number, a: Tensor, b: Tensor, pick: number, shift: number, meets: Meeting): Tensor {
  const from = <T>(list: readonly T[]): T => list[pick % list.length]!;
  const other = fits(a.shape, b.shape) ? b : mean(b); // one number fits everywhere
  switch (op % 6) {
    case 0:
      return from(smooth)(a);
    case 1:
      return from(binary)(a, other);
    case 2:
      return a.shape.length > 0 ? from(alongAxis)(a, (op >> 3) % a.shape.length) : tanh(a);
    case 3:
      return move(a, op >> 3);
    case 4:
      return product(a, b);
    default:
      return meets === "ties" && pick % 2 === 0 ? from(meeting)(a, other) : from(kinked)(a, b, shift);
  }
}

/** The same numbers at other places. */
function move(x: Tensor, pick: number): Tensor {
  const rank = x.shape.length;
  if (rank === 0) return broadcastTo(x, [3, 1]);
  if (rank === 1) return pick % 2 === 0 ? reshape(x, [-1, 1]) : broadcastTo(x, [2, x.shape[0]!]);
  if (pick % 3 === 0) return transpose(x);
  if (pick % 3 === 1) return reshape(x, [-1]);
  const rows = x.shape[0]!; // the rows in reverse, but the last three times
  return gather(x, maximum(0, sub(rows - 2, index([Math.min(rows + 1, 24 / (size(x.shape) / rows))], 0))));
}

/** A product of matrices where the operands can be made to fit. */
function product(a: Tensor, b: Tensor): Tensor {
  const matrix = (x: Tensor): Tensor => (x.shape.length === 2 ? x : reshape(x, [-1, x.shape[x.shape.length - 1] ?? 1]));
  const [left, right] = [matrix(a), matrix(b)];
  if (left.shape[1] === right.shape[0] && left.shape[0]! * right.shape[1]! <= 24) return tame(matmul(left, right));
  if (left.shape[1] === right.shape[1] && left.shape[0]! * right.shape[0]! <= 24)
    return tame(matmul(left, transpose(right)));
  return tame(matmul(transpose(left), broadcastTo(mean(right), [left.shape[0]!, 1])));
}

function fits(a: Shape, b: Shape): boolean {
  const rank = Math.max(a.length, b.length);
  let result = 1;
  for (let axis = 1; axis <= rank; axis++) {
    const [m, n] = [a[a.length - axis] ?? 1, b[b.length - axis] ?? 1];
    if (m !== n && m !== 1 && n !== 1) return false;
    result *= Math.max(m, n);
  }
  return result <= 24;
}

const size = (shape: Shape): number => shape.reduce((total, extent) => total * extent, 1);
