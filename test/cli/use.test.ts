import { readFileSync, writeFileSync } from "node:fs";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, hiddenIn, jsonLines, openBench, writeText } from "./command.ts";
import { shapes, writeIdx } from "./pictures.ts";

let bench: Bench;
let run: string;

beforeAll(async () => {
  bench = openBench();
  writeText(bench.path("names.txt"), "left\ntop\nslanted\n");
  const words = [
    "images.idx",
    "labels.idx",
    "--labels",
    "names.txt",
    "--epochs",
    "12",
    "--learning-rate",
    "1e-2",
    "--name",
    "bars",
  ];
  const { code, stderr } = await bench.nabla(["train", ...words]);
  if (code !== 0) throw new Error(stderr);
  run = bench.runs()[0]!;
});
afterAll(() => bench.remove());

describe("evaluate", () => {
  test("other files: all their samples, beside the baseline", async () => {
    const { images, labels } = shapes(31);
    writeIdx(bench.path("other.idx"), images);
    writeIdx(bench.path("other-labels.idx"), labels);
    const { code, stdout, stderr } = await bench.nabla(["evaluate", "latest", "other.idx", "other-labels.idx"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /Test accuracy 100\.00 % on 31 samples, loss \S+\.\nAlways answering left scores 35\.48 %\./,
    );
    expect(stdout).toMatch(/left +11 +· +· +100\.0 %/);
  });

  test("the files it was trained on: only what was set aside, and says so", async () => {
    const words = ["evaluate", run, "images.idx", "labels.idx"];
    const [told, events] = await Promise.all([bench.nabla(words), bench.nabla([...words, "--json"])]);
    expect(told.stderr).toBe("nabla: the run was trained on these files: judged on the 12 samples that it set aside\n");
    expect(events.stderr).toBe("");
    expect(jsonLines(events.stdout)).toMatchObject([
      { kind: "evaluation", size: 12, accuracy: 1, classes: ["left", "top", "slanted"] },
    ]);
    const trained = jsonLines(readFileSync(bench.path("runs", run, "metrics.jsonl"), "utf8")).at(-1);
    expect(jsonLines(events.stdout)[0]!["loss"]).toBeCloseTo((trained!["test"] as { loss: number }).loss, 12);
  });

  test("data that do not fit name both sizes", async () => {
    const { code, stderr } = await bench.nabla(["evaluate", "latest", "mnist"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/784.*64|64.*784/);
  });
});

describe("predict", () => {
  /** A dark bar at the left on white paper, 40 × 32, in colour. */
  const drawn = () => {
    const data = new Uint8Array(40 * 32 * 3).fill(250);
    for (let y = 4; y < 28; y += 1) for (let x = 8; x < 14; x += 1) data.set([20, 30, 90], (y * 40 + x) * 3);
    return encode({ width: 40, height: 32, data, channels: 3, depth: 8 });
  };

  test("a picture of any size and colour, and says what was done to it", async () => {
    writeFileSync(bench.path("drawn.png"), drawn());
    const { code, stdout, stderr } = await bench.nabla(["predict", "latest", "drawn.png"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [steps, best, ...others] = stdout.trimEnd().split("\n");
    expect(steps).toBe(
      "drawn.png: made grey, inverted, since its background is light, filled up to 40 × 40, resized from 40 × 40 to 8 × 8",
    );
    expect(best).toMatch(/^left +\d+\.\d % {2}█+$/);
    expect(others.map((line) => line.split(" ")[0]).sort()).toEqual(["slanted", "top"]);
  });

  test("from the standard input, as JSON", async () => {
    const { stdout } = await bench.nabla(["predict", "latest", "-", "--json", "--top", "2"], { input: drawn() });
    const [prediction, ...others] = jsonLines(stdout);
    expect(others).toEqual([]);
    expect(prediction).toMatchObject({
      kind: "prediction",
      source: "standard input",
      index: 0,
      steps: expect.arrayContaining(["made grey"]),
    });
    const classes = prediction!["classes"] as { label: string; probability: number }[];
    expect(classes).toHaveLength(2);
    expect(classes[0]).toEqual({ label: "left", probability: expect.any(Number) });
    expect(classes[0]!.probability).toBeGreaterThan(classes[1]!.probability);
  });

  test("one sample or several, as numbers", async () => {
    const { images } = shapes(3);
    const samples = [0, 1, 2].map((i) => [...images.data.subarray(64 * i, 64 * i + 64)].map((byte) => byte / 255));
    const rows = Array.from({ length: 8 }, (_, y) => samples[1]!.slice(8 * y, 8 * y + 8));
    writeText(bench.path("all.json"), JSON.stringify(samples));
    writeText(bench.path("one.json"), JSON.stringify(rows));
    const [all, one] = await Promise.all([
      bench.nabla(["predict", run, "all.json"]),
      bench.nabla(["predict", `runs/${run}`, "one.json", "--json"]),
    ]);
    expect(all.stdout.split("\n").map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
      "sample 1: left",
      "sample 2: top",
      "sample 3: slanted",
      "",
    ]);
    expect(jsonLines(one.stdout)).toMatchObject([{ index: 0, classes: [{ label: "top" }, {}, {}] }]);
  });

  const wrong: readonly (readonly [input: string | Uint8Array, sentence: string])[] = [
    ["", `"standard input" is neither a PNG picture nor JSON`],
    ["hello", `"standard input" is neither a PNG picture nor JSON`],
    ["{}", `"standard input" holds no list of numbers`],
    ["[1, 2", `"standard input" is no valid JSON`],
    ["[1, 2]", "expects 64 numbers a sample, got 2"],
    [JSON.stringify([new Array(64).fill(0), new Array(63).fill(0)]), "rows of different sizes: row 2 has 63 numbers"],
    [`[[${"0,".repeat(63)}0],[${"0,".repeat(62)}1e999,0]]`, "Infinity in row 2, column 63"],
    [JSON.stringify([...new Array(63).fill(0), null]), "null in row 1, column 64"],
    [
      encode({ width: 8, height: 8, data: new Uint8Array(64), channels: 1, depth: 8 }).subarray(0, 60),
      "is no PNG picture that can be read: it is cut short",
    ],
  ];
  test.concurrent.each(wrong)("what is none: %j", async (input, sentence) => {
    const { code, stdout, stderr } = await bench.nabla(["predict", "latest", "-"], { input });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(sentence);
    expect(stderr.split("\n")).toHaveLength(2);
  });
});

describe("summary, runs and data", () => {
  test("summary shows layers, data and result", async () => {
    const [told, events] = await Promise.all([
      bench.nabla(["summary", "latest"]),
      bench.nabla(["summary", `runs/${run}/model.nabla`, "--json"]),
    ]);
    expect(told.stdout).toContain("64·128 + 128 = 8,320");
    expect(told.stdout).toContain("108 training and 12 test samples of 8 × 8, 3 classes");
    expect(told.stdout).toContain("Test accuracy 100.00 %\n");
    expect(told.stdout).toContain("To repeat it: nabla train images.idx labels.idx --labels names.txt");
    expect(jsonLines(events.stdout)).toMatchObject([
      { kind: "summary", parameters: 8707, accuracy: 1, state: "finished", run: `runs/${run}` },
    ]);
  });

  test("runs lists the newest first", async () => {
    await bench.nabla(["train", "mnist", "--limit", "20", "--epochs", "1", "--out", "list"]);
    await bench.nabla(["train", "mnist-16x16", "--limit", "20", "--epochs", "1", "--out", "list"]);
    const { stdout } = await bench.nabla(["runs", "--runs", "list"]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]!.split(/ {2,}/)).toEqual(["run", "date", "data", "accuracy"]);
    expect(lines.slice(1).map((line) => line.split(/ {2,}/)[2])).toEqual(["mnist-16x16", "mnist"]);
    const events = await bench.nabla(["runs", "--runs", "list", "--json"]);
    expect(jsonLines(events.stdout)).toMatchObject([
      { kind: "run", data: "mnist-16x16" },
      { data: "mnist", accuracy: expect.any(Number) },
    ]);
  });

  test("no runs are no failure", async () => {
    expect(await bench.nabla(["runs", "--runs", "nowhere"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "nabla: there are no runs in nowhere. Train one: nabla train mnist\n",
    });
  });

  test("data list names what there is", async () => {
    const [told, events] = await Promise.all([bench.nabla(["data", "list"]), bench.nabla(["data", "list", "--json"])]);
    expect(told.stdout).toContain("mnist-16x16     Handwritten digits, ink or no ink, 16 × 16");
    expect(told.stdout).toContain("quadrants       Same signs against opposite signs (XOR)");
    const listed = jsonLines(events.stdout);
    expect(listed.slice(0, 4)).toMatchObject([
      { name: "mnist", from: "read", sizes: { train: 60_000, test: 10_000 } },
      { name: "mnist-16x16" },
      { name: "cifar10", shape: [32, 32, 3] },
      { name: "quadrants", from: "drawn" },
    ]);
    for (const { name } of listed) expect(told.stdout).toContain(`${name} `);
  });
});

describe("help", () => {
  const commands = [[], ["train"], ["evaluate"], ["predict"], ["summary"], ["runs"], ["data"], ["data", "list"]];
  test.concurrent.each(commands.map((words) => [words]))("of nabla %j has examples", async (words) => {
    const { code, stdout, stderr } = await bench.nabla([...words, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: nabla/);
    expect(stdout).toMatch(/Examples:\n {2}nabla /);
    expect(hiddenIn(stdout)).toEqual([]);
  });

  test("comes without words, too; a group alone is wrong usage", async () => {
    const [bare, group, version] = await Promise.all([[], ["data"], ["--version"]].map((words) => bench.nabla(words)));
    expect(bare).toMatchObject({ code: 0, stdout: expect.stringContaining("Commands:") });
    expect(group).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("list") });
    expect(version!.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
