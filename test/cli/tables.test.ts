import { readFileSync } from "node:fs";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPng } from "../../src/cli/picture-file.ts";
import { toColorSample } from "../../src/cli/picture-sample.ts";
import { tableRecordOf } from "../../src/cli/table-data.ts";
import { csv } from "../../src/data/index.ts";
import { cifarBytes, cifarFolder } from "../data/cifar-bytes.ts";
import { type Bench, jsonLines, openBench, readJson, writeText } from "./command.ts";

let bench: Bench;

/** Iris in small: three kinds of flowers, by rules, in columns of very different size. */
function flowers(count: number): string {
  const kinds = ["setosa", "versicolor", "=virginica"];
  const rows = Array.from({ length: count }, (_, i) => {
    const kind = i % 3;
    const [a, b] = [((i * 37) % 19) / 19, ((i * 53) % 23) / 23];
    return `${4000 + 1000 * kind + 600 * a},${(0.2 + 0.5 * kind + 0.3 * b).toFixed(4)},plot ${i % 5},${kinds[kind]}`;
  });
  return `length,width,plot,species\n${rows.join("\n")}\n`;
}

/** Prices of flats: 2,000 a square metre and 500 off for each year. */
function flats(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const [area, age] = [30 + ((i * 29) % 97), (i * 7) % 40];
    return `${area};${age};${(2000 * area - 500 * age + 0.5).toFixed(1)}`;
  });
  return `area;age;price\n${rows.join("\n")}\n`;
}

beforeAll(async () => {
  bench = openBench();
  writeText(bench.path("flowers.csv"), flowers(150));
  writeText(bench.path("flats.csv"), flats(200));
  await cifarFolder(bench.path("pictures"), {
    "data_batch_1.bin": cifarBytes(Array.from({ length: 20 }, (_, i) => i % 10)),
    "test_batch.bin": cifarBytes(Array.from({ length: 10 }, (_, i) => i)),
  });
});
afterAll(() => bench.remove());

const numbersIn = (row: string) => row.trim().split(",").map(Number);

describe("a table of classes", () => {
  test("is trained on, judged by and asked with, its columns found by name", async () => {
    const trained = await bench.nabla([
      "train",
      "flowers.csv",
      "--target",
      "species",
      "--ignore",
      "plot",
      "--out",
      "f",
    ]);
    expect(trained).toMatchObject({ code: 0, stderr: "" });
    expect(trained.stdout).toContain(
      "flowers.csv: 120 training and 30 test samples of 2, 3 classes\n2-32-3, relu and softmax",
    );
    expect(trained.stdout).toContain("nabla predict f/");
    const folder = `f/${bench.runs("f")[0]}`;
    const { data } = readJson(bench.path(folder, "config.json")) as { data: { table: Record<string, number[]> } };
    expect(data.table).toMatchObject({ columns: ["length", "width"], target: "species" });
    expect(data.table["mean"]![0]).toBeGreaterThan(4000);

    const [judged, asked, single, shuffled] = await Promise.all([
      bench.nabla(["evaluate", "latest", "flowers.csv", "--runs", "f", "--json"]),
      bench.nabla(["predict", "latest", "-", "--runs", "f"], { input: "width,length\n0.3,4100\n1.4,6500\n" }),
      bench.nabla(["predict", "latest", "-", "--runs", "f", "--json"], { input: "[4100, 0.3]" }),
      bench.nabla([
        "evaluate",
        "latest",
        writeText(bench.path("new.csv"), "species,x,width,length\nsetosa,?,.3,4100\n"),
        "--runs",
        "f",
      ]),
    ]);
    const [evaluation] = jsonLines(judged.stdout);
    expect(evaluation).toMatchObject({
      size: 30,
      note: expect.stringContaining("judged on the 30 samples that it set aside"),
    });
    expect(evaluation!["accuracy"]).toBeGreaterThan(0.95);
    const last = readFileSync(bench.path(folder, "metrics.jsonl"), "utf8").trim().split("\n").at(-1)!;
    expect((JSON.parse(last) as { test: object }).test).toMatchObject({ accuracy: evaluation!["accuracy"], size: 30 });

    expect(asked.stderr).toBe("");
    const [head, first, second] = asked.stdout.split("\r\n");
    expect(head).toBe("row,species,probability of =virginica,probability of setosa,probability of versicolor");
    expect(first).toMatch(/^2,setosa,/);
    expect(second).toMatch(/^3,'=virginica,/); // a spreadsheet shows it and computes nothing
    const back = await csv(asked.stdout, { target: "species" });
    expect(back.size).toBe(2);
    const [answer] = jsonLines(single.stdout);
    const probability = (answer!["classes"] as { label: string; probability: number }[])[0]!;
    expect(probability.label).toBe("setosa");
    expect(probability.probability).toBeCloseTo(numbersIn(first!)[3]!, 5);
    expect(shuffled.stdout).toContain("Test accuracy 100.00 % on 1 samples");
  });

  test("has its mistakes told with row and column", async () => {
    const gap = writeText(bench.path("gap.csv"), "length,width\n4100,0.3\n4200,\n");
    const [lost, unknown, dropped, header, judged] = await Promise.all([
      bench.nabla(["predict", "latest", gap, "--runs", "f"]),
      bench.nabla(["predict", "latest", "-", "--runs", "f", "--json"], { input: "length,height\n1,2\n" }),
      bench.nabla(["predict", "latest", gap, "--runs", "f", "--missing", "drop"]),
      bench.nabla(["train", "flowers.csv"]),
      bench.nabla(["evaluate", "latest", "mnist", "--runs", "f"]),
    ]);
    expect(lost).toMatchObject({ code: 1, stdout: "" });
    expect(lost.stderr).toContain('has no value in column "width"');
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expect(jsonLines(unknown.stderr)[0]).toMatchObject({ code: "DATA", where: { column: "width" } });
    expect(dropped.stdout.split("\r\n")).toHaveLength(3);
    expect(dropped.stderr).toContain("1 row has a gap and is left out");
    expect(header.stderr).toContain('"plot 0" in row 2, column "plot" of "flowers.csv" is no number');
    expect(header.code).toBe(1);
    expect(judged.code).toBe(1);
  });
});

describe("a table of numbers", () => {
  test("is learned, judged in its own unit, and asked", async () => {
    const trained = await bench.nabla(["train", "flats.csv", "--seed", "1", "--out", "g"]);
    expect(trained).toMatchObject({ code: 0, stderr: "" });
    expect(trained.stdout).toContain("160 training and 40 test samples of 2, values of price\n2-32-1, relu and linear");
    expect(trained.stdout).toMatch(/Test error [\d.,]+ \(root mean square\) in price on 40 samples/);
    expect(trained.stdout).toMatch(/The model explains 9\d\.\d+ % of the variance/);
    const folder = `g/${bench.runs("g")[0]}`;
    const report = readFileSync(bench.path(folder, "report.html"), "utf8");
    expect(report).toContain("Test error");
    expect(report).toContain("Always answering the mean");
    expect(report).toContain("Judged on 40 samples it had not seen");

    const [judged, asked, runs, summary] = await Promise.all([
      bench.nabla(["evaluate", "latest", "flats.csv", "--runs", "g", "--json"]),
      bench.nabla(["predict", "latest", "flats.csv", "--runs", "g"]),
      bench.nabla(["runs", "--runs", "g"]),
      bench.nabla(["summary", "latest", "--runs", "g"]),
    ]);
    const [evaluation] = jsonLines(judged.stdout) as unknown as { error: number; baseline: number; size: number }[];
    expect(evaluation!.size).toBe(40);
    expect(evaluation!.error).toBeLessThan(evaluation!.baseline / 4);
    const rows = asked.stdout.trim().split("\r\n");
    expect(rows).toHaveLength(201);
    expect(rows[0]).toBe("row,price");
    const price = (index: number) => 2000 * (30 + ((index * 29) % 97)) - 500 * ((index * 7) % 40);
    const misses = rows.slice(1).map((row, i) => Math.abs(numbersIn(row)[1]! - price(i)));
    expect(misses.reduce((sum, miss) => sum + miss, 0) / 200).toBeLessThan(evaluation!.baseline / 4);
    expect(runs.stdout).toMatch(/error [\d.,]+/);
    expect(summary.stdout).toContain("values of price");
    expect(summary.stdout).toMatch(/Test error [\d.,]+/);
  });

  test("takes no loss that is made for classes, and a table to test on", async () => {
    writeText(bench.path("test.csv"), flats(50));
    const [wrong, tested] = await Promise.all([
      bench.nabla(["train", "flats.csv", "--loss", "crossEntropy"]),
      bench.nabla(["train", "flats.csv", "--test", "test.csv", "--epochs", "1", "--out", "h"]),
    ]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("--loss crossEntropy is made for classes, and the target is a number");
    expect(tested.stdout).toContain("200 training and 50 test samples");
  });
});

describe("drawn data", () => {
  test("are trained on by name; evaluate draws the same test part again", async () => {
    const words = ["train", "quadrants", "--size", "400", "--hidden", "8", "--activation", "tanh", "--seed", "3"];
    const trained = await bench.nabla([...words, "--out", "q"]);
    expect(trained.stdout).toContain("quadrants: 400 training and 800 test samples of 2, 2 classes");
    const judged = await bench.nabla(["evaluate", "latest", "quadrants", "--runs", "q", "--json"]);
    const last = readFileSync(bench.path("q", bench.runs("q")[0]!, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .at(-1)!;
    const { test: own } = JSON.parse(last) as { test: { accuracy: number; loss: number } };
    expect(jsonLines(judged.stdout)[0]).toMatchObject({ accuracy: own.accuracy, loss: own.loss, size: 800 });
    expect(own.accuracy).toBeGreaterThan(0.95);
    const curve = await bench.nabla(["train", "curve-line", "--size", "100", "--out", "c"]);
    expect(curve.stdout).toMatch(/The model explains 9\d\.\d+ % of the variance/);
  });
});

describe("cifar10", () => {
  test("is trained on where it is said to be, in colour, and asked about a colour picture", async () => {
    const words = ["train", "cifar10", "--data-dir", "pictures", "--epochs", "1", "--hidden", "8", "--out", "p"];
    const trained = await bench.nabla(words);
    expect(trained.stderr).toBe("nabla: cifar10: 20 of its 50,000 training samples are here\n");
    expect(trained.stdout).toContain("20 training and 10 test samples of 32 × 32 × 3, 10 classes");
    const report = readFileSync(bench.path("p", bench.runs("p")[0]!, "report.html"), "utf8");
    expect(report).toContain("airplane");
    expect(report).toMatch(/<img src="data:image\/png;base64,/);
    const judged = await bench.nabla(["evaluate", "latest", "cifar10", "--runs", "p"]); // it knows where
    expect(judged.code).toBe(0);
    expect(judged.stdout).toContain("on 10 samples");
  });

  test("a colour picture keeps its colours", () => {
    const data = Uint8Array.from({ length: 4 * 2 * 4 }, (_, i) => [255, 0, 51, 255][i % 4]!);
    const png = encode({ width: 4, height: 2, data, channels: 4, depth: 8 });
    const picture = readPng(png, "a.png", { keepsColors: true });
    const { values, steps } = toColorSample(picture, { height: 2, width: 2 });
    expect(steps).toEqual(["filled up to 4 × 4", "resized from 4 × 4 to 2 × 2"]);
    for (let pixel = 0; pixel < 4; pixel += 1)
      expect([...values.subarray(3 * pixel, 3 * pixel + 3)]).toEqual([1, 0, expect.closeTo(0.2, 6)]);
    const clear = encode({ width: 1, height: 1, data: Uint8Array.of(0, 0, 255, 0), channels: 4, depth: 8 });
    const paper = toColorSample(readPng(clear, "a.png", { keepsColors: true }), { height: 1, width: 1 });
    expect([...paper.values]).toEqual([1, 1, 1]);
    expect(paper.steps).toEqual(["laid on white, since it is partly clear"]);
  });
});

describe("records", () => {
  test("a record that was changed by hand is no table", () => {
    const good = { columns: ["a"], target: "y", mean: [1], deviation: [2] };
    expect(tableRecordOf(good, [1])).toEqual(good);
    const bad = [
      { ...good, columns: [1] },
      { ...good, mean: [null] },
      { ...good, deviation: [0] },
      { ...good, deviation: [1, 2] },
      { ...good, target: undefined },
      { ...good, scale: { mean: 1 } },
      [],
    ];
    for (const record of bad) expect(tableRecordOf(record, [1])).toBeUndefined();
  });
});
