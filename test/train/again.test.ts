import {
  adam,
  batchNormalization,
  crossEntropy,
  dataset,
  dense,
  dropout,
  type FitOptions,
  halfSquared,
  type Model,
  meanSquared,
  relu,
  sequential,
  sgd,
  softmax,
} from "nabla";
import { afterEach, describe, expect, test, vi } from "vitest";
import { isFmaAvailable } from "../../src/backend/wasm/platform.ts";

// Plans and code are kept from run to run: no run may get another's.

const numbers = (count: number): Float32Array => new Float32Array(count).map((_, i) => ((i * 7919) % 997) / 498 - 1);
const labels = (count: number): number[] => Array.from({ length: count }, (_, i) => i % 3);
const data = (count: number) => dataset({ shape: [count, 4], data: numbers(count * 4) }, labels(count));
const build = (): Model =>
  sequential([dense(6), batchNormalization(), relu, dropout(0.25), dense(3), softmax], { input: 4, seed: 5 });

const usual = { loss: crossEntropy, optimizer: sgd({ learningRate: 0.1 }), batchSize: 8, epochs: 2, threads: 1 };
/** Options that differ from the usual ones in one respect each, and how many samples there are. */
const runs: Readonly<Record<string, { readonly options?: FitOptions; readonly size?: number }>> = {
  usual: {},
  "another loss": { options: { loss: meanSquared } },
  "a loss that differs by a factor": { options: { loss: halfSquared } },
  "the sum of the losses": { options: { reduction: "sum" } },
  "a clipped gradient": { options: { clipNorm: 0.1 } },
  "another clipped gradient": { options: { clipNorm: 0.2 } },
  "another rate": { options: { optimizer: sgd({ learningRate: 0.2 }) } },
  momentum: { options: { optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }) } },
  "another momentum": { options: { optimizer: sgd({ learningRate: 0.1, momentum: 0.8 }) } },
  adam: { options: { optimizer: adam() } },
  "adam with another beta2": { options: { optimizer: adam({ beta2: 0.9 }) } },
  "another batch": { options: { batchSize: 5 } },
  "more samples": { size: 29 },
  "many more samples, at other addresses": { size: 2000 },
  "another seed of the dropout": { options: { seed: 77 } },
  "no shuffling": { options: { shuffle: false } },
  "validation data": { options: { validation: data(20) } },
  "validation by another loss": { options: { validation: data(20), loss: meanSquared } },
  "two threads": { options: { threads: 2 } },
  ...(isFmaAvailable() && { "fused arithmetic": { options: { arithmetic: "fma" } } }),
};

async function train(model: Model, { options, size = 20 }: (typeof runs)[string]): Promise<unknown> {
  const history = await model.fit(data(size), { ...usual, ...options }).done;
  const told = history.epochs.map(({ loss, metrics, validation }) => ({ loss, metrics, validation }));
  const weights = model.weights.names().map((name) => [...model.weights.get(name).data]);
  return { told, weights, judged: await model.evaluate(data(7)), outputs: (await model.predict(numbers(8))).data };
}

afterEach(() => vi.restoreAllMocks());

describe("a model that is trained again", () => {
  test("is trained as a new one would be, whatever it was trained by before", async () => {
    const alone = new Map<string, unknown>();
    for (const [name, run] of Object.entries(runs)) alone.set(name, await train(build(), run));
    const model = build();
    // each run between two of the usual kind, from which it differs least
    const order = Object.keys(runs).flatMap((name) => ["usual", name]);
    for (const name of order) {
      model.reset();
      expect(await train(model, runs[name]!), name).toEqual(alone.get(name));
    }
  });

  test("needs no new code for the same step, and only for what differs", async () => {
    const made = vi.spyOn(WebAssembly, "Module");
    const modulesOf = async (model: Model, run: (typeof runs)[string]): Promise<number> => {
      const before = made.mock.calls.length;
      await model.fit(data(run.size ?? 20), { ...usual, ...run.options }).done;
      return made.mock.calls.length - before;
    };
    const model = build();
    expect(await modulesOf(model, {})).toBeGreaterThanOrEqual(2); // the step and that of the last batch
    expect(await modulesOf(model, {})).toBe(0);
    expect(await modulesOf(model, { options: { optimizer: sgd({ learningRate: 0.3 }) } })).toBe(0);
    expect(await modulesOf(model, { options: { reduction: "sum" } })).toBe(2);
    expect(await modulesOf(model, { size: 16, options: { reduction: "sum" } })).toBe(1); // another place of the tables
  });
});
