import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  adagrad,
  adam,
  batchNormalization,
  cosineDecay,
  dataset,
  dense,
  dropout,
  type FitOptions,
  type History,
  halfSquared,
  type Model,
  meanSquared,
  network,
  type Optimizer,
  relu,
  rmsprop,
  sequential,
  sgd,
  softmax,
  tanh,
  zeroOne,
} from "nabla";
import { afterAll, describe, expect, test } from "vitest";
import { isFmaAvailable } from "../../src/backend/wasm/platform.ts";
import { decodeCheckpoint, encodeCheckpoint, type RunCheckpoint } from "../../src/train/checkpoint-file.ts";
import { failure } from "../data/failure.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-resume-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = (): string => join(folder, `run ${++files}.checkpoint`);

const rows = Array.from({ length: 37 }, (_, i) => [(i % 7) / 7, ((i * 3) % 5) / 5, ((i * i) % 11) / 11]);
const data = dataset(
  rows,
  rows.map((_, i) => i % 3),
);
const make = (seed = 1): Model => sequential([dense(6), tanh, dense(3), softmax], { input: 3, seed });
const all = (model: Model): number[] => model.weights.names().flatMap((name) => [...model.weights.get(name).data]);

/** A history without what a clock said. */
const timeless = ({ epochs, stopped, best }: History) => ({
  stopped,
  best,
  epochs: epochs.map(({ seconds, samplesPerSecond, ...others }) => others),
});

/** A checkpoint's bytes with every time set to 0. */
function timelessBytes(file: string): Uint8Array {
  const checkpoint = decodeCheckpoint(readFileSync(file), file);
  const epochs = checkpoint.epochs.map((event) => ({ ...event, seconds: 0, samplesPerSecond: 0 }));
  return encodeCheckpoint({ ...checkpoint, seconds: 0, epochSeconds: 0, epochs });
}

/** Trains for `steps` steps, and leaves the run. */
async function cutOff(model: Model, options: FitOptions, to: string, steps: number): Promise<void> {
  const run = model.fit(data, { ...options, checkpoint: { to, every: 1000 } });
  for await (const event of run) if (event.kind === "step" && event.step === steps) break;
  await run.done;
}

const optimizers: readonly (readonly [string, () => Optimizer])[] = [
  ["sgd", () => sgd({ learningRate: 0.1 })],
  ["momentum", () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true })],
  ["adam", () => adam({ learningRate: 0.02, weightDecay: 0.01 })],
  ["adagrad", () => adagrad({ learningRate: 0.1 })],
  ["rmsprop", () => rmsprop({ learningRate: 0.01 })],
  ["a schedule", () => adam({ learningRate: cosineDecay({ learningRate: 0.05, warmup: 4 }) })],
];

describe("a run that is cut off and resumed", () => {
  test.each(optimizers)("with %s equals one that never stopped, wherever it is cut", async (_, optimizer) => {
    const options = (): FitOptions => ({ optimizer: optimizer(), batchSize: 8, epochs: 4, validation: 0.2, seed: 5 });
    const whole = make();
    const wholeFile = newFile();
    const expected = await whole.fit(data, { ...options(), checkpoint: { to: wholeFile, every: 1 } }).done;
    const bytes = timelessBytes(wholeFile);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 2 }), async (steps, threads) => {
        const to = newFile();
        await cutOff(make(), options(), to, steps);
        const model = make();
        const run = model.fit(data, { ...options(), threads, resume: to, checkpoint: { to, every: 1 } });
        expect(timeless(await run.done)).toEqual(timeless(expected));
        expect(await model.toBytes()).toEqual(await whole.toBytes());
        expect(timelessBytes(to)).toEqual(bytes);
      }),
      {
        numRuns: 8,
        examples: [
          [4, 1],
          [16 - 1, 2],
        ],
      },
    );
  });

  test("with branches, dropout, batch normalization and clipping, wherever it is cut", async () => {
    const build = (): Model =>
      network({ input: 3, seed: 2 }, (x, { concatenate }) =>
        concatenate(x.to(dense(5), batchNormalization(), relu), x.to(dense(4), tanh, dropout(0.3))).to(
          dense(3),
          softmax,
        ),
      );
    const options: FitOptions = {
      optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
      batchSize: 8,
      epochs: 4,
      clipNorm: 0.5,
      seed: 5,
    };
    const whole = build();
    const wholeFile = newFile();
    await whole.fit(data, { ...options, checkpoint: { to: wholeFile, every: 1 } }).done;
    for (const steps of [1, 4, 5, 7, 13]) {
      const to = newFile();
      await cutOff(build(), options, to, steps);
      const model = build();
      await model.fit(data, { ...options, resume: to, checkpoint: { to, every: 1 } }).done;
      expect(await model.toBytes()).toEqual(await whole.toBytes());
      expect(timelessBytes(to)).toEqual(timelessBytes(wholeFile));
    }
  });

  test("keeps what was changed while it went on", async () => {
    const build = (): Model => sequential([dense(6), tanh, dropout(0.2), dense(3), softmax], { input: 3, seed: 1 });
    const options: FitOptions = { batchSize: 8, epochs: 4, seed: 5 };
    /** Trains, turns the rate up after step 6, and ends after step `last`. */
    const train = async (model: Model, last: number, to: string): Promise<void> => {
      const run = model.fit(data, { ...options, checkpoint: { to, every: 1000 } });
      for await (const event of run) {
        if (event.kind !== "step") continue;
        if (event.step === 6) run.hyperparameters.set("dropout 1/rate", 0.7);
        if (event.step === last) break;
      }
      await run.done;
    };
    const whole = build();
    await train(whole, Number.POSITIVE_INFINITY, newFile());
    const to = newFile();
    await train(build(), 11, to);
    const model = build();
    const run = model.fit(data, { ...options, resume: to });
    await run.done;
    expect(run.hyperparameters.get("dropout 1/rate")).toBe(0.7);
    expect(await model.toBytes()).toEqual(await whole.toBytes());
  });

  test("again and again, at every step", async () => {
    const options: FitOptions = { batchSize: 10, epochs: 3, metrics: [zeroOne] };
    const whole = make();
    const expected = await whole.fit(data, options).done;
    const to = newFile();
    for (let step = 1; step <= 12; step++) {
      const model = make();
      const resume = step === 1 ? {} : { resume: to };
      const run = model.fit(data, { ...options, ...resume, checkpoint: { to } });
      const steps: number[] = [];
      for await (const event of run) {
        if (event.kind === "start") expect(event.resumedAt).toBe(step === 1 ? undefined : step - 1);
        if (event.kind === "step") steps.push(event.step);
        if (event.kind === "step" && step < 12) break;
      }
      expect(steps).toEqual([step]);
      if (step < 12) expect((await run.done).stopped).toBe("stopped");
      else {
        expect(timeless(await run.done)).toEqual(timeless(expected));
        expect(all(model)).toEqual(all(whole));
      }
    }
  });

  test("takes from the checkpoint what is left out", async () => {
    const options: FitOptions = { batchSize: 5, epochs: 3, seed: 9, reduction: "sum", shuffle: false, validation: 7 };
    const whole = make();
    await whole.fit(data, options).done;
    const to = newFile();
    await cutOff(make(), options, to, 8);
    const model = make();
    await model.fit(data, { resume: to }).done;
    expect(await model.toBytes()).toEqual(await whole.toBytes());
    expect(model.classes).toEqual(whole.classes);
  });

  test("stops early at the same epoch, with the same best weights", async () => {
    const still = dataset([[1]], [[1]]);
    // Each step overshoots the target by three times its distance: w = 0, 4, −8, …
    const build = (): Model => {
      const model = sequential([dense(1, { bias: false })], { input: 1 });
      model.weights.set("dense 1/weight", [0]);
      return model;
    };
    const options: FitOptions = {
      loss: halfSquared,
      optimizer: sgd({ learningRate: 4 }),
      epochs: 50,
      validation: still,
      earlyStopping: { patience: 3, restoreBest: true },
    };
    for (const steps of [1, 2, 3]) {
      const to = newFile();
      const cut = build().fit(still, { ...options, checkpoint: { to, every: 1 } });
      for await (const event of cut) if (event.kind === "epoch" && event.epoch === steps) break;
      await cut.done;
      const model = build();
      const history = await model.fit(still, { ...options, resume: to, checkpoint: { to } }).done;
      expect(history).toMatchObject({ stopped: "early", best: 1 });
      expect(history.epochs.length).toBe(4);
      expect(all(model)).toEqual([4]);
      const error = await failure(() => build().fit(still, { ...options, resume: to }).done);
      expect(error.message).toContain("it stopped early, after 4 of 50 epochs");
    }
  });

  test("keeps the arithmetic it was begun with", async () => {
    const to = newFile();
    await cutOff(make(), {}, to, 1);
    writeFileSync(to, encodeCheckpoint({ ...decodeCheckpoint(readFileSync(to), to), arithmetic: "fma" }));
    if (isFmaAvailable()) {
      for await (const event of make().fit(data, { resume: to })) {
        if (event.kind === "start") expect(event.arithmetic).toBe("fma");
        break;
      }
    } else
      expect((await failure(() => make().fit(data, { resume: to }).done)).message).toContain(
        'the run was begun with "fma" arithmetic, which this platform lacks. Resume it where it was begun',
      );
    expect((await failure(() => make().fit(data, { resume: to, arithmetic: "portable" }).done)).message).toBe(
      `cannot resume "${to}": arithmetic is "portable", the run was begun with "fma". Leave arithmetic out: it stays as it was.`,
    );
  });
});

describe("checkpoints are written", () => {
  const pathsOf = async (options: FitOptions): Promise<string[]> => {
    const seen: string[] = [];
    for await (const event of make().fit(data, options)) {
      if (event.kind === "epoch") seen.push(`epoch ${event.epoch}`);
      if (event.kind === "checkpoint") seen.push(`checkpoint at ${event.step}`);
    }
    return seen;
  };

  test("every so many epochs, and at the end", async () => {
    const to = newFile();
    const seen = await pathsOf({ epochs: 5, batchSize: 37, checkpoint: { to, every: 2 } });
    const expected = ["epoch 1", "epoch 2", "checkpoint at 2", "epoch 3", "epoch 4", "checkpoint at 4", "epoch 5"];
    expect(seen).toEqual([...expected, "checkpoint at 5"]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("every so many seconds, within an epoch, too", async () => {
    const to = newFile();
    const run = make().fit(data, {
      epochs: 1e6,
      batchSize: 1,
      stepEvents: "none",
      checkpoint: { to, every: "0.001s" },
    });
    let count = 0;
    for await (const event of run) {
      if (event.kind === "checkpoint") count += 1;
      if (count === 5) break;
    }
    await run.done;
    const { step, epochs } = decodeCheckpoint(readFileSync(to), to);
    expect(epochs.length).toBe(Math.floor(step / 37));
  });

  test("not at the end where that is not wanted: resuming ends the run once more, the same way", async () => {
    const to = newFile();
    const whole = make();
    const options: FitOptions = { epochs: 3, checkpoint: { to, every: 1, last: false } };
    const expected = await whole.fit(data, options).done;
    for (let again = 0; again < 2; again++) {
      const model = make();
      expect(timeless(await model.fit(data, { ...options, resume: to }).done)).toEqual(timeless(expected));
      expect(all(model)).toEqual(all(whole));
    }
  });

  test("when the run is stopped or aborted", async () => {
    for (const isAborted of [false, true]) {
      const to = newFile();
      const controller = new AbortController();
      const run = make().fit(data, { epochs: 1e6, checkpoint: { to, every: 1e6 }, signal: controller.signal });
      const loop = async (): Promise<void> => {
        for await (const event of run) {
          if (event.kind !== "epoch" || event.epoch < 3) continue;
          if (isAborted) controller.abort("enough");
          else break;
        }
      };
      if (isAborted) await expect(loop()).rejects.toBe("enough");
      else await loop();
      await run.done.catch(() => undefined);
      expect(decodeCheckpoint(readFileSync(to), to)).toMatchObject({ step: 3, epochs: [{}, {}, {}] });
    }
  });

  test("never where the target cannot be written: the run does not begin", async () => {
    const model = make();
    for (const to of [folder, join(folder, "no", "such", "folder"), join(folder, "x".repeat(5000))]) {
      const error = await failure(() => model.fit(data, { checkpoint: { to } }).done);
      expect(error).toMatchObject({ code: "ENVIRONMENT", where: { file: to } });
    }
    expect(all(model)).toEqual(all(make()));
  });

  test("later again after a failure, which is told; the last one is an error, and what was learned stays", async () => {
    const place = mkdtempSync(join(folder, "away-"));
    const to = join(place, "run.checkpoint");
    const model = make();
    const run = model.fit(data, { epochs: 3, checkpoint: { to, every: 1 } });
    const told: string[] = [];
    const loop = async (): Promise<void> => {
      for await (const event of run) {
        if (event.kind === "start") rmSync(place, { recursive: true });
        if (event.kind === "finding") told.push(`${event.evidence} ${event.advice}`);
      }
    };
    expect((await failure(loop)).code).toBe("ENVIRONMENT");
    const sentence = `cannot write "${to}": its folder does not exist. Choose another place; nothing was changed there. Training goes on, and the checkpoint is tried again later.`;
    expect(told).toEqual([sentence, sentence, sentence, sentence]);
    expect(run.history.epochs.length).toBe(3);
    const whole = make();
    await whole.fit(data, { epochs: 3 }).done;
    expect(all(model)).toEqual(all(whole));
  });

  test.each<[string, unknown]>([
    ["nothing", {}],
    ["a text", "run.checkpoint"],
    ["an empty name", { to: "" }],
    ["a name with a null", { to: "a\0b" }],
    ["every 0", { to: "x", every: 0 }],
    ["every so many words", { to: "x", every: "often" }],
    ["every 0s", { to: "x", every: "0s" }],
    ["a last that is none", { to: "x", last: "yes" }],
  ])("not for %s: OPTION", async (_, checkpoint) => {
    expect((await failure(() => make().fit(data, { checkpoint } as FitOptions).done)).code).toBe("OPTION");
  });
});

describe("resuming is refused", () => {
  const to = newFile();
  const options: FitOptions = { batchSize: 8, epochs: 4, validation: 0.2 };
  const begin = cutOff(make(), options, to, 6);
  const other = dataset(
    rows.map((row, i) => (i < 20 ? row.map((x) => x + 1e-6) : row)),
    rows.map((_, i) => i % 3),
  );
  const start = `cannot resume "${to}": `;
  const cases: readonly (readonly [string, (file: string) => Promise<History>, string, string])[] = [
    [
      "other samples",
      (resume) => make().fit(other, { resume }).done,
      "DATA",
      "the data are others than those the run was begun with: their hash is ",
    ],
    [
      "fewer samples",
      (resume) => make().fit(data.take(30), { resume }).done,
      "DATA",
      "the data have 24 samples, the run was begun with 30",
    ],
    [
      "another batch size",
      (resume) => make().fit(data, { resume, batchSize: 4 }).done,
      "OPTION",
      "batchSize is 4, the run was begun with 8. ",
    ],
    [
      "more epochs",
      (resume) => make().fit(data, { resume, epochs: 5 }).done,
      "OPTION",
      "epochs is 5, the run was begun with 4. ",
    ],
    [
      "another seed",
      (resume) => make().fit(data, { resume, seed: 2, validation: data }).done,
      "DATA",
      "the data have 37 samples",
    ],
    [
      "another reduction",
      (resume) => make().fit(data, { resume, reduction: "sum" }).done,
      "OPTION",
      `reduction is "sum", the run was begun with "mean". `,
    ],
    [
      "another order",
      (resume) => make().fit(data, { resume, shuffle: false }).done,
      "OPTION",
      "shuffle is false, the run was begun with true. ",
    ],
    [
      "another loss",
      (resume) => make().fit(data, { resume, loss: meanSquared }).done,
      "OPTION",
      `loss is "meanSquared", the run was begun with "crossEntropy". Give loss as it was, or begin a new run.`,
    ],
    [
      "another metric",
      (resume) => make().fit(data, { resume, metrics: [zeroOne] }).done,
      "OPTION",
      `metrics is ["accuracy","zeroOne"], the run was begun with ["accuracy"]. `,
    ],
    [
      "another optimizer",
      (resume) => make().fit(data, { resume, optimizer: sgd({ learningRate: 1 }) }).done,
      "OPTION",
      `optimizer is "sgd", the run was begun with "adam". `,
    ],
    [
      "another setting",
      (resume) => make().fit(data, { resume, optimizer: adam({ beta1: 0.8 }) }).done,
      "OPTION",
      "adam's beta1 is 0.8, the run was begun with 0.9. ",
    ],
    [
      "early stopping",
      (resume) => make().fit(data, { resume, earlyStopping: { patience: 2 } }).done,
      "OPTION",
      `earlyStopping is {"restoreBest":false,"patience":2}, the run was begun with none. `,
    ],
    [
      "another width",
      (resume) => sequential([dense(5), tanh, dense(3), softmax], { input: 3, seed: 1 }).fit(data, { resume }).done,
      "OPTION",
      `the model differs in its layers: {"kind":"dense","settings":{"units":5,`,
    ],
    [
      "another activation",
      (resume) => sequential([dense(6), relu, dense(3), softmax], { input: 3, seed: 1 }).fit(data, { resume }).done,
      "OPTION",
      `the model differs in its layers: {"kind":"relu","settings":{}}, the run was begun with {"kind":"tanh","settings":{}}. `,
    ],
    [
      "another seed of the model",
      (resume) => make(2).fit(data, { resume }).done,
      "OPTION",
      "the model differs in its seed: 2, the run was begun with 1. ",
    ],
  ];
  test.each(cases)("with %s", async (_, run, code, sentence) => {
    await begin;
    const error = await failure(() => run(to));
    expect(error.message).toContain(start + sentence);
    expect(error).toMatchObject({ code, where: { file: to } });
    expect(error.hint).not.toBe("");
  });

  test("with another schedule", async () => {
    const file = newFile();
    const scheduled = (learningRate: number): FitOptions => ({
      optimizer: sgd({ learningRate: cosineDecay({ learningRate }) }),
    });
    await cutOff(make(), scheduled(0.1), file, 2);
    expect((await failure(() => make().fit(data, { ...scheduled(0.2), resume: file }).done)).message).toContain(
      "the schedule's rate after 0 % of the steps is 0.2, the run was begun with 0.1. ",
    );
  });

  test("when the run has finished", async () => {
    const file = newFile();
    await make().fit(data, { epochs: 2, checkpoint: { to: file } }).done;
    expect((await failure(() => make().fit(data, { resume: file }).done)).message).toBe(
      `cannot resume "${file}": the run has finished: all 2 epochs are done. Use the model that came of it, or begin a new run.`,
    );
  });

  test("where there is no checkpoint, or something else", async () => {
    const none = newFile();
    expect((await failure(() => make().fit(data, { resume: none }).done)).code).toBe("ENVIRONMENT");
    await make().save(none);
    expect((await failure(() => make().fit(data, { resume: none }).done)).message).toContain(
      "it is a model, from which no run can go on",
    );
    expect((await failure(() => make().fit(data, { resume: "" }).done)).code).toBe("OPTION");
    expect((await failure(() => make().fit(data, { resume: 7 } as unknown as FitOptions).done)).code).toBe("OPTION");
  });

  test("and the model is as it was, and free", async () => {
    await begin;
    const model = make();
    const before = await model.toBytes();
    await failure(() => model.fit(data, { resume: to, batchSize: 4 }).done);
    expect(await model.toBytes()).toEqual(before);
    expect((await model.fit(data, { epochs: 1 }).done).stopped).toBe("finished");
  });
});

describe("a checkpoint file", () => {
  const to = newFile();
  const begin = cutOff(
    make(),
    { batchSize: 8, validation: 0.2, earlyStopping: { patience: 3, restoreBest: true } },
    to,
    6,
  ).then(() => new Uint8Array(readFileSync(to)));
  const refusal = (bytes: Uint8Array) => failure(() => decodeCheckpoint(bytes, "x"));

  test("comes back as it was, NaN and infinity among its figures", async () => {
    const checkpoint = decodeCheckpoint(await begin, to);
    const metrics = [Number.NaN];
    const epochs = checkpoint.epochs.map((event) => ({ ...event, loss: Infinity, metrics: { accuracy: -Infinity } }));
    const odd: RunCheckpoint = { ...checkpoint, metrics, epochs };
    expect(decodeCheckpoint(encodeCheckpoint(odd), to)).toEqual(odd);
    expect(encodeCheckpoint(checkpoint)).toEqual(await begin);
    expect(checkpoint.best.map(({ name }) => name)).toEqual(make().weights.names());
    expect(checkpoint.states.map(({ name }) => name)).toContain("adam meanSquare of dense 2/bias");
  });

  test("cut anywhere is refused", async () => {
    const bytes = await begin;
    for (let length = 0; length < bytes.length; length++)
      expect((await refusal(bytes.subarray(0, length))).code).toMatch(/FORMAT|LIMIT/);
  });

  test("with any byte changed, or bytes added, is refused", async () => {
    const bytes = await begin;
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const changed = Uint8Array.from(bytes);
        changed[place]! ^= change;
        expect((await refusal(changed)).code).toMatch(/FORMAT|LIMIT/);
      }),
      { numRuns: 500 },
    );
    expect((await refusal(Uint8Array.from([...bytes, 0]))).code).toBe("FORMAT");
  });

  test("of random bytes is refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (noise, isMarked) => {
        const mark = [...new TextEncoder().encode("NABLA"), 1, 1, 0];
        expect((await refusal(Uint8Array.from(isMarked ? [...mark, ...noise] : noise))).code).toMatch(/FORMAT|LIMIT/);
      }),
      { numRuns: 300 },
    );
  });

  test("forged, with the right hash, is refused with a sentence too", async () => {
    const checkpoint = decodeCheckpoint(await begin, to);
    const [state, ...states] = checkpoint.states;
    const forged: readonly (readonly [string, Partial<Record<keyof RunCheckpoint, unknown>>])[] = [
      ["a model that is none", { model: 3 }],
      ["a run that is none", { run: { metrics: ["accuracy"] } }],
      ["a negative step", { step: -1 }],
      ["a step beyond the run", { step: 1e9 }],
      ["an unknown arithmetic", { arithmetic: "fast" }],
      ["an unknown end", { ended: "well" }],
      ["a state less", { states }],
      ["a state of another shape", { states: [{ ...state!, shape: [1], values: Float32Array.of(1) }, ...states] }],
      ["a state of another name", { states: [{ ...state!, name: "\u001b[2J" }, ...states] }],
      ["a state with NaN", { states: [{ ...state!, values: state!.values.map(() => Number.NaN) }, ...states] }],
      ["a state that is huge", { states: [{ ...state!, shape: [1e9, 1e9, 1e9] }, ...states] }],
      ["an epoch less", { epochs: [] }],
      ["settings that are none", { run: { ...checkpoint.run, settings: { batchSize: 8, epochs: 5, seed: "x" } } }],
      [
        "a setting that is an option of another kind",
        { run: { ...checkpoint.run, settings: { ...checkpoint.run.settings, __proto__: {}, signal: {} } } },
      ],
    ];
    const file = newFile();
    for (const [what, changes] of forged) {
      writeFileSync(file, encodeCheckpoint({ ...checkpoint, ...changes } as RunCheckpoint));
      const run = () => make().fit(data, { resume: file }).done;
      const error = await failure(run).catch((other: unknown) => {
        throw new Error(`${what}: ${String(other)}`);
      });
      expect(error.code, what).toMatch(/FORMAT|OPTION|LIMIT/);
      expect(error.message).not.toContain("\u001b");
    }
  });
});
