import { dataset, sequential } from "nabla";
import { compile } from "nabla/compile";
import { grad, input, mean, sum } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import { dense } from "../../src/nn/dense.ts";
import { activationNamed, lossNamed } from "../../src/nn/registry.ts";
import { optimizerNamed } from "../../src/optim/registry.ts";
import { type FixtureArray, readFixture } from "../graph/fixture.ts";
import { applyLayers } from "../nn/scope.ts";

// The generated code against PyTorch in float32: |a − b| ≤ 1e-5·max|b| per tensor.

type Named = FixtureArray & { readonly name: string };
type Layers = readonly { readonly units: number; readonly activation: string }[];

interface Network {
  readonly name: string;
  readonly layers: Layers;
  readonly loss: string;
  readonly inputs: FixtureArray;
  readonly target: FixtureArray;
  readonly parameters: readonly Named[];
  readonly float32: Readonly<
    Record<"sum" | "mean", { readonly loss: number; readonly gradients: readonly FixtureArray[] }>
  >;
}

interface Training {
  readonly name: string;
  readonly layers: Layers;
  readonly loss: string;
  readonly parameters: readonly Named[];
  readonly batches: readonly { readonly inputs: FixtureArray; readonly target: FixtureArray }[];
  readonly runs: readonly {
    readonly name: string;
    readonly optimizer: string;
    readonly attributes: Readonly<Record<string, number | boolean>>;
    readonly float32: { readonly losses: FixtureArray; readonly parameters: readonly FixtureArray[] };
  }[];
}

const made = (layers: Layers) => layers.flatMap(({ units, activation }) => [dense(units), activationNamed(activation)]);

function expectNear(a: ArrayLike<number>, b: ArrayLike<number>, what: string): void {
  expect(a.length, what).toBe(b.length);
  const largest = Math.max(...Array.from(b, Math.abs));
  const worst = Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
  expect(worst, what).toBeLessThanOrEqual(1e-5 * largest);
}

describe("generated code has PyTorch's gradients", () => {
  const { rows } = readFixture<{ rows: readonly Network[] }>("networks");
  const cases = rows.flatMap((row) =>
    (["sum", "mean"] as const).map((reduction) => [row.name, reduction, row] as const),
  );

  it.each(cases)("%s, %s", (_, reduction, row) => {
    const { x, output, parameters } = applyLayers(made(row.layers), row.inputs.shape);
    const target = input(row.target.shape, "target");
    const perSample = lossNamed(row.loss)(output, target);
    const loss = reduction === "sum" ? sum(perSample) : mean(perSample);
    const gradients = grad(loss, [...parameters.values()]);
    const outputs = {
      loss,
      ...Object.fromEntries([...parameters.keys()].map((name, i) => [`d ${name}`, gradients[i]!])),
    };
    using store = wasmBackend().open({ threads: 1 });
    using executable = store.loadNow(compile({ outputs }));
    for (const { name, data } of row.parameters) store.write(name, data);
    executable.setInput(x.attributes["name"] as string, row.inputs.data);
    executable.setInput("target", row.target.data);
    executable.run(0, 1);
    const expected = row.float32[reduction];
    const read = (name: string, size: number): Float32Array => {
      const out = new Float32Array(size);
      executable.getOutput(name, out);
      return out;
    };
    expectNear(read("loss", 1), [expected.loss], "loss");
    for (const [i, gradient] of expected.gradients.entries()) {
      const { name } = row.parameters[i]!;
      expectNear(read(`d ${name}`, gradient.data.length), gradient.data, `gradient of ${name}`);
    }
  });
});

describe("20 steps of fit are PyTorch's", () => {
  const { trainings } = readFixture<{ trainings: readonly Training[] }>("optimizers");
  const isPlain = ({ attributes }: Training["runs"][number]): boolean => attributes["clipNorm"] === undefined;
  const cases = trainings.flatMap((training) =>
    training.runs.filter(isPlain).map((run) => [training.name, run.name, training, run] as const),
  );

  it.each(cases)("%s, %s", async (_, __, training, run) => {
    const [size, features] = training.batches[0]!.inputs.shape as [number, number];
    const model = sequential(made(training.layers), { input: features, seed: 1 });
    const nameOf = (name: string): string => name.replace(/^layer(\d+)\./, "dense $1/");
    for (const { name, shape, data } of training.parameters)
      model.weights.set(nameOf(name), { shape, data: Float32Array.from(data) });
    const x = training.batches.flatMap(({ inputs }) =>
      Array.from({ length: size }, (_, i) => inputs.data.slice(i * features, (i + 1) * features)),
    );
    const data = dataset(x, Float32Array.from(training.batches.flatMap(({ target }) => [...target.data])));
    const fit = model.fit(data, {
      loss: lossNamed(training.loss),
      optimizer: optimizerNamed(run.optimizer, run.attributes),
      batchSize: size,
      epochs: 1,
      shuffle: false,
      arithmetic: "portable",
    });
    const losses: number[] = [];
    for await (const event of fit) if (event.kind === "step") losses.push(event.loss);
    expectNear(losses, run.float32.losses.data, "losses");
    for (const [i, parameter] of run.float32.parameters.entries()) {
      const { name } = training.parameters[i]!;
      expectNear(model.weights.get(nameOf(name)).data, parameter.data, name);
    }
  });
});
