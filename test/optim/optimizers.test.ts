import { grad, input, mean, state, type Tensor } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { dense } from "../../src/nn/dense.ts";
import { activationNamed, lossNamed } from "../../src/nn/registry.ts";
import { adagrad } from "../../src/optim/adagrad.ts";
import { adam } from "../../src/optim/adam.ts";
import { clipByNorm } from "../../src/optim/clip.ts";
import type { Optimizer } from "../../src/optim/optimizer.ts";
import { optimizerNamed, optimizerNames } from "../../src/optim/registry.ts";
import { rmsprop } from "../../src/optim/rmsprop.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { failure } from "../data/failure.ts";
import { expectClose, type FixtureArray, readFixture } from "../graph/fixture.ts";
import { applyLayers } from "../nn/scope.ts";
import { Host } from "./host.ts";

interface Attributes {
  readonly [name: string]: number | boolean;
}

interface Parameter extends FixtureArray {
  readonly name: string;
}

interface Fixture {
  readonly given: {
    readonly parameters: readonly Parameter[];
    readonly gradients: readonly FixtureArray[];
    readonly runs: readonly {
      readonly name: string;
      readonly optimizer: string;
      readonly attributes: Attributes;
      readonly float64: readonly FixtureArray[];
    }[];
  };
  readonly trainings: readonly {
    readonly name: string;
    readonly layers: readonly { readonly units: number; readonly activation: string }[];
    readonly loss: string;
    readonly parameters: readonly Parameter[];
    readonly batches: readonly { readonly inputs: FixtureArray; readonly target: FixtureArray }[];
    readonly runs: readonly {
      readonly name: string;
      readonly optimizer: string;
      readonly attributes: Attributes;
      readonly float64: { readonly losses: FixtureArray; readonly parameters: readonly FixtureArray[] };
    }[];
  }[];
}

const { given, trainings } = readFixture<Fixture>("optimizers");

/** nabla clips by the exact norm; PyTorch adds 1e-6 to it, which shows in the seventh digit. */
const isOurs = ({ attributes }: { readonly attributes: Attributes }): boolean => !attributes["clipOffset"];

function make(
  name: string,
  attributes: Attributes,
): { optimizer: Optimizer; clip: (g: readonly Tensor[]) => readonly Tensor[] } {
  const { clipNorm, clipOffset: _, ...settings } = attributes;
  const clip = (g: readonly Tensor[]) => (typeof clipNorm === "number" ? clipByNorm(g, clipNorm) : g);
  return { optimizer: optimizerNamed(name, settings), clip };
}

describe("20 steps on given gradients", () => {
  const runs = given.runs.filter(isOurs);

  it("has runs of each optimizer", () => {
    expect(new Set(runs.map(({ optimizer }) => optimizer))).toEqual(new Set(optimizerNames));
    expect(runs.length).toBe(given.runs.length - 2);
  });

  it.each(runs.map((run) => [run.name, run] as const))("%s", (_, run) => {
    const { optimizer, clip } = make(run.optimizer, run.attributes);
    const parameters = given.parameters.map(({ name, shape, data }) => [state(name, shape), data] as const);
    const gradients = given.parameters.map(({ name, shape }) => input(shape, `d ${name}`));
    const host = new Host(optimizer, parameters, clip(gradients));
    run.float64.forEach((expected, step) => {
      let at = 0;
      const feed = new Map(
        gradients.map((gradient, i) => {
          const { length } = given.parameters[i]!.data;
          return [gradient, { data: given.gradients[step]!.data.slice(at, (at += length)) }] as const;
        }),
      );
      host.step(feed);
      const after = parameters.flatMap(([parameter]) => [...host.value(parameter)]);
      expectClose(after, expected.data, 1e-10, `${run.name}, step ${step + 1}`);
    });
  });
});

describe.each(trainings.map((training) => [training.name, training] as const))("training %s", (_, training) => {
  it.each(training.runs.filter(isOurs).map((run) => [run.name, run] as const))("with %s", (_, run) => {
    const layers = training.layers.flatMap(({ units, activation }) => [dense(units), activationNamed(activation)]);
    const net = applyLayers(layers, training.batches[0]!.inputs.shape);
    const target = input(training.batches[0]!.target.shape);
    const loss = mean(lossNamed(training.loss)(net.output, target));
    const { optimizer, clip } = make(run.optimizer, run.attributes);
    const parameters = training.parameters.map(({ name, data }) => [net.parameters.get(name)!, data] as const);
    const gradients = clip(
      grad(
        loss,
        parameters.map(([parameter]) => parameter),
      ),
    );
    const host = new Host(optimizer, parameters, gradients);
    const losses = training.batches.map((batch) => {
      const feed = new Map<Tensor, FixtureArray>([
        [net.x, batch.inputs],
        [target, batch.target],
      ]);
      return host.step(feed, [loss])[0]![0]!;
    });
    expectClose(losses, run.float64.losses.data, 1e-10, "losses");
    parameters.forEach(([parameter], i) => {
      expectClose(host.value(parameter), run.float64.parameters[i]!.data, 1e-10, training.parameters[i]!.name);
    });
  });
});

describe("moments", () => {
  const optimizers = [
    sgd({ learningRate: 0.1, momentum: 0.5 }),
    adam({ beta1: 0.5, beta2: 0.5 }),
    rmsprop({ decay: 0.5 }),
  ];

  it.each(optimizers.map((optimizer) => [optimizer.name, optimizer] as const))(
    "of %s end at 0, not in denormals",
    (_, optimizer) => {
      const parameter = state("w", [1]);
      const gradient = input([1]);
      const host = new Host(optimizer, [[parameter, [1]]], [gradient]);
      host.step(new Map([[gradient, { data: [1] }]]));
      expect(host.moments.every((moment) => moment > 0)).toBe(true);
      for (let step = 0; step < 110; step++) host.step(new Map([[gradient, { data: [0] }]]));
      expect(host.moments.every((moment) => moment === 0)).toBe(true);
      expect(host.moments.length).toBeGreaterThan(0);
    },
  );
});

describe("settings", () => {
  it.each([
    ["sgd", (learningRate: number) => sgd({ learningRate })],
    ["adam", (learningRate: number) => adam({ learningRate })],
    ["adagrad", (learningRate: number) => adagrad({ learningRate })],
    ["rmsprop", (learningRate: number) => rmsprop({ learningRate })],
  ] as const)("%s says which learning rate it was given", async (name, optimizer) => {
    for (const rate of [0, -0.1, Number.NaN, Infinity]) {
      const error = await failure(() => optimizer(rate));
      expect(error).toMatchObject({ code: "OPTION", received: String(rate), expected: "a number above 0" });
      expect(error.message).toContain(`${name}: learningRate is ${rate}`);
    }
    expect((await failure(() => optimizer("0.1" as never))).received).toBe('"0.1"');
  });

  it("checks the others too", async () => {
    const wrong: readonly (() => Optimizer)[] = [
      () => sgd({ learningRate: 0.1, momentum: 1 }),
      () => sgd({ learningRate: 0.1, momentum: -0.1 }),
      () => sgd({ learningRate: 0.1, weightDecay: -1 }),
      () => sgd(undefined as never),
      () => adam({ beta1: 1 }),
      () => adam({ beta2: Number.NaN }),
      () => adam({ epsilon: 0 }),
      () => adam({ weightDecay: Infinity }),
      () => adagrad({ epsilon: -1 }),
      () => rmsprop({ decay: 1.5 }),
    ];
    for (const run of wrong) expect((await failure(run)).code).toBe("OPTION");
    for (const norm of [0, -1, Number.NaN]) expect((await failure(() => clipByNorm([], norm))).code).toBe("OPTION");
  });

  it("are recorded, and make the same optimizer again by name", () => {
    const optimizer = adam({ learningRate: 0.01, weightDecay: 0.1 });
    expect(optimizer.settings).toEqual({
      ...{ learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      ...{ weightDecay: 0.1, decoupled: true },
    });
    expect(optimizerNamed("adam", optimizer.settings).settings).toEqual(optimizer.settings);
    expect(optimizerNamed("sgd", { learningRate: undefined }).learningRate).toBe(0.01);
    for (const name of optimizerNames) expect(optimizerNamed(name).name).toBe(name);
  });

  it("and names that are unknown list the known ones", async () => {
    for (const name of ["adamm", "__proto__", "\u001b[31m"]) {
      const error = await failure(() => optimizerNamed(name));
      expect(error).toMatchObject({ code: "OPTION", hint: "Known are sgd, adam, adagrad, rmsprop." });
      expect(error.message).not.toContain("\u001b");
    }
    const error = await failure(() => optimizerNamed("adam", { momentum: 0.9 }));
    expect(error).toMatchObject({ code: "OPTION", received: '"momentum"' });
    expect(error.hint).toContain("beta1");
  });
});

it("clipping leaves short gradients, and zeros, as they are", () => {
  const g = input([2]);
  const host = (data: number[]) => {
    const w = state("w", [2]);
    const stepper = new Host(sgd({ learningRate: 1 }), [[w, [0, 0]]], clipByNorm([g], 5));
    stepper.step(new Map([[g, { data }]]));
    return [...stepper.value(w)];
  };
  expect(host([3, 4])).toEqual([-3, -4]);
  expect(host([6, 8])).toEqual([-3, -4]);
  expect(host([0, 0])).toEqual([0, 0]);
});
