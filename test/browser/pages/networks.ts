import { crossEntropy, dataset, dense, type Model, relu, type StartEvent, sequential, sgd, softmax, tanh } from "nabla";
import { fromIdx } from "nabla/data";

/** Networks that Node, a page and a page's worker all train, from numbers that all make alike. */
export const networkNames = ["tiny", "pictures"] as const;
export type NetworkName = (typeof networkNames)[number];

/** What a training leaves behind, in a form that messages can carry. */
export interface Trained {
  readonly start: Pick<StartEvent, "engine" | "arithmetic" | "threads">;
  /** SHA-256 of the bytes of all weights, in the order of their names. */
  readonly weights: string;
  /** Loss of each epoch. */
  readonly losses: readonly number[];
}

/** Trains with portable arithmetic; the data and the seed are always the same. */
export async function trainNetwork(name: NetworkName, threads: number | "auto" = "auto"): Promise<Trained> {
  const { model, data, batchSize, epochs } = name === "tiny" ? tiny() : pictures();
  const run = model.fit(data, {
    loss: crossEntropy,
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    batchSize,
    epochs,
    arithmetic: "portable",
    threads,
    stepEvents: "none",
  });
  let start: Trained["start"] | undefined;
  for await (const event of run) if (event.kind === "start") start = event;
  const { epochs: told } = await run.done;
  const { engine, arithmetic, threads: used } = start!;
  return {
    start: { engine, arithmetic, threads: used },
    weights: await hashOf(model),
    losses: told.map(({ loss }) => loss),
  };
}

function tiny() {
  const count = 25; // the last batch of ten has five
  const next = numbers();
  const x = Array.from({ length: count }, () => [next() - 0.5, next() - 0.5]);
  const y = x.map(([a, b]) => (a! * b! > 0 ? 1 : 0));
  const model = sequential([dense(4), tanh, dense(2), softmax], { input: 2, seed: 11 });
  return { model, data: dataset(x, y), batchSize: 10, epochs: 20 };
}

function pictures() {
  const count = 1000; // the last batch of 64 has 40
  const next = numbers();
  const images = { shape: [count, 784], data: Uint8Array.from({ length: count * 784 }, () => next() * 256) };
  const labels = { shape: [count], data: Uint8Array.from({ length: count }, (_, i) => i % 10) };
  const model = sequential([dense(128), relu, dense(10), softmax], { input: 784, seed: 7 });
  return { model, data: fromIdx(images, labels), batchSize: 64, epochs: 6 };
}

/** Numbers in [0, 1), the same on every platform. */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function hashOf({ weights }: Model): Promise<string> {
  const bytes = weights.names().flatMap((name) => {
    const { data } = weights.get(name);
    return [new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
  });
  const digest = await crypto.subtle.digest(
    "SHA-256",
    await new Blob(bytes as Uint8Array<ArrayBuffer>[]).arrayBuffer(),
  );
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
