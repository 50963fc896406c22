import {
  adam,
  batchNormalization,
  crossEntropyWithLogits,
  dataset,
  dense,
  dropout,
  maxout,
  relu,
  sequential,
  sgd,
  type Tensor,
} from "nabla";
import { evaluate, grad, input, mul, sum } from "nabla/graph";
import { describe, expect, test } from "vitest";
import { expectClose, type FixtureArray, readFixture } from "../graph/fixture.ts";
import { applyLayers } from "../nn/scope.ts";

interface TrainResult {
  readonly losses: FixtureArray;
  readonly parameters: readonly FixtureArray[];
  readonly runningMean: FixtureArray;
  readonly runningVariance: FixtureArray;
  readonly evaluation: FixtureArray;
}

interface Layers {
  readonly maxout: readonly {
    readonly name: string;
    readonly pieces: number;
    readonly units: number;
    readonly x: FixtureArray;
    readonly weights: readonly FixtureArray[];
    readonly biases: readonly FixtureArray[];
    readonly dy: FixtureArray;
    readonly output: FixtureArray;
    readonly gradients: {
      readonly x: FixtureArray;
      readonly weights: readonly FixtureArray[];
      readonly biases: readonly FixtureArray[];
    };
  }[];
  readonly dropout: readonly {
    readonly name: string;
    readonly rate: number;
    readonly x: FixtureArray;
    readonly draws: FixtureArray;
    readonly dy: FixtureArray;
    readonly output: FixtureArray;
    readonly gradient: FixtureArray;
  }[];
  readonly batchNormalization: {
    readonly parameters: readonly (FixtureArray & { readonly name: string })[];
    readonly inputs: readonly FixtureArray[];
    readonly targets: readonly FixtureArray[];
    readonly evaluationInputs: FixtureArray;
    readonly runs: readonly {
      readonly optimizer: string;
      readonly attributes: Readonly<Record<string, number>>;
      readonly float64: TrainResult;
    }[];
  };
}

const fixture = readFixture<Layers>("layers");

test.each(fixture.maxout)("$name: value and gradients", (row) => {
  const { x, output, parameters } = applyLayers([maxout(row.units, row.pieces)], row.x.shape);
  const dy = input(row.dy.shape, "dy");
  const tensors = [...parameters.values()]; // weight 1, bias 1, weight 2, …
  expect([...parameters.keys()].slice(0, 2)).toEqual(["maxout1.weight 1", "maxout1.bias 1"]);
  const given = row.weights.flatMap((weight, i) => [weight, row.biases[i]!]);
  const feed = new Map<Tensor, FixtureArray>([
    [x, row.x],
    [dy, row.dy],
    ...tensors.map((tensor, i) => [tensor, given[i]!] as const),
  ]);
  const gradients = grad(sum(mul(output, dy)), [x, ...tensors]);
  const [value, dx, ...rest] = evaluate([output, ...gradients], feed);
  expectClose(value!.data, row.output.data, 1e-13, "value");
  expectClose(dx!.data, row.gradients.x.data, 1e-12, "∂x");
  const expected = row.gradients.weights.flatMap((weight, i) => [weight, row.gradients.biases[i]!]);
  rest.forEach((gradient, i) => void expectClose(gradient.data, expected[i]!.data, 1e-12, `∂ parameter ${i}`));
});

test.each(fixture.dropout)("$name: value and gradient where these numbers are drawn", (row) => {
  const x = input(row.x.shape, "x");
  const draws = input(row.draws.shape, "draws");
  const dy = input(row.dy.shape, "dy");
  const { x: own, output } = applyLayers([dropout(row.rate)], row.x.shape);
  // the scope of the test gives an input in the place of random numbers
  const leaf = [...leavesOf(output)].find(({ attributes }) => String(attributes["name"]).endsWith("mask"))!;
  const [gradient] = grad(sum(mul(output, dy)), [own]);
  const feed = new Map([
    [own, row.x],
    [leaf, row.draws],
    [dy, row.dy],
    [x, row.x],
    [draws, row.draws],
  ]);
  const [value, first] = evaluate([output, gradient!], feed);
  expectClose(value!.data, row.output.data, 1e-13, "value");
  expectClose(first!.data, row.gradient.data, 1e-13, "gradient");
});

function* leavesOf(tensor: Tensor): Generator<Tensor> {
  if (tensor.op.kind === "leaf") yield tensor;
  for (const x of tensor.inputs) yield* leavesOf(x);
}

describe("batch normalization, 20 steps", () => {
  const { parameters, inputs, targets, evaluationInputs, runs } = fixture.batchNormalization;
  const rowsOf = ({ shape, data }: FixtureArray): number[][] =>
    Array.from({ length: shape[0]! }, (_, i) => data.slice(i * shape[1]!, (i + 1) * shape[1]!));

  test.each(runs)("$optimizer $attributes", async ({ optimizer, attributes, float64 }) => {
    const model = sequential([dense(6, { bias: false }), batchNormalization(), relu, dense(3)], { input: 5 });
    for (const { name, data } of parameters) model.weights.set(name, data);
    const data = dataset(
      inputs.flatMap(rowsOf),
      targets.flatMap(({ data }) => data),
    );
    const rule = optimizer === "adam" ? adam(attributes) : sgd(attributes as unknown as Parameters<typeof sgd>[0]);
    const run = model.fit(data, {
      loss: crossEntropyWithLogits,
      optimizer: rule,
      batchSize: 8,
      epochs: 1,
      shuffle: false,
      arithmetic: "portable",
    });
    const losses: number[] = [];
    for await (const event of run) if (event.kind === "step") losses.push(event.loss);
    expectClose(losses, float64.losses.data, 1e-5, "losses");
    const running = (name: string) => model.weights.get(`batchNormalization 1/running ${name}`).data;
    expectClose(running("mean"), float64.runningMean.data, 1e-5, "running mean");
    expectClose(running("variance"), float64.runningVariance.data, 1e-5, "running variance");
    parameters.forEach(({ name }, i) => {
      expectClose(model.weights.get(name).data, float64.parameters[i]!.data, 3e-5, name);
    });
    const { data: outputs } = await model.predict(rowsOf(evaluationInputs));
    expectClose(outputs, float64.evaluation.data, 1e-4, "evaluation");
  });
});
