import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { type Bench, jsonLines, openBench, writeText } from "./command.ts";
import { idxBytes, shapes, writeIdx } from "./pictures.ts";

let bench: Bench;
beforeAll(() => {
  bench = openBench();
  const { images, labels } = shapes(30);
  const image = idxBytes(images);
  const write = (name: string, bytes: Uint8Array) => writeFileSync(bench.path(name), bytes);
  write("short.idx", image.subarray(0, 500));
  write("magic.idx", Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3, 4]));
  write("giant.idx", Uint8Array.from([0, 0, 8, 3, 0x7f, 255, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255]));
  write("short.gz", gzipSync(image).subarray(0, 100));
  write("empty.idx", new Uint8Array());
  writeIdx(bench.path("few.idx"), { shape: [7], data: labels.data.subarray(0, 7) });
  writeIdx(bench.path("same.idx"), { shape: [120], data: new Uint8Array(120) });
  writeIdx(bench.path("larger.idx"), shapes(120, 9).images);
  writeText(bench.path("two.txt"), "left\ntop\n");
  writeText(bench.path("twice.txt"), "left\ntop\nleft\n");
  writeText(bench.path("config.json"), '{"data": "mnist", "epoch": 3}');
  writeText(bench.path("broken.json"), '{"data": "mnist"');
  writeText(bench.path("list.json"), "[1]");
  writeText(bench.path("wrong.json"), '{"data": "mnist", "learningRate": "fast"}');
  writeText(bench.path("proto.json"), '{"data": "mnist", "__proto__": {"epochs": 3}}');
  writeText(bench.path("file"), "");
  writeText(bench.path("table.csv"), "area,price\n50,100.5\n,90\n60,120\n");
  symlinkSync("loop", bench.path("loop"));
});
afterAll(() => bench.remove());

/** Without the weight and colour that the tests' own terminal may get. */
const plain = (text: string) => text.replace(new RegExp(`${"\u001b"}\\[\\d+m`, "g"), "");

const good = ["images.idx", "labels.idx"];

/** Words of the command, exit code, and what it says. */
const mistakes: readonly (readonly [words: readonly string[], code: number, sentence: string])[] = [
  // ── the command line ──
  [
    ["trian"],
    2,
    `unknown command 'trian'. Did you mean "train"? Known are train, evaluate, predict, summary, explain, gradient-check, layers, project, studio, runs, data, activations, losses, lab.`,
  ],
  [
    ["train", "--epocs", "3"],
    2,
    "unknown option '--epocs'. Did you mean --epochs? nabla train --help tells what there is.",
  ],
  [["train", "mnist", "--epochs"], 2, "--epochs needs a value. nabla train --help tells what there is."],
  [["train"], 2, "train needs to know what to train on. Write for example nabla train mnist."],
  [
    ["train", "a", "b", "c"],
    2,
    "<data> expects the name of a data set, a table, or two IDX files, got 3 of them. Write for example images.idx labels.idx.",
  ],
  [
    ["lab", "smalest"],
    2,
    `nabla lab knows no "smalest". Did you mean "smallest"? Known are smallest, minima, learning-rate, batch-size, universality, deep-or-fat, hard-cases.`,
  ],
  [["data", "get"], 2, `nabla data knows no "get". Known are list.`],
  [
    ["train", "mnist", "--kind", "svn"],
    2,
    `--kind: unknown kind "svn". Did you mean "svm"? Known are network, linear, svm, linear-svc.`,
  ],
  [
    ["evaluate", "latest", "mnist", "--out", "runs"],
    2,
    "unknown option '--out'. nabla evaluate --help tells what there is.",
  ],
  [["summary"], 2, "missing required argument 'run'. nabla summary --help tells what there is."],
  [
    ["runs", "all"],
    2,
    "too many arguments for 'runs'. Expected 0 arguments but got 1. nabla runs --help tells what there is.",
  ],
  [
    ["train", "mnist", "--learning-rate", "abc"],
    2,
    `--learning-rate expects a number above 0, got "abc". Write for example 1e-3.`,
  ],
  [
    ["train", "mnist", "--learning-rate", "0"],
    2,
    `--learning-rate expects a number above 0, got "0". Write for example 1e-3.`,
  ],
  [
    ["train", "mnist", "--learning-rate", "-1"],
    2,
    `--learning-rate expects a number above 0, got "-1". Write for example 1e-3.`,
  ],
  [
    ["train", "mnist", "--learning-rate", "NaN"],
    2,
    `--learning-rate expects a number above 0, got "NaN". Write for example 1e-3.`,
  ],
  [
    ["train", "mnist", "--learning-rate", "Infinity"],
    2,
    `--learning-rate expects a number above 0, got "Infinity". Write for example 1e-3.`,
  ],
  [
    ["train", "mnist", "--learning-rate", "0x10"],
    2,
    `--learning-rate expects a number above 0, got "0x10". Write for example 1e-3.`,
  ],
  [
    ["train", "mnist", "--learning-rate", ""],
    2,
    `--learning-rate expects a number above 0, got "". Write for example 1e-3.`,
  ],
  [
    ["train", "mnist", "--batch-size", "0"],
    2,
    `--batch-size expects a whole number from 1, got "0". Write for example 10.`,
  ],
  [
    ["train", ...good, "--batch-size", "109"],
    2,
    "--batch-size is 109, more than the 108 training samples. Make it smaller, or leave it out.",
  ],
  [
    ["train", ...good, "--batch-size", "100", "--validation", "0.5"],
    2,
    "--batch-size is 100, more than the 54 training samples. Make it smaller, or leave it out.",
  ],
  [
    ["train", "mnist", "--epochs", "2.5"],
    2,
    `--epochs expects a whole number from 1, got "2.5". Write for example 10.`,
  ],
  [["train", "mnist", "--seed", "one"], 2, `--seed expects a whole number, got "one". Write for example 10.`],
  [
    ["train", "mnist", "--threads", "0"],
    2,
    `--threads expects "auto" or a whole number from 1 to 256, got "0". Write for example auto.`,
  ],
  [
    ["train", "mnist", "--validation", "1"],
    2,
    `--validation expects a share between 0 and 1, got "1". Write for example 0.1 for a tenth.`,
  ],
  [
    ["train", "mnist", "--hidden", "128,,64"],
    2,
    `--hidden expects up to 50 whole numbers from 1 to 100,000, with commas between them, got "128,,64". Write for example 128, or 128,64 for two layers, or none.`,
  ],
  [
    ["train", "mnist", "--activation", "rellu"],
    2,
    `--activation: unknown activation "rellu". Did you mean "relu"? Known are sigmoid, tanh, relu, leakyRelu, elu, softplus, softmax, linear.`,
  ],
  [
    ["train", "mnist", "--loss", "x"],
    2,
    `--loss: unknown loss "x". Known are crossEntropy, binaryCrossEntropy, crossEntropyWithLogits, halfSquared, squared, meanSquared, absolute, euclidean, huber, hinge, multiclassHinge, multiclassHinge(crammerSinger).`,
  ],
  [
    ["train", "mnist", "--optimizer", "adma"],
    2,
    `--optimizer: unknown optimizer "adma". Did you mean "adam"? Known are sgd, adam, adagrad, rmsprop.`,
  ],
  [["train", "mnist", "--progress", "none"], 2, `--progress: unknown kind of progress "none". Known are auto, plain.`],
  // ── a file of options ──
  [
    ["train", "--config", "nowhere.json"],
    1,
    `cannot read "nowhere.json": there is no such file. Check the path and the right to read it.`,
  ],
  [
    ["train", "--config", "broken.json"],
    1,
    `"broken.json" is no valid JSON. Check it with a JSON editor; it may be cut short.`,
  ],
  [
    ["train", "--config", "list.json"],
    1,
    `"list.json" holds no options. Give an object of options, or the config.json of a run.`,
  ],
  [
    ["train", "--config", "config.json"],
    2,
    `"config.json" has an unknown option "epoch". Did you mean "epochs"? Known are data, test, labels, limit, dataDir, size, noise, target, ignore, header, delimiter, missing, task, kind, C, kernel, gamma, hidden, activation, loss, optimizer, dropout, learningRate, momentum, nesterov, weightDecay, schedule, clipNorm, batchSize, epochs, seed, threads, arithmetic, validation, earlyStopping, checkpointEvery, name.`,
  ],
  [
    ["train", "--config", "wrong.json"],
    2,
    `"learningRate" in "wrong.json" expects a number above 0, got "fast". Write for example 1e-3.`,
  ],
  [
    ["train", "--config", "proto.json"],
    2,
    `"proto.json" has an unknown option "__proto__". Known are data, test, labels, limit, dataDir, size, noise, target, ignore, header, delimiter, missing, task, kind, C, kernel, gamma, hidden, activation, loss, optimizer, dropout, learningRate, momentum, nesterov, weightDecay, schedule, clipNorm, batchSize, epochs, seed, threads, arithmetic, validation, earlyStopping, checkpointEvery, name.`,
  ],
  // ── data ──
  [
    ["train", "mnsit"],
    2,
    `no data set is called "mnsit". Did you mean "mnist"? nabla data list tells the names; or give a table, data.csv, or two IDX files, images.idx labels.idx.`,
  ],
  [
    ["train", "images.idx"],
    2,
    `"images.idx" is one file alone. Give two IDX files, the images and then the labels: images.idx labels.idx; or a table that is named .csv.`,
  ],
  [
    ["train", "a\u001b[31m\u202e.idx", "labels.idx"],
    1,
    `cannot read "a\\u{1b}[31m\\u{202e}.idx": there is no such file. Check the path and the right to read it.`,
  ],
  [
    ["train", "short.idx", "labels.idx"],
    1,
    `"short.idx" is cut short: 1936 bytes by its header, 500 in the file. Check that it is an IDX file and complete; fetch it again.`,
  ],
  [
    ["train", "magic.idx", "labels.idx"],
    1,
    `"magic.idx" does not begin as an IDX file: 89 50 4e 47. Check that it is an IDX file and complete; fetch it again.`,
  ],
  [
    ["train", "giant.idx", "labels.idx"],
    1,
    `the header of "giant.idx" claims 2147483647 × 65535 × 65535 bytes. Check that it is the right file, or raise maxBytes.`,
  ],
  [
    ["train", "short.gz", "labels.idx"],
    1,
    `"short.gz" is not a complete gzip file: it is cut short or damaged. Fetch the file again.`,
  ],
  [
    ["train", "empty.idx", "labels.idx"],
    1,
    `"empty.idx" is too short for an IDX file. Check that it is an IDX file and complete; fetch it again.`,
  ],
  [
    ["train", "images.idx", "few.idx"],
    1,
    `"images.idx" has 120 pictures, "few.idx" 7 labels. Give the two files that belong together.`,
  ],
  [
    ["train", "labels.idx", "labels.idx"],
    1,
    `"labels.idx" holds no pictures. Check that it is an IDX file and complete; fetch it again.`,
  ],
  [
    ["train", "images.idx", "same.idx"],
    1,
    "all samples have the same label, so there is nothing to tell apart. Give data with several classes.",
  ],
  [
    ["train", ...good, "--labels", "two.txt"],
    1,
    `label 2 in row 3 is none of the 2 classes. Correct the label, or give all class names as classes.`,
  ],
  [
    ["train", ...good, "--labels", "twice.txt"],
    1,
    `"twice.txt" does not name classes: "left" again in line 3. The first line names class 0, the second class 1, and so on.`,
  ],
  [
    ["train", ...good, "--test", "larger.idx", "labels.idx"],
    1,
    "test samples are 9 × 9, training samples 8 × 8. Give test files of the same size of pictures.",
  ],
  [
    ["train", ...good, "--test", "larger.idx"],
    2,
    `--test expects two IDX files, images and labels, got "larger.idx". Write for example images.idx labels.idx.`,
  ],
  [
    ["train", "mnist", "--labels", "two.txt"],
    2,
    "--labels goes with IDX files; mnist has its own. Leave --labels out, or give two IDX files.",
  ],
  [
    ["train", "mnist", "--target", "x"],
    2,
    `--target goes with a table; "mnist" is a data set by name that is read from files. Leave --target out, or give a table, such as data.csv.`,
  ],
  [
    ["train", ...good, "--size", "5"],
    2,
    `--size goes with a data set that is drawn; "images.idx" is two IDX files. Leave --size out, or give a data set that is drawn, such as quadrants.`,
  ],
  [
    ["train", "quadrants", "--data-dir", "x"],
    2,
    `--data-dir goes with a data set by name that is read from files; "quadrants" is a data set that is drawn. Leave --data-dir out, or give a data set by name that is read from files, such as mnist.`,
  ],
  [
    ["train", "quadrants", "--noise", "-1"],
    2,
    `--noise expects a number from 0 to 100, got "-1". Write for example 0.1.`,
  ],
  [
    ["train", "quadrants", "--test", "table.csv"],
    2,
    "--test goes with IDX files and tables; quadrants has its own. Leave --test out.",
  ],
  // ── a table ──
  [["train", "table.csv", "--task", "guess"], 2, `--task: unknown task "guess". Known are classification, regression.`],
  [
    ["train", "table.csv", "other.csv"],
    2,
    `"table.csv" is a table, which stands alone. A second table to test on goes after --test.`,
  ],
  [
    ["train", "table.csv", "--test", "a.csv", "b.csv"],
    2,
    "--test expects one table to test on, got two files. Write for example --test test.csv.",
  ],
  [
    ["train", "nowhere.csv"],
    1,
    `cannot read "nowhere.csv": there is no such file. Check the path and the right to read it.`,
  ],
  [
    ["train", "table.csv", "--target", "prize"],
    2,
    `"table.csv" has no target column "prize". Its columns are "area", "price".`,
  ],
  [
    ["train", "table.csv"],
    1,
    `row 3 of "table.csv" has no value in column "area". Fill the gap, leave the column out (ignore), or leave out rows with gaps (missing: drop).`,
  ],
  [
    ["train", "table.csv", "--missing", "drop"],
    1,
    `"table.csv" has 2 samples, too few to set a fifth aside for testing. Give more samples, or test files: --test test.csv.`,
  ],
  [
    ["train", "table.csv", "--missing", "drop", "--test", "table.csv", "--loss", "hinge"],
    2,
    "--loss hinge is made for classes, and the target is a number. Use one of meanSquared, halfSquared, squared, absolute, euclidean, huber; or --task classification, where the numbers are classes.",
  ],
  [
    ["train", ...good, "--hidden", "100000,100000"],
    1,
    "a net of 64-100000-100000-3 has 10,006,900,003 parameters. Make the hidden layers smaller.",
  ],
  // ── where the run goes ──
  [
    ["train", ...good, "--out", "file"],
    1,
    `cannot write to "file": a part of the path is no folder. Name another folder with --out.`,
  ],
  [
    ["train", ...good, "--out", "file/runs"],
    1,
    `cannot write to "file/runs": a part of the path is no folder. Name another folder with --out.`,
  ],
  // ── runs ──
  [
    ["summary", "latest"],
    2,
    `there is no finished run in "runs". Train one first with nabla train mnist, or name the folder of runs with --runs.`,
  ],
  [["evaluate", "nothing", "mnist"], 2, `no run is called "nothing". There are none in "runs"; nabla runs lists them.`],
];

/** The same command line in this process: a hundred times faster than a process for each. */
async function here(words: readonly string[]) {
  let [stdout, stderr] = ["", ""];
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((stdout += String(text)))),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((stderr += String(text)))),
  ];
  const place = process.cwd();
  process.chdir(bench.folder);
  try {
    return { code: await runCommandLine(words), stdout, stderr };
  } finally {
    process.chdir(place);
    for (const spy of spies) spy.mockRestore();
  }
}

describe("a mistake gets a sentence, an exit code, and leaves nothing behind", () => {
  test.each(mistakes)("nabla %j", async (words, code, sentence) => {
    const result = await here(words);
    expect({ ...result, stderr: plain(result.stderr) }).toEqual({ stderr: `nabla: ${sentence}\n`, stdout: "", code });
  });

  test.concurrent.each([0, 1, 10, 32, 39].map((i) => mistakes[i]!))(
    "as a process: nabla %j",
    async (words, code, sentence) => {
      expect(await bench.nabla(words)).toEqual({ stderr: `nabla: ${sentence}\n`, stdout: "", code });
    },
  );

  test("nothing was written", () => {
    expect(bench.runs()).toEqual([]);
    expect(readFileSync(bench.path("file"), "utf8")).toBe("");
  });
});

describe("a mistake with --json is one line of JSON on stderr", () => {
  test("with its code, place and what to do", async () => {
    const { code, stdout, stderr } = await bench.nabla(["train", "short.idx", "labels.idx", "--json"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    const [event, ...others] = jsonLines(stderr);
    expect(others).toEqual([]);
    expect(event).toEqual({
      kind: "error",
      code: "FORMAT",
      message: expect.stringContaining('"short.idx" is cut short'),
      where: { file: "short.idx" },
      expected: "1936 bytes",
      received: "500 bytes",
      hint: expect.any(String),
    });
  });

  test("also for options that cannot be understood", async () => {
    const { code, stderr } = await bench.nabla(["train", "--nonsense\u202e", "--json"]);
    expect(code).toBe(2);
    expect(stderr).not.toContain("\u202e");
    expect(jsonLines(stderr)).toMatchObject([{ kind: "error", code: "OPTION" }]);
  });
});

describe("training that runs away", () => {
  const words = [
    "train",
    ...good,
    "--optimizer",
    "sgd",
    "--learning-rate",
    "1e30",
    "--loss",
    "crossEntropyWithLogits",
    "--out",
    "diverged",
  ];

  test("says where it began, and keeps what there was", async () => {
    const { code, stdout, stderr } = await bench.nabla([...words, "--epochs", "3", "--json"]);
    expect(code).toBe(1);
    const [error] = jsonLines(stderr);
    expect(error).toMatchObject({ kind: "error", code: "DIVERGED", where: { epoch: 1, step: expect.any(Number) } });
    expect(error!["hint"]).toMatch(/smaller learning rate/);
    const run = bench.runs("diverged")[0]!;
    const events = jsonLines(readFileSync(bench.path("diverged", run, "metrics.jsonl"), "utf8"));
    expect(events.at(-1)).toEqual(error);
    expect(events.slice(0, -1)).toEqual(jsonLines(stdout));
    expect(readFileSync(bench.path("diverged", run, "report.html"), "utf8")).toContain("NaN or infinite");
    const listed = await bench.nabla(["runs", "--runs", "diverged", "--json"]);
    expect(jsonLines(listed.stdout)).toMatchObject([{ state: "failed", accuracy: null }]);
    const summary = await bench.nabla(["summary", "latest", "--runs", "diverged"]); // its model can be read
    expect(summary).toMatchObject({ code: 0, stdout: expect.stringContaining("The run failed.") });
  });
});

describe("broken runs", () => {
  test("are told from whole ones", async () => {
    mkdirSync(bench.path("broken", "2026-01-01-000000-a"), { recursive: true });
    mkdirSync(bench.path("broken", "2026-01-01-000001-b"));
    const config = {
      data: { name: "\u001b]0;x\u0007", shape: [8, 8], classes: ["a", "b"] },
      begun: "2026-01-01T00:00:00",
    };
    writeText(bench.path("broken", "2026-01-01-000000-a", "config.json"), JSON.stringify(config));
    writeText(bench.path("broken", "2026-01-01-000001-b", "config.json"), '{"data": 3}');
    writeText(bench.path("broken", "2026-01-01-000001-b", "model.nabla"), "no model");
    const listed = await bench.nabla(["runs", "--runs", "broken"]);
    expect(listed.stdout.split("\n").map((line) => line.trimEnd())).toEqual([
      "run                  date              data                  accuracy",
      "2026-01-01-000001-b                    unknown                      –  did not get to its end",
      "2026-01-01-000000-a  2026-01-01 00:00  [U+001B]]0;x[U+0007]         –  did not get to its end",
      "",
      "To go on with a run that was stopped or cut off: nabla train --resume broken/2026-01-01-000000-a",
      "",
    ]);
    const summaries = await Promise.all(
      ["2026-01-01-000000-a", "latest"].map((run) => bench.nabla(["summary", run, "--runs", "broken"])),
    );
    expect(summaries.map(({ stderr }) => stderr)).toEqual([
      "", // a run that was cut off is shown as one
      expect.stringMatching(/^nabla: "broken.*(config\.json" does not describe a run|model\.nabla" is)/),
    ]);
  });
});
