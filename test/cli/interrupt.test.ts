import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { onInterrupt } from "../../src/cli/interrupt.ts";
import { type Bench, jsonLines, openBench } from "./command.ts";

let bench: Bench;
beforeAll(() => {
  bench = openBench();
});
afterAll(() => bench.remove());

/** So long that only an interruption can end it. */
const endless = ["train", "images.idx", "labels.idx", "--epochs", "100000000"];
/** A run that was stopped has a checkpoint besides, to go on from. */
const whole = ["checkpoint.nabla", "config.json", "metrics.jsonl", "model.nabla", "report.html"];
const isWindows = process.platform === "win32"; // which has no signals to send

describe.skipIf(isWindows)("Ctrl-C", () => {
  test("once: training ends, and the run folder is whole", async () => {
    let isSent = false;
    const { code, stdout, stderr } = await bench.nabla([...endless, "--json", "--out", "once"], {
      watch(text, child) {
        if (isSent || !text.includes('"epoch":3,')) return;
        isSent = true;
        child.kill("SIGINT");
        child.kill("SIGINT"); // npm hands the same key on once more
      },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(jsonLines(stdout).at(-1)).toMatchObject({ kind: "done", stopped: "stopped", test: { size: 12 } });
    const folder = bench.path("once", bench.runs("once")[0]!);
    expect(readdirSync(folder).sort()).toEqual(whole);
    const told = stdout.replace(/^\{"kind":"checkpoint".*\n/gm, ""); // which is no measurement
    expect(readFileSync(`${folder}/metrics.jsonl`, "utf8")).toBe(told);
    expect(readFileSync(`${folder}/report.html`, "utf8")).toContain("It was stopped before its last epoch.");
    expect(await bench.nabla(["evaluate", "latest", "images.idx", "labels.idx", "--runs", "once"])).toMatchObject({
      code: 0,
    });
    const listed = await bench.nabla(["runs", "--runs", "once"]);
    expect(listed.stdout).toContain("was stopped");
  });

  test("before the first epoch ends is no trouble either", async () => {
    let isSent = false;
    const words = [
      "train",
      "mnist",
      "--epochs",
      "100000",
      "--hidden",
      "2000,2000,2000",
      "--batch-size",
      "1",
      "--out",
      "early",
    ];
    const { code, stdout } = await bench.nabla([...words, "--json"], {
      watch(_, child) {
        if (!isSent) child.kill("SIGTERM");
        isSent = true;
      },
    });
    expect(code).toBe(0);
    const done = jsonLines(stdout).at(-1);
    expect(done).toMatchObject({ kind: "done", stopped: "stopped" });
    if (!jsonLines(stdout).some(({ kind }) => kind === "epoch"))
      expect(done).toMatchObject({ secondsPerEpoch: null, samplesPerSecond: null });
    expect(readdirSync(bench.path("early", bench.runs("early")[0]!)).sort()).toEqual(whole);
  });

  test("again and again: ends, and no file is half", async () => {
    let isSent = false;
    const { code, stderr } = await bench.nabla([...endless, "--out", "two"], {
      watch(text, child) {
        if (isSent || !text.includes("epoch")) return;
        isSent = true;
        void pressUntilItEnds(child);
      },
    });
    expect([0, 130, null]).toContain(code); // null: the key came when all was done and nothing listened any more
    expect(stderr).toContain("Ctrl-C again ends at once");
    const folder = bench.path("two", bench.runs("two")[0]!);
    expect(readdirSync(folder).filter((file) => !whole.includes(file))).toEqual([]);
    jsonLines(readFileSync(`${folder}/metrics.jsonl`, "utf8"));
  });
});

async function pressUntilItEnds(child: {
  kill(signal: "SIGINT"): boolean;
  readonly exitCode: number | null;
}): Promise<void> {
  for (let i = 0; i < 100 && child.exitCode === null; i += 1) {
    child.kill("SIGINT");
    await delay(20);
  }
}

describe("the second key", () => {
  test("ends the process with 130, but not when it is the same key twice", async () => {
    const exit = vi.spyOn(process, "exit").mockImplementation((() => undefined) as never);
    const stop = vi.fn();
    const beforeExit = vi.fn();
    const before = process.listeners("SIGINT");
    const forget = onInterrupt({ stop, beforeExit });
    try {
      const press = process.listeners("SIGINT").find((listener) => !before.includes(listener))! as () => void;
      press();
      press();
      expect(stop.mock.calls).toEqual([["asked"]]);
      expect(exit).not.toHaveBeenCalled();
      await delay(250);
      press();
      expect(stop).toHaveBeenCalledTimes(1);
      expect(beforeExit).toHaveBeenCalledTimes(1);
      expect(exit.mock.calls).toEqual([[130]]);
    } finally {
      forget();
      exit.mockRestore();
    }
    expect(process.listeners("SIGINT")).toEqual(before);
  });
});

describe("a reader that goes away", () => {
  test("ends the training quietly, and the run folder is whole", async () => {
    let isClosed = false;
    const { stderr, code } = await bench.nabla([...endless, "--out", "pipe"], {
      watch(text, child) {
        if (isClosed || !text.includes("epoch")) return;
        isClosed = true;
        child.stdout!.destroy();
      },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(bench.path("pipe", bench.runs("pipe")[0]!)).sort()).toEqual(whole);
  });
});

/** `script` of util-linux runs a command in a pseudo terminal. */
const hasTerminal =
  process.platform === "linux" &&
  /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "");

describe.skipIf(!hasTerminal)("on a terminal", () => {
  const inTerminal = (words: string, environment: Readonly<Record<string, string>>) => {
    const { NO_COLOR, TERM, LC_ALL, LC_CTYPE, LANG, ...inherited } = process.env;
    const command = `stty cols 90 rows 40; '${process.execPath}' ../package/dist/cli.js ${words}`;
    return execFileSync("script", ["-qec", command, "/dev/null"], {
      cwd: bench.folder,
      encoding: "utf8",
      env: { ...inherited, TERM: "xterm-256color", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    }).replaceAll("\r\n", "\n");
  };
  const words = "train images.idx labels.idx --epochs 12 --batch-size 1 --hidden 200,200 --out terminal";
  const control = "\u001b";

  test("a line that is drawn over, and every epoch leaves its own", () => {
    const shown = inTerminal(words, {});
    expect(shown).toContain(`\r${control}[2K`);
    expect(shown).toContain("█");
    // What stands at the end: of lines drawn over, the last.
    const final = shown.split("\n").map((line) => line.split("\r").at(-1)!.replaceAll(`${control}[2K`, ""));
    expect(final.filter((line) => /^epoch +\d+\/12 {2}loss/.test(line))).toHaveLength(12);
    expect(shown).toContain(`${control}[1m`);
  });

  test("NO_COLOR leaves the bar and takes the weights", () => {
    const shown = inTerminal(words, { NO_COLOR: "1" });
    expect(shown).toContain(`\r${control}[2K`);
    expect(shown.replaceAll(`\r${control}[2K`, "")).not.toContain(control);
    expect(shown).toContain("Test accuracy");
  });

  test("TERM=dumb and --progress plain write lines only", () => {
    for (const shown of [inTerminal(words, { TERM: "dumb" }), inTerminal(`${words} --progress plain`, {})]) {
      expect(shown).not.toContain(control);
      expect(shown).not.toContain("\r");
      expect(shown.match(/^epoch /gm)).toHaveLength(12);
    }
    expect(existsSync(bench.path("terminal"))).toBe(true);
  });
});
