import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, hiddenIn, jsonLines, openBench, writeText } from "./command.ts";

let bench: Bench;

beforeAll(async () => {
  bench = openBench();
  writeText(bench.path("names.txt"), "<b>left</b>\ntop\n\u202eslanted\n");
  const pictures = ["images.idx", "labels.idx", "--labels", "names.txt", "--hidden", "30", "--epochs", "8"];
  const plane = ["quadrants", "--size", "200", "--hidden", "4", "--activation", "tanh", "--epochs", "5"];
  const runs = await Promise.all([
    bench.nabla(["train", ...pictures, "--learning-rate", "1e-2", "--out", "pictures"]),
    bench.nabla(["train", ...plane, "--out", "plane"]),
  ]);
  for (const { code, stderr } of runs) if (code !== 0) throw new Error(stderr);
});
afterAll(() => bench.remove());

describe("layers", () => {
  test("leaves a page in the run's folder and a short table, and says what it was shown", async () => {
    const { code, stdout, stderr } = await bench.nabla(["layers", "latest", "--runs", "pictures"]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "nabla: the run was trained on these files: judged on the 12 samples that it set aside\n",
    });
    expect(stdout).toMatch(
      /^dense 1, relu: 30 units(, \d+ dead)?\nunit +active +mean +largest sum +driven to +excited/,
    );
    expect(stdout).toMatch(/8 of 30 units; 24 are on the page\. Another: --layer 1 --unit \d+/);
    expect(stdout).toMatch(/^dense 2, softmax: 3 units\nunit +mean +largest sum/m);
    expect(hiddenIn(stdout)).toEqual([]);
    const page = /Page {2}(.*) \(open it/.exec(stdout)![1]!;
    const html = readFileSync(bench.path(page), "utf8");
    expect(html.match(/<li class="card">/g)).toHaveLength(24 + 3);
    expect(html.match(/alt="Example \d+"/g)).toHaveLength(6 * 27);
    expect(html.match(/alt="Made input that drives unit \d+"/g)).toHaveLength(27);
    expect(html).not.toContain("<b>left");
    expect(html.length).toBeLessThan(1_000_000);
  });

  test("takes the next free name, and replaces a named file only when it is told to", async () => {
    const words = ["layers", "latest", "--runs", "pictures", "--limit", "5"];
    const first = await bench.nabla([...words, "--out", "page.html"]);
    const again = await bench.nabla([...words, "--out", "page.html"]);
    const forced = await bench.nabla([...words, "--out", "page.html", "--force"]);
    expect([first.code, again.code, forced.code]).toEqual([0, 2, 0]);
    expect(again.stderr).toBe(
      'nabla: --out: "page.html" is there already. Name another file, or replace it with --force.\n',
    );
    const unnamed = await bench.nabla(words);
    expect(unnamed.stdout).toMatch(/layers-2\.html/);
  });

  test("one unit of one layer, by name or number, every figure as JSON", async () => {
    const words = ["layers", "latest", "--runs", "pictures", "--unit", "2", "--examples", "3", "--json"];
    const [byName, byNumber, byFollower] = await Promise.all(
      ["dense 2", "3", "softmax 1"].map((layer, i) =>
        bench.nabla([...words, "--layer", layer, "--out", `one-${i}.html`]),
      ),
    );
    const [layer, unit, end] = jsonLines(byName!.stdout);
    expect(layer).toMatchObject({ kind: "layer", layer: 3, name: "dense 2", units: 3, weights: "product" });
    expect(unit).toMatchObject({ kind: "unit", layer: 3, unit: 2, class: "\u202eslanted", isDead: false });
    expect(unit!["examples"]).toHaveLength(3);
    expect(unit!["maximum"]).toMatchObject({ ending: expect.stringMatching(/settled|rising|bounded/) as string });
    expect(end).toMatchObject({ kind: "layers", examples: 12 });
    expect(existsSync(bench.path("one-0.html"))).toBe(true);
    for (const { stdout } of [byNumber!, byFollower!]) expect(jsonLines(stdout).slice(0, 2)).toEqual([layer, unit]);
  });

  test("a net of two inputs has maps", async () => {
    const { code, stdout } = await bench.nabla(["layers", "latest", "--runs", "plane", "--out", "plane.html"]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("driven to");
    const html = readFileSync(bench.path("plane.html"), "utf8");
    expect(html.match(/<title>Map of unit \d of dense \d<\/title>/g)).toHaveLength(4 + 2);
  });

  test("says what is wrong, with what there is", async () => {
    const said = async (...words: string[]) => {
      const { code, stderr } = await bench.nabla(["layers", "latest", "--runs", "pictures", ...words]);
      return `${code} ${stderr.trimEnd()}`;
    };
    expect(await said("--layer", "hidden")).toBe(
      '2 nabla: --layer: there is no layer "hidden". Layers of units are 1 (dense 1), 3 (dense 2).',
    );
    expect(await said("--unit", "3")).toBe(
      "2 nabla: --unit needs a layer. Say of which layer, such as --layer 1 --unit 3.",
    );
    expect(await said("--layer", "3", "--unit", "3")).toBe(
      '2 nabla: --unit: layer "dense 2" has no unit 3. Its units are numbered from 0 to 2.',
    );
    expect(await said("--units", "1000")).toMatch(/^2 nabla: --units expects a whole number from 1 to 256/);
    expect(await said("--out", "no/such/folder/page.html")).toMatch(
      /^1 nabla: cannot write .* its folder does not exist/,
    );
  });
});

describe("summary --svg", () => {
  test("draws the network into a new file", async () => {
    const words = ["summary", "latest", "--runs", "pictures", "--svg", "network.svg"];
    const [first, again] = [await bench.nabla(words), await bench.nabla(words)];
    expect(first.stdout).toContain("The drawing of the network is in network.svg.");
    expect(readFileSync(bench.path("network.svg"), "utf8")).toContain("64·30+30 + 30·3+3 = 2,043");
    expect([again.code, again.stderr]).toEqual([
      2,
      'nabla: --svg: "network.svg" is there already. Name another file, or replace it with --force.\n',
    ]);
  });
});
