import fc from "fast-check";
import { dense, dropout, load, NablaError, relu, sequential, sigmoid, softmax, tanh } from "nabla";
import { describe, expect, test } from "vitest";
import { progressAfter, type RunProgress } from "../../studio/app/served-run.ts";
import { checkedWorkbench } from "../../studio/state/check.ts";
import { setNetwork, setUnits } from "../../studio/state/commands.ts";
import { defaultWorkbench } from "../../studio/state/defaults.ts";
import { digitsPreset } from "../../studio/state/digits-preset.ts";
import { jobOf } from "../../studio/state/job.ts";
import { readRunModel } from "../../studio/state/run-model.ts";
import { workbenchOfRun } from "../../studio/state/run-workbench.ts";
import { servedOf } from "../../studio/state/served.ts";

const digits = () => sequential([dense(30), relu, dropout(0.5), dense(10), softmax], { input: 256, seed: 4 });

describe("a run's model", () => {
  test("is read without the engine: layers, and the very weights by the studio's names", async () => {
    const model = digits();
    const bytes = await model.toBytes();
    const read = readRunModel(bytes);
    expect(read).toMatchObject({ inputs: 256, seed: 4, hasDropout: true });
    expect(read.layers).toEqual([
      { units: 30, activation: "relu" },
      { units: 10, activation: "softmax" },
    ]);
    for (const name of ["dense 1/weight", "dense 1/bias", "dense 2/weight", "dense 2/bias"])
      expect(read.weights[name]).toEqual((await load(bytes)).weights.get(name).data);
  });

  test("layers with names of their own get the studio's, and missing biases stay missing", async () => {
    const model = sequential([dense(3, { name: "eyes", bias: false }), tanh, dense(2, { name: "mouth" }), sigmoid], {
      input: 4,
    });
    const { layers, weights } = readRunModel(await model.toBytes());
    expect(layers[0]).toEqual({ units: 3, activation: "tanh", hasBias: false });
    expect(Object.keys(weights)).toEqual(["dense 1/weight", "dense 2/weight", "dense 2/bias"]);
    expect(weights["dense 2/weight"]).toEqual(model.weights.get("mouth/weight").data);
  });

  test("what is no model gets a sentence, whatever its bytes are", async () => {
    const good = await digits().toBytes();
    const sentences = [
      new Uint8Array(0),
      new TextEncoder().encode("NABLA"),
      good.subarray(0, 100),
      good.subarray(0, good.length - 4),
    ].map((bytes) => messageOf(bytes));
    expect(new Set(sentences).size).toBeGreaterThan(2);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.boolean(), (at, value, isCut) => {
        const bytes = isCut ? good.slice(0, at) : good.slice();
        if (!isCut) bytes[at] = value;
        try {
          readRunModel(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(NablaError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function messageOf(bytes: Uint8Array): string {
  try {
    readRunModel(bytes);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("the state of a run", () => {
  test("digits open the digits with the run's weights in the job", async () => {
    const model = readRunModel(await digits().toBytes());
    const config = {
      train: { optimizer: "adam", batchSize: 64 },
      optimizer: { learningRate: 0.001 },
      data: { name: "mnist-16x16" },
    };
    const { state, isDataMissing } = workbenchOfRun("2026-run", config, model);
    expect(state).toMatchObject({ screen: "digits", data: { kind: "digits", set: "mnist-16x16" } });
    expect(isDataMissing).toBe(false);
    const job = jobOf(state, undefined, { name: "2026-run", weights: model.weights });
    expect(job.model.weights).toBe(model.weights);
    expect(job.validation).toMatchObject({ kind: "digits", part: "test" });
    expect(jobOf(state, undefined, { name: "another", weights: model.weights }).model.weights).toEqual({});
    expect(checkedWorkbench(JSON.parse(JSON.stringify(state))).network.run).toBe("2026-run");
  });

  test("another net or seed begins with weights of its own", async () => {
    const { state } = workbenchOfRun("r", { data: { name: "mnist-16x16" } }, readRunModel(await digits().toBytes()));
    expect(setUnits(0, 12)(state).network.run).toBeUndefined();
    expect(setNetwork({ seed: 99 })(state).network.run).toBeUndefined();
    expect(setNetwork({ l2: 0.1 })(state).network.run).toBe("r");
  });

  test("drawn points are drawn again; of a table one row of zeros stands for all", async () => {
    const points = readRunModel(await sequential([dense(4), tanh, dense(2), softmax], { input: 2 }).toBytes());
    const drawn = workbenchOfRun("r", { train: { size: 500, seed: 3 }, data: { name: "quadrants" } }, points);
    expect(drawn.state.data).toMatchObject({ kind: "drawn", generator: "quadrants", size: 500, seed: 3 });
    expect(drawn.state.screen).toBe("workbench");
    const hostile = '<img src=x onerror="alert(1)">';
    const table = workbenchOfRun(
      "r",
      { data: { name: hostile, table: { columns: ["a", hostile], target: "t" } } },
      points,
    );
    expect(table.isDataMissing).toBe(true);
    expect(table.state.data).toMatchObject({ kind: "own", name: hostile, columns: ["a", hostile], rows: [[0, 0]] });
    expect(table.state.training.batchSize).toBe(1);
    expect(checkedWorkbench(JSON.parse(JSON.stringify(table.state))).screen).toBe("numbers");
  });

  test("any config.json gives a state that can be checked", async () => {
    const model = readRunModel(await digits().toBytes());
    fc.assert(
      fc.property(fc.jsonValue(), (config) => {
        const { state } = workbenchOfRun("r", config, model);
        expect(() => checkedWorkbench(JSON.parse(JSON.stringify(state)))).not.toThrow();
      }),
    );
  });
});

test("a preset of digits is a state like any other", () => {
  for (const set of ["mnist", "mnist-16x16"] as const)
    expect(checkedWorkbench(JSON.parse(JSON.stringify(digitsPreset(set, defaultWorkbench))))).toMatchObject({
      data: { kind: "digits", set },
    });
});

describe("studio.json", () => {
  test("says where digits and a run are", () => {
    const served = servedOf({
      digits: {
        mnist: { folder: "data/mnist/", bytes: 54_950_048 },
        "mnist-16x16": { file: "data/mnist-16x16.bin", bytes: 2_310_024 },
      },
      run: { name: "r", isLive: true, state: "running", files: { config: "run/config.json" }, events: "run/events" },
    });
    expect(served.digits.mnist?.folder).toBe("data/mnist/");
    expect(served.run).toMatchObject({ name: "r", isLive: true, events: "run/events" });
  });

  test("a path that leads elsewhere is none", () => {
    for (const file of [
      "https://elsewhere.example/x",
      "//elsewhere.example/x",
      "../x",
      "/etc/passwd",
      "a/../../b",
      "javascript:alert(1)",
      7,
    ])
      expect(
        servedOf({ digits: { mnist: { file, bytes: 1 } }, run: { name: "r", files: { report: file }, events: file } }),
      ).toEqual({
        digits: {},
        run: { name: "r", isLive: false, state: "", files: {}, events: undefined },
      });
  });

  test("anything else is a page without any of it", () => {
    fc.assert(fc.property(fc.jsonValue(), (given) => void servedOf(given)));
    expect(servedOf("<!doctype html>")).toEqual({ digits: {}, run: null });
  });
});

describe("the events of a run", () => {
  const start: RunProgress = {
    epoch: 0,
    epochs: 0,
    accuracy: undefined,
    testAccuracy: undefined,
    losses: [],
    loss: undefined,
  };

  test("say the epoch, the accuracy and the loss", () => {
    const events = [
      { kind: "start", epochs: 5 },
      { kind: "step", epoch: 3, step: 2000, loss: 0.2 },
      { kind: "epoch", epoch: 3, loss: 0.1, metrics: { accuracy: 0.974 } },
      { kind: "done", test: { accuracy: 0.97 } },
    ];
    const progress = events.reduce(progressAfter, start);
    expect(progress).toMatchObject({ epoch: 3, epochs: 5, accuracy: 0.974, testAccuracy: 0.97, loss: 0.1 });
  });

  test("a long run keeps a curve of bounded length, with its last point", () => {
    let progress = start;
    for (let step = 1; step <= 5000; step++)
      progress = progressAfter(progress, { kind: "step", epoch: 1, step, loss: 1 / step });
    expect(progress.losses.length).toBeLessThanOrEqual(400);
    expect(progress.losses.at(-1)!.step).toBe(5000);
  });

  test("anything else changes nothing that could not be", () => {
    fc.assert(fc.property(fc.jsonValue(), (event) => void progressAfter(start, event)));
  });
});
