import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRunning, lockRun } from "../../src/cli/run-lock.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/train/checkpoint-file.ts";
import { type Bench, jsonLines, openBench, readJson } from "./command.ts";
import { shapes, writeIdx } from "./pictures.ts";

let bench: Bench;
beforeAll(() => {
  bench = openBench();
  const { images, labels } = shapes(1200);
  writeIdx(bench.path("many.idx"), images);
  writeIdx(bench.path("many-labels.idx"), labels);
});
afterAll(() => bench.remove());

const isWindows = process.platform === "win32"; // which has no signals to send
const many = ["many.idx", "many-labels.idx"];
const folderOf = (out: string): string => bench.path(out, bench.runs(out)[0] ?? "none");

/** Runs the command; kills it outright after `milliseconds` of training. Says whether it got to its end before. */
async function runAndKill(words: readonly string[], milliseconds: number): Promise<boolean> {
  let isWatched = false;
  const { code, stderr } = await bench.nabla(words, {
    watch(_, child) {
      if (isWatched) return;
      isWatched = true;
      setTimeout(() => child.kill("SIGKILL"), milliseconds);
    },
  });
  if (code !== 0 && code !== null) throw new Error(stderr);
  return code === 0;
}

const times = ["seconds", "samplesPerSecond", "secondsPerEpoch", "run"];

/** The events of a run without what clocks said. Steps, of which a clock decides which are told, stand apart. */
function measured(folder: string) {
  const events = jsonLines(readFileSync(`${folder}/metrics.jsonl`, "utf8")).map((event) =>
    Object.fromEntries(Object.entries(event).filter(([name]) => !times.includes(name))),
  );
  const steps = new Map(events.filter(({ kind }) => kind === "step").map((event) => [event["step"] as number, event]));
  return {
    steps,
    count: events.filter(({ kind }) => kind === "step").length,
    others: events.filter(({ kind }) => kind !== "step"),
  };
}

/** The tables of a report: network, what was taken for what, worst mistakes; that of the epochs has speeds. */
const tablesOf = (folder: string): readonly string[] =>
  (readFileSync(`${folder}/report.html`, "utf8").match(/<table[\s\S]*?<\/table>/g) ?? []).filter(
    (table) => !table.includes("Samples/s"),
  );

describe.skipIf(isWindows)("kill -9 at random moments, 20 times", () => {
  const settings: readonly (readonly [name: string, words: readonly string[]])[] = [
    ["adam", ["--optimizer", "adam", "--learning-rate", "1e-5", "--threads", "2"]],
    [
      "momentum and dropout",
      ["--optimizer", "sgd", "--momentum", "0.9", "--dropout", "0.2", "--learning-rate", "1e-5"],
    ],
  ];
  test.each(settings)(
    "with %s: what is left equals a run that never stopped",
    async (name, words) => {
      const common = ["train", ...many, ...words, "--hidden", "48", "--batch-size", "4", "--validation", "0.1"];
      const options = [...common, "--epochs", "40", "--seed", "3", "--name", "run"];
      const whole = await bench.nabla([...options, "--out", `${name}-whole`]);
      expect({ code: whole.code, stderr: whole.stderr }).toEqual({ code: 0, stderr: "" });
      let random = name.length;
      const next = (): number => (random = (Math.imul(random, 1664525) + 1013904223) >>> 0) / 2 ** 32;
      const out = `${name}-killed`;
      let kills = 0;
      let isEnded = await runAndKill([...options, "--out", out, "--checkpoint-every", "0.02s"], 120 * next());
      while (!isEnded && kills < 10) {
        kills += 1;
        const moment = kills < 10 ? 160 * next() : 60_000;
        isEnded = await runAndKill(["train", "--resume", folderOf(out), "--threads", String(1 + (kills % 2))], moment);
      }
      expect(kills).toBe(10);
      expect(isEnded).toBe(true);
      const [expected, folder] = [folderOf(`${name}-whole`), folderOf(out)];
      expect(readdirSync(folder).sort()).toEqual(["config.json", "metrics.jsonl", "model.nabla", "report.html"]);
      const [model, expectedModel] = [folder, expected].map((place) => readFileSync(`${place}/model.nabla`));
      expect(model!.equals(expectedModel!)).toBe(true);
      const [events, all] = [measured(folder), measured(expected)];
      expect(events.others.map(withoutThreads)).toEqual(all.others.map(withoutThreads));
      expect(events.steps.size).toBe(events.count); // no step is told twice
      expect([...events.steps.keys()]).toEqual([...events.steps.keys()].sort((a, b) => a - b));
      const both = [...events.steps].filter(([step]) => all.steps.has(step));
      expect(both.length).toBeGreaterThan(5);
      for (const [step, event] of both) expect(event).toEqual(all.steps.get(step));
      const configs = [folder, expected].map((place) => readJson(`${place}/config.json`));
      expect(configs[0]!["train"]).toEqual({ ...(configs[1]!["train"] as object), checkpointEvery: "0.02s" });
      expect(tablesOf(folder)).toEqual(tablesOf(expected));
      expect(tablesOf(folder).length).toBeGreaterThan(1);
    },
    120_000,
  );
});

const withoutThreads = ({ threads, ...event }: Readonly<Record<string, unknown>>) => event;

describe.skipIf(isWindows)("a run that Ctrl-C stopped", () => {
  const out = "stopped";
  const words = ["train", "images.idx", "labels.idx", "--epochs", "3000", "--hidden", "16", "--out", out];

  test("says how to go on, and goes on to the same end", async () => {
    let isSent = false;
    const { code, stdout } = await bench.nabla(words, {
      watch(text, child) {
        if (isSent || !text.includes("epoch   20/")) return;
        isSent = true;
        child.kill("SIGINT");
      },
    });
    const folder = folderOf(out);
    const shown = `${out}/${bench.runs(out)[0]}`;
    expect(code).toBe(0);
    expect(stdout).toMatch(/Stopped after \d+ of 3000 epochs\./);
    expect(stdout).toContain(`To go on    nabla train --resume ${shown}\n`);
    expect(existsSync(`${folder}/checkpoint.nabla`)).toBe(true);
    expect((await bench.nabla(["runs", "--runs", out])).stdout).toContain(
      `was stopped\n\nTo go on with a run that was stopped or cut off: nabla train --resume ${shown}\n`,
    );
    expect((await bench.nabla(["summary", shown])).stdout).toContain(
      `; the run was stopped\nTo go on with it: nabla train --resume ${shown}\n`,
    );
    const config = readFileSync(`${folder}/config.json`, "utf8");

    const { code: resumed, stdout: told, stderr } = await bench.nabla(["train", "--resume", "latest", "--out", out]);
    expect({ resumed, stderr }).toEqual({ resumed: 0, stderr: "" });
    expect(told).toMatch(/Going on in epoch \d+ of 3000, after [\d,]+ of 6,000 steps\.\n/);
    expect(told).not.toContain("epoch    1/3000");
    await bench.nabla([...words.slice(0, -1), "never"]);
    expect(readFileSync(`${folder}/model.nabla`).equals(readFileSync(`${folderOf("never")}/model.nabla`))).toBe(true);
    expect(measured(folder).others.map(withoutThreads)).toEqual(measured(folderOf("never")).others.map(withoutThreads));
    expect(readFileSync(`${folder}/config.json`, "utf8")).toBe(config);
    expect(readdirSync(folder).sort()).toEqual(["config.json", "metrics.jsonl", "model.nabla", "report.html"]);

    const again = await bench.nabla(["train", "--resume", shown]);
    expect(again).toMatchObject({
      code: 2,
      stdout: "",
      stderr: `nabla: the run "${bench.runs(out)[0]}" has finished, so there is nothing to go on with. Use its model, or train a new one with more epochs.\n`,
    });
    expect((await bench.nabla(["train", "--resume", "latest", "--out", out])).stderr).toContain(
      `there is no run in "${out}" that was stopped or cut off.`,
    );
  });
});

describe.skipIf(isWindows)("a run that is cut off", () => {
  /** A run that was killed after its third epoch, with a checkpoint of each. */
  async function cutOff(out: string): Promise<string> {
    let isSent = false;
    await bench.nabla(
      ["train", "images.idx", "labels.idx", "--epochs", "100000", "--checkpoint-every", "1", "--out", out, "--json"],
      {
        watch(text, child) {
          if (isSent || !/"kind":"checkpoint"[^\n]*\n[\s\S]*"kind":"checkpoint"/.test(text)) return;
          isSent = true;
          child.kill("SIGKILL");
        },
      },
    );
    return folderOf(out);
  }

  test("is shown as such, and refuses what differs, with both values", async () => {
    const folder = await cutOff("refusals");
    const run = `refusals/${bench.runs("refusals")[0]}`;
    expect((await bench.nabla(["runs", "--runs", "refusals"])).stdout).toContain("did not get to its end");
    expect((await bench.nabla(["summary", run])).stdout).toContain(
      `The run did not get to its end.\nTo go on with it: nabla train --resume ${run}\n`,
    );
    const model = await bench.nabla(["evaluate", run, "images.idx", "labels.idx"]);
    expect(model.stderr).toContain(`Go on with it: nabla train --resume ${run}; or name another run.`);
    const before = readFileSync(`${folder}/metrics.jsonl`, "utf8");
    const mistakes: readonly (readonly [words: readonly string[], sentence: string])[] = [
      [
        ["--epochs", "5"],
        "--epochs is 5, the run was begun with 100000. Leave it out: --resume goes on as the run was begun.",
      ],
      [["--hidden", "8,8"], "--hidden is 8 8, the run was begun with 128."],
      [["--seed", "1"], "--seed is 1, the run was begun with 0."],
      [["--validation", "0.5"], "--validation is 0.5, the run was begun with none."],
      [["--optimizer", "sgd"], `--optimizer is "sgd", the run was begun with "adam".`],
      [["--early-stopping", "3"], "--early-stopping is 3, the run was begun with none."],
      [["--config", `${run}/config.json`], "--config does not go with --resume."],
      [
        ["--checkpoint-every", "often"],
        `--checkpoint-every expects a whole number of epochs, seconds such as 30s, or "none", got "often".`,
      ],
      [["--early-stopping", "0"], `--early-stopping expects a whole number from 1, got "0".`],
    ];
    for (const [words, sentence] of mistakes) {
      const { code, stdout, stderr } = await bench.nabla(["train", "--resume", run, ...words]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(`nabla: ${sentence}`);
    }
    const other = await bench.nabla(["train", "mnist", "--resume", run]);
    expect(other.stderr).toContain('<data> is "mnist", the run was begun with "');
    // Another picture in the same file: the options are equal, and the samples are not.
    const { images } = shapes(120);
    images.data[10] = images.data[10]! ^ 255;
    writeIdx(bench.path("images.idx"), images);
    const samples = await bench.nabla(["train", "--resume", run]);
    expect(samples.code).toBe(1);
    expect(samples.stderr).toMatch(
      /cannot resume "[^"]*checkpoint\.nabla": the data are others than those the run was begun with: their hash is \w{16}, it was \w{16}\./,
    );
    writeIdx(bench.path("images.idx"), shapes(120).images);
    expect(readFileSync(`${folder}/metrics.jsonl`, "utf8")).toBe(before);
    expect(readdirSync(folder).filter((file) => file === "lock" && isRunning(folder))).toEqual([]);
  });

  test("loses a torn line, and gets back what is missing", async () => {
    const folder = await cutOff("torn");
    const text = readFileSync(`${folder}/metrics.jsonl`, "utf8");
    const epochs = (jsonl: string) => jsonLines(jsonl).filter(({ kind }) => kind === "epoch");
    const lines = text.trimEnd().split("\n");
    const until = lines.findIndex((line) => line.includes('"kind":"epoch"'));
    // As after a power failure: the checkpoint knows of more epochs than the file, whose last line is half.
    writeFileSync(`${folder}/metrics.jsonl`, `${lines.slice(0, until).join("\n")}\n${lines[until]!.slice(0, 20)}`);
    writeFileSync(`${folder}/checkpoint.nabla.part`, "half");
    await stopSoon(folder);
    const after = epochs(readFileSync(`${folder}/metrics.jsonl`, "utf8"));
    expect(after.map(({ epoch }) => epoch)).toEqual(after.map((_, i) => i + 1));
    const kept = decodeCheckpoint(readFileSync(`${folder}/checkpoint.nabla`), "x").epochs;
    expect(after).toEqual(kept.map((event) => ({ ...event })));
    expect(existsSync(`${folder}/checkpoint.nabla.part`)).toBe(false);
  });

  test("with a checkpoint that is damaged is refused, and one without begins anew", async () => {
    const folder = await cutOff("damaged");
    const file = `${folder}/checkpoint.nabla`;
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, bytes.length - 1));
    const { code, stderr } = await bench.nabla(["train", "--resume", folder]);
    expect(code).toBe(1);
    expect(stderr).toContain("it is damaged or cut off.");
    writeFileSync(file, encodeCheckpoint({ ...decodeCheckpoint(bytes, file), model: { layers: [] } }));
    expect((await bench.nabla(["train", "--resume", folder])).stderr).toContain("the model differs in its input");
    (await import("node:fs")).rmSync(file);
    expect(await stopSoon(folder)).toContain("The run was cut off before its first checkpoint: it begins anew.");
  });

  /** Resumes, and stops the run with Ctrl-C as soon as it trains. */
  async function stopSoon(folder: string): Promise<string> {
    let isSent = false;
    const { code, stdout, stderr } = await bench.nabla(["train", "--resume", folder], {
      watch(text, child) {
        if (isSent || !/\nepoch +\d/.test(text)) return;
        isSent = true;
        child.kill("SIGINT");
      },
    });
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }
});

describe.skipIf(isWindows)("a run that goes on", () => {
  test("is shown as running, and resumed by nobody else", async () => {
    const words = ["train", "images.idx", "labels.idx", "--epochs", "100000000", "--out", "busy"];
    let isAsked = false;
    let answers: readonly { code: number | null; stdout: string; stderr: string }[] = [];
    await bench.nabla(words, {
      watch(text, child) {
        if (isAsked || !text.includes("epoch")) return;
        isAsked = true;
        void Promise.all([
          bench.nabla(["train", "--resume", `busy/${bench.runs("busy")[0]}`]),
          bench.nabla(["runs", "--runs", "busy"]),
        ]).then((both) => {
          answers = both;
          child.kill("SIGINT");
        });
      },
    });
    expect(answers[0]).toMatchObject({ code: 1, stdout: "" });
    expect(answers[0]!.stderr).toBe(
      `nabla: the run "${bench.runs("busy")[0]}" is being trained by another process. Wait for its end, or stop it with Ctrl-C first.\n`,
    );
    expect(answers[1]!.stdout).toMatch(/is still running\n$/);
  });

  test("a lock outlives no owner", async () => {
    const folder = bench.path("locks");
    mkdirSync(folder);
    const held = (owner: object | string): boolean => {
      writeFileSync(`${folder}/lock`, typeof owner === "string" ? owner : JSON.stringify(owner));
      return isRunning(folder);
    };
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 20000)"]);
    try {
      expect(held({ pid: child.pid, host: hostname(), started: "" })).toBe(true);
      if (process.platform === "linux") expect(held({ pid: child.pid, host: hostname(), started: "1" })).toBe(false);
      expect(held({ pid: 1, host: "another machine", started: "" })).toBe(true); // touched just now
      expect(held({ pid: process.pid, host: hostname(), started: "" })).toBe(false); // a number given again
      for (const nonsense of ["", "{", "null", "[]", '{"pid": -1}', '{"pid": "1"}']) expect(held(nonsense)).toBe(false);
    } finally {
      child.kill("SIGKILL");
    }
    await delay(50);
    expect(held({ pid: child.pid, host: hostname(), started: "" })).toBe(false);
    const lock = lockRun(folder);
    expect(lock).toBeDefined();
    lock!.release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("early stopping", () => {
  test("ends with the best weights, and says so everywhere", async () => {
    const words = ["images.idx", "labels.idx", "--epochs", "400", "--learning-rate", "1"];
    const options = [...words, "--hidden", "none", "--validation", "0.2", "--early-stopping", "2", "--out", "early"];
    const { code, stdout, stderr } = await bench.nabla(["train", ...options]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const folder = folderOf("early");
    const events = jsonLines(readFileSync(`${folder}/metrics.jsonl`, "utf8"));
    const losses = events.flatMap(({ kind, validation }) =>
      kind === "epoch" ? [(validation as { loss: number }).loss] : [],
    );
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(losses.length).toBe(best + 2);
    expect(events.at(-1)).toMatchObject({ kind: "done", stopped: "early", best });
    expect(stdout).toContain(
      `Stopped early after ${best + 2} of 400 epochs: no lower validation loss for 2 epochs. The weights are those of epoch ${best}, the best.\n`,
    );
    const { stdout: summary } = await bench.nabla(["summary", "latest", "--runs", "early"]);
    expect(summary).toContain(`; the run stopped early, and its weights are those of epoch ${best}, the best\n`);
    expect(readFileSync(`${folder}/report.html`, "utf8")).toContain(
      `its loss no longer fell; the best epoch was ${best}.`,
    );
    const short = await bench.nabla([
      "train",
      ...words,
      "--hidden",
      "none",
      "--validation",
      "0.2",
      "--out",
      "short",
      "--epochs",
      String(best),
    ]);
    expect(short.code).toBe(0);
    // The weights are those of a run of so many epochs.
    expect(readFileSync(`${folder}/model.nabla`).equals(readFileSync(`${folderOf("short")}/model.nabla`))).toBe(true);
  });
});
