import { setTimeout as pause } from "node:timers/promises";
import { crossEntropy, dense, relu, sequential, sgd, softmax } from "nabla";
import { compile } from "nabla/compile";
import { fromIdx } from "nabla/data";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Random } from "../../src/array/random.ts";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import { buildNet, type NetOptions, sizeOf } from "../compile/net.ts";
import { watchRuns } from "./watch-runs.ts";

// Small plans run on one thread, because that is faster; here they are made to share, to see that it changes nothing.
const isSharingForced = vi.hoisted(() => ({ value: false }));
vi.mock(import("../../src/backend/wasm/cost.ts"), async (original) => {
  const { threadsFor, ...rest } = await original();
  return { ...rest, threadsFor: (plan, threads) => (isSharingForced.value ? threads : threadsFor(plan, threads)) };
});

const samples = 300;
const steps = 6;

/** Numbers in [0, 1), the same for the same name. */
function numbers(count: number, name: string): Float64Array {
  const random = new Random(3, name);
  return Float64Array.from({ length: count }, (_, i) => random.uniform(0, i));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

/** Names of values that are not the same to the last bit. */
const differing = (a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>): string[] =>
  [...a].filter(([name, bytes]) => !b.get(name)!.equals(bytes)).map(([name]) => name);

/** States and metrics after some steps; from the second step on, `threads` threads share each. */
async function train(net: NetOptions, threads: number): Promise<Map<string, Buffer>> {
  using watch = watchRuns();
  const { program, parameters } = buildNet({ ...net, samples });
  const classes = net.sizes.at(-1)!;
  using store = wasmBackend().open({ threads });
  using executable = await store.load(compile(program), { steps });
  expect(executable.threads).toBe(threads);
  store.fill(
    "x",
    Uint8Array.from(numbers(samples * net.sizes[0]!, "x"), (u) => u * 256),
  );
  store.fill(
    "y",
    Int32Array.from({ length: samples }, (_, i) => i % classes),
  );
  for (const parameter of parameters) {
    const name = parameter.attributes["name"] as string;
    store.write(
      name,
      numbers(sizeOf(parameter.shape), name).map((u) => (u - 0.5) / 4),
    );
  }
  executable.setSteps(
    "rows",
    0,
    numbers(steps * net.batch, "rows").map((u) => Math.floor(u * samples)),
  );
  executable.setSteps("rate", 0, new Float32Array(steps).fill(0.05));
  executable.run(0, 1);
  // the threads are the process's: when they share this one's steps, they know all modules
  using other = wasmBackend().open({ threads });
  using spare = await other.load(compile(program), { steps });
  for (let looks = 0; watch.most() < threads && looks < 5000; looks++) {
    spare.run(0, 1);
    await pause(1);
  }
  expect(watch.most()).toBe(threads);
  watch.forget();
  executable.run(1, 2);
  for (let step = 3; step < steps; step++) executable.run(step, 1);
  expect(watch.most()).toBe(threads);
  const states = (program.next ?? []).map(([state]) => state.attributes["name"] as string);
  const losses = executable.getMetric("loss", 0, steps);
  expect(losses.every((loss) => loss > 0 && Number.isFinite(loss))).toBe(true);
  expect(new Set(losses).size).toBeGreaterThan(1); // it moves
  return new Map([
    ...states.map((name) => [name, bytesOf(store.read(name))] as const),
    ["loss", bytesOf(losses)],
    ["hits", bytesOf(executable.getMetric("hits", 0, steps))],
  ]);
}

describe("on 1, 2 and 3 threads the same bits", () => {
  beforeAll(() => void (isSharingForced.value = true));
  afterAll(() => void (isSharingForced.value = false));

  const nets: readonly NetOptions[] = [
    { sizes: [784, 128, 10], batch: 64 },
    { sizes: [784, 128, 10], batch: 37, optimizer: "adam" }, // a tail batch: no multiple of any tile
    { sizes: [785, 33, 3], batch: 10 },
    { sizes: [300, 20, 17, 10], batch: 64 }, // so few panels that rows are shared, once for each panel
    { sizes: [513, 513, 10], batch: 5 },
    { sizes: [3, 2, 2], batch: 1 }, // fewer rows and columns than a tile, and than threads
    { sizes: [2, 4, 4, 2], batch: 10, optimizer: "adam" },
    { sizes: [5, 1, 7, 3], batch: 2 },
    { sizes: [1, 30, 2], batch: 150 },
  ];
  test.each(nets)("$sizes, batch $batch, $optimizer", async (net) => {
    const [one, two, three] = [await train(net, 1), await train(net, 2), await train(net, 3)];
    expect(differing(one, two)).toEqual([]);
    expect(differing(one, three)).toEqual([]);
  });
});

test("a fit gives the same bits whenever its threads join it, tail batches among them", async () => {
  const count = 331; // five batches of 64 and one of 11
  const images = { shape: [count, 784], data: Uint8Array.from(numbers(count * 784, "pixels"), (u) => u * 256) };
  const labels = { shape: [count], data: Uint8Array.from({ length: count }, (_, i) => i % 10) };
  const data = fromIdx(images, labels);
  const weights = async (threads: number | "auto", epochs: number) => {
    const model = sequential([dense(128), relu, dense(10), softmax], { input: 784, seed: 4 });
    await model.fit(data, { loss: crossEntropy, optimizer: sgd({ learningRate: 0.1 }), epochs, threads }).done;
    return new Map(model.weights.names().map((name) => [name, bytesOf(model.weights.get(name).data)]));
  };
  for (const epochs of [1, 2, 30])
    expect(differing(await weights(1, epochs), await weights("auto", epochs))).toEqual([]);
});
