import {
  absolute,
  adam,
  dataset,
  dense,
  type FitOptions,
  layer,
  type Model,
  NablaError,
  relu,
  sequential,
  sgd,
  tanh,
} from "nabla";
import { log } from "nabla/graph";
import { describe, expect, test } from "vitest";

const all = (model: Model): number[] => model.weights.names().flatMap((name) => [...model.weights.get(name).data]);
const pairs = dataset([[10], [2], [3.5], [1]], [[10.1], [1.9], [3.4], [1.1]]);

async function divergenceOf(model: Model, options: FitOptions, data = pairs): Promise<NablaError> {
  const run = model.fit(data, { batchSize: 1, shuffle: false, ...options });
  const error = await run.done.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NablaError);
  expect((error as NablaError).code).toBe("DIVERGED");
  expect(run.history.epochs.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  return error as NablaError;
}

describe("a run that diverges", () => {
  test("says epoch, step and layer, and leaves the model at its last finite step", async () => {
    const make = () => sequential([dense(3, { name: "first" }), dense(1, { name: "last" })], { input: 1, seed: 3 });
    const model = make();
    const error = await divergenceOf(model, { optimizer: sgd({ learningRate: 0.15 }), epochs: 500 });
    const { epoch, step, layer: place } = error.where;
    expect(["first", "last"]).toContain(place);
    expect(epoch).toBe(Math.ceil(step! / 4));
    expect(error.hint).toMatch(/smaller learning rate \(it was 0.15\)/);
    expect(all(model).every(Number.isFinite)).toBe(true);
    // The very weights that so many steps give.
    const other = make();
    const optimizer = sgd({ learningRate: 0.15 });
    for await (const event of other.fit(pairs, { optimizer, batchSize: 1, shuffle: false, epochs: 500 })) {
      if (event.kind === "step" && event.step === step! - 1) break;
    }
    expect(all(model)).toEqual(all(other));
  });

  test("is found at the same step, read or not", async () => {
    const make = () => sequential([dense(4), tanh, dense(1)], { input: 1, seed: 1 });
    const options = { optimizer: sgd({ learningRate: 0.9, momentum: 0.9 }), epochs: 4000 };
    const [quiet, read] = [make(), make()];
    const error = await divergenceOf(quiet, options);
    const run = read.fit(pairs, { batchSize: 1, shuffle: false, ...options });
    const loop = async (): Promise<void> => {
      for await (const event of run) void event;
    };
    await expect(loop()).rejects.toMatchObject({ code: "DIVERGED", where: error.where });
    expect(all(read)).toEqual(all(quiet));
  });

  test("begins in the layer whose output is not finite first", async () => {
    const bad = layer("logarithm", (x) => log(x)); // of a negative number: NaN
    const model = sequential([dense(1, { name: "before" }), bad, dense(1, { name: "after" })], { input: 1 });
    model.weights.set("before/weight", [-1]);
    const before = all(model);
    const error = await divergenceOf(model, { optimizer: adam(), epochs: 1 });
    expect(error.where).toEqual({ layer: "logarithm", epoch: 1, step: 1 });
    expect(all(model)).toEqual(before);
  });

  test("is found where only the weights are infinite and the loss is not", async () => {
    // The loss 1e30 and its slope are finite, the step of 1e30·1e30 is not: w becomes −∞ behind a relu that gives 0.
    const model = sequential([dense(1, { bias: false, name: "lost" }), relu], { input: 1 });
    model.weights.set("lost/weight", [1]);
    const data = dataset([[1e30]], [[0]]);
    const error = await divergenceOf(
      model,
      { loss: absolute, optimizer: sgd({ learningRate: 1e30 }), epochs: 3 },
      data,
    );
    expect(error.where).toMatchObject({ layer: "lost", epoch: 1, step: 1 });
    expect(all(model)).toEqual([1]);
  });

  test("leaves the model free to be trained again", async () => {
    const model = sequential([dense(1)], { input: 1 });
    await divergenceOf(model, { optimizer: sgd({ learningRate: 1e10 }), epochs: 20 });
    model.reset();
    expect((await model.fit(pairs, { optimizer: sgd({ learningRate: 0.001 }) }).done).stopped).toBe("finished");
  });

  test("keeps the history of the epochs before", async () => {
    const model = sequential([dense(1, { bias: false })], { input: 1, seed: 1 });
    const run = model.fit(pairs, {
      batchSize: 1,
      shuffle: false,
      optimizer: sgd({ learningRate: 0.075 }),
      epochs: 500,
    });
    const error = (await run.done.catch((reason: unknown) => reason)) as NablaError;
    expect(error.code).toBe("DIVERGED");
    expect(run.history.epochs.length).toBe(error.where.epoch! - 1);
    expect(run.history.stopped).toBe("stopped");
  });
});
