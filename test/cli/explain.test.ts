import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, hiddenIn, openBench } from "./command.ts";

let bench: Bench;
beforeAll(() => {
  bench = openBench();
});
afterAll(() => bench.remove());

describe("nabla explain", () => {
  test("prints the slide's chain rule in 80 columns", async () => {
    const { code, stdout } = await bench.nabla(["explain", "four-parameters"], { environment: { COLUMNS: "80" } });
    expect(code).toBe(0);
    expect(stdout).toContain("17 with every path multiplied out, 8 with");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(hiddenIn(stdout)).toEqual([]);
  });

  test("writes JSON, a page and LaTeX, and replaces no file unasked", async () => {
    const { stdout } = await bench.nabla(["explain", "lecture", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "explanation", multiplications: { expanded: 190, reused: 26 } });
    const page = ["explain", "lecture", "--format", "mathml", "--out", "page.html"];
    expect((await bench.nabla(page)).code).toBe(0);
    expect(readFileSync(bench.path("page.html"), "utf8")).toMatch(/Content-Security-Policy[\s\S]*<math /);
    expect(await bench.nabla(page)).toMatchObject({ code: 2, stderr: expect.stringContaining("is there already") });
    expect((await bench.nabla(["explain", "lecture", "--format", "latex"])).stdout).toContain("\\begin{document}");
  });

  test("takes an example of a run's data, and one number of it", async () => {
    const train = ["train", "images.idx", "labels.idx", "--hidden", "4", "--epochs", "1"];
    expect((await bench.nabla(train)).code).toBe(0);
    const words = ["explain", "latest", "--example", "2", "--parameter", "dense 1/weight", "--index", "0,9"];
    const { code, stdout, stderr } = await bench.nabla(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/number 2 of the test samples/) });
    expect(stdout).toContain("Why the gradient of dense 1/weight [0, 9] is what it is");
    const check = await bench.nabla(["gradient-check", "latest", "--entries", "3", "--samples", "2", "--json"]);
    expect(JSON.parse(check.stdout)).toMatchObject({ kind: "gradient-check", passes: true });
  });

  test.each([
    [["nosuch"], "Networks of the lecture are smallest"],
    [["lecture", "--x", "1"], "--x needs --y"],
    [["lecture", "--x", "1,a", "--y", "1,0"], "numbers with commas"],
    [["lecture", "--parameter", "dense 2/weigth"], 'Did you mean "dense 2/weight"?'],
    [["lecture", "--parameter", "dense 2/weight"], "--index 0,0"],
    [["lecture", "--index", "1"], "--index needs --parameter"],
    [["lecture", "--example", "2"], "has one example"],
    [["lecture", "--format", "html"], "Known are text, mathml, latex"],
  ])("%j is told what to do", async (words, message) => {
    const { code, stdout, stderr } = await bench.nabla(["explain", ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(existsSync(bench.path("undefined"))).toBe(false);
  });
});
