import fc from "fast-check";
import {
  adam,
  batchNormalization,
  cosineDecay,
  crossEntropy,
  dataset,
  dense,
  dropout,
  type FitOptions,
  type Model,
  NablaError,
  relu,
  type SessionOptions,
  type SessionStates,
  sequential,
  sgd,
  softmax,
  TrainingSession,
  tanh,
} from "nabla";
import { afterEach, describe, expect, test, vi } from "vitest";
import { failure } from "../data/failure.ts";

const rows = Array.from({ length: 23 }, (_, i) => [(i % 7) / 7, ((i * 3) % 5) / 5, ((i * i) % 11) / 11]);
const labels = rows.map((_, i) => i % 3);
const data = dataset(rows, labels);
const validation = dataset(rows.slice(0, 9), labels.slice(0, 9));
const plain = (): Model => sequential([dense(6), tanh, dense(3), softmax], { input: 3, seed: 2 });
const random = (): Model =>
  sequential([dense(6), batchNormalization(), relu, dropout(0.3), dense(3), softmax], { input: 3, seed: 2 });

const base = { loss: crossEntropy, optimizer: sgd({ learningRate: 0.1 }), batchSize: 5 } satisfies FitOptions; // 5 steps an epoch

const sessions: TrainingSession[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session[Symbol.dispose]();
});

async function open(model: Model = plain(), options: SessionOptions = base): Promise<TrainingSession> {
  const session = await TrainingSession.open(model, data, options);
  sessions.push(session);
  return session;
}

const weightsOf = ({ weights }: Model) =>
  Object.fromEntries(weights.names().map((name) => [name, weights.get(name).data]));

describe("a session takes the steps of fit", () => {
  const kinds: readonly (readonly [string, () => Model, SessionOptions])[] = [
    ["sgd", plain, base],
    ["adam, with dropout and batch normalization", random, { ...base, optimizer: adam() }],
    [
      "momentum and the sum",
      plain,
      { ...base, optimizer: sgd({ learningRate: 0.02, momentum: 0.9 }), reduction: "sum" },
    ],
    ["all at once", plain, { ...base, batchSize: "all" }],
    ["in the order of the data, clipped", plain, { ...base, shuffle: false, clipNorm: 0.1 }],
    [
      "a schedule",
      plain,
      { ...base, optimizer: adam({ learningRate: cosineDecay({ learningRate: 0.1 }) }), epochs: 4 },
    ],
    ["validation data set aside", plain, { ...base, validation: 0.3, seed: 9 }],
  ];
  test.each(kinds)("%s", async (_, make, options) => {
    const model = make();
    const { epochs } = await model.fit(data, { ...options, epochs: 4 }).done;
    const session = await open(make(), options);
    for (let epoch = 1; epoch <= 4; epoch++) await session.step({ by: "epoch" });
    expect(weightsOf(session.model)).toEqual(weightsOf(model));
    const numbersOf = ({ epochs }: Pick<TrainingSession, "epochs">) =>
      epochs.map(({ epoch, loss, metrics, validation }) => ({ epoch, loss, metrics, validation }));
    expect(numbersOf(session)).toEqual(numbersOf({ epochs }));
    await session.goTo(0); // and once more, in other pieces
    await session.advance(3);
    await session.run({ until: { step: 4 * session.stepsPerEpoch - 1 } });
    await session.step({ by: "batch" });
    expect(weightsOf(session.model)).toEqual(weightsOf(model));
  });
});

describe("stepping", () => {
  test("by example leaves the weights alone until the batch is through", async () => {
    const session = await open();
    const before = weightsOf(session.model);
    for (let example = 1; example < 5; example++) {
      expect(await session.step({ by: "example" })).toMatchObject({ step: 0, batch: 0, example });
      expect(weightsOf(session.model)).toEqual(before);
    }
    expect(await session.step({ by: "example" })).toMatchObject({ step: 1, batch: 1, example: 0 });
    const straight = await open();
    await straight.advance(1);
    expect(weightsOf(session.model)).toEqual(weightsOf(straight.model));
  });

  test("each epoch takes every example once, the last batch the rest", async () => {
    const session = await open();
    const taken: number[] = [];
    for (let step = 0; step < 5; step++) {
      const { rows } = session.position;
      expect(rows).toHaveLength(step < 4 ? 5 : 3);
      taken.push(...rows);
      await session.step({ by: "batch" });
    }
    expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, i) => i));
    expect(session.position).toMatchObject({ step: 5, epoch: 1, batch: 0 });
  });

  test("from the middle, the end or the start of the batch or epoch is the first", async () => {
    const session = await open();
    const go = async (by: "example" | "batch" | "epoch", count: number): Promise<readonly number[]> => {
      const { step, example } = await session.step({ by, count });
      return [step, example];
    };
    expect(await go("example", 7)).toEqual([1, 2]);
    expect(await go("batch", 1)).toEqual([2, 0]);
    expect(await go("example", 3)).toEqual([2, 3]);
    expect(await go("batch", -1)).toEqual([2, 0]);
    expect(await go("batch", -1)).toEqual([1, 0]);
    expect(await go("example", -1)).toEqual([0, 4]);
    expect(await go("epoch", 1)).toEqual([5, 0]);
    expect(await go("example", -1)).toEqual([4, 2]); // the last batch has three
    expect(await go("epoch", 2)).toEqual([10, 0]);
    expect(await go("batch", 2)).toEqual([12, 0]);
    expect(await go("epoch", -1)).toEqual([10, 0]);
    expect(await go("epoch", -1)).toEqual([5, 0]);
    expect(await go("example", 23)).toEqual([10, 0]);
    expect(await go("example", -46)).toEqual([0, 0]);
    expect(await go("batch", -3)).toEqual([0, 0]); // not before it began
  });

  test("back cuts the history of epochs, forth tells it again", async () => {
    const session = await open();
    await session.step({ by: "epoch", count: 4 });
    const told = session.epochs.map(({ epoch, loss }) => [epoch, loss]);
    await session.goTo(11);
    expect(session.epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    await session.goTo(20);
    expect(session.epochs.map(({ epoch, loss }) => [epoch, loss])).toEqual(told);
  });
});

describe("changes by hand", () => {
  test("a rate holds from its step on, going back included", async () => {
    const session = await open();
    await session.advance(3);
    const three = weightsOf(session.model);
    session.set({ learningRate: 0.5 });
    expect(session.settings).toEqual({ learningRate: 0.5 });
    await session.advance(3);
    const six = weightsOf(session.model);
    await session.goTo(2);
    expect(session.settings).toEqual({ learningRate: 0.1 });
    await session.goTo(3);
    expect(weightsOf(session.model)).toEqual(three);
    await session.goTo(6);
    expect(weightsOf(session.model)).toEqual(six);
    const straight = await open();
    await straight.advance(6);
    expect(weightsOf(straight.model)).not.toEqual(six);
  });

  test("a weight that was set is set again on the way, and another change cuts off what lay ahead", async () => {
    const session = await open();
    await session.advance(2);
    session.setWeight("dense 1/weight", [5, 2], 3);
    expect(session.model.weights.get("dense 1/weight").data[17]).toBe(3);
    await session.advance(4);
    const six = weightsOf(session.model);
    await session.goTo(0);
    await session.goTo(6);
    expect(weightsOf(session.model)).toEqual(six);
    await session.goTo(1);
    session.set({ learningRate: 0.1 }); // as it was: only the weight of step 2 is forgotten
    await session.goTo(6);
    const straight = await open();
    await straight.advance(6);
    expect(weightsOf(session.model)).toEqual(weightsOf(straight.model));
  });

  test("a weight that is set after going back cuts off a rate that lay ahead", async () => {
    const session = await open();
    await session.advance(2);
    session.set({ learningRate: 0.5 });
    await session.goTo(1); // rates of the steps ahead lie ready by now
    session.setWeight("dense 1/bias", [0], 1);
    await session.advance(2);
    const straight = await open();
    await straight.advance(1);
    straight.setWeight("dense 1/bias", [0], 1);
    await straight.advance(2);
    expect(session.settings).toEqual({ learningRate: 0.1 });
    expect(weightsOf(session.model)).toEqual(weightsOf(straight.model));
  });

  test("numbers of layers are set by name", async () => {
    const session = await open(random());
    expect(session.settings).toEqual({ learningRate: 0.1, "dropout 1/rate": 0.3 });
    session.set({ "dropout 1/rate": 0 });
    await session.advance(5);
    const other = await open(
      sequential([dense(6), batchNormalization(), relu, dropout(0), dense(3), softmax], { input: 3, seed: 2 }),
    );
    await other.advance(5);
    expect(weightsOf(session.model)).toEqual(weightsOf(other.model));
  });
});

describe("until", () => {
  test("a condition ends a run, and says so", async () => {
    const session = await open(plain(), { ...base, validation });
    expect(await session.run({ until: { step: 7, epoch: 3 } })).toEqual({ by: "step", limit: 7, value: 7 });
    expect(await session.run({ until: { epoch: 3 } })).toEqual({ by: "epoch", limit: 3, value: 3 });
    expect(session.position.step).toBe(15);
    const first = session.epochs.at(-1)!.loss;
    const ended = await session.run({ until: { loss: first - 0.001 } });
    expect(ended).toEqual({ by: "loss", limit: first - 0.001, value: session.epochs.at(-1)!.loss });
    const target = session.epochs.at(-1)!.validation!["loss"]! - 0.0005;
    const below = await session.run({ until: { validationLoss: target } });
    expect(below).toEqual({ by: "validationLoss", limit: target, value: session.epochs.at(-1)!.validation!["loss"] });
    expect(await session.run({ until: { accuracy: 0 } })).toMatchObject({ by: "accuracy", limit: 0 });
    expect(session.position.step % 5).toBe(0);
  });

  test("a run at a pace is as slow as it was asked to be", async () => {
    const session = await open();
    let stretches = 0;
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    try {
      const run = session.run({ stepsPerSecond: 50, onStretch: () => void (stretches += 1) });
      for (let time = 0; time <= 1000; time += 10) {
        expect(session.position.step).toBeLessThanOrEqual(1 + time / 20);
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        expect(session.position.step).toBe(1 + Math.floor(time / 20)); // the first at once, then one every 20 ms
        vi.advanceTimersByTime(10);
      }
      await session.pause();
      expect(await run).toEqual({ by: "pause" });
      expect(stretches).toBeGreaterThanOrEqual(50); // between any two steps
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("states", () => {
  test("go on elsewhere to the same bits, sums of the epoch and changed rates included", async () => {
    const session = await open(random(), { ...base, optimizer: adam() });
    session.set({ learningRate: 0.02, "dropout 1/rate": 0.1 });
    await session.advance(8);
    await session.step({ by: "example", count: 2 });
    const states = structuredClone(session.states());
    const other = await open(random(), { ...base, optimizer: adam() });
    await other.advance(2);
    expect(await other.restore(states)).toEqual(session.position);
    await Promise.all([session.advance(100), other.advance(100)]);
    expect(weightsOf(other.model)).toEqual(weightsOf(session.model));
    expect(other.states()).toEqual(session.states());
    expect(other.epochs[0]).toMatchObject({ epoch: 2, loss: session.epochs[1]!.loss });
    await other.goTo(8);
    expect(other.states()).toEqual({ ...states, example: 0 });
    expect((await failure(() => other.goTo(7))).message).toContain("a whole number from 8");
  });

  test.each([
    ["no record", () => null, "FORMAT"],
    ["a step below 0", (states: SessionStates) => ({ ...states, step: -1 }), "FORMAT"],
    ["an example beyond its batch", (states: SessionStates) => ({ ...states, example: 5 }), "OPTION"],
    ["no values", (states: SessionStates) => ({ ...states, values: {} }), "FORMAT"],
    [
      "another state",
      (states: SessionStates) => ({ ...states, values: { ...states.values, x: new Float32Array(1) } }),
      "FORMAT",
    ],
    [
      "too few numbers",
      (states: SessionStates) => ({ ...states, values: { ...states.values, "dense 1/bias": new Float32Array(5) } }),
      "SHAPE",
    ],
    [
      "NaN",
      (states: SessionStates) => ({
        ...states,
        values: { ...states.values, "dense 1/bias": new Float32Array(6).fill(Number.NaN) },
      }),
      "DATA",
    ],
    ["a rate that cannot be", (states: SessionStates) => ({ ...states, settings: { learningRate: -1 } }), "OPTION"],
    ["sums of nothing", (states: SessionStates) => ({ ...states, sums: { samples: 1 } }), "FORMAT"],
  ])("%s is refused, and the session stays as it was", async (_, spoil, code) => {
    const session = await open();
    await session.advance(3);
    const states = session.states();
    const error = await failure(() => session.restore(spoil(states) as SessionStates));
    expect(error.code).toBe(code);
    expect(session.states()).toEqual(states);
  });
});

describe("numbers gone wrong", () => {
  const wild = { ...base, optimizer: sgd({ learningRate: 1e30 }), reduction: "sum" as const };

  test("stop it at the step that did it, and going back is one call", async () => {
    const session = await open(sequential([dense(4), relu, dense(3)], { input: 3, seed: 1 }), {
      ...wild,
      loss: undefined,
    });
    const error = await failure(() => session.run());
    expect(error).toMatchObject({ code: "DIVERGED", where: { step: session.position.step } });
    const { lastFinite, step, layer, message } = session.diverged!;
    expect(step).toBe(lastFinite + 1);
    expect(layer).toBeDefined();
    expect(message).toBe(error.message);
    expect(message).toContain(`Go back to step ${lastFinite}`);
    expect((await failure(() => session.advance(1))).code).toBe("DIVERGED");
    expect((await failure(() => session.setWeight("dense 1/bias", [0], 1))).code).toBe("DIVERGED");
    session.set({ learningRate: 0.01 });
    await session.goTo(lastFinite);
    expect(session.diverged).toBeUndefined();
    expect(session.settings["learningRate"]).toBe(0.01);
    expect(Object.values(session.states().values).every((values) => values.every(Number.isFinite))).toBe(true);
  });

  test("one step back is the last finite state", async () => {
    const session = await open(sequential([dense(4), relu, dense(3)], { input: 3, seed: 1 }), {
      ...wild,
      loss: undefined,
    });
    await failure(() => session.run());
    const { lastFinite } = session.diverged!;
    expect(await session.step({ by: "batch", count: -1 })).toMatchObject({ step: lastFinite });
  });
});

describe("what is not allowed", () => {
  test("the model is busy until the session is disposed of", async () => {
    const session = await open();
    const { model } = session;
    expect((await failure(() => model.fit(data))).code).toBe("BUSY");
    expect((await failure(() => model.reset())).code).toBe("BUSY");
    expect((await failure(() => model.weights.set("dense 1/bias", [1, 2, 3, 4, 5, 6]))).code).toBe("BUSY");
    expect((await failure(() => TrainingSession.open(model, data))).code).toBe("BUSY");
    expect((await model.predict(data)).shape).toEqual([23, 3]);
    const run = session.run();
    await new Promise((resolve) => setTimeout(resolve)); // it has begun
    session[Symbol.dispose]();
    expect(await run).toEqual({ by: "pause" });
    await new Promise((resolve) => setTimeout(resolve));
    await model.fit(data, { ...base, epochs: 1 }).done;
    expect((await failure(() => session.advance(1))).message).toContain("has been disposed of");
  });

  test.each([
    ["a step of no kind", (s: TrainingSession) => s.step({ by: "hour" as "batch" }), "OPTION"],
    ["half a step", (s: TrainingSession) => s.advance(0.5), "OPTION"],
    ["a step before the first", (s: TrainingSession) => s.goTo(-1), "OPTION"],
    ["an unknown number", (s: TrainingSession) => s.set({ learnigRate: 1 }), "OPTION"],
    ["a number compiled in", (s: TrainingSession) => s.set({ momentum: 0.5 }), "OPTION"],
    ["a rate of 0", (s: TrainingSession) => s.set({ learningRate: 0 }), "OPTION"],
    ["an unknown parameter", (s: TrainingSession) => s.setWeight("dense 9/weight", [0, 0], 1), "OPTION"],
    ["a place that is not there", (s: TrainingSession) => s.setWeight("dense 1/weight", [6, 0], 1), "OPTION"],
    ["NaN", (s: TrainingSession) => s.setWeight("dense 1/weight", [0, 0], Number.NaN), "DATA"],
    ["more than float32", (s: TrainingSession) => s.setWeight("dense 1/weight", [0, 0], 1e39), "DATA"],
    ["no condition", (s: TrainingSession) => s.run({ until: { epochs: 3 } as object }), "OPTION"],
    ["half an epoch", (s: TrainingSession) => s.run({ until: { epoch: 1.5 } }), "OPTION"],
    ["validation without data", (s: TrainingSession) => s.run({ until: { validationLoss: 1 } }), "OPTION"],
    ["no pace", (s: TrainingSession) => s.run({ stepsPerSecond: 0 }), "OPTION"],
  ])("%s", async (_, act, code) => {
    const session = await open();
    const error = await failure(async () => act(session));
    expect(error).toBeInstanceOf(NablaError);
    expect(error.code).toBe(code);
    expect(session.position.step).toBe(0);
  });
});

/** What a hand may do. */
type Action =
  | { readonly kind: "step"; readonly by: "example" | "batch" | "epoch"; readonly count: number }
  | { readonly kind: "goTo"; readonly step: number }
  | { readonly kind: "run"; readonly step: number }
  | { readonly kind: "rate"; readonly value: number }
  | { readonly kind: "weight"; readonly index: number; readonly value: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant("step" as const),
    by: fc.constantFrom("example", "batch", "epoch"),
    count: fc.integer({ min: -9, max: 9 }),
  }),
  fc.record({ kind: fc.constant("goTo" as const), step: fc.nat(40) }),
  fc.record({ kind: fc.constant("run" as const), step: fc.nat(40) }),
  fc.record({ kind: fc.constant("rate" as const), value: fc.constantFrom(0.01, 0.05, 0.2) }),
  fc.record({ kind: fc.constant("weight" as const), index: fc.nat(5), value: fc.constantFrom(-0.5, 0.25, 1) }),
);

test("whatever a hand does, the state is that of a straight run with the changes that still count", async () => {
  const options = { ...base, optimizer: adam({ learningRate: 0.05 }) };
  const session = await open(random(), options);
  const straight = await open(random(), options);
  const start = session.states();
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 12 }), async (actions) => {
      await session.restore(start); // opening takes far longer than all the steps
      await straight.restore(start);
      let log: { readonly step: number; readonly change: Action }[] = [];
      for (const one of actions) {
        const { step } = session.position;
        if (one.kind === "step") await session.step(one);
        else if (one.kind === "goTo") await session.goTo(one.step);
        else if (one.kind === "run") await session.run({ until: { step: one.step } });
        else {
          log = [...log.filter((entry) => entry.step <= step), { step, change: one }];
          if (one.kind === "rate") session.set({ learningRate: one.value });
          else session.setWeight("dense 1/bias", [one.index], one.value);
        }
      }
      const { step } = session.position;
      for (const entry of log.filter((entry) => entry.step <= step)) {
        await straight.advance(entry.step - straight.position.step);
        if (entry.change.kind === "rate") straight.set({ learningRate: entry.change.value });
        else if (entry.change.kind === "weight")
          straight.setWeight("dense 1/bias", [entry.change.index], entry.change.value);
      }
      await straight.advance(step - straight.position.step);
      expect(session.states().values).toEqual(straight.states().values);
      expect(session.states().sums).toEqual(straight.states().sums);
      expect(session.epochs.map(({ epoch, loss }) => [epoch, loss])).toEqual(
        straight.epochs.map(({ epoch, loss }) => [epoch, loss]),
      );
    }),
    { numRuns: 40 },
  );
});
