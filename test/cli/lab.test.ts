import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { type Bench, hiddenIn, jsonLines, openBench, type Result, readJson, writeText } from "./command.ts";

let bench: Bench;
beforeAll(() => {
  bench = openBench();
});
afterAll(() => bench.remove());

const names = ["smallest", "minima", "learning-rate", "batch-size", "universality", "deep-or-fat", "hard-cases"];
/** A lab in a fraction of a second. */
const quick = ["universality", "--hidden", "1,2,4", "--epochs", "0"];

/** The command line in this process: many mistakes take no time. */
async function runHere(words: readonly string[]): Promise<Result> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream] += String(text);
      return true;
    }),
  );
  try {
    return { code: await runCommandLine(words), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe("nabla lab", () => {
  test("lists the labs, and each says how to use it", async () => {
    const { code, stdout } = await bench.nabla(["lab", "--help"]);
    expect(code).toBe(0);
    for (const name of names) expect(stdout).toMatch(new RegExp(`^ +${name} `, "m"));
    for (const [i, name] of names.entries()) {
      const help = await runHere(["lab", name, "--help"]);
      expect(help.code).toBe(0);
      expect(help.stdout).toContain(`Examples:\n  nabla lab ${names[i]}`);
      for (const option of ["--seed", "--out", "--json", "--force"]) expect(help.stdout).toContain(option);
    }
    expect((await runHere(["lab"])).code).toBe(2);
  });

  test("prints the slide's steps, the claim, and whether it held", async () => {
    const { code, stdout, stderr } = await bench.nabla(["lab", "smallest", "--learning-rate", "1", "--epochs", "2"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const w of ["101", "−299.2", "3377.9", "1.1", "−7.9", "27.5", "−297.475"])
      expect(stdout).toMatch(new RegExp(` ${w.replace(".", "\\.")}$`, "m"));
    expect(stdout).toContain("w* = Σxy / Σx² = 1.004691");
    expect(stdout).toContain("It diverges above η = 2 / Σx² = 0.01706.");
    expect(stdout).toMatch(/^Claim {5}One example at a time, a constant step of 1 ends in a cycle/m);
    expect(stdout).toMatch(/^Held {6}it repeats −7.9, 27.5, −297.475, 1.1 without end\.$/m);
    expect(hiddenIn(stdout)).toEqual([]);
    expect(readdirSync(bench.folder)).not.toContain("smallest.json"); // nothing is written unasked
  });

  test("a claim that does not hold is a plain sentence, and no failure", async () => {
    const { code, stdout } = await bench.nabla(["lab", "smallest", "--learning-rate", "0.15", "--seed", "7"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Not held {2}for seed 7 and these settings: it diverges: each epoch multiplies the distance by 3\.98/m,
    );
    expect(stdout).toContain("−63.41861");
  });

  test("--json prints one line with everything but the drawings", async () => {
    const { code, stdout, stderr } = await runHere(["lab", ...quick, "--json", "--seed", "5"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [value, ...others] = jsonLines(stdout);
    expect(others).toEqual([]);
    expect(value).toMatchObject({
      kind: "lab",
      lab: "universality",
      seed: 5,
      settings: { hidden: [1, 2, 4], epochs: 0 },
      claim: { held: true },
      pictures: ["universality-errors.svg", "universality-curves.svg", "universality-shares.svg"],
    });
    expect(JSON.stringify(value)).not.toContain("marks");
  });

  test("--out writes pictures and numbers, and never over what is there unasked", async () => {
    const words = ["lab", ...quick, "--out", bench.path("a new", "folder")];
    const { code, stdout } = await runHere(words);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Files {5}.*universality-errors\.svg, .*universality\.json$/m);
    const files = readdirSync(bench.path("a new", "folder")).sort();
    expect(files).toEqual(
      ["errors.svg", "curves.svg", "shares.svg"]
        .map((file) => `universality-${file}`)
        .concat("universality.json")
        .sort(),
    );
    expect(readFileSync(bench.path("a new", "folder", "universality-curves.svg"), "utf8")).toMatch(
      /^<svg [\s\S]*<\/svg>$/,
    );
    const numbers = readJson(bench.path("a new", "folder", "universality.json"));
    expect(numbers).toMatchObject({ kind: "lab", lab: "universality", claim: { held: true } });
    const again = await runHere(words);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("is there already");
    expect(again.stderr).toContain("--force");
    const replaced = await runHere([...words, "--force", "--seed", "9"]);
    expect(replaced.code).toBe(0);
    expect(readJson(bench.path("a new", "folder", "universality.json"))).toMatchObject({ seed: 9 });
    expect(readdirSync(bench.path("a new", "folder"))).toHaveLength(4);
  });

  test("a picture that somebody else drew is not replaced either", async () => {
    await runHere(["lab", "smallest", "--out", bench.path("kept")]);
    writeText(bench.path("kept", "universality-shares.svg"), "mine");
    const { code, stderr } = await runHere(["lab", ...quick, "--out", bench.path("kept")]);
    expect(code).toBe(2);
    expect(stderr).toContain("universality-shares.svg");
    expect(readFileSync(bench.path("kept", "universality-shares.svg"), "utf8")).toBe("mine");
    expect(existsSync(bench.path("kept", "universality.json"))).toBe(false);
  });

  test("points of a file: a heading, any separator; a bad line is named", async () => {
    for (const [file, text] of [
      ["comma.csv", "x,y\r\n0,0\r\n1,2\r\n\r\n3,1\r\n"],
      ["semicolon.csv", '"t";"value"\n3;1\n0;0\n1;2'],
      ["spaces.txt", "\ufeff0 0\n1\t2\n 3   1 \n"],
    ] as const) {
      writeText(bench.path(file), text);
      const words = [
        "lab",
        "universality",
        "--points",
        bench.path(file),
        "--hidden",
        "1,64",
        "--epochs",
        "0",
        "--json",
      ];
      const { code, stdout, stderr } = await runHere(words);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(jsonLines(stdout)[0]).toMatchObject({
        settings: { curve: "3 points", from: 0, to: 3 },
        claim: { held: true },
      });
    }
    writeText(bench.path("bad.csv"), "x,y\n1,2\n3,\u001b[31mfour\n");
    const { code, stderr } = await runHere(["lab", "universality", "--points", bench.path("bad.csv")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/line 3 of ".*bad\.csv" is no point: "3,\\u\{1b\}\[31mfour"/);
    writeFileSync(bench.path("one.csv"), "1,2\n");
    expect((await runHere(["lab", "universality", "--points", bench.path("one.csv")])).stderr).toContain(
      "through 1 point",
    );
  });

  test.each([
    [["lab", "smalest"], 'nabla lab knows no "smalest". Did you mean "smallest"?'],
    [["lab", "smallest", "--learning-rate", "0"], "--learning-rate expects a number above 0"],
    [["lab", "smallest", "--start", "1e9"], "--start expects a number from -1000000 to 1000000"],
    [["lab", "smallest", "--epochs", "1.5"], "--epochs expects a whole number"],
    [["lab", "smallest", "--seed", "x"], "--seed expects a whole number"],
    [["lab", "minima", "--function", "x^2 + foo"], 'has the unknown name "foo", at character 7 of "x^2 + foo"'],
    [["lab", "minima", "--function", "x*y", "--starts", "34"], "--starts expects a whole number from 2 to 33"],
    [["lab", "minima", "--box", "2,1"], "--box expects two numbers in order"],
    [["lab", "universality", "--function", "x*y"], 'has the unknown name "y"'],
    [["lab", "universality", "--hidden", "4,4"], "--hidden expects 1 to 20 whole numbers"],
    [["lab", "universality", "--function", "x", "--points", "f"], "--points expects no --function beside it"],
    [["lab", "learning-rate", "--rates", "0.1,,1"], "--rates expects 1 to 20 rates above 0"],
    [["lab", "batch-size", "--batch-sizes", "1,many"], "--batch-sizes expects two to ten sizes"],
    [["lab", "batch-size", "--batch-sizes", "1,300"], "batches of 1 and 300 of 256 samples are no comparison"],
    [["lab", "deep-or-fat", "--data", "moon"], 'unknown data set "moon". Did you mean "moons"?'],
    [["lab", "deep-or-fat", "--depths", "2,3"], "nothing to compare with one hidden layer"],
    [["lab", "deep-or-fat", "--activation", "rellu"], 'Did you mean "relu"?'],
    [["lab", "hard-cases", "--seeds", "0"], "--seeds expects a whole number from 1 to 50"],
  ])("%j is wrong usage, told in a sentence", async (words, told) => {
    const [plain, json] = [await runHere(words), await runHere([...words, "--json"])];
    expect(plain.code).toBe(2);
    expect(plain.stdout).toBe("");
    expect(plain.stderr).toContain(told);
    expect(plain.stderr.trim().split("\n")).toHaveLength(1);
    const [failure, ...others] = jsonLines(json.stderr);
    expect(others).toEqual([]);
    expect(failure).toMatchObject({ kind: "error", code: "OPTION" });
  });

  test("a folder that is a file, and a function without values, fail", async () => {
    writeText(bench.path("occupied"), "");
    const occupied = await runHere(["lab", "smallest", "--out", bench.path("occupied")]);
    expect(occupied).toMatchObject({ code: 1, stderr: expect.stringContaining("a file of that name is in the way") });
    const pole = await runHere(["lab", "universality", "--function", "1/x", "--epochs", "0", "--hidden", "1,2"]);
    expect(pole).toMatchObject({ code: 1, stderr: expect.stringContaining("the function is infinite at x = 0") });
  });
});
