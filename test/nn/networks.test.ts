import { evaluate, grad, input, mean, sum, type Tensor } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { dense } from "../../src/nn/dense.ts";
import { activationNamed, lossNamed } from "../../src/nn/registry.ts";
import { originOf } from "../../src/nn/scores.ts";
import { expectClose, type FixtureArray, readFixture } from "../graph/fixture.ts";
import { applyLayers } from "./scope.ts";

interface Backward {
  readonly loss: number;
  readonly deltas: readonly FixtureArray[];
  readonly gradients: readonly FixtureArray[];
  readonly updated: readonly FixtureArray[];
}

interface Row {
  readonly name: string;
  readonly features: number;
  readonly layers: readonly { readonly units: number; readonly activation: string }[];
  readonly loss: string;
  readonly learningRate: number;
  readonly inputs: FixtureArray;
  readonly target: FixtureArray;
  readonly parameters: readonly (FixtureArray & { readonly name: string })[];
  readonly float64: {
    readonly sums: readonly FixtureArray[];
    readonly activations: readonly FixtureArray[];
    readonly perSample: FixtureArray;
    readonly sum: Backward;
    readonly mean: Backward;
  };
}

const { rows } = readFixture<{ rows: readonly Row[] }>("networks");

describe.each(rows.map((row) => [row.name, row] as const))("the net %s", (_, row) => {
  const layers = row.layers.flatMap(({ units, activation }) => [dense(units), activationNamed(activation)]);
  const { x, values, output, parameters } = applyLayers(layers, row.inputs.shape);
  const target = input(row.target.shape, "target");
  const perSample = lossNamed(row.loss)(output, target);
  const feed = new Map<Tensor, { readonly data: ArrayLike<number> }>([
    [x, row.inputs],
    [target, row.target],
  ]);
  for (const parameter of row.parameters) feed.set(parameters.get(parameter.name)!, parameter);
  const sums = values.filter((_, i) => i % 2 === 0);

  it("has the parameters of the fixture, by name and shape", () => {
    expect([...parameters].map(([name, { shape }]) => ({ name, shape }))).toEqual(
      row.parameters.map(({ name, shape }) => ({ name, shape })),
    );
  });

  it("computes every sum and activation", () => {
    const results = evaluate([...values, perSample], feed);
    const expected = row.float64.sums.flatMap((z, i) => [z, row.float64.activations[i]!]);
    for (const [i, value] of [...expected, row.float64.perSample].entries()) {
      expect(results[i]!.shape).toEqual(value.shape);
      expectClose(results[i]!.data, value.data, 1e-13, `value ${i}`);
    }
  });

  it.each(["sum", "mean"] as const)("has PyTorch's deltas, gradients and next weights under %s", (reduction) => {
    const expected = row.float64[reduction];
    const loss = reduction === "sum" ? sum(perSample) : mean(perSample);
    const wrt = [...parameters.values()];
    const results = evaluate([loss, ...grad(loss, [...sums, ...wrt])], feed).map(({ data }) => data);
    expectClose(results[0]!, [expected.loss], 1e-13, "loss");
    for (const [i, delta] of expected.deltas.entries()) expectClose(results[1 + i]!, delta.data, 1e-13, `delta ${i}`);
    for (const [i, gradient] of expected.gradients.entries()) {
      const computed = results[1 + sums.length + i]!;
      expectClose(computed, gradient.data, 1e-13, `gradient of ${row.parameters[i]!.name}`);
      const next = computed.map((g, j) => row.parameters[i]!.data[j]! - row.learningRate * g);
      expectClose(next, expected.updated[i]!.data, 1e-13, `next ${row.parameters[i]!.name}`);
    }
  });

  if (row.loss === "crossEntropy")
    it("differentiates the scores, never the softmax", () => {
      expect(originOf(output)?.scores).toBe(sums.at(-1));
    });
});
