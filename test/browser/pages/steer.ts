import type { NablaError } from "nabla";
import { trainingClient, type WorkerLike } from "nabla/worker";

/** What came of a training that was steered through a client. */
export interface Steered {
  /** All weights at the end, by name. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** Of the epochs that were told. */
  readonly losses: readonly number[];
  readonly snapshots: number;
  /** Code of an error that came from the worker. */
  readonly error: string;
  /** Code of a call after the client was disposed of. */
  readonly late: string;
}

const codeOf = (error: unknown): string => (error as NablaError).code;

/** Forwards, back, another rate, a weight by hand, and on: the same in every engine. */
export async function steer(port: WorkerLike): Promise<Steered> {
  const client = trainingClient(port);
  let [snapshots, losses] = [0, [] as number[]];
  client.onSnapshot(({ epochs, epochsFrom }) => {
    snapshots += 1;
    if (epochsFrom !== undefined) losses = losses.slice(0, epochsFrom);
    losses.push(...epochs.map(({ loss }) => loss));
  });
  const count = 25;
  const x = Float32Array.from({ length: 2 * count }, (_, i) => ((i * 7) % 11) / 11 - 0.5);
  const y = Int32Array.from({ length: count }, (_, i) => (x[2 * i]! * x[2 * i + 1]! > 0 ? 1 : 0));
  await client.load({
    model: {
      input: 2,
      layers: [
        { kind: "dense", settings: { units: 4 } },
        { kind: "tanh" },
        { kind: "dropout", settings: { rate: 0.1 } },
        { kind: "dense", settings: { units: 2 } },
        { kind: "softmax" },
      ],
      seed: 11,
    },
    data: { shape: [2], x: { data: x, scale: 1 }, y: { kind: "labels", data: y, classes: 2 } },
    optimizer: { kind: "adam", learningRate: 0.05 },
    batchSize: 10,
    arithmetic: "portable",
  });
  client.watch({ sum: undefined });
  await client.start({ until: { epoch: 40 } });
  await client.step({ by: "batch", count: -50 });
  await client.set({ learningRate: 0.01 });
  await client.setWeight("dense 1/weight", [3, 1], 0.25);
  await client.start({ until: { epoch: 60 } });
  const error = await client.goTo(-1).then(() => "none", codeOf);
  const weights = (await client.ask("parameters")) as Readonly<Record<string, Float32Array>>;
  client[Symbol.dispose]();
  const late = await client.pause().then(() => "none", codeOf);
  return {
    weights: Object.fromEntries(Object.entries(weights).map(([name, values]) => [name, [...values]])),
    losses,
    snapshots,
    error,
    late,
  };
}
