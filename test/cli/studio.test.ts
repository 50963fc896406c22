import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { gunzipSync } from "node:zlib";
import { mnist } from "nabla/data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unpackDigits } from "../../studio/digits/packed-digits.ts";
import { type Bench, jsonLines, openBench, type RunOptions, readJson } from "./command.ts";

const isWindows = process.platform === "win32"; // which has no signals to send

let bench: Bench;
let app: string;
beforeAll(() => {
  bench = openBench();
  app = bench.path("..", "package", "dist", "studio");
  rmSync(app, { recursive: true, force: true });
  mkdirSync(join(app, "chunks"), { recursive: true });
  const page =
    '<!doctype html><link rel="stylesheet" href="./main.css"><script type="module" src="./main.js"></script>';
  writeFileSync(join(app, "index.html"), page);
  writeFileSync(join(app, "main.js"), 'import "./chunks/panel-A1B2C3D4.js";');
  writeFileSync(join(app, "main.css"), "a{}");
  writeFileSync(join(app, "chunks", "panel-A1B2C3D4.js"), "2;");
});
afterAll(() => bench.remove());

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => file.split(sep).join("/"))
    .sort();

const environment = { CI: "", DISPLAY: "", WAYLAND_DISPLAY: "" };

/** Runs a command that serves, and asks it something as soon as its words match; then presses Ctrl-C. */
async function served<T>(
  words: readonly string[],
  wanted: RegExp,
  look: (url: string) => Promise<T>,
  options: RunOptions = {},
) {
  let looking: Promise<T> | undefined;
  const result = await bench.nabla(words, {
    environment,
    ...options,
    watch(text, child) {
      if (looking || !wanted.test(text)) return;
      looking = look(/http:\/\/127\.0\.0\.1:\d+\//.exec(text)![0]).finally(() => child.kill("SIGINT"));
    },
  });
  return { ...result, seen: await looking };
}

describe.skipIf(isWindows)("nabla studio", () => {
  test("says where it is, serves, and ends with 0 on Ctrl-C, whoever listens", async () => {
    const look = async (url: string) => {
      const page = await (await fetch(url)).text();
      const manifest = (await (await fetch(`${url}studio.json`)).json()) as Record<string, unknown>;
      return { page, manifest };
    };
    const { code, stdout, stderr, seen } = await served(["studio", "--no-open"], /ends it/, look);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Studio {2}http:\/\/127\.0\.0\.1:\d+\/\nCtrl-C ends it\.\n$/);
    expect(seen!.page).toBe(readFileSync(join(app, "index.html"), "utf8"));
    expect(seen!.manifest).toMatchObject({ run: null, digits: { mnist: { train: 60, test: 30 } } });
    const json = await served(["studio", "--json"], /studio/, async (url) => url);
    expect(json).toMatchObject({
      code: 0,
      stderr: "",
      stdout: `${JSON.stringify({ kind: "studio", url: json.seen })}\n`,
    });
  });

  test("shows a run that another process trains, as it trains", async () => {
    const training = spawn(
      process.execPath,
      [
        bench.path("..", "package", "dist", "cli.js"),
        ...["train", "images.idx", "labels.idx", "--epochs", "100000000", "--name", "live", "--out", "live", "--json"],
      ],
      { cwd: bench.folder, stdio: ["ignore", "pipe", "ignore"] },
    );
    const ended = new Promise((resolve) => training.on("close", resolve));
    await new Promise((resolve) => training.stdout.once("data", resolve));
    const look = async (url: string) => {
      const { body } = await fetch(`${url}run/events`);
      const decoder = new TextDecoder();
      let text = "";
      for await (const part of body!) {
        text += decoder.decode(part, { stream: true });
        if (/"epoch":3,/.test(text)) training.kill("SIGINT"); // it stops, completes its folder, and the stream ends by itself
      }
      const manifest = (await (await fetch(`${url}studio.json`)).json()) as { readonly run: Record<string, unknown> };
      return { text, run: manifest.run };
    };
    const { code, seen } = await served(["studio", "latest", "--runs", "live"], /ends it/, look);
    await ended;
    expect(code).toBe(0);
    expect(seen!.text).toMatch(/^retry: 1000\n\nevent: run\n/);
    expect(seen!.text).toMatch(/event: done\ndata: \{"state":"stopped"\}\n\n$/);
    expect(seen!.run).toMatchObject({ isLive: false, state: "stopped", files: { model: "run/model.nabla" } });
  });

  test("needs a port that is free, and says so", async () => {
    const look = async (url: string) => bench.nabla(["studio", "--port", new URL(url).port], { environment });
    const { seen } = await served(["studio"], /ends it/, look);
    expect(seen).toMatchObject({ code: 1, stdout: "" });
    expect(seen!.stderr).toMatch(
      /^nabla: cannot serve on port \d+: another program has it\. Name another with --port, /,
    );
  });
});

test.each([
  [["studio", "--port", "0"], '--port expects a whole number from 1 to 65535, got "0"'],
  [["studio", "--port", "x"], "--port expects a whole number from 1 to 65535"],
  [["studio", "nobody"], 'no run is called "nobody"'],
  [["studio", "latest"], 'there is no finished run in "runs"'],
  [["studio", "--force"], "--force goes with --out"],
  [["studio", "--out", "x", "--port", "5000"], "--port is for serving, and --out writes files"],
  [["train", "mnist", "--port", "5000"], "--port goes with --studio"],
  [["train", "mnist", "--no-open"], "--no-open goes with --studio"],
] as const)("%j is a mistake with a sentence", async (words, sentence) => {
  const { code, stdout, stderr } = await bench.nabla([...words, "--json"], { environment });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(jsonLines(stderr)).toEqual([
    expect.objectContaining({ kind: "error", code: "OPTION", message: expect.stringContaining(sentence) }),
  ]);
});

describe("nabla studio --out", () => {
  test("writes all there is, by relative paths alone, and it is what is served", async () => {
    expect((await bench.nabla(["train", "mnist-16x16", "--epochs", "1", "--out", "kept"])).code).toBe(0);
    const { code, stdout, stderr } = await bench.nabla(["studio", "latest", "--runs", "kept", "--out", "site/studio"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("may tell folders of this machine") });
    expect(stdout).toMatch(/^The studio is in site\/studio: 15 files, [\d,]+ bytes\.\n/);
    const site = bench.path("site", "studio");
    const own = filesIn(app);
    expect(filesIn(site)).toEqual(
      [
        ...own,
        "_headers",
        "data/mnist-16x16.bin",
        ...["t10k-images-idx3", "t10k-labels-idx1", "train-images-idx3", "train-labels-idx1"].map(
          (name) => `data/mnist/${name}-ubyte`,
        ),
        ...["config.json", "metrics.jsonl", "model.nabla", "report.html"].map((name) => `run/${name}`),
        "studio.json",
      ].sort(),
    );
    expect(readdirSync(bench.path("site"))).toEqual(["studio"]); // nothing is left of the writing
    for (const file of own) expect(readFileSync(join(site, file))).toEqual(readFileSync(join(app, file)));
    const manifest = readJson(join(site, "studio.json")) as {
      readonly digits: Readonly<Record<string, Record<string, unknown>>>;
      readonly run: Readonly<Record<string, unknown>>;
    };
    expect(manifest.run).toMatchObject({ isLive: false, state: "finished", data: { name: "mnist-16x16" } });
    expect(manifest.run).not.toHaveProperty("events");
    const paths = [
      ...Object.values(manifest.run["files"] as object),
      manifest.digits["mnist-16x16"]!["file"],
    ] as string[];
    for (const path of paths) {
      expect(posix.isAbsolute(path) || /^\w+:/.test(path) || path.includes("..")).toBe(false);
      expect(existsSync(join(site, path)), path).toBe(true);
    }
    // The digits are what the package has, bits and bytes.
    const { train, test: held } = unpackDigits(gunzipSync(readFileSync(join(site, "data", "mnist-16x16.bin"))));
    expect([train.size, held.size]).toEqual([60, 30]);
    const exported = await mnist({ from: join(site, "data", "mnist") });
    const original = await mnist({ from: bench.path("..", "data") });
    expect(exported.train.x).toEqual(original.train.x);
    expect(exported.test.y).toEqual(original.test.y);
  });

  test("replaces a studio, and nothing else, and only with --force", async () => {
    const out = (...words: readonly string[]) => bench.nabla(["studio", "--out", ...words]);
    expect((await out("once")).code).toBe(0);
    writeFileSync(bench.path("once", "old.txt"), "");
    const again = await out("once");
    expect(again).toMatchObject({ code: 2, stdout: "" });
    expect(again.stderr).toMatch(/^nabla: --out: "once" is there already\./);
    const forced = await out("once", "--force", "--json");
    expect({ code: forced.code, stderr: forced.stderr }).toEqual({ code: 0, stderr: "" });
    expect(jsonLines(forced.stdout)).toEqual([
      { kind: "done", out: "once", files: 11, bytes: expect.any(Number), digits: true, run: false },
    ]);
    expect(existsSync(bench.path("once", "old.txt"))).toBe(false);
    mkdirSync(bench.path("precious"));
    writeFileSync(bench.path("precious", "thesis.txt"), "years");
    for (const target of ["precious", "images.idx", "."]) {
      const refused = await out(target, "--force");
      expect({ target, code: refused.code }).toEqual({ target, code: 2 });
      expect(refused.stderr).toContain("is no exported studio, and --force replaces nothing else");
    }
    expect(readFileSync(bench.path("precious", "thesis.txt"), "utf8")).toBe("years");
    mkdirSync(bench.path("empty"));
    expect((await out("empty", "--force")).code).toBe(0);
  });

  test("does without digits where there are none, and says so", async () => {
    const { code, stderr } = await bench.nabla(["studio", "--out", "bare"], {
      environment: { NABLA_DATA: bench.folder },
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^nabla: MNIST was not found, so the studio is written without digits\./);
    expect(readJson(bench.path("bare", "studio.json"))).toMatchObject({ digits: {}, run: null });
    expect(existsSync(bench.path("bare", "data"))).toBe(false);
  });

  test("tells where it cannot write", async () => {
    const { code, stderr } = await bench.nabla(["studio", "--out", "images.idx/studio"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^nabla: cannot write the studio to "images\.idx\/studio": the system says \w+\. Make room/);
  });
});

describe.skipIf(isWindows)("nabla train --studio", () => {
  const words = ["train", "images.idx", "labels.idx", "--epochs", "40", "--studio", "--no-open"];

  test("serves before it trains, shows every event, and goes on until Ctrl-C", async () => {
    const { code, stdout, stderr, seen } = await served(
      [...words, "--out", "watched"],
      /The studio is at .*; Ctrl-C ends it/,
      async (url) => {
        const manifest = (await (await fetch(`${url}studio.json`)).json()) as { readonly run: Record<string, unknown> };
        const model = await (await fetch(`${url}run/model.nabla`)).arrayBuffer();
        return { run: manifest.run, model, events: await (await fetch(`${url}run/events`)).text() };
      },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Studio {2}http:.*\n\nimages: 96 training|^Studio {2}http:.*\n\n/);
    const folder = bench.path("watched", bench.runs("watched")[0]!);
    const told = seen!.events.split("\n").filter((line) => line.startsWith('data: {"kind":'));
    const kept = jsonLines(readFileSync(join(folder, "metrics.jsonl"), "utf8"));
    expect(told.slice(1).map((line) => JSON.parse(line.slice(6)))).toEqual(kept);
    expect(kept.filter(({ kind }) => kind === "epoch")).toHaveLength(40);
    expect(Buffer.from(seen!.model)).toEqual(readFileSync(join(folder, "model.nabla")));
    expect(seen!.run).toMatchObject({ isLive: false, state: "finished" });
  });

  test("is watched while it trains; Ctrl-C then ends both, and the run is whole", async () => {
    const look = async (url: string) => {
      const { body } = await fetch(`${url}run/events`);
      const decoder = new TextDecoder();
      let text = "";
      for await (const part of body!) {
        text += decoder.decode(part, { stream: true });
        if (/"epoch":3,/.test(text)) return text;
      }
      return "";
    };
    const endless = ["train", "images.idx", "labels.idx", "--epochs", "100000000", "--studio", "--json"];
    const { code, stdout, seen } = await served([...endless, "--out", "both"], /"kind":"studio"/, look);
    expect(code).toBe(0);
    expect(seen).toContain('"kind":"epoch"');
    expect(jsonLines(stdout).at(-1)).toMatchObject({ kind: "done", stopped: "stopped" });
    const folder = bench.path("both", bench.runs("both")[0]!);
    expect(existsSync(join(folder, "report.html"))).toBe(true);
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });

  test("ends with the training where CI is set, and with a failure", async () => {
    const { code, stdout } = await bench.nabla([...words, "--out", "ci"], {
      environment: { ...environment, CI: "true" },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/The studio at http:\S+ ends with the training, since CI is set\.\n$/);
    const failed = await bench.nabla([...words, "--learning-rate", "1e30", "--optimizer", "sgd", "--out", "far"], {
      environment,
    });
    expect(failed.code).toBe(1);
    expect((await bench.nabla(["train", "nothing.csv", "--studio"], { environment })).code).not.toBe(0);
  });
});

test("no other command loads the server", () => {
  const dist = bench.path("..", "package", "dist");
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const code = readFileSync(join(dist, file), "utf8");
    for (const [, path] of code.matchAll(/^(?:import|export)[^;]*?["'](\.[^"']+)["'];$/gm))
      load(posix.join(posix.dirname(file), path!));
  };
  load("cli.js");
  expect(loaded.size).toBeGreaterThan(1);
  const serving = [...loaded].filter((file) => /["']node:http["']/.test(readFileSync(join(dist, file), "utf8")));
  expect(serving).toEqual([]);
  const all = filesIn(dist).filter((file) => file.endsWith(".js"));
  expect(all.some((file) => /["']node:http["']/.test(readFileSync(join(dist, file), "utf8")))).toBe(true);
});
