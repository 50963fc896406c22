import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, jsonLines, openBench, writeText } from "./command.ts";

let bench: Bench;

beforeAll(() => {
  bench = openBench();
});

afterAll(() => bench.remove());

const files = ["images.idx", "labels.idx"];
const quick = ["--iterations", "60", "--perplexity", "10"];

describe("nabla project", () => {
  test("draws a page, a picture or a table, says how true they are, and overwrites nothing", async () => {
    const { code, stdout, stderr } = await bench.nabla(["project", ...files, ...quick]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("120 samples of images.idx");
    expect(stdout).toMatch(/The input: trustworthiness 0\.\d+, continuity 0\.\d+, KL divergence \d/);
    expect(stdout).toContain("The map is in images-idx-tsne.html");
    expect(readFileSync(bench.path("images-idx-tsne.html"), "utf8")).toContain("Content-Security-Policy");
    const again = await bench.nabla(["project", ...files, "--method", "pca"]);
    expect(again.stdout).toMatch(/variance kept|Variance kept/);
    const second = await bench.nabla(["project", ...files, "--method", "pca", "--limit", "50"]);
    expect(second.stdout).toContain("images-idx-pca-2.html");
    expect(second.stdout).toContain("the first of 120");

    const svg = await bench.nabla(["project", ...files, "--method", "pca", "--out", "map.svg"]);
    expect(svg.code).toBe(0);
    expect(readFileSync(bench.path("map.svg"), "utf8")).toMatch(/^<svg [\s\S]*points class-2[\s\S]*<\/svg>$/);
    const there = await bench.nabla(["project", ...files, "--method", "pca", "--out", "map.svg"]);
    expect(there).toMatchObject({ code: 2, stdout: "" });
    expect(there.stderr).toContain('"map.svg" is there already. Name another file, or replace it with --force.');
    expect((await bench.nabla(["project", ...files, "--method", "pca", "--out", "map.svg", "--force"])).code).toBe(0);
  });

  test("the same seed gives the same table, 3-D too", async () => {
    const of = async (out: string) => {
      const words = ["project", ...files, ...quick, "--components", "3", "--seed", "4", "--out", out, "--json"];
      const { code, stdout } = await bench.nabla(words);
      expect(code).toBe(0);
      const events = jsonLines(stdout);
      expect(events.at(-1)).toMatchObject({ kind: "done", out, samples: 120, method: "tsne" });
      expect(events.some(({ kind }) => kind === "iteration")).toBe(true);
      return readFileSync(bench.path(out), "utf8");
    };
    const [first, second] = [await of("one.csv"), await of("two.csv")];
    expect(second).toBe(first);
    const lines = first.split("\r\n");
    expect(lines[0]).toBe("sample,class,x,y,z");
    expect(lines).toHaveLength(122);
    expect(lines[1]).toMatch(/^1,\w+(,-?[\d.e-]+){3}$/);
  });

  test("puts a layer's map beside the input's", async () => {
    const trained = await bench.nabla(["train", ...files, "--hidden", "12,6", "--epochs", "3"]);
    expect(trained.code).toBe(0);
    const both = await bench.nabla(["project", "latest", "--layer", "2", "--method", "pca", "--out", "layer.csv"]);
    expect({ code: both.code, stderr: both.stderr.includes("set aside") }).toEqual({ code: 0, stderr: true });
    expect(both.stdout).toMatch(/Layer relu 1: trustworthiness/);
    expect(readFileSync(bench.path("layer.csv"), "utf8")).toMatch(
      /^sample,class,The input x,The input y,Layer relu 1 x/,
    );
    const named = await bench.nabla([
      "project",
      "latest",
      "--layer",
      "dense 1",
      "--method",
      "pca",
      "--out",
      "named.html",
    ]);
    expect(named.stdout).toContain("Layer dense 1");
    const none = await bench.nabla(["project", "latest", "--layer", "7", "--method", "pca"]);
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(
      /^nabla: --layer: there is no layer 7\. The model has 1 \(dense 1\), 2 \(relu 1\), 3 \(dense 2\)/,
    );
  });

  test.each([
    [["project", ...files, "--perplexity", "500"], 2, /perplexity is 500, but x holds 120 samples/],
    [["project", ...files, "--perplexity", "0"], 2, /--perplexity expects a number above 0/],
    [["project", ...files, "--method", "umap"], 2, /unknown method "umap"/],
    [["project", ...files, "--method", "pca", "--perplexity", "5"], 2, /--perplexity goes with --method tsne/],
    [["project", ...files, "--components", "4"], 2, /--components expects a whole number from 2 to 3/],
    [["project", ...files, "--out", "map.png"], 2, /does not say what to write/],
    [["project", ...files, "--layer", "1"], 2, /--layer needs a run/],
    [["project", ...files, "--limit", "2"], 1, /a map of 2 samples shows nothing\. Give more samples/],
    [["project", "nowhere"], 2, /no run is called "nowhere"/],
  ] as const)("%j: a sentence", async (words, code, message) => {
    const result = await bench.nabla(words);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.stderr.trim().split("\n")).toHaveLength(1);
  });

  test("help shows how", async () => {
    const { stdout } = await bench.nabla(["project", "--help"]);
    expect(stdout).toContain("nabla project latest --layer 2");
    expect(stdout).toContain("--perplexity");
  });

  test("Ctrl-C draws the map so far", async () => {
    let isTold = false;
    const { code, stderr } = await bench.nabla(
      ["project", ...files, "--iterations", "1000000", "--out", "ended.csv", "--json"],
      {
        watch(stdout, child) {
          if (!isTold && stdout.includes('"iteration":50')) {
            isTold = true;
            child.kill("SIGINT");
          }
        },
      },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(existsSync(bench.path("ended.csv"))).toBe(true);
  });

  test("hostile names stay text", async () => {
    const name = '=cmd|"</script><img src=x onerror=alert(1)>';
    writeText(bench.path("names.txt"), `${name}\nb\nc\n`);
    await bench.nabla(["train", ...files, "--labels", "names.txt", "--epochs", "1", "--out", "hostile"]);
    await bench.nabla(["project", "latest", "--runs", "hostile", "--method", "pca", "--out", "hostile.html"]);
    await bench.nabla(["project", "latest", "--runs", "hostile", "--method", "pca", "--out", "hostile.csv"]);
    await bench.nabla(["project", "latest", "--runs", "hostile", "--method", "pca", "--out", "hostile.svg"]);
    expect(readFileSync(bench.path("hostile.html"), "utf8")).not.toContain("<img src=x");
    expect(readFileSync(bench.path("hostile.svg"), "utf8")).not.toContain("<img src=x");
    expect(readFileSync(bench.path("hostile.csv"), "utf8")).toContain(`"'=cmd|""</script>`);
  });
});
