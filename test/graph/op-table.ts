import type { Shape, Tensor } from "nabla/graph";
import * as graph from "nabla/graph";

/** One row for each function of `nabla/graph` that builds a tensor from tensors. */
export interface Row {
  /** Applies it as a fixture's attributes say. */
  build(inputs: readonly Tensor[], attributes: FixtureAttributes): Tensor;
  /** Its shape rule, written down a second time. */
  shape(inputs: readonly Shape[], attributes: FixtureAttributes): Shape;
  /** Worked by hand, for what PyTorch has no counterpart of. `gradients` are for dy = 1 everywhere; null: none. */
  readonly examples?: readonly Example[];
}

export interface FixtureAttributes {
  readonly axes?: readonly number[];
  readonly keepDims?: boolean;
  readonly axis?: number;
  readonly transposeLeft?: boolean;
  readonly transposeRight?: boolean;
  readonly permutation?: readonly number[];
  readonly shape?: Shape;
}

export interface Example {
  readonly inputs: readonly { readonly shape: Shape; readonly data: readonly number[] }[];
  readonly output: readonly number[];
  readonly gradients: readonly (readonly number[] | null)[];
  readonly attributes?: FixtureAttributes;
}

const same = ([x]: readonly Shape[]): Shape => x!;

const broadcast = (shapes: readonly Shape[]): Shape => {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)),
  );
};

const unary = (op: (x: Tensor) => Tensor, examples?: readonly Example[]): Row => ({
  build: ([x]) => op(x!),
  shape: same,
  ...(examples ? { examples } : {}),
});

const binary = (op: (a: Tensor, b: Tensor) => Tensor, examples?: readonly Example[]): Row => ({
  build: ([a, b]) => op(a!, b!),
  shape: broadcast,
  ...(examples ? { examples } : {}),
});

const reduction = (op: typeof graph.sum): Row => ({
  build: ([x], { axes, keepDims }) => op(x!, axes, keepDims === undefined ? {} : { keepDims }),
  shape: ([x], { axes = x!.map((_, axis) => axis), keepDims }) =>
    keepDims ? x!.map((n, axis) => (axes.includes(axis) ? 1 : n)) : x!.filter((_, axis) => !axes.includes(axis)),
});

const alongLast = (op: (x: Tensor, axis?: number) => Tensor): Row => ({
  build: ([x], { axis }) => op(x!, axis),
  shape: same,
});

const vector = (...data: number[]) => ({ shape: [data.length], data });
const matrix = (columns: number, ...data: number[]) => ({ shape: [data.length / columns, columns], data });
const keptLast = ([x]: readonly Shape[]): Shape => [...x!.slice(0, -1), 1];

export const opTable = new Map<string, Row>([
  ["abs", unary(graph.abs)],
  ["add", binary(graph.add)],
  [
    "argmax",
    {
      build: ([x]) => graph.argmax(x!),
      shape: keptLast,
      examples: [
        { inputs: [matrix(3, 1, 3, 2, 5, 0, 5, -1, -1, -1)], output: [1, 0, 0], gradients: [null] },
        { inputs: [matrix(2, -1e4, 1e4, 0, -0)], output: [1, 0], gradients: [null] },
      ],
    },
  ],
  ["broadcastTo", { build: ([x], { shape }) => graph.broadcastTo(x!, shape!), shape: (_, { shape }) => shape! }],
  [
    "concatenate",
    {
      build: (parts, { axis }) => graph.concatenate(parts, axis),
      shape: (shapes, { axis = -1 }) => {
        const along = axis < 0 ? axis + shapes[0]!.length : axis;
        return shapes[0]!.map((n, i) => (i === along ? shapes.reduce((sum, shape) => sum + shape[i]!, 0) : n));
      },
      examples: [
        {
          inputs: [matrix(2, 1, 2, 3, 4), matrix(1, -0, 1e4), matrix(3, 5, 6, 7, 8, 9, -1e4)],
          output: [1, 2, 0, 5, 6, 7, 3, 4, 1e4, 8, 9, -1e4],
          gradients: [
            [1, 1, 1, 1],
            [1, 1],
            [1, 1, 1, 1, 1, 1],
          ],
        },
        {
          inputs: [matrix(2, 1, 2), matrix(2, 3, 4, 5, 6)],
          attributes: { axis: 0 },
          output: [1, 2, 3, 4, 5, 6],
          gradients: [
            [1, 1],
            [1, 1, 1, 1],
          ],
        },
      ],
    },
  ],
  ["cos", unary(graph.cos)],
  ["detach", unary(graph.detach, [{ inputs: [vector(-2, 0, 1e4)], output: [-2, 0, 1e4], gradients: [null] }])],
  ["div", binary(graph.div)],
  [
    "equal",
    binary(graph.equal, [
      { inputs: [vector(1, 2, 0, 1e4), vector(1, 3, -0, 1e4)], output: [1, 0, 1, 1], gradients: [null, null] },
    ]),
  ],
  ["exp", unary(graph.exp)],
  ["expm1", unary(graph.expm1)],
  [
    "flushTiny",
    unary(graph.flushTiny, [
      {
        inputs: [vector(1, 1e-30, 9e-31, -1e-38, 0, -1e4)],
        output: [1, 1e-30, 0, 0, 0, -1e4],
        gradients: [[1, 1, 1, 1, 1, 1]],
      },
    ]),
  ],
  [
    "gather",
    {
      build([table, rows]) {
        const flat = graph.gather(table!, graph.reshape(rows!, [-1]));
        return graph.reshape(flat, [...rows!.shape, ...table!.shape.slice(1)]);
      },
      shape: ([table, rows]) => [...rows!, ...table!.slice(1)],
    },
  ],
  [
    "largestAlong",
    {
      build: ([x]) => graph.largestAlong(x!),
      shape: keptLast,
      examples: [{ inputs: [matrix(2, 1, 2, 7, 7)], output: [2, 7], gradients: [null] }],
    },
  ],
  [
    "less",
    binary(graph.less, [
      { inputs: [vector(1, 2, 0, -1e4), vector(2, 2, -0, 1e4)], output: [1, 0, 0, 1], gradients: [null, null] },
    ]),
  ],
  ["log", unary(graph.log)],
  ["log1p", unary(graph.log1p)],
  ["logSoftmax", alongLast(graph.logSoftmax)],
  [
    "logSumExp",
    {
      build([x], { axis = -1, keepDims }) {
        const y = graph.logSumExp(x!, axis);
        return keepDims ? y : graph.reshape(y, x!.shape.slice(0, -1));
      },
      shape: ([x]) => x!.slice(0, -1),
    },
  ],
  [
    "matmul",
    {
      build: ([a, b], { transposeLeft, transposeRight }) =>
        graph.matmul(transposeLeft ? graph.transpose(a!) : a!, transposeRight ? graph.transpose(b!) : b!),
      shape: ([a, b], { transposeLeft, transposeRight }) => [a![transposeLeft ? 1 : 0]!, b![transposeRight ? 0 : 1]!],
    },
  ],
  ["max", reduction(graph.max)],
  ["maximum", binary(graph.maximum)],
  ["mean", reduction(graph.mean)],
  ["minimum", binary(graph.minimum)],
  ["mul", binary(graph.mul)],
  ["neg", unary(graph.neg)],
  ["pow", binary(graph.pow)],
  [
    "random",
    {
      // Random123's known answer for threefry2x32-20 with key and counter 0; the upper 24 bits
      build: ([high, low]) => graph.random([1], [0, 0], [high!, low!]),
      shape: () => [1],
      examples: [
        {
          inputs: [
            { shape: [], data: [0] },
            { shape: [], data: [0] },
          ],
          output: [(0x6b200159 >>> 8) / 2 ** 24],
          gradients: [null, null],
        },
      ],
    },
  ],
  ["reciprocal", unary(graph.reciprocal)],
  ["relu", unary(graph.relu)],
  ["reshape", { build: ([x], { shape }) => graph.reshape(x!, shape!), shape: (_, { shape }) => shape! }],
  ["sigmoid", unary(graph.sigmoid)],
  ["sign", unary(graph.sign)],
  ["sin", unary(graph.sin)],
  ["softmax", alongLast(graph.softmax)],
  ["softplus", unary(graph.softplus)],
  ["sqrt", unary(graph.sqrt)],
  ["square", unary(graph.square)],
  ["sub", binary(graph.sub)],
  ["sum", reduction(graph.sum)],
  [
    "sumTo",
    {
      build: ([x], { shape }) => graph.sumTo(x!, shape!),
      shape: (_, { shape }) => shape!,
      examples: [
        {
          inputs: [matrix(3, 1, 2, 3, 4, 5, 6)],
          attributes: { shape: [3] },
          output: [5, 7, 9],
          gradients: [[1, 1, 1, 1, 1, 1]],
        },
        {
          inputs: [matrix(3, 1, 2, 3, 4, 5, 6)],
          attributes: { shape: [2, 1] },
          output: [6, 15],
          gradients: [[1, 1, 1, 1, 1, 1]],
        },
        { inputs: [matrix(2, 1, 2)], attributes: { shape: [] }, output: [3], gradients: [[1, 1]] },
      ],
    },
  ],
  ["tanh", unary(graph.tanh)],
  [
    "transpose",
    {
      build: ([x], { permutation }) => graph.transpose(x!, permutation),
      shape: ([x], { permutation }) => permutation!.map((axis) => x![axis]!),
    },
  ],
  [
    "where",
    {
      build: ([condition, yes, no]) => graph.where(condition!, yes!, no!),
      shape: broadcast,
      examples: [
        {
          inputs: [vector(1, 0, -2, 0), vector(1, 2, 3, 1e4), vector(-1, -2, -3, -1e4)],
          output: [1, -2, 3, -1e4],
          gradients: [null, [1, 0, 1, 0], [0, 1, 0, 1]],
        },
      ],
    },
  ],
]);

/** What `nabla/graph` exports beside the functions that build a tensor from tensors. */
export const notOps: readonly string[] = [
  ...["constant", "index", "input", "perStep", "state", "table"], // leaves
  ...["differentiate", "evaluate", "evaluateAll", "grad", "print", "Tensor", "topologicalOrder"],
];
