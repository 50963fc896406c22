import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, jsonLines, openBench, readJson } from "./command.ts";

let bench: Bench;
beforeAll(() => {
  bench = openBench();
});
afterAll(() => bench.remove());

describe("train with more choices", () => {
  const choices = [
    ...["--optimizer", "sgd", "--learning-rate", "0.1", "--momentum", "0.9", "--nesterov", "--weight-decay", "1e-4"],
    ...["--schedule", "cosine:warmup=3,minimum=1e-3", "--clip-norm", "1", "--dropout", "0.2"],
    ...["--arithmetic", "portable", "--epochs", "2", "--batch-size", "16"],
  ];

  test("records them, and repeats the run from its config to the bit", async () => {
    const first = await bench.nabla(["train", "images.idx", "labels.idx", ...choices, "--out", "a"]);
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: "" });
    expect(first.stdout).toContain("relu with dropout 0.2 and softmax");
    expect(first.stdout).toContain("sgd at 0.1 (cosine:warmup=3,minimum=1e-3)");
    const folder = bench.path("a", bench.runs("a")[0]!);
    const config = readJson(`${folder}/config.json`);
    expect(config).toMatchObject({
      train: { momentum: 0.9, nesterov: true, clipNorm: 1, dropout: 0.2, schedule: "cosine:warmup=3,minimum=1e-3" },
      optimizer: { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4 },
      arithmetic: "portable",
    });
    expect(config["command"]).toContain("--nesterov --weight-decay 0.0001 --schedule");
    const again = await bench.nabla(["train", "--config", `${folder}/config.json`, "--out", "b"]);
    expect(again.code).toBe(0);
    const model = (out: string) => readFileSync(bench.path(out, bench.runs(out)[0]!, "model.nabla"));
    expect(model("b").equals(model("a"))).toBe(true);
  });

  test.each<[readonly string[], string]>([
    [["--momentum", "1"], "--momentum expects a number from 0 to below 1, got"],
    [["--optimizer", "adam", "--momentum", "0.9"], 'adam: there is no option "momentum"'],
    [["--schedule", "cosin"], "--schedule expects constant, step, exponential or cosine, got"],
    [["--schedule", "step:every=x"], '--schedule: step cannot be given "every=x"'],
    [["--schedule", "step"], "stepDecay: every is missing"],
    [["--schedule", "cosine:__proto__=1"], "--schedule: cosine cannot be given"],
    [["--dropout", "1"], "--dropout expects a number from 0 to below 1"],
    [["--clip-norm", "0"], "--clip-norm expects a number above 0"],
    [["--loss", "zeroOne"], "zeroOne cannot be trained by gradient: its slope is 0 wherever it has one"],
    [["--arithmetic", "fast"], '--arithmetic: unknown arithmetic "fast"'],
  ])("%j is a mistake that is explained", async (words, said) => {
    const { code, stderr } = await bench.nabla(["train", "images.idx", "labels.idx", ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(bench.runs()).toEqual([]);
  });
});

describe("activations and losses", () => {
  test("are listed, told one by one, drawn, and given as JSON", async () => {
    const list = await bench.nabla(["activations"]);
    expect(list.stdout).toContain("σ′ = σ(1 − σ)");
    const one = await bench.nabla(["activations", "sigmoid", "--out", "sigmoid.svg"]);
    expect(one.stdout).toMatch(/^ +0 +0\.5000 +0\.2500$/m);
    expect(readFileSync(bench.path("sigmoid.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n?$/s);
    const again = await bench.nabla(["activations", "sigmoid", "--out", "sigmoid.svg"]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("replace it with --force") });
    expect((await bench.nabla(["activations", "sigmoid", "--out", "sigmoid.svg", "--force"])).code).toBe(0);
    const values = jsonLines((await bench.nabla(["losses", "--json"])).stdout);
    expect(values).toHaveLength(13);
    expect(values.filter(({ isTrainable }) => isTrainable === false).map(({ name }) => name)).toEqual(["zeroOne"]);
    const wrong = await bench.nabla(["losses", "hing"]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean "hinge"?') });
  });
});
