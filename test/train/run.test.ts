import {
  dataset,
  dense,
  type FitOptions,
  type FitRun,
  type Model,
  NablaError,
  relu,
  sequential,
  sgd,
  softmax,
  type TrainEvent,
} from "nabla";
import { describe, expect, test } from "vitest";
import { failure } from "../data/failure.ts";

const data = dataset(
  Array.from({ length: 30 }, (_, i) => [i % 7, (i * 3) % 5, 1]),
  Array.from({ length: 30 }, (_, i) => i % 3),
);
const make = (): Model => sequential([dense(4), relu, dense(3), softmax], { input: 3, seed: 1 });
const all = (model: Model): number[] => model.weights.names().flatMap((name) => [...model.weights.get(name).data]);
const train = (model: Model, options: FitOptions = {}): FitRun =>
  model.fit(data, { optimizer: sgd({ learningRate: 0.01 }), batchSize: 10, epochs: 4, ...options });
/** Enough epochs to take many seconds: a run that has to be ended. */
const endless = 10_000_000;

/** Calls `then` from a timer, once an epoch is done: no run may starve timers. */
function onceTrained(run: FitRun, then: () => void): void {
  const timer = setInterval(() => {
    if (run.history.epochs.length === 0) return;
    clearInterval(timer);
    then();
  }, 1);
}

async function eventsOf(run: FitRun): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}
/** How an event is told apart in a list. */
const short = (event: TrainEvent): string =>
  "step" in event ? `step ${event.step}` : "epoch" in event ? `epoch ${event.epoch}` : event.kind;

describe("the events of a run", () => {
  test("are start, every step, every epoch, done", async () => {
    const run = train(make(), { epochs: 2 });
    const events = await eventsOf(run);
    expect(events.map(short)).toEqual([
      "start",
      "step 1",
      "step 2",
      "step 3",
      "epoch 1",
      "step 4",
      "step 5",
      "step 6",
      "epoch 2",
      "done",
    ]);
    const done = events.at(-1)!;
    expect(done).toMatchObject({
      kind: "done",
      history: { stopped: "finished", epochs: [{ epoch: 1 }, { epoch: 2 }] },
    });
    expect(await run.done).toEqual((done as Extract<TrainEvent, { kind: "done" }>).history);
    expect(events[1]).toMatchObject({ epoch: 1, step: 1 });
  });

  test("begin with the facts", async () => {
    const [start] = await eventsOf(train(make(), { epochs: 1, batchSize: 8 }));
    expect(start).toMatchObject({
      parameters: 31,
      loss: "crossEntropy",
      arithmetic: "portable",
      engine: "wasm",
      samples: 30,
      batchSize: 8,
      epochs: 1,
      stepsPerEpoch: 4,
    });
  });

  test("without steps, where none are wanted", async () => {
    const events = await eventsOf(train(make(), { stepEvents: "none" }));
    expect(events.map(short)).toEqual(["start", "epoch 1", "epoch 2", "epoch 3", "epoch 4", "done"]);
  });

  test("the latest step of each chunk only, where that is wanted", async () => {
    const steps = (await eventsOf(train(make(), { stepEvents: "latest", epochs: 300 }))).filter(
      ({ kind }) => kind === "step",
    );
    expect(steps.length).toBeLessThan(900);
    expect(short(steps.at(-1)!)).toBe("step 900");
  });

  test("are plain data", async () => {
    for (const event of await eventsOf(train(make(), { validation: data })))
      expect(JSON.parse(JSON.stringify(event))).toEqual(event);
  });

  test("come to a late reader from the start, steps left out", async () => {
    const run = train(make());
    await run.done;
    expect((await eventsOf(run)).map(short)).toEqual(["start", "epoch 1", "epoch 2", "epoch 3", "epoch 4", "done"]);
  });

  test("have one reader at a time", async () => {
    const run = train(make());
    const reader = run[Symbol.asyncIterator]();
    expect((await failure(() => run[Symbol.asyncIterator]())).code).toBe("BUSY");
    expect((await reader.next()).value).toMatchObject({ kind: "start" });
    await reader.return?.();
    expect(await reader.next()).toEqual({ value: undefined, done: true });
  });

  test("asked for ahead come in order", async () => {
    const reader = train(make(), { epochs: 1 })[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 8 }, () => reader.next()));
    expect(results.map(({ value, done }) => (done ? "over" : short(value)))).toEqual([
      "start",
      "step 1",
      "step 2",
      "step 3",
      "epoch 1",
      "done",
      "over",
      "over",
    ]);
  });
});

describe("a run ends", () => {
  test("after the step at which its loop is left", async () => {
    const model = make();
    const run = train(model, { epochs: endless, shuffle: false });
    for await (const event of run) if (event.kind === "step" && event.step === 2) break;
    const { stopped, epochs } = await run.done;
    expect({ stopped, epochs }).toEqual({ stopped: "stopped", epochs: [] });
    const other = make();
    await other.fit(data.take(20), { optimizer: sgd({ learningRate: 0.01 }), batchSize: 10, epochs: 1, shuffle: false })
      .done;
    expect(all(model)).toEqual(all(other));
  });

  test("after the epoch at which its loop is left, and the model is free at once", async () => {
    const model = make();
    for await (const event of train(model, { epochs: endless })) if (event.kind === "epoch" && event.epoch === 3) break;
    const weights = all(model);
    const whole = make();
    await train(whole, { epochs: 3 }).done;
    expect(weights).toEqual(all(whole));
    await train(model).done; // not BUSY
  });

  test("when its loop throws: the error is the loop's, and all is well", async () => {
    const model = make();
    const run = train(model, { epochs: endless });
    const loop = async (): Promise<void> => {
      for await (const event of run) if (event.kind === "epoch") throw new TypeError("mine");
    };
    await expect(loop()).rejects.toThrow("mine");
    expect((await run.done).stopped).toBe("stopped");
    expect(run.history.epochs.length).toBe(1);
    expect((await train(model).done).stopped).toBe("finished");
  });

  test("by stop(), unread and in the midst of an epoch", async () => {
    const model = make();
    const run = train(model, { epochs: endless });
    onceTrained(run, () => run.stop());
    const { stopped, best } = await run.done;
    expect(stopped).toBe("stopped");
    expect(best).toBeGreaterThan(0);
    expect(all(model).every(Number.isFinite)).toBe(true);
  });

  test("by stop() in the loop: done is told", async () => {
    const run = train(make(), { epochs: endless });
    const seen: string[] = [];
    for await (const event of run) {
      seen.push(short(event));
      if (event.kind === "epoch") run.stop();
    }
    expect(seen).toEqual(["start", "step 1", "step 2", "step 3", "epoch 1", "done"]);
  });

  test("by stop() while a reader holds an event", async () => {
    const run = train(make(), { epochs: endless });
    const reader = run[Symbol.asyncIterator]();
    await reader.next();
    run.stop();
    expect((await run.done).stopped).toBe("stopped");
  });
});

describe("an abort", () => {
  test("by a timer reaches a run that nobody reads", async () => {
    const model = make();
    const controller = new AbortController();
    const run = train(model, { epochs: endless, signal: controller.signal });
    onceTrained(run, () => controller.abort("late"));
    await expect(run.done).rejects.toBe("late");
    expect(run.history.stopped).toBe("stopped");
    expect(run.history.epochs.length).toBeGreaterThan(0);
    expect(all(model)).not.toEqual(all(make()));
    expect(all(model).every(Number.isFinite)).toBe(true);
    expect((await train(model).done).stopped).toBe("finished");
  });

  test("by AbortSignal.timeout", async () => {
    const run = train(make(), { epochs: endless, signal: AbortSignal.timeout(20) });
    await expect(run.done).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("rejects with the very reason, in the loop and in done", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const run = train(make(), { epochs: endless, signal: controller.signal });
    const loop = async (): Promise<void> => {
      for await (const event of run) if (event.kind === "epoch" && event.epoch === 2) controller.abort(reason);
    };
    await expect(loop()).rejects.toBe(reason);
    await expect(run.done).rejects.toBe(reason);
    expect(run.history.epochs.length).toBe(2);
  });

  test("before the start changes nothing", async () => {
    const model = make();
    await expect(train(model, { signal: AbortSignal.abort("no") }).done).rejects.toBe("no");
    expect(all(model)).toEqual(all(make()));
  });

  test("after the end does nothing", async () => {
    const controller = new AbortController();
    const run = train(make(), { signal: controller.signal });
    await run.done;
    controller.abort();
    expect((await run.done).stopped).toBe("finished");
  });

  test("nobody waits for does not end the process", async () => {
    const seen: unknown[] = [];
    const listen = (reason: unknown): void => void seen.push(reason);
    process.on("unhandledRejection", listen);
    const model = make();
    train(model, { signal: AbortSignal.abort() });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", listen);
    expect(seen).toEqual([]);
  });
});

describe("while a run goes on", () => {
  test("another fit, set and reset are BUSY", async () => {
    const model = make();
    const run = train(model, { epochs: endless });
    for (const change of [
      () => train(model),
      () => model.weights.set("dense 1/bias", [1, 2, 3, 4]),
      () => model.reset(),
    ])
      expect((await failure(change)).code).toBe("BUSY");
    run.stop();
    await run.done;
    model.reset();
    expect(all(model)).toEqual(all(make()));
  });

  test("the model answers as of the last finished step, and timers fire", async () => {
    const model = make();
    const run = train(model, { epochs: endless });
    const before = await model.predict([1, 2, 3]);
    while (run.history.epochs.length < 10) {
      expect(Number.isFinite((await model.evaluate(data)).loss)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 1)); // comes back only if the run lets timers in
    }
    const after = await model.predict([1, 2, 3]);
    run.stop();
    await run.done;
    expect(after.data).not.toEqual(before.data);
  });

  test("its history grows", async () => {
    const run = train(make());
    const counts: number[] = [];
    for await (const event of run) if (event.kind === "epoch") counts.push(run.history.epochs.length);
    expect(counts).toEqual([1, 2, 3, 4]);
  });

  test("done is a promise and the run is none: it can be returned from an async function", async () => {
    const run = await (async () => train(make()))();
    expect((await eventsOf(run)).length).toBeGreaterThan(1);
    expect(NablaError.name).toBe("NablaError");
  });
});
