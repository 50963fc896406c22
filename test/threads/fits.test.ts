import { availableParallelism } from "node:os";
import { cosineDecay, type FitOptions, sgd } from "nabla";
import { afterEach, describe, expect, test } from "vitest";
import { pictureModel, pictures, train } from "./pictures.ts";
import { watchRuns } from "./watch-runs.ts";

// What many fits, and fits that fail, leave behind in one process.

const data = pictures(331); // five batches of 64 and one of 11
const most = Math.min(2, availableParallelism());

const restore: (() => void)[] = [];
afterEach(() => {
  for (const undo of restore.splice(0)) undo();
});

/** Collects what is made with `holder[name]` until the end of the test. */
function collect<Made extends object>(holder: object, name: string): Made[] {
  const original: unknown = Reflect.get(holder, name);
  const made: Made[] = [];
  const collecting = new Proxy(original as new (...parameters: unknown[]) => Made, {
    construct(target, parameters) {
      const one = Reflect.construct(target, parameters) as Made;
      made.push(one);
      return one;
    },
  });
  Reflect.set(holder, name, collecting);
  restore.push(() => void Reflect.set(holder, name, original));
  return made;
}

const workerThreads = process.getBuiltinModule("node:worker_threads");

/** Trains until threads share the work of a fit. */
async function untilShared(): Promise<number> {
  using watch = watchRuns();
  for (let fits = 0; fits < 100 && watch.most() < most; fits++) await train(data);
  return watch.most();
}

describe("errors in a fit leave the threads usable", () => {
  const diverging: FitOptions = { optimizer: sgd({ learningRate: 1e30 }), epochs: 50 };
  const aborted = (): FitOptions => ({ epochs: 1e6, signal: AbortSignal.timeout(30) });

  test("one that diverges, one that is aborted, one that is stopped, one whose reader throws", async () => {
    const expected = await train(data, { threads: 1 });
    const isAsBefore = async () => (await train(data)).equals(expected);
    expect(await untilShared()).toBe(most);

    await expect(train(data, diverging)).rejects.toMatchObject({ code: "DIVERGED" });
    expect(await isAsBefore()).toBe(true);

    await expect(train(data, aborted())).rejects.toMatchObject({ name: "TimeoutError" });
    expect(await isAsBefore()).toBe(true);

    const stopped = pictureModel().fit(data, { epochs: 1e6 });
    setTimeout(() => stopped.stop(), 30);
    expect((await stopped.done).stopped).toBe("stopped");
    expect(await isAsBefore()).toBe(true);

    const read = async () => {
      for await (const event of pictureModel().fit(data))
        if (event.kind === "step" && event.step > 3) throw new Error("mine");
    };
    await expect(read()).rejects.toThrow("mine");
    expect(await isAsBefore()).toBe(true);

    expect(await untilShared()).toBe(most);
  });
});

test("predictions keep to the threads of the model's last fit", async () => {
  expect(await untilShared()).toBe(most);
  const model = pictureModel();
  const answers: (readonly number[])[] = [];
  for (const threads of [1, "auto"] as const) {
    await train(data, { threads, epochs: 1 }, model);
    model.reset();
    using watch = watchRuns();
    const compiled = await model.compile({ batchSize: data.size });
    for (let asked = 0; asked < 200 && watch.most() < most; asked++) {
      answers.push([...(await model.predict(data)).data]);
      compiled(new Float32Array(data.size * 784));
    }
    expect(watch.most()).toBe(threads === 1 ? 1 : most);
  }
  expect(answers.at(-1)).toEqual(answers[0]);
});

describe("60 fits in a row", () => {
  test("start no further thread, and take no further memory of their model", async () => {
    const workers = collect(workerThreads, "Worker");
    const memories = collect<WebAssembly.Memory>(WebAssembly, "Memory");
    const model = pictureModel();
    await untilShared(); // the pool is as large as it gets
    const before = { workers: workers.length, memories: memories.length };
    await train(data, { epochs: 1 }, model);
    expect(memories.length).toBe(before.memories + 1);
    const memory = memories.at(-1)!;
    const bytes = memory.buffer.byteLength;
    for (let fit = 1; fit < 60; fit++) await train(data, { epochs: 1 }, model);
    expect(memories.length).toBe(before.memories + 1);
    expect(memory.buffer.byteLength).toBe(bytes);
    expect(workers.length).toBe(before.workers);
  });
});

describe("a learning rate that changes at every step", () => {
  test("compiles nothing anew", async () => {
    const modules = collect(WebAssembly, "Module");
    const made = async (learningRate: Parameters<typeof sgd>[0]["learningRate"]) => {
      const before = modules.length;
      const run = pictureModel().fit(data, { optimizer: sgd({ learningRate }), epochs: 20, stepEvents: "none" });
      let atStart: number | undefined;
      for await (const event of run) if (event.kind === "start") atStart = modules.length - before;
      return { atStart, atEnd: modules.length - before };
    };
    const constant = await made(0.1);
    const scheduled = await made(cosineDecay({ learningRate: 0.1, minimum: 0.001 }));
    expect(scheduled.atStart).toBeGreaterThanOrEqual(2); // a full batch and a tail
    expect(scheduled.atEnd).toBe(scheduled.atStart);
    expect(scheduled).toEqual(constant);
  });
});
