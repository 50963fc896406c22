import { describe, expect, test } from "vitest";
import { NablaError } from "../../src/errors.ts";
import { confusionChart } from "../../src/plot/confusion-chart.ts";
import { type LineChartOptions, lineChart } from "../../src/plot/line-chart.ts";
import { guessTextWidth, type Mark, type Point, type Scene } from "../../src/plot/scene.ts";
import { thinLine } from "../../src/plot/thin-line.ts";
import { toSvg } from "../../src/plot/to-svg.ts";
import { confusion, digits, history, hostileNames } from "../report/sample.ts";

const words = {
  title: "Loss over the epochs",
  description: "Loss falls from 0.36 to 0.07.",
  xLabel: "Epoch",
  yLabel: "Cross entropy",
};
const loss: LineChartOptions = {
  ...words,
  series: [
    { name: "train", points: history.epochs.map((event) => [event.epoch, event.loss]) },
    {
      name: "validation",
      points: history.epochs.map((event) => [event.epoch, event.validation!["loss"]!]),
      dash: "dashed",
    },
  ],
  yIncludes: [0],
  isXWhole: true,
};

const marksOf = <Kind extends Mark["kind"]>(scene: Scene, kind: Kind) =>
  scene.marks.filter((mark): mark is Extract<Mark, { kind: Kind }> => mark.kind === kind);
const textsOf = (scene: Scene) => marksOf(scene, "text").map(({ text }) => text);

describe("goldens", () => {
  const golden = (name: string) => `./golden/${name}.svg`;
  test("loss", () => expect(toSvg(lineChart(loss))).toMatchFileSnapshot(golden("loss")));
  test("loss for a page", () =>
    expect(toSvg(lineChart(loss), { standalone: false })).toMatchFileSnapshot(golden("loss-inline")));
  test("a logarithmic axis, a gap, three dashes", () => {
    const falling = (from: number): Point[] =>
      Array.from({ length: 40 }, (_, i) => [i, i === 20 ? Number.NaN : from / (1 + i) / (1 + i)]);
    const series = [
      { name: "sgd", points: falling(100) },
      { name: "momentum", points: falling(10), dash: "dashed" },
      { name: "adam", points: falling(1), dash: "dotted" },
    ] as const;
    return expect(toSvg(lineChart({ ...words, series, yScale: "log", xLabel: "Step" }))).toMatchFileSnapshot(
      golden("log"),
    );
  });
  test("nothing to draw", () => {
    const scene = lineChart({ ...words, series: [{ name: "train", points: [[1, Number.NaN]] }] });
    return expect(toSvg(scene)).toMatchFileSnapshot(golden("empty"));
  });
  test("confusion of digits", () => {
    const scene = confusionChart({
      matrix: confusion,
      classes: digits,
      title: "Confusion",
      description: "9,583 of 10,000 right.",
    });
    return expect(toSvg(scene)).toMatchFileSnapshot(golden("confusion"));
  });
  test("confusion of hostile names", () => {
    const classes = hostileNames.slice(0, 4);
    const matrix = classes.map((_, i) => classes.map((_, j) => (i === j ? 12_345 : i * j)));
    const title = hostileNames[0]!;
    return expect(toSvg(confusionChart({ matrix, classes, title, description: hostileNames[1]! }))).toMatchFileSnapshot(
      golden("hostile"),
    );
  });
});

describe("lineChart", () => {
  test("places points where an independent calculation does", () => {
    const scene = lineChart({
      ...words,
      series: [
        {
          name: "a",
          points: [
            [0, 0],
            [1, 10],
            [2, 5],
          ],
        },
      ],
      width: 300,
      height: 200,
    });
    const [line] = marksOf(scene, "path").filter(({ style }) => style === "series");
    const [[x0, y0], [x1, y1], [x2, y2]] = line!.runs[0] as [Point, Point, Point];
    expect(x1 - x0).toBeCloseTo(x2 - x1, 9);
    expect([y0, y1]).toEqual([174, 28]);
    expect(y2).toBe((174 + 28) / 2);
  });
  test("each line carries its name and last value, without a legend", () => {
    expect(textsOf(lineChart(loss))).toEqual(expect.arrayContaining(["train 0.0714", "validation 0.0958"]));
  });
  test("labels at the ends never cover one another", () => {
    const series = [1, 1.001, 1.002, 0.2].map((end, i) => ({
      name: `line ${i}`,
      points: [
        [0, 0],
        [1, end],
      ] as const,
    }));
    const scene = lineChart({ ...words, series });
    const baselines = marksOf(scene, "text")
      .filter(({ text }) => text.startsWith("line"))
      .map(({ y }) => y);
    baselines.sort((a, b) => a - b);
    expect(baselines).toHaveLength(4);
    for (let i = 1; i < 4; i++) expect(baselines[i]! - baselines[i - 1]!).toBeGreaterThanOrEqual(13 - 1e-9);
  });
  test("everything stays inside the picture", () => {
    for (const points of [
      [[1, 1]],
      [
        [0, -5],
        [100_000, 3e8],
      ],
      [
        [0, 1e-9],
        [1, 2e-9],
      ],
    ] as Point[][]) {
      const scene = lineChart({ ...words, series: [{ name: "n".repeat(500), points }] });
      for (const { x, y, text, anchor } of marksOf(scene, "text")) {
        const width = guessTextWidth(text);
        const left = anchor === "end" ? x - width : anchor === "middle" ? x - width / 2 : x;
        expect(left, text).toBeGreaterThanOrEqual(0);
        expect(left + width, text).toBeLessThanOrEqual(scene.width);
        expect(y).toBeGreaterThan(0);
        expect(y).toBeLessThanOrEqual(scene.height);
      }
    }
  });
  test("a broken value breaks the line, and the rest is drawn", () => {
    const points: Point[] = [
      [1, 3],
      [2, 2],
      [3, Number.POSITIVE_INFINITY],
      [4, 1],
      [5, 1],
    ];
    const scene = lineChart({ ...words, series: [{ name: "a", points }] });
    expect(
      marksOf(scene, "path")
        .find(({ style }) => style === "series")!
        .runs.map((run) => run.length),
    ).toEqual([2, 2]);
  });
  test("a hundred thousand steps give a small picture that keeps its spikes", () => {
    const points = Array.from({ length: 100_000 }, (_, i): Point => [i, i === 54_321 ? 9 : ((i * 7919) % 13) / 13]);
    const svg = toSvg(lineChart({ ...words, series: [{ name: "loss", points }] }));
    expect(svg.length).toBeLessThan(40_000);
    const kept = thinLine(points.map(([x, y]) => [x / 400, y]));
    expect(kept.some(([, y]) => y === 9)).toBe(true);
    expect(kept.length).toBeLessThanOrEqual(4 * 251);
  });
});

describe("confusionChart", () => {
  test("writes every count above 0, and washes mistakes only", () => {
    const scene = confusionChart({
      matrix: [
        [5, 1],
        [0, 7],
      ],
      classes: ["a", "b"],
      title: "t",
      description: "d",
    });
    expect(textsOf(scene)).toEqual(["Rows: what it is. Columns: seen as.", "a", "a", "b", "b", "5", "1", "7"]);
    expect(marksOf(scene, "rect").map(({ style }) => style)).toEqual(["cell", "heat-9", "cell", "cell", "cell"]);
  });
  test("refuses more classes than fit", () => {
    const classes = Array.from({ length: 51 }, String);
    expect(() => confusionChart({ matrix: [], classes, title: "t", description: "d" })).toThrow(NablaError);
  });
});

describe("toSvg", () => {
  const one = (text: string): Scene => ({
    width: 10,
    height: 10,
    title: text,
    description: text,
    marks: [{ kind: "text", x: 0, y: 0, text, style: "label" }],
  });
  test("escapes names everywhere", () => {
    for (const name of hostileNames) {
      const svg = toSvg(one(name), { standalone: false });
      expect(svg.replaceAll("\n", "")).not.toMatch(/<script|<svg onload|[\u202e\p{Cc}]/u);
      expect(svg.match(/<[^>]*>/g)).toHaveLength(8);
    }
  });
  test("has a name, a description and a role, and writes no number that SVG cannot read", () => {
    const scene: Scene = {
      ...one("x"),
      marks: [
        {
          kind: "group",
          x: 1 / 3,
          y: -0,
          marks: [{ kind: "circle", x: Number.NaN, y: 1e-9, radius: 2, style: "dot" }],
        },
        { kind: "image", x: 0, y: 0, width: 1, height: 1, uri: 'data:image/png;base64,"' },
      ],
    };
    const svg = toSvg(scene);
    expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*>\n<title>x<\/title>\n<desc>x<\/desc>/);
    expect(svg).toContain("translate(0.33 0)");
    expect(svg).toContain('cx="0" cy="0" r="2"');
    expect(svg).toContain('href="data:image/png;base64,&quot;"');
    expect(svg).toContain("prefers-color-scheme:dark");
  });
});
