import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, jsonLines, openBench, readJson } from "./command.ts";

let bench: Bench;
beforeAll(() => {
  bench = openBench();
});
afterAll(() => bench.remove());

const files = ["images.idx", "labels.idx"];

async function train(out: string, words: readonly string[]) {
  const result = await bench.nabla(["train", ...words, "--out", out]);
  return { ...result, folder: bench.path(out, bench.runs(out)[0] ?? "none") };
}

describe.each([
  { kind: "svm", extra: [] },
  { kind: "svm", extra: ["--kernel", "rbf", "--C", "10"] },
  { kind: "svm", extra: ["--C", "hard"] },
  { kind: "linear-svc", extra: ["--C", "0.5"] },
])("nabla train --kind $kind $extra", ({ kind, extra }) => {
  const out = `${kind}${extra.join("")}`;

  test("leaves a run folder that is evaluated, asked and summed up like a network's", async () => {
    const { code, stdout, stderr, folder } = await train(out, [
      ...files,
      "--kind",
      kind,
      ...extra,
      "--seed",
      "7",
      "--json",
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(folder).sort()).toEqual(["config.json", "metrics.jsonl", "model.nabla", "report.html"]);
    expect(readFileSync(`${folder}/metrics.jsonl`, "utf8")).toBe(stdout);
    const events = jsonLines(stdout);
    const machines = events.filter(({ kind }) => kind === "machine");
    expect(machines).toHaveLength(3);
    expect(machines[0]).toMatchObject({
      negative: "the rest",
      supports: expect.any(Number),
      width: expect.any(Number),
      isConverged: true,
    });
    const done = events.at(-1)!;
    expect(done).toMatchObject({ kind: "done", stopped: "finished", test: { accuracy: expect.any(Number), size: 12 } });
    const config = readJson(`${folder}/config.json`);
    expect(config).toMatchObject({ train: { kind, seed: 7 }, data: { classes: ["0", "1", "2"] } });
    expect(Object.keys(config["train"] as object)).not.toContain("optimizer");
    const report = readFileSync(`${folder}/report.html`, "utf8");
    expect(report).toContain('id="machines"');
    expect(report.includes('id="templates"')).toBe(!extra.includes("rbf"));
    expect(report).not.toContain("0 epochs");

    const name = bench.runs(out)[0]!;
    const judged = await bench.nabla(["evaluate", name, ...files, "--runs", out, "--json"]);
    const [evaluation] = jsonLines(judged.stdout);
    expect(evaluation!["accuracy"]).toBeCloseTo((done["test"] as { accuracy: number }).accuracy, 9);
    const asked = await bench.nabla(["predict", name, "-", "--runs", out, "--json"], {
      input: JSON.stringify(Array.from({ length: 64 }, () => 0.5)),
    });
    const [prediction] = jsonLines(asked.stdout);
    expect(prediction!["classes"]).toHaveLength(3);
    expect((prediction!["classes"] as object[])[0]).toHaveProperty("score");
    const summed = await bench.nabla(["summary", name, "--runs", out]);
    expect(summed.stdout).toContain(extra.includes("rbf") ? "radialBasis" : "dense");
  });

  test("its config.json repeats it, to the same bytes", async () => {
    const first = bench.path(out, bench.runs(out)[0]!);
    const again = await train(`${out} again`, ["--config", `${first}/config.json`]);
    expect(again.code).toBe(0);
    expect(readFileSync(`${again.folder}/model.nabla`).equals(readFileSync(`${first}/model.nabla`))).toBe(true);
    expect(again.stdout).toMatch(/against the rest: \d+ support vectors/);
    expect(again.stdout).toContain("Test accuracy");
    expect(readJson(`${first}/config.json`)["command"]).toContain(`--kind ${kind}`);
  });
});

test("--kind linear is a network without hidden layers, whose report shows templates", async () => {
  for (const [loss, last] of [
    ["crossEntropy", "softmax"],
    ["multiclassHinge", "linear"],
    ["squared", "linear"],
  ] as const) {
    const { code, folder } = await train(`linear ${loss}`, [
      ...files,
      "--kind",
      "linear",
      "--loss",
      loss,
      "--epochs",
      "2",
    ]);
    expect(code).toBe(0);
    const { network, train: options } = readJson(`${folder}/config.json`) as {
      network: { layers: { kind: string }[] };
      train: object;
    };
    expect(network.layers.map(({ kind }) => kind)).toEqual(["dense", last]);
    expect(options).toMatchObject({ kind: "linear", hidden: [] });
    expect(readFileSync(`${folder}/report.html`, "utf8").match(/alt="Weights of /g)).toHaveLength(3);
    if (loss !== "squared") continue;
    const again = await train(`linear ${loss} again`, ["--config", `${folder}/config.json`]);
    expect(readFileSync(`${again.folder}/model.nabla`).equals(readFileSync(`${folder}/model.nabla`))).toBe(true);
  }
});

describe("mistakes", () => {
  test.each([
    [["--kind", "tree"], /--kind: unknown kind "tree"\. Known are network, linear, svm, linear-svc/],
    [["--kind", "svm", "--hidden", "3"], /--hidden says nothing to --kind svm\. It goes with --kind network/],
    [["--kind", "svm", "--epochs", "3"], /--epochs says nothing to --kind svm\. It goes with --kind network or linear/],
    [["--C", "3"], /--C says nothing to --kind network\. It goes with --kind svm or linear-svc/],
    [["--kind", "linear-svc", "--kernel", "rbf"], /--kernel says nothing to --kind linear-svc/],
    [["--kind", "linear-svc", "--C", "hard"], /--C hard is for --kind svm/],
    [["--kind", "svm", "--gamma", "2"], /--gamma says nothing to the linear kernel\. Add --kernel rbf/],
    [["--kind", "svm", "--C", "hrad"], /--C expects a number above 0, or hard, got "hrad"\. Did you mean "hard"\?/],
  ])("%j", async (words, message) => {
    const { code, stdout, stderr } = await train("never", [...files, ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(existsSync(bench.path("never"))).toBe(false);
  });

  test("what no plane separates is said with a common point, and no run folder is left", async () => {
    const { writeIdx } = await import("./pictures.ts");
    writeIdx(bench.path("same.idx"), { shape: [10, 1, 1], data: Uint8Array.from([0, 9, 1, 8, 2, 7, 3, 6, 4, 5]) });
    writeIdx(bench.path("mixed.idx"), { shape: [10], data: Uint8Array.from([0, 0, 1, 1, 0, 0, 1, 1, 0, 1]) });
    const { code, stderr } = await train("mixed", ["same.idx", "mixed.idx", "--kind", "svm", "--C", "hard", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ kind: "error", code: "NOT_SEPARABLE" });
    expect(bench.runs("mixed")).toEqual([]);
  });
});
