export { argmax, largestAlong, logSoftmax, logSumExp, pow, reciprocal, relu, softmax, square } from "./compose.ts";
export { concatenate } from "./concatenate.ts";
export { matmul } from "./contract.ts";
export { evaluate, evaluateAll, type Feed } from "./evaluate.ts";
export { gather } from "./gather.ts";
export { type Contribution, type Differentiation, differentiate, grad } from "./grad.ts";
export { constant, index, input, perStep, state, type TableType, type TensorLike, table } from "./leaves.ts";
export {
  abs,
  add,
  cos,
  detach,
  div,
  equal,
  exp,
  expm1,
  flushTiny,
  less,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  sub,
  tanh,
  where,
} from "./pointwise.ts";
export { print } from "./print.ts";
export { random } from "./random.ts";
export { max, mean, type ReduceOptions, sum } from "./reduce.ts";
export type { Shape } from "./shape.ts";
export { type Attributes, type Op, type OpKind, Tensor, topologicalOrder, type Values } from "./tensor.ts";
export { broadcastTo, reshape, sumTo, transpose } from "./view.ts";
