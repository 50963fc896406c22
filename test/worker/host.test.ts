import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import fc from "fast-check";
import { type Dataset, quadrants } from "nabla/data";
import {
  type ServedSession,
  type ServeOptions,
  serveTraining,
  type TrainingClient,
  type TrainingClientOptions,
  type TrainingJob,
  trainingClient,
} from "nabla/worker";
import { afterEach, describe, expect, test, vi } from "vitest";
import { failure } from "../data/failure.ts";

const data = quadrants({ size: 47, seed: 1 });
const plain = ({ shape, x, y, classes }: Dataset): object => ({ shape, x, y, classes });
const layers = [
  { kind: "dense", settings: { units: 4 } },
  { kind: "tanh" },
  { kind: "dropout", settings: { rate: 0.1 } },
  { kind: "dense", settings: { units: 2 } },
  { kind: "softmax" },
];
const job: TrainingJob = {
  model: { input: 2, layers, seed: 3 },
  data: plain(data),
  optimizer: { kind: "adam", learningRate: 0.01 },
  batchSize: 10,
};

const open: Disposable[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one[Symbol.dispose]();
  vi.restoreAllMocks();
});

function connect(
  served: ServeOptions = {},
  options: TrainingClientOptions = {},
): { readonly client: TrainingClient; readonly port: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  serveTraining(port2, served);
  const client = trainingClient(port1, options);
  open.push(client);
  return { client, port: port1 };
}

describe("views", () => {
  test("see the session after its last step; those of the data stay, those that fail say why", async () => {
    const views = {
      rows: ({ data }) => data.x.data,
      step: ({ position, loss, settings }, add: number) => [position.step + add, loss, settings],
      broken: () => {
        throw new TypeError("no such luck");
      },
      code: () => () => 1,
    } satisfies ServeOptions["views"];
    const { client } = connect({ views });
    await client.load(job);
    client.watch({ rows: undefined, step: 100, broken: undefined, other: undefined });
    for (let step = 1; step < 4; step++) {
      const { views, viewErrors } = await client.step({ by: "batch" });
      expect(views["step"]).toEqual([step + 100, "crossEntropy", { learningRate: 0.01, "dropout 1/rate": 0.1 }]);
      expect(views["rows"]).toEqual(data.x.data); // not handed over: training goes on with it
      expect(viewErrors!["broken"]!.message).toBe("no such luck");
      expect(viewErrors!["other"]).toMatchObject({ code: "OPTION", expected: "parameters, rows, step, broken, code" });
    }
    expect(await failure(() => client.ask("code"))).toMatchObject({ code: "UNSUPPORTED" });
    expect(await client.ask("step", 5)).toEqual([8, "crossEntropy", expect.anything()]);
    client.watch({ code: undefined });
    const { step, viewErrors } = await client.step({ by: "batch" });
    expect([step, viewErrors!["code"]]).toEqual([4, expect.objectContaining({ code: "UNSUPPORTED" })]);
  });

  test("dear ones leave training seven tenths of the time, and are there when it pauses", async () => {
    // time passes by this clock alone: a little whenever it is read, and much in the view
    let time = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (time += 0.05));
    const dear = (): number => {
      const began = time;
      time += 200; // a stretch takes 8
      return began;
    };
    const { client } = connect({ views: { dear } }, { nextFrame: (callback) => void setImmediate(callback) });
    await client.load(job);
    client.watch({ dear: undefined });
    const began: number[] = [];
    let without = 0;
    const five = new Promise<void>((resolve) =>
      client.onSnapshot(({ isRunning, views }) => {
        if (!isRunning) return;
        if (!("dear" in views)) without += 1;
        else if (began.push(views["dear"] as number) === 5) resolve();
      }),
    );
    const run = client.start();
    await five;
    const paused = await client.pause();
    expect(paused.views["dear"]).toBeGreaterThan(began.at(-1)!);
    expect((await run).views).toEqual({}); // it was told with the pause
    for (const [i, at] of began.slice(1).entries()) expect(at - began[i]!).toBeGreaterThanOrEqual(200 / 0.3);
    expect(without).toBeGreaterThanOrEqual(40); // snapshots come meanwhile
  });

  test("come anew when others are watched while training stands", async () => {
    const { client } = connect({ views: { one: () => 1, two: () => 2 } });
    await client.load(job);
    const seen = new Promise((resolve) => client.onSnapshot(({ views }) => "two" in views && resolve(views)));
    client.watch({ one: undefined });
    client.watch({ two: undefined });
    expect(await seen).toEqual({ two: 2 });
  });
});

describe("what comes at once", () => {
  test("the later load wins, and the earlier is told", async () => {
    const { client } = connect();
    const first = client.load(job);
    const second = client.load({ ...job, batchSize: 20 });
    expect(await failure(() => first)).toMatchObject({ code: "BUSY" });
    expect((await second).batchSize).toBe(20);
    const run = client.start();
    const third = client.load({ ...job, batchSize: 30 });
    expect(await failure(() => run)).toMatchObject({ code: "BUSY" });
    expect((await third).snapshot).toMatchObject({ step: 0, isRunning: false });
  });

  test("weights and rates change while it runs, at a step of their own", async () => {
    const { client } = connect();
    await client.load(job);
    const run = client.start();
    const changed = await client.set({ learningRate: 0.5 });
    expect(changed).toMatchObject({ isRunning: true, settings: { learningRate: 0.5 } });
    await client.setWeight("dense 1/bias", [0], 2);
    const states = await client.states();
    expect(states.settings).toEqual({ learningRate: 0.5 });
    const { step } = await client.pause();
    expect((await run).step).toBe(step);
    const end = await client.ask("parameters");
    await client.goTo(0);
    await client.goTo(step);
    expect(await client.ask("parameters")).toEqual(end);
  });

  test("no step runs while a view is made, however long it takes", async () => {
    const slow = async ({ states }: ServedSession) => {
      const before = states();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(states()).toEqual(before);
      return before.step;
    };
    const { client } = connect({ views: { slow } });
    await client.load(job);
    const run = client.start();
    const first = await client.ask("slow");
    const second = await client.ask("slow");
    expect(second).toBeGreaterThan(first as number); // it went on between
    await client.pause();
    await run;
  });

  test("a second start takes the place of the first; abort forgets all", async () => {
    const { client } = connect();
    await client.load(job);
    const first = client.start();
    const second = client.start({ until: { step: 1_000_000_000 } });
    await first;
    await client.abort();
    expect(await failure(() => second)).toMatchObject({ code: "BUSY" });
    expect(await failure(() => client.step({ by: "batch" }))).toMatchObject({ code: "OPTION" });
  });

  test("pause ends a long way to a step", async () => {
    const { client } = connect();
    await client.load(job);
    const long = client.step({ by: "epoch", count: 1_000_000_000 });
    const paused = await client.pause();
    expect((await long).step).toBe(paused.step);
  });
});

test("states go on in another worker to the same bits", async () => {
  const { client: one } = connect();
  await one.load(job);
  await one.step({ by: "batch", count: 13 });
  await one.step({ by: "example", count: 3 });
  const keep = await one.states();
  const { client: two } = connect();
  const { snapshot } = await two.load({ ...job, keep });
  expect(snapshot).toMatchObject({ step: 13, epoch: 2, batch: 3, example: 3 });
  await Promise.all([one.step({ by: "batch", count: 100 }), two.step({ by: "batch", count: 100 })]);
  expect(await two.states()).toEqual(await one.states());
});

test("numbers gone wrong end a run, say where, and are left by one call", async () => {
  const { client } = connect();
  const wild = { kind: "sgd", learningRate: 1e30 };
  const dense = { input: 2, layers: [{ kind: "dense", settings: { units: 2 } }], seed: 1 };
  await client.load({ ...job, model: dense, optimizer: wild });
  const { ended, diverged, step } = await client.start();
  expect(ended).toEqual({ by: "diverged" });
  expect(diverged).toMatchObject({ step, lastFinite: step - 1 });
  expect((await client.step({ by: "batch" })).diverged).toEqual(diverged);
  const back = await client.goTo(diverged!.lastFinite);
  expect(back).toMatchObject({ step: step - 1 });
  expect(back.diverged).toBeUndefined();
});

test("a worker that dies rejects what waits, and all that comes", async () => {
  const worker = new Worker("setTimeout(() => { throw new Error('broken pipe') }, 50)", { eval: true });
  const client = trainingClient(worker);
  open.push(client);
  expect(await failure(() => client.load(job))).toMatchObject({ code: "ENVIRONMENT" });
  expect((await failure(() => client.pause())).message).toContain("broken pipe");
});

test.each<readonly [string, Partial<TrainingJob> | Readonly<Record<string, unknown>>, string]>([
  ["no layers", { model: { input: 2, layers: [] } }, "FORMAT"],
  ["an unknown layer", { model: { input: 2, layers: [{ kind: "dnese" }] } }, "UNSUPPORTED"],
  [
    "a layer of a billion units",
    { model: { input: 2, layers: [{ kind: "dense", settings: { units: 1e9 } }] } },
    "LIMIT",
  ],
  ["no input", { model: { input: 0, layers } }, "OPTION"],
  ["bytes of no model", { model: new Uint8Array(20) }, "FORMAT"],
  ["a weight that is not there", { model: { input: 2, layers, weights: { x: new Float32Array(1) } } }, "OPTION"],
  [
    "a weight of another shape",
    { model: { input: 2, layers, weights: { "dense 1/bias": new Float32Array(1) } } },
    "SHAPE",
  ],
  ["no data", { data: undefined }, "FORMAT"],
  ["a table that ends in the middle", { data: { shape: [2], x: { data: new Float32Array(3), scale: 1 } } }, "FORMAT"],
  ["NaN in the data", { data: { shape: [1], x: { data: new Float32Array([Number.NaN]), scale: 1 } } }, "DATA"],
  ["rows beyond the table", { data: { ...plain(data), rows: Uint32Array.of(99) } }, "FORMAT"],
  [
    "labels beyond the classes",
    { data: { ...plain(data), y: { kind: "labels", data: new Int32Array(47).fill(7), classes: 2 } } },
    "FORMAT",
  ],
  ["an optimizer without a kind", { optimizer: { learningRate: 1 } }, "FORMAT"],
  ["an unknown setting of it", { optimizer: { kind: "adam", momentum: 1 } }, "OPTION"],
  ["a batch of nothing", { batchSize: 0 }, "OPTION"],
  ["an unknown option", { epochs: 5 }, "OPTION"],
  ["states of nothing", { keep: { step: 0, example: 0, values: {} } }, "FORMAT"],
])("a job with %s is refused, and another is taken", async (_, change, code) => {
  const { client } = connect();
  expect(await failure(() => client.load({ ...job, ...change } as TrainingJob))).toMatchObject({ code });
  expect((await client.load(job)).samples).toBe(47);
});

describe("messages that no client sends", () => {
  const value = fc.oneof(
    fc.anything(),
    fc.record({ by: fc.anything(), count: fc.anything() }),
    fc.record({ job: fc.anything(), load: fc.anything() }),
  );
  const kind = fc.constantFrom(
    "load",
    "start",
    "pause",
    "step",
    "goTo",
    "set",
    "setWeight",
    "states",
    "modelBytes",
    "watch",
    "ask",
    "abort",
    "next",
    "__proto__",
    "constructor",
  );

  test("get an answer each, and the host goes on", async () => {
    const { client, port } = connect();
    await client.load(job);
    const answered = new Set<unknown>();
    port.on("message", ({ id }: { readonly id?: unknown }) => answered.add(id));
    let id = 1_000_000;
    await fc.assert(
      fc.asyncProperty(kind, value, async (kind, argument) => {
        id += 1;
        try {
          structuredClone(argument);
        } catch {
          return; // what cannot be sent
        }
        port.postMessage({ protocol: "nabla training 1", id, kind, argument });
        if (kind === "start") port.postMessage({ protocol: "nabla training 1", id: 0, kind: "pause" });
      }),
      { numRuns: 300 },
    );
    for (const foreign of [
      null,
      7,
      "load",
      [],
      {},
      { protocol: "nabla training 1" },
      { protocol: "another", id: 5, kind: "load" },
    ])
      port.postMessage(foreign);
    expect((await client.load(job)).samples).toBe(47);
    expect((await client.step({ by: "batch" })).step).toBe(1);
    expect(answered.size).toBeGreaterThan(100);
    expect(answered.has(5)).toBe(false);
  });
});

type Action =
  | { readonly kind: "start"; readonly steps: number }
  | { readonly kind: "startAndPause" }
  | { readonly kind: "step"; readonly by: "example" | "batch" | "epoch"; readonly count: number }
  | { readonly kind: "rate"; readonly value: number }
  | { readonly kind: "weight"; readonly value: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant("start" as const), steps: fc.nat(20) }),
  fc.record({ kind: fc.constant("startAndPause" as const) }),
  fc.record({
    kind: fc.constant("step" as const),
    by: fc.constantFrom("example", "batch", "epoch"),
    count: fc.integer({ min: -6, max: 6 }),
  }),
  fc.record({ kind: fc.constant("rate" as const), value: fc.constantFrom(0.01, 0.1) }),
  fc.record({ kind: fc.constant("weight" as const), value: fc.constantFrom(-0.5, 0.25, 1) }),
);

test("a straight replay of the changes gives the bits that a hand at play got", async () => {
  const { client } = connect();
  const { client: straight } = connect();
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 8 }), async (actions) => {
      let { step } = (await client.load(job)).snapshot;
      let log: { readonly at: number; readonly change: Action }[] = [];
      for (const one of actions) {
        if (one.kind === "start") ({ step } = await client.start({ until: { step: step + one.steps } }));
        else if (one.kind === "startAndPause") {
          const run = client.start({ until: { step: step + 3000 } });
          ({ step } = await client.pause());
          await run;
        } else if (one.kind === "step") ({ step } = await client.step(one));
        else {
          log = [...log.filter(({ at }) => at <= step), { at: step, change: one }];
          if (one.kind === "rate") await client.set({ learningRate: one.value });
          else await client.setWeight("dense 2/weight", [1, 3], one.value);
        }
      }
      await straight.load(job);
      for (const { at, change } of log.filter(({ at }) => at <= step)) {
        await straight.goTo(at);
        if (change.kind === "rate") await straight.set({ learningRate: change.value });
        else if (change.kind === "weight") await straight.setWeight("dense 2/weight", [1, 3], change.value);
      }
      await straight.goTo(step);
      expect((await client.states()).values).toEqual((await straight.states()).values);
    }),
    { numRuns: 15 },
  );
});
