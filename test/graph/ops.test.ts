import * as graph from "nabla/graph";
import { evaluate, grad, input, mul, type Shape, sum, type Tensor, topologicalOrder } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { plainMachine } from "../../src/backend/plain/machine.ts";
import { meanings } from "../../src/graph/meanings.ts";
import { type Point, slopes } from "./differences.ts";
import { expectClose, type FixtureArray, readFixture } from "./fixture.ts";
import { type FixtureAttributes, notOps, opTable } from "./op-table.ts";

interface FixtureRow {
  readonly name: string;
  readonly op: string;
  readonly attributes: FixtureAttributes;
  readonly tie?: boolean;
  readonly inputs: readonly FixtureArray[];
  readonly dy: FixtureArray;
  readonly output: FixtureArray;
  readonly gradients: readonly (FixtureArray | null)[];
}

/** Layers of nabla rather than ops: test/nn/activations.test.ts has their rows. */
const activations = ["leakyRelu", "elu"];

const rows = readFixture<{ rows: readonly FixtureRow[] }>("ops").rows.filter(({ op }) => !activations.includes(op));

interface Case {
  readonly x: readonly Tensor[];
  readonly y: Tensor;
  readonly dy: Tensor;
  /** Inputs that have a gradient. */
  readonly wrt: readonly Tensor[];
  readonly gradients: readonly Tensor[];
  readonly point: Point;
}

function caseOf({ op, attributes, inputs, dy, gradients }: FixtureRow): Case {
  const x = inputs.map(({ shape }, i) => input(shape, `x${i}`));
  const y = opTable.get(op)!.build(x, attributes);
  const seed = input(dy.shape, "dy");
  const wrt = x.filter((_, i) => gradients[i] !== null);
  const point = new Map([...x.map((tensor, i) => [tensor, inputs[i]!] as const), [seed, dy] as const]);
  return { x, y, dy: seed, wrt, gradients: grad(sum(mul(y, seed)), wrt), point };
}

describe("the contract table", () => {
  it("has one row for each op", () => {
    const exported = Object.entries(graph).filter(([, value]) => typeof value === "function");
    const ops = exported.map(([name]) => name).filter((name) => !notOps.includes(name));
    expect([...opTable.keys()].sort()).toEqual(ops.sort());
  });

  it("has numbers for each row: PyTorch's or an example", () => {
    const withNumbers = new Set([
      ...rows.map(({ op }) => op),
      ...[...opTable].filter(([, row]) => row.examples).map(([op]) => op),
    ]);
    expect([...withNumbers].sort()).toEqual([...opTable.keys()].sort());
  });

  it("has extremes for each pointwise op of PyTorch", () => {
    const isElementwise = (op: string): boolean => rows.some((row) => row.op === op && row.name === `${op}, extremes`);
    const names = ["neg", "exp", "log", "sqrt", "tanh", "sigmoid", "softplus", "abs", "sign", "sin", "cos", "expm1"];
    names.push("log1p", "reciprocal", "square", "relu", "add", "sub", "mul", "div", "maximum", "minimum");
    names.push("softmax", "logSoftmax", "logSumExp");
    expect(names.filter((op) => !isElementwise(op))).toEqual([]);
  });

  it("means the same in float32 and float64, in every pointwise op and those of derivatives", () => {
    const cases = rows.map(caseOf);
    const tensors = topologicalOrder(cases.flatMap(({ y, gradients }) => [y, ...gradients]));
    const used = new Map(tensors.map(({ op, inputs }) => [op, inputs.length]));
    const pointwise = [...used.keys()].filter((op) => op.kind === "pointwise");
    expect(pointwise.length).toBeGreaterThan(20);
    for (const op of pointwise) {
      const { name, primitive } = op;
      for (const row of [
        [0.75, 0.25, 2],
        [0.25, 0.75, 3],
        [0, 0.5, 2],
        [0.5, 0.5, 2],
      ]) {
        const operands = row.slice(0, used.get(op));
        expect(primitive(plainMachine, ...operands), `${name} of ${operands}`).toBeCloseTo(
          meanings[name]!(...operands),
          5,
        );
      }
    }
  });
});

describe.each([...opTable])("%s", (op, { build, shape, examples = [] }) => {
  const own = rows.filter((row) => row.op === op);
  const smooth = own.filter(({ tie }) => !tie);

  it("follows its shape rule", () => {
    const given = [...own, ...examples.map((example) => ({ attributes: {}, ...example }))];
    for (const { inputs, attributes } of given) {
      const shapes: Shape[] = inputs.map((x) => x.shape);
      const y = build(
        shapes.map((s) => input(s)),
        attributes,
      );
      expect(y.shape).toEqual(shape(shapes, attributes));
    }
  });

  if (own.length > 0)
    it("computes what PyTorch computes", () => {
      for (const row of own) {
        const { y, point } = caseOf(row);
        expect(y.shape).toEqual(row.output.shape);
        expectClose(evaluate([y], point)[0]!.data, row.output.data, 1e-13, row.name);
      }
    });

  if (smooth.length > 0)
    it("has PyTorch's gradient", () => {
      for (const row of smooth) {
        const { gradients, point } = caseOf(row);
        const expected = row.gradients.filter((gradient) => gradient !== null);
        evaluate(gradients, point).forEach((gradient, i) => {
          expect(gradient.shape).toEqual(expected[i]!.shape);
          expectClose(gradient.data, expected[i]!.data, 1e-12, `${row.name}, ∂/∂x${i}`);
        });
      }
    });

  if (smooth.length > 0)
    it("has the gradient that differences show", () => {
      for (const row of smooth) {
        const { y, wrt, gradients, point } = caseOf(row);
        const values = evaluate(gradients, point);
        wrt.forEach((x, i) => {
          const expected = slopes(y, row.dy.data, x, point);
          // The one jump: `sign` has no slope at 0, and its gradient there is 0 by convention.
          if (op === "sign") row.inputs[i]!.data.forEach((at, j) => void (at === 0 && (expected[j] = 0)));
          expectClose(values[i]!.data, expected, 1e-6, `${row.name}, ∂/∂x${i}`);
        });
      }
    });

  if (smooth.length > 0)
    it("differentiates twice", () => {
      for (const row of smooth.filter(({ inputs }) => inputs.every(({ data }) => data.length <= 24))) {
        const { wrt, gradients, point } = caseOf(row);
        gradients.forEach((gradient, g) => {
          const weights = Float64Array.from({ length: values(gradient) }, (_, i) => ((i * 7) % 5) - 1.5);
          const weight = input(gradient.shape, "weight");
          const second = grad(sum(mul(gradient, weight)), wrt);
          const at: Point = new Map([...point, [weight, { data: weights }]]);
          const seconds = evaluate(second, at);
          wrt.forEach((x, i) => {
            const expected = slopes(gradient, weights, x, point);
            expectClose(seconds[i]!.data, expected, 1e-6, `${row.name}, ∂²/∂x${g}∂x${i}`);
          });
        });
      }
    });

  if (examples.length > 0)
    it("agrees with its examples", () => {
      for (const { inputs, output, gradients, attributes = {} } of examples) {
        const x = inputs.map((array) => input(array.shape));
        const point: Point = new Map(x.map((tensor, i) => [tensor, inputs[i]!]));
        const y = build(x, attributes);
        expectClose(evaluate([y], point)[0]!.data, output, 0, op);
        const values = evaluate(grad(sum(y), x), point);
        gradients.forEach((expected, i) => {
          expectClose(values[i]!.data, expected ?? values[i]!.data.map(() => 0), 0, `${op}, ∂/∂x${i}`);
        });
      }
    });
});

const values = (tensor: Tensor): number => tensor.shape.reduce((product, extent) => product * extent, 1);

describe("at ties", () => {
  const ties = rows.filter(({ tie }) => tie);

  it("has a row for each kinked op", () => {
    expect(new Set(ties.map(({ op }) => op))).toEqual(new Set(["abs", "relu", "maximum", "minimum", "max"]));
  });

  it.each(ties.map((row) => [row.name, row] as const))("%s", (_, row) => {
    const { gradients, point } = caseOf(row);
    const [a, b] = row.inputs.map(({ data }) => data);
    const isBothSides = row.op === "maximum" || row.op === "minimum";
    evaluate(gradients, point).forEach((gradient, i) => {
      // PyTorch gives ½ to both sides of a tie of two operands; nabla gives 0, as relu′(0) = 0.
      const expected = row.gradients[i]!.data.map((value, j) => (isBothSides && a![j] === b![j] ? 0 : value));
      expectClose(gradient.data, expected, 1e-15, row.name);
    });
    if (isBothSides) expect(a!.some((value, j) => value === b![j])).toBe(true);
  });
});
