import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  adagrad,
  adam,
  batchNormalization,
  crossEntropy,
  type Dataset,
  dataset,
  dense,
  dropout,
  type Layer,
  type Model,
  type Optimizer,
  relu,
  rmsprop,
  sequential,
  sgd,
  sigmoid,
  softmax,
  tanh,
} from "nabla";
import { compile } from "nabla/compile";
import { fromIdx } from "nabla/data";
import { perStep, state, type Tensor } from "nabla/graph";
import ts from "typescript";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { plainBackend } from "../../src/backend/plain/backend.ts";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import { barriersOf } from "../../src/backend/wasm/barriers.ts";
import { emitModule } from "../../src/backend/wasm/module.ts";
import { WasmStore } from "../../src/backend/wasm/store.ts";
import * as sharing from "../../src/backend/wasm/threads.ts";
import { statementsOf } from "../../src/compile/access.ts";
import { elementBytes, type Kernel, type Plan } from "../../src/compile/kernel.ts";
import { runChild } from "../threads/child.ts";

// What a step costs, counted instead of timed. A change on purpose: UPDATE_COST=1 npx vitest run test/compile/cost

interface Cost {
  readonly kernels: number;
  /** Kernels with parallel axes; the others compute single numbers. */
  readonly loopKernels: number;
  /** Meetings of all threads in a step, the one at its end included. */
  readonly barriers: number;
  readonly arenaBytes: number;
  /** Size of the module for one thread, and for several. */
  readonly codeBytes: number;
  readonly sharedCodeBytes: number;
  /** Products of pairs that contractions add up, and how few the network's own formulas need. */
  readonly multiplications: number;
  readonly leastMultiplications: number;
}

interface Case {
  readonly sizes: readonly number[];
  readonly batch: number;
  readonly activation: Layer;
  readonly optimizer?: Optimizer;
  /** Between a hidden layer's product and its activation, and behind that. */
  readonly before?: () => Layer;
  readonly after?: () => Layer;
}

const pictureNet = { sizes: [784, 128, 10], batch: 64, activation: relu };
const training = {
  "2-4-4-2 tanh, batch 10, SGD": { sizes: [2, 4, 4, 2], batch: 10, activation: tanh },
  "784-30-10 sigmoid, batch 10, SGD": { sizes: [784, 30, 10], batch: 10, activation: sigmoid },
  "784-128-10 ReLU, batch 64, SGD": pictureNet,
  "784-128-10 ReLU, batch 64, Adam": { ...pictureNet, optimizer: adam() },
  "784-128-10 ReLU with dropout, batch 64, SGD": { ...pictureNet, after: () => dropout(0.5) },
  "784-128-10 ReLU with batch normalization, batch 64, SGD": { ...pictureNet, before: () => batchNormalization() },
  "3072-512-512-10 ReLU, batch 128, SGD": { sizes: [3072, 512, 512, 10], batch: 128, activation: relu },
} satisfies Readonly<Record<string, Case>>;
const evaluation = "784-128-10 ReLU, batch 64, evaluation";
const prediction = "784-128-10 ReLU, batch 64, prediction";

const file = fileURLToPath(new URL("cost.json", import.meta.url));
const plans = new Map<string, Plan>();
const costs = new Map<string, Cost>();
const cost = (name: keyof typeof training | typeof evaluation | typeof prediction): Cost => costs.get(name)!;

beforeAll(async () => {
  // The very plans that a user's calls load.
  const load = vi.spyOn(WasmStore.prototype, "loadNow");
  const record = async (name: string, { sizes, batch }: Case, isTraining: boolean, use: () => Promise<unknown>) => {
    load.mockClear();
    await use();
    expect(load).toHaveBeenCalledOnce();
    const plan = load.mock.calls[0]![0];
    plans.set(name, plan);
    costs.set(name, costOf(plan, leastMultiplications(sizes, batch, isTraining)));
  };
  for (const [name, test] of Object.entries<Case>(training)) {
    const { batch: batchSize, optimizer = sgd({ learningRate: 0.1 }) } = test;
    await record(
      name,
      test,
      true,
      () => modelOf(test).fit(samplesFor(test), { loss: crossEntropy, batchSize, optimizer, epochs: 1 }).done,
    );
  }
  await record(evaluation, pictureNet, false, () => modelOf(pictureNet).evaluate(samplesFor(pictureNet).take(64)));
  await record(prediction, pictureNet, false, () => modelOf(pictureNet).compile({ batchSize: 64 }));
  load.mockRestore();
});

function modelOf({ sizes, activation, before, after }: Case): Model {
  const [input, ...units] = sizes;
  const layers = units.flatMap((count, i) =>
    i + 1 < units.length
      ? [dense(count), ...(before ? [before()] : []), activation, ...(after ? [after()] : [])]
      : [dense(count), softmax],
  );
  return sequential(layers, { input: input!, seed: 1 });
}

/** Two batches: pictures of bytes, or numbers where there are few. */
function samplesFor({ sizes, batch }: Case): Dataset {
  const [features, classes] = [sizes[0]!, sizes.at(-1)!];
  const count = 2 * batch;
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  const bytes = Uint8Array.from({ length: count * features }, (_, i) => (i * 37) % 251);
  if (features >= 100) return fromIdx({ shape: [count, features], data: bytes }, { shape: [count], data: labels });
  return dataset({ shape: [count, features], data: Float32Array.from(bytes, (byte) => byte / 255) }, labels);
}

/**
 * Forward Σ b·in·out; backward the same for the weights, and for the inputs of all layers but the first, whose inputs
 * are data.
 */
function leastMultiplications(sizes: readonly number[], batch: number, isTraining: boolean): number {
  const layers = sizes.slice(1).map((units, i) => batch * units * sizes[i]!);
  const all = layers.reduce((sum, layer) => sum + layer, 0);
  return isTraining ? 3 * all - layers[0]! : all;
}

function costOf(plan: Plan, least: number): Cost {
  return {
    kernels: plan.kernels.length,
    loopKernels: plan.kernels.filter(({ parallel }) => parallel > 0).length,
    barriers: barriersOf(plan).filter(Boolean).length,
    arenaBytes: plan.arenaBytes,
    codeBytes: codeBytes(plan, false),
    sharedCodeBytes: codeBytes(plan, true),
    multiplications: plan.kernels.reduce((sum, kernel) => sum + multiplicationsOf(kernel), 0),
    leastMultiplications: least,
  };
}

function multiplicationsOf({ prelude, statements, axes }: Kernel): number {
  const own = statements.map((statement) => {
    if (statement.kind !== "contract") return 0;
    return [...statement.axes, statement.summed].reduce((product, axis) => product * axes[axis]!.extent, 1);
  });
  return own.reduce((sum, count) => sum + count, prelude ? multiplicationsOf(prelude) : 0);
}

/** Addresses are part of the code, so they are given here: arena first, the rest one after another. */
function codeBytes(plan: Plan, isShared: boolean): number {
  let end = 128 + plan.arenaBytes;
  const addresses = plan.buffers.map(({ elements, type }, id) => {
    if (plan.offsets[id]! >= 0) return 128 + plan.offsets[id]!;
    const address = Math.ceil(end / 64) * 64;
    end = address + elements * elementBytes[type];
    return address;
  });
  const memory = { pages: 1, maximum: 65_536, isShared };
  return emitModule(plan, { addresses, isFused: false, sharing: isShared ? sharing : undefined, memory, unroll: 2 })
    .bytes.length;
}

describe("what a step costs", () => {
  test("is what cost.json says", () => {
    const found = Object.fromEntries(costs);
    if (process.env["UPDATE_COST"]) writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`);
    expect(found).toEqual(JSON.parse(readFileSync(file, "utf8")));
  });

  test("784-128-10: at most 8 loop kernels; Adam, metrics and the gather of rows add none", () => {
    const [plain, withAdam] = [cost("784-128-10 ReLU, batch 64, SGD"), cost("784-128-10 ReLU, batch 64, Adam")];
    expect(plain.loopKernels).toBeLessThanOrEqual(8);
    expect(withAdam.loopKernels).toBeLessThanOrEqual(plain.loopKernels);
    expect(withAdam.kernels).toBeLessThanOrEqual(plain.kernels);
    expect(withAdam.barriers).toBeLessThanOrEqual(plain.barriers);
    const { buffers } = plans.get("784-128-10 ReLU, batch 64, SGD")!;
    expect(buffers.filter(({ role }) => role === "metric").map(({ name }) => name)).toEqual([
      "loss",
      "sum of accuracy",
    ]);
    expect(buffers.find(({ name }) => name === "training samples")).toMatchObject({ role: "table", type: "u8" });
  });

  test("dropout adds one single-number kernel and no loop, batch normalization four loops; neither adds a product", () => {
    const plain = cost("784-128-10 ReLU, batch 64, SGD");
    const dropped = cost("784-128-10 ReLU with dropout, batch 64, SGD");
    const normalized = cost("784-128-10 ReLU with batch normalization, batch 64, SGD");
    expect(dropped.kernels).toBeLessThanOrEqual(plain.kernels + 1); // 1/(1 − rate)
    expect(dropped.loopKernels).toBeLessThanOrEqual(plain.loopKernels);
    expect(dropped.barriers).toBeLessThanOrEqual(plain.barriers);
    expect(normalized.kernels).toBeLessThanOrEqual(plain.kernels + 4);
  });

  test("contractions multiply no more than the network's formulas", () => {
    for (const [name, { multiplications, leastMultiplications }] of costs)
      expect(multiplications, name).toBe(leastMultiplications);
  });

  test("prediction and evaluation have no gradients, and change no state", () => {
    const train = cost("784-128-10 ReLU, batch 64, SGD");
    for (const name of [prediction, evaluation] as const) {
      expect(cost(name).arenaBytes, name).toBeLessThan(train.arenaBytes);
      expect(cost(name).loopKernels, name).toBeLessThan(train.loopKernels);
      const { buffers, kernels } = plans.get(name)!;
      const written = kernels
        .flatMap(statementsOf)
        .flatMap((s) => (s.kind === "store" ? [buffers[s.access.buffer]!] : []));
      expect(written.filter(({ role }) => role === "state")).toEqual([]);
      // beside what the host writes and reads, the hidden layer's activations and a few numbers a sample
      const temporary = buffers.filter(({ role }) => role === "temporary").reduce((sum, b) => sum + b.elements, 0);
      expect(temporary, name).toBeLessThanOrEqual(64 * (128 + 3 * 12));
    }
  });
});

test("a step allocates nothing", async () => {
  // room enough that no garbage is collected between two looks
  const flags = ["--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"];
  const { code, said } = await runChild("../compile/steps-child.ts", { flags });
  expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/^-?\d+\n$/) });
  // the smallest object takes 12 bytes, and one of them a step would make 12,000
  expect(Number(said)).toBeLessThan(8_000);
});

describe("gradients that have become zero leave no denormal behind, which would be slow for ever", () => {
  /** 2⁻¹²⁶, the smallest normal float32. */
  const smallestNormal = 2 ** -126;
  const zeroSteps = 2000;
  const optimizers: readonly Optimizer[] = [
    sgd({ learningRate: 0.1, momentum: 0.9 }),
    sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
    adam(),
    rmsprop({ learningRate: 0.01 }),
    adagrad({ learningRate: 0.01 }),
  ];
  const size = 64;
  /** Gradients from 1e-31 to 1: as a rare pixel or a dying unit leaves them. */
  const gradients = Float32Array.from({ length: size }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (-i / 2));

  for (const backend of [wasmBackend(), plainBackend()])
    test.each(optimizers)(`${backend.name}: $name $settings`, ({ update, settings }) => {
      const parameter = state("w", [size]);
      const gradient = perStep("gradient", [size]);
      const moments: (readonly [Tensor, Tensor])[] = [];
      const rates: { readonly name: string; readonly value: (rate: number, step: number) => number }[] = [];
      const updated = update(parameter, gradient, {
        moment(name, next) {
          const old = state(name, [size]);
          const fresh = next(old);
          moments.push([old, fresh]);
          return fresh;
        },
        perStep(name, value) {
          const known = rates.find((rate) => rate.name === name);
          if (!known) rates.push({ name, value });
          return perStep(name, []);
        },
      });
      using store = backend.open({ threads: 1 });
      const steps = zeroSteps + 1;
      using executable = store.loadNow(compile({ next: [[parameter, updated], ...moments] }), { steps });
      executable.setSteps("gradient", 0, gradients); // all later slices are zeros
      const rate = settings["learningRate"] as number;
      for (const { name, value } of rates)
        executable.setSteps(
          name,
          0,
          Float32Array.from({ length: steps }, (_, i) => value(rate, i + 1)),
        );
      const names = moments.map(([{ attributes }]) => attributes["name"] as string);
      expect(names.length).toBeGreaterThan(0);
      executable.run(0, 1);
      for (const name of names) expect(store.read(name).some((x) => x !== 0)).toBe(true);
      for (let step = 1; step < steps; step++) {
        executable.run(step, 1);
        for (const name of names)
          for (const x of store.read(name))
            if (x !== 0 && Math.abs(x) < smallestNormal) expect.fail(`${name} holds ${x} after step ${step}`);
      }
      for (const x of store.read("w")) expect(x === 0 || Math.abs(x) >= smallestNormal).toBe(true);
    });
});

describe("no network is named in the sources", () => {
  const root = fileURLToPath(new URL("../../src", import.meta.url));
  const folders = ["compile", "backend", "graph", "nn", "optim", "train"];
  /** Extents of the networks that are measured, a count of well-known data, and names of data. */
  const namedNumbers = new Set(["784", "785", "3072", "60000"]);
  const namedData = /mnist|cifar/i;

  /** Numbers and names in code; comments and messages may give examples, except that no data is named in a text. */
  function mentions(text: string): string[] {
    const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text);
    const found: string[] = [];
    for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
      const value = scanner.getTokenValue() ?? "";
      if (token === ts.SyntaxKind.NumericLiteral && namedNumbers.has(value)) found.push(value);
      const isText = token === ts.SyntaxKind.Identifier || token === ts.SyntaxKind.StringLiteral;
      if (isText && namedData.test(value)) found.push(value);
    }
    return found;
  }

  test.each(folders)("src/%s", (folder) => {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((f) =>
      f.endsWith(".ts"),
    );
    expect(files.length).toBeGreaterThan(2);
    expect(
      files.flatMap((f) => mentions(readFileSync(join(root, folder, f), "utf8")).map((what) => `${f}: ${what}`)),
    ).toEqual([]);
  });

  test("the rule catches", () => {
    expect(mentions("if (units === 784) fast();")).toEqual(["784"]);
    expect(mentions("if (size === 60_000) fast();")).toEqual(["60000"]);
    expect(mentions('if (name === "mnist") fast();')).toEqual(["mnist"]);
    expect(mentions("const mnistKernel = 1; // 784")).toEqual(["mnistKernel"]);
  });
});
