import { MessageChannel } from "node:worker_threads";
import { adam, crossEntropy, dense, load, NablaError, sequential, softmax, tanh } from "nabla";
import { type Dataset, quadrants } from "nabla/data";
import { type ServeOptions, type Snapshot, serveTraining, type TrainingJob, trainingClient } from "nabla/worker";
import { afterEach, describe, expect, test } from "vitest";
import { failure } from "../data/failure.ts";

const data = quadrants({ size: 60, seed: 1 });
const layers = [
  { kind: "dense", settings: { units: 4 } },
  { kind: "tanh" },
  { kind: "dense", settings: { units: 2 } },
  { kind: "softmax" },
];
const plain = ({ shape, x, y, classes, rows }: Dataset): object => ({ shape, x, y, classes, rows });
const job: TrainingJob = {
  model: { input: 2, layers, seed: 3 },
  data: plain(data),
  loss: "crossEntropy",
  optimizer: { kind: "adam", learningRate: 0.01 },
  batchSize: 10,
};

const open: Disposable[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one[Symbol.dispose]();
});

function connect(options: ServeOptions = {}, nextFrame?: (callback: () => void) => void) {
  const { port1, port2 } = new MessageChannel();
  serveTraining(port2, options);
  const client = trainingClient(port1, { ...(nextFrame && { nextFrame }) });
  open.push(client);
  return client;
}

/** What `fit` makes of the same job. */
async function fitted(epochs: number): Promise<Readonly<Record<string, Float32Array>>> {
  const model = sequential([dense(4), tanh, dense(2), softmax], { input: 2, seed: 3 });
  const options = { loss: crossEntropy, optimizer: adam({ learningRate: 0.01 }), batchSize: 10, epochs };
  await model.fit(data, options).done;
  return Object.fromEntries(model.weights.names().map((name) => [name, model.weights.get(name).data]));
}

describe("a training client", () => {
  test("trains to the bits of fit, and sends the model", async () => {
    const client = connect();
    const loaded = await client.load(job);
    expect(loaded).toMatchObject({
      loss: "crossEntropy",
      stepsPerEpoch: 6,
      batchSize: 10,
      samples: 60,
      arithmetic: "portable",
    });
    expect(loaded.parameters.map(({ name }) => name)).toEqual([
      "dense 1/weight",
      "dense 1/bias",
      "dense 2/weight",
      "dense 2/bias",
    ]);
    const snapshot = await client.start({ until: { epoch: 5 } });
    expect(snapshot).toMatchObject({
      step: 30,
      epoch: 5,
      isRunning: false,
      ended: { by: "epoch", limit: 5, value: 5 },
    });
    expect(snapshot.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(await client.ask("parameters")).toEqual(await fitted(5));
    const model = await load(await client.modelBytes());
    expect(model.weights.get("dense 1/bias").data).toEqual((await fitted(5))["dense 1/bias"]);
  });

  test("goes back, and forth again to the same bits", async () => {
    const client = connect();
    await client.load(job);
    await client.step({ by: "epoch", count: 5 });
    const back = await client.step({ by: "batch", count: -20 });
    expect(back).toMatchObject({ step: 10, epoch: 1, batch: 4, example: 0, epochsFrom: 1 });
    await client.goTo(30);
    expect(await client.ask("parameters")).toEqual(await fitted(5));
  });

  test("runs until it is paused, with snapshots on the way", async () => {
    const client = connect();
    const seen: Snapshot[] = [];
    await client.load(job);
    client.watch({ parameters: undefined });
    const three = new Promise<void>((resolve) =>
      client.onSnapshot((snapshot) => seen.push(snapshot) === 4 && resolve()),
    );
    const run = client.start();
    await three;
    const paused = await client.pause();
    expect(paused).toMatchObject({ isRunning: false, ended: { by: "pause" } });
    expect(paused.views["parameters"]).toBeDefined();
    expect((await run).step).toBe(paused.step);
    expect(seen[1]).toMatchObject({ isRunning: true });
    const epochs = seen.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch));
    expect(epochs).toEqual(epochs.map((_, i) => i + 1));
  });

  test("keeps the code and place of errors", async () => {
    const client = connect();
    const early = await failure(() => client.step({ by: "batch" }));
    expect(early).toMatchObject({ code: "OPTION", expected: "a job that was loaded" });
    const error = await failure(() => client.load({ ...job, loss: "crossEntrpoy" }));
    expect(error).toBeInstanceOf(NablaError);
    expect(error.message).toContain('unknown loss "crossEntrpoy". Known are crossEntropy');
  });

  test("tells every epoch once: to its listeners, or to the caller where there are none", async () => {
    const client = connect({}, (callback) => callback());
    await client.load(job);
    const numbersOf = (epochs: readonly { readonly epoch: number }[]) => epochs.map(({ epoch }) => epoch);
    const { epochs } = await client.start({ until: { epoch: 200 } });
    expect(numbersOf(epochs)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    const told: number[] = [];
    const leave = client.onSnapshot(({ epochs }) => told.push(...numbersOf(epochs)));
    expect((await client.start({ until: { epoch: 400 } })).epochs).toEqual([]);
    expect(told).toEqual(Array.from({ length: 200 }, (_, i) => i + 201));
    leave();
    expect(numbersOf((await client.step({ by: "epoch" })).epochs)).toEqual([401]);
  });
});
