import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, hiddenIn, jsonLines, openBench, readJson, writeText } from "./command.ts";
import { idxBytes, shapes, writeIdx } from "./pictures.ts";

let bench: Bench;
beforeAll(() => {
  bench = openBench();
});
afterAll(() => bench.remove());

const files = ["images.idx", "labels.idx"];

/** Trains into a folder of its own, so that tests do not see each other's runs. */
async function train(out: string, words: readonly string[]) {
  const result = await bench.nabla(["train", ...words, "--out", out]);
  return { ...result, folder: bench.path(out, bench.runs(out)[0] ?? "none") };
}

describe("a run folder", () => {
  test("holds what it takes to repeat the run, its events, the model and a report", async () => {
    const { code, stdout, stderr, folder } = await train("whole", [...files, "--epochs", "3", "--seed", "7", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(folder).sort()).toEqual(["config.json", "metrics.jsonl", "model.nabla", "report.html"]);
    expect(readFileSync(`${folder}/metrics.jsonl`, "utf8")).toBe(stdout);
    const config = readJson(`${folder}/config.json`);
    expect(config).toMatchObject({
      nabla: readJson(fileURLToPath(new URL("../../package.json", import.meta.url)))["version"],
      node: process.version,
      command: expect.stringContaining("nabla train images.idx labels.idx --hidden 128"),
      train: {
        data: files.map((file) => bench.path(file)),
        seed: 7,
        epochs: 3,
        batchSize: 64,
        hidden: [128],
        optimizer: "adam",
      },
      data: {
        name: "images.idx",
        shape: [8, 8],
        classes: ["0", "1", "2"],
        samples: { train: 108, test: 12 },
        background: 0,
      },
      network: { parameters: 64 * 128 + 128 + 128 * 3 + 3 },
      optimizer: { learningRate: 0.001, beta1: 0.9 },
      engine: "wasm",
    });
    expect(config["arithmetic"]).toMatch(/^(portable|fma)$/);
    const report = readFileSync(`${folder}/report.html`, "utf8");
    expect(report).toContain("Content-Security-Policy");
    expect(report).toContain("64-128-3 on ");
  });

  test("--json ends with the result, and every epoch stands before it", async () => {
    const { stdout, folder } = await train("events", [...files, "--epochs", "2", "--json", "--validation", "0.25"]);
    const events = jsonLines(stdout);
    expect(events[0]).toMatchObject({ kind: "start", epochs: 2, samples: 81, parameters: 8707, loss: "crossEntropy" });
    const epochs = events.filter(({ kind }) => kind === "epoch");
    expect(epochs).toHaveLength(2);
    expect(epochs[1]).toMatchObject({ validation: { loss: expect.any(Number), accuracy: expect.any(Number) } });
    expect(events.at(-1)).toMatchObject({
      kind: "done",
      test: { accuracy: expect.any(Number), loss: expect.any(Number), size: 12 },
      secondsPerEpoch: expect.any(Number),
      samplesPerSecond: expect.any(Number),
      stopped: "finished",
    });
    expect(bench.path(String(events.at(-1)!["run"]))).toBe(folder);
    expect(events.filter(({ kind }) => kind === "done")).toHaveLength(1);
  });

  test("the same seed gives the same model, and config.json repeats it", async () => {
    const first = await train("first", [...files, "--epochs", "2", "--seed", "3"]);
    const [second, other] = [
      await train("second", ["--config", `${first.folder}/config.json`]),
      await train("other", ["--config", `${first.folder}/config.json`, "--seed", "4"]),
    ];
    const model = (folder: string) => readFileSync(`${folder}/model.nabla`);
    expect(second.code).toBe(0);
    expect(model(second.folder).equals(model(first.folder))).toBe(true);
    expect(model(other.folder).equals(model(first.folder))).toBe(false);
    expect(readJson(`${second.folder}/config.json`)["train"]).toEqual(readJson(`${first.folder}/config.json`)["train"]);
  });

  test("is never overwritten, and its name is made safe", async () => {
    const name = "../../<script>\u202e “Zahlen”\u001b[31m";
    const both = await Promise.all(
      [1, 2].map(() => bench.nabla(["train", ...files, "--epochs", "1", "--out", "twice", "--name", name])),
    );
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const runs = bench.runs("twice");
    expect(runs).toHaveLength(2);
    for (const run of runs) expect(run).toMatch(/^\d{4}-\d\d-\d\d-\d{6}-script-zahlen-31m(-2)?$/);
    for (const { stdout } of both) expect(hiddenIn(stdout)).toEqual([]);
    expect(hiddenIn(readFileSync(bench.path("twice", runs[0]!, "config.json"), "utf8"))).toEqual([]);
  });
});

describe("what is trained on", () => {
  test("a data set by name, with its lecture's size", async () => {
    const [digits, ink] = await Promise.all([
      train("digits", ["mnist", "--limit", "30", "--epochs", "1", "--json"]),
      train("ink", ["mnist-16x16", "--limit", "30", "--epochs", "1", "--json"]),
    ]);
    expect(jsonLines(digits.stdout)[0]).toMatchObject({
      parameters: 784 * 128 + 128 + 128 * 10 + 10,
      samples: 30,
      batchSize: 30,
    });
    expect(jsonLines(ink.stdout)[0]).toMatchObject({ parameters: 256 * 30 + 30 + 30 * 10 + 10 });
    expect(readJson(`${ink.folder}/config.json`)).toMatchObject({ data: { isBinary: true, shape: [16, 16] } });
  });

  test("IDX files packed with gzip, files to test on, and names for the classes", async () => {
    const { images, labels } = shapes(30);
    writeFileSync(bench.path("packed.gz"), gzipSync(idxBytes(images)));
    writeIdx(bench.path("more.idx"), labels);
    writeText(bench.path("names.txt"), "\ufeffleft\r\ntop\r\n</script><b>\u001b[2J\r\n\r\n");
    const words = [...files, "--test", "packed.gz", "more.idx", "--labels", "names.txt", "--epochs", "8"];
    const { code, stdout, folder } = await train("named", words);
    expect(code).toBe(0);
    expect(stdout).toContain("120 training and 30 test samples of 8 × 8, 3 classes");
    expect(stdout).not.toContain("\u001b");
    expect(readJson(`${folder}/config.json`)).toMatchObject({
      data: { classes: ["left", "top", "</script><b>\u001b[2J"] },
    });
    for (const file of ["config.json", "report.html"]) {
      const content = readFileSync(`${folder}/${file}`, "utf8");
      expect(content).not.toContain("</script><b>");
      expect(hiddenIn(content)).toEqual([]);
    }
  });
});

describe("what is printed", () => {
  test("in a pipe: a line an epoch, then the result as plain text", async () => {
    const { stdout, folder } = await train("plain", [
      ...files,
      "--epochs",
      "12",
      "--hidden",
      "16,8",
      "--learning-rate",
      "1e-2",
    ]);
    const lines = stdout.split("\n");
    expect(lines.filter((line) => /^epoch +\d+\/12 {2}loss [\d.]+ {2}accuracy [\d.]+ %/.test(line))).toHaveLength(12);
    expect(hiddenIn(stdout)).toEqual([]);
    expect(lines[1]).toBe("64-16-8-3, relu and softmax: 1,203 parameters");
    // Three kinds of bars are no riddle: all of the 12 are right, a third of which are of the commonest class.
    expect(stdout).toMatch(
      /Test accuracy 100\.00 % on 12 samples, loss [\d.]+\.\nAlways answering \d scores 33\.33 %\./,
    );
    expect(stdout).toContain("What was taken for what");
    expect(stdout).toContain("/report.html (open it in a browser)");
    expect(existsSync(folder)).toBe(true);
  });

  test("every loss and optimizer there is trains to its end", async () => {
    const losses = ["halfSquared", "binaryCrossEntropy", "multiclassHinge", "crossEntropyWithLogits"];
    const optimizers = ["sgd", "adam", "adagrad", "rmsprop"];
    const results = await Promise.all(
      losses.map((loss, i) =>
        bench.nabla([
          "train",
          ...files,
          "--out",
          "losses",
          "--epochs",
          "1",
          "--hidden",
          "none",
          "--loss",
          loss,
          "--optimizer",
          optimizers[i]!,
        ]),
      ),
    );
    for (const { code, stdout, stderr } of results) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain("64-3");
    }
  });
});
