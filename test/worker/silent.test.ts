import { MessageChannel } from "node:worker_threads";
import { serveTraining, trainingClient } from "nabla/worker";
import { expect, test } from "vitest";

test("without listeners, what a call resolves to has every epoch; with them, they have", async () => {
  const { port1, port2 } = new MessageChannel();
  serveTraining(port2);
  using client = trainingClient(port1, { nextFrame: (callback) => callback() });
  const x = { data: Float32Array.from({ length: 40 }, (_, i) => Math.fround(i / 40)), scale: 1 };
  const y = { kind: "labels", data: Int32Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : 1)), classes: 2 };
  const layers = [{ kind: "dense", settings: { units: 2 } }, { kind: "softmax" }];
  await client.load({ model: { input: 1, layers }, data: { shape: [1], x, y }, batchSize: 4 });
  const numbersOf = (epochs: readonly { readonly epoch: number }[]) => epochs.map(({ epoch }) => epoch);
  const { epochs } = await client.start({ until: { epoch: 300 } });
  expect(numbersOf(epochs)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  const told: number[] = [];
  const leave = client.onSnapshot(({ epochs }) => told.push(...numbersOf(epochs)));
  expect((await client.start({ until: { epoch: 600 } })).epochs).toEqual([]);
  expect(told).toEqual(Array.from({ length: 300 }, (_, i) => i + 301));
  leave();
  expect(numbersOf((await client.step({ by: "epoch" })).epochs)).toEqual([601]);
});
