import { dense, layer, relu, sequential, softmax } from "nabla";
import { describe, expect, test } from "vitest";
import { countNetwork, networkDiagram } from "../../src/plot/network-diagram.ts";
import { guessTextWidth, type Mark, type Scene } from "../../src/plot/scene.ts";
import { signedPicture, signedRange } from "../../src/plot/signed-picture.ts";
import { toSvg } from "../../src/plot/to-svg.ts";
import { weightBars } from "../../src/plot/weight-bars.ts";

const net = (widths: readonly number[]) =>
  sequential(
    widths.slice(1).map((units) => dense(units)),
    { input: widths[0]! },
  );
const digits = sequential([dense(128), relu, dense(10), softmax], { input: 784 });
const flat = (marks: readonly Mark[]): Mark[] =>
  marks.flatMap((mark) => (mark.kind === "group" ? flat(mark.marks) : [mark]));
const textsOf = (scene: Scene) => flat(scene.marks).flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));
const unitsOf = (scene: Scene) =>
  flat(scene.marks).filter((mark) => mark.kind === "circle" && mark.style === "unit").length;

describe("countNetwork", () => {
  test("the lecture's 3-4-2 net: 6 neurons, 12 + 8 weights, 6 biases, 26 parameters", () => {
    expect(countNetwork(net([3, 4, 2]).summary())).toEqual({
      neurons: 6,
      weights: 12 + 8,
      biases: 6,
      parameters: 26,
      formula: "3·4+4 + 4·2+2 = 26",
    });
  });
  test("784-128-10 spells out 784·128+128 + 128·10+10 = 101,770", () => {
    expect(countNetwork(digits.summary()).formula).toBe("784·128+128 + 128·10+10 = 101,770");
  });
  test("the lecture's fat net, 256-1000-1000-10, has 1,268,010", () => {
    expect(countNetwork(net([256, 1000, 1000, 10]).summary())).toMatchObject({
      parameters: 1_268_010,
      formula: "256·1000+1000 + 1000·1000+1000 + 1000·10+10 = 1,268,010",
    });
  });
  test("nothing to count", () => {
    const none = sequential([layer("same", (x) => x)], { input: 3 });
    expect(countNetwork(none.summary())).toMatchObject({ neurons: 0, parameters: 0, formula: "" });
    expect(textsOf(networkDiagram(none))).toContain("No parameters");
  });
});

describe("networkDiagram", () => {
  test("goldens", async () => {
    await expect(toSvg(networkDiagram(net([3, 4, 2])))).toMatchFileSnapshot("./golden/network-3-4-2.svg");
    await expect(toSvg(networkDiagram(digits))).toMatchFileSnapshot("./golden/network-784-128-10.svg");
  });
  test("draws every unit of small layers and folds large ones", () => {
    expect(unitsOf(networkDiagram(net([3, 8, 2])))).toBe(13);
    expect(unitsOf(networkDiagram(net([3, 9, 2])))).toBe(3 + 6 + 2);
    const links = flat(networkDiagram(net([3, 4, 2])).marks).flatMap((mark) =>
      mark.kind === "path" ? [mark.runs.length] : [],
    );
    expect(links).toEqual([12, 8]); // a line for each weight
  });
  test("many layers are cut, and it says so; the sum stays whole in the description", () => {
    const scene = networkDiagram(net(Array.from({ length: 60 }, () => 5)));
    expect(textsOf(scene)).toContain("49 more");
    expect(scene.description).toContain("= 1,770");
    expect(scene.width).toBeLessThan(2000);
  });
  test("everything stays inside, whatever the names", () => {
    const long = sequential([dense(3, { name: "a very long name ".repeat(5).trim() })], { input: 2 });
    for (const model of [long, net([1, 1]), digits, net(Array.from({ length: 30 }, () => 3))]) {
      const scene = networkDiagram(model);
      for (const mark of scene.marks.flatMap((m) =>
        m.kind === "group" ? m.marks.map((k) => ({ ...k, dx: m.x })) : [{ ...m, dx: 0 }],
      ))
        if (mark.kind === "text") {
          const width = guessTextWidth(mark.text);
          const left = mark.x + mark.dx - (mark.anchor === "middle" ? width / 2 : 0);
          expect(left).toBeGreaterThanOrEqual(-0.5);
          expect(left + width).toBeLessThanOrEqual(scene.width + 0.5);
          expect(mark.y).toBeLessThanOrEqual(scene.height);
        }
    }
  });
});

describe("signedPicture", () => {
  const words = { title: "Weights", description: "Some." };
  const half = Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? -1 : 1));
  const runsOf = (scene: Scene) => scene.marks.flatMap((mark) => (mark.kind === "path" ? mark.runs : []));

  test("golden", () =>
    expect(toSvg(signedPicture({ values: half, width: 8, height: 8, ...words }))).toMatchFileSnapshot(
      "./golden/signed.svg",
    ));
  test("a minus on the left is one line, a plus on the right two", () => {
    const runs = runsOf(signedPicture({ values: half, width: 8, height: 8, ...words }));
    const down = runs.filter(([from, to]) => from![0] === to![0]);
    expect(runs).toHaveLength(64 + 32);
    expect(down).toHaveLength(32);
    expect(down.every(([from]) => from![0] > 56)).toBe(true);
  });
  test("0 is see-through, the ends are full blue and full orange", async () => {
    const { decode } = await import("fast-png");
    const scene = signedPicture({ values: [-2, 0, 1, 2, Number.NaN, 99], width: 3, height: 2, largest: 2, ...words });
    const [image] = scene.marks.flatMap((mark) => (mark.kind === "image" ? [mark.uri] : []));
    const png = decode(Buffer.from(image!.split(",")[1]!, "base64"));
    expect([png.width, png.height]).toEqual([3, 2]);
    const color = (i: number) => [...png.palette![png.data[i]!]!];
    expect(color(0)).toEqual([0xc4, 0x6a, 0x12, 255]);
    expect(color(1)[3]).toBe(0);
    expect(color(2).slice(0, 3)).toEqual([0x3b, 0x82, 0xc4]);
    expect(color(2)[3]).toBeGreaterThan(120);
    expect(color(2)[3]).toBeLessThan(136);
    expect(color(3)).toEqual([0x3b, 0x82, 0xc4, 255]);
    expect(color(4)[3]).toBe(0);
    expect(color(5)).toEqual([0x3b, 0x82, 0xc4, 255]);
  });
  test("nothing at all draws nothing", () => {
    const scene = signedPicture({ values: new Float32Array(16), width: 4, height: 4, ...words });
    expect(runsOf(scene)).toEqual([]);
    expect(signedRange(new Float32Array(3))).toBe("0 to 0");
    expect(signedRange([-0.5, 2])).toBe("−0.50 to 2.0");
  });
  test("three channels are a picture in its colours, grey is 0", async () => {
    const { decode } = await import("fast-png");
    const scene = signedPicture({ values: [-1, 0, 1], width: 1, height: 1, channels: 3, ...words });
    const [image] = scene.marks.flatMap((mark) => (mark.kind === "image" ? [mark.uri] : []));
    expect([...decode(Buffer.from(image!.split(",")[1]!, "base64")).data]).toEqual([0, 128, 255]);
  });
});

describe("weightBars", () => {
  const words = { title: "Weights", description: "Some." };
  test("bars go to their side, as long as they are large", () => {
    const scene = weightBars({ weights: [2, -1, 0], names: ["a", "b"], ...words });
    const bars = scene.marks.flatMap((mark) => (mark.kind === "rect" ? [mark] : []));
    expect(bars.map(({ style }) => style)).toEqual(["bar plus", "bar minus", "bar plus"]);
    expect(bars[0]!.width).toBeCloseTo(2 * bars[1]!.width, 9);
    expect(bars[1]!.x + bars[1]!.width).toBeCloseTo(bars[0]!.x, 9);
    expect(textsOf(scene)).toEqual(["a", "2.0", "b", "−1.0", "x3", "0"]);
  });
  test("many are cut to the largest, in their order, and it says so", () => {
    const scene = weightBars({ weights: Array.from({ length: 40 }, (_, i) => (i % 2 ? -i : i)), most: 4, ...words });
    expect(textsOf(scene).filter((text) => /^x/.test(text))).toEqual(["x37", "x38", "x39", "x40"]);
    expect(textsOf(scene)).toContain("and 36 smaller ones");
  });
});
