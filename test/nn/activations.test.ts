import { evaluate, grad, input, mul, sum, type Tensor, type TensorLike } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { elu, leakyRelu, linear, relu, sigmoid, softmax, softplus, tanh } from "../../src/nn/activations.ts";
import { layer } from "../../src/nn/custom.ts";
import { dense } from "../../src/nn/dense.ts";
import type { Activation } from "../../src/nn/layer.ts";
import { activationNamed, activationNames } from "../../src/nn/registry.ts";
import { failure } from "../data/failure.ts";
import { slopes } from "../graph/differences.ts";
import { expectClose, type FixtureArray, readFixture } from "../graph/fixture.ts";
import { applyLayers } from "./scope.ts";

interface Row {
  readonly name: string;
  readonly op: string;
  readonly attributes: Readonly<Record<string, number>>;
  readonly tie?: boolean;
  readonly inputs: readonly FixtureArray[];
  readonly dy: FixtureArray;
  readonly output: FixtureArray;
  readonly gradients: readonly FixtureArray[];
}

const rows = readFixture<{ rows: readonly Row[] }>("ops").rows.filter(({ op }) => activationNames.includes(op));

it("has a row of the fixture for each activation but linear", () => {
  expect(new Set(rows.map(({ op }) => op))).toEqual(new Set(activationNames.filter((name) => name !== "linear")));
});

it.each(rows.map((row) => [row.name, row] as const))("%s: value, gradient, second derivative", (_, row) => {
  const x = input(row.inputs[0]!.shape, "x");
  const dy = input(row.dy.shape, "dy");
  const point = new Map<Tensor, FixtureArray>([
    [x, row.inputs[0]!],
    [dy, row.dy],
  ]);
  const y = activationNamed(row.op, row.attributes)(x);
  const [gradient] = grad(sum(mul(y, dy)), [x]) as [Tensor];
  const [value, first] = evaluate([y, gradient], point);
  expectClose(value!.data, row.output.data, 1e-13, "value");
  expectClose(first!.data, row.gradients[0]!.data, 1e-12, "gradient"); // on ties too: nabla's conventions are PyTorch's
  if (row.tie) return;
  expectClose(first!.data, slopes(y, row.dy.data, x, point), 1e-6, "gradient by differences");
  // α(eˣ − 1) and x have one slope at 0, but not one curvature.
  const isCorner = (at: number): boolean => row.op === "elu" && at === 0;
  const [second] = evaluate(grad(sum(gradient), [x]), point);
  const expected = slopes(
    gradient,
    row.dy.data.map(() => 1),
    x,
    point,
  );
  row.inputs[0]!.data.forEach((at, i) => void (isCorner(at) && (expected[i] = second!.data[i]!)));
  expectClose(second!.data, expected, 1e-6, "second derivative by differences");
});

describe("an activation", () => {
  const all: readonly (readonly [string, Activation])[] = [
    ["sigmoid", sigmoid],
    ["tanh", tanh],
    ["relu", relu],
    ["softmax", softmax],
    ["linear", linear],
    ["softplus", softplus],
    ["leakyRelu", leakyRelu()],
    ["elu", elu()],
  ];

  it.each(all)("%s is a layer in a list and a function in an expression", (kind, activation) => {
    expect(activation.kind).toBe(kind);
    expect(activation.name).toBeUndefined();
    const data = [-1, 0, 2, 0.5];
    const { x, output } = applyLayers([activation], [2, 2]);
    const feed = new Map([[x, { data }]]);
    const [asLayer, asFunction] = evaluate([output, activation(x)], feed);
    expect(asLayer).toEqual(asFunction);
  });

  it("takes a number as well", () => {
    const of = (f: (x: TensorLike) => Tensor, x: number): number => evaluate([f(x)])[0]!.data[0]!;
    expect([of(relu, -2), of(linear, 3), of(leakyRelu(0.25), -2), of(sigmoid, 0)]).toEqual([0, 3, -0.5, 0.5]);
  });

  it("keeps its settings, from which its name makes it again", () => {
    expect(leakyRelu(0.3).settings).toEqual({ slope: 0.3 });
    expect(activationNamed("leakyRelu", { slope: 0.3 }).settings).toEqual({ slope: 0.3 });
    expect(activationNamed("elu", { alpha: 2 }).settings).toEqual({ alpha: 2 });
    expect(activationNamed("elu").settings).toEqual({ alpha: 1 });
    for (const name of activationNames) expect(activationNamed(name).kind).toBe(name);
  });

  it("has finite gradients where the other branch would overflow", () => {
    const x = input([4]);
    const feed = new Map([[x, { data: [1e4, -1e4, 1000, -1000] }]]);
    for (const activation of [elu(2), leakyRelu(), softplus, sigmoid, tanh]) {
      const [dx] = evaluate(grad(sum(activation(x)), [x]), feed);
      expect([...dx!.data].every(Number.isFinite)).toBe(true);
    }
  });

  it("refuses settings that are no number, and names that are unknown", async () => {
    const wrong = [() => leakyRelu(Number.NaN), () => elu(Infinity), () => elu(input([1]) as unknown as number)];
    for (const run of wrong) expect((await failure(run)).code).toBe("OPTION");
    const error = await failure(() => activationNamed("reluu"));
    expect(error).toMatchObject({ code: "OPTION", received: '"reluu"' });
    expect(error.hint).toBe("Known are sigmoid, tanh, relu, leakyRelu, elu, softplus, softmax, linear.");
    for (const name of ["__proto__", "toString"])
      expect((await failure(() => activationNamed(name))).code).toBe("OPTION");
  });
});

describe("two softmaxes in a row", () => {
  it("are an error that says so and names both layers", async () => {
    const error = await failure(() => applyLayers([dense(3), softmax, linear, softmax], [2, 4]));
    expect(error).toMatchObject({ code: "OPTION", where: { layer: "softmax4" } });
    expect(error.message).toContain(
      'softmax (layer "softmax4"): its input is already the output of softmax (layer "softmax2")',
    );
    expect(error.hint).toContain("Two softmaxes in a row");
  });

  it("are one in expressions too, and fine with something between", async () => {
    expect((await failure(() => softmax(softmax(input([2, 3]))))).code).toBe("OPTION");
    expect(applyLayers([softmax, dense(3), softmax], [2, 4]).output.shape).toEqual([2, 3]);
    const own = layer("halve", (x) => mul(x, 0.5));
    expect(applyLayers([softmax, own, softmax], [2, 4]).output.shape).toEqual([2, 4]);
  });

  it("need an axis", async () => {
    expect((await failure(() => softmax(1))).code).toBe("SHAPE");
  });
});
