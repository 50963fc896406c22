import { describe, expect, test } from "vitest";
import { NablaError } from "../../src/errors.ts";
import { lineChart } from "../../src/plot/line-chart.ts";
import { panels } from "../../src/plot/panels.ts";
import { planeMap } from "../../src/plot/plane-map.ts";
import type { Mark, Point, Scene } from "../../src/plot/scene.ts";
import { toSvg } from "../../src/plot/to-svg.ts";

const words = { title: "A map", description: "Two classes." };
const square = { x: [-1, 1], y: [-1, 1] } as const;
const marksOf = <Kind extends Mark["kind"]>(scene: Scene, kind: Kind) =>
  scene.marks.filter((mark): mark is Extract<Mark, { kind: Kind }> => mark.kind === kind);
const washesOf = (scene: Scene) => marksOf(scene, "rect").filter(({ style }) => style.startsWith("heat-"));

describe("planeMap", () => {
  test("golden", () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => ((i % 10) / 9) * (Math.floor(i / 10) / 9));
    const scene = planeMap({
      ...words,
      domain: square,
      grid: { columns: 10, rows: 10, values },
      points: [{ at: [0.5, 0.5] }, { at: [-0.5, -0.5], isOpen: true }],
      lines: [{ points: [[-3, -2], [3, 2]], dash: "dashed" }], // biome-ignore format: a line
    });
    return expect(toSvg(scene)).toMatchFileSnapshot("./golden/plane-map.svg");
  });

  test("equal washes of a row are one rectangle, at whole pixels, and cover the map once", () => {
    const scene = planeMap({
      ...words,
      domain: square,
      size: 100,
      grid: { columns: 3, rows: 2, values: [1, 1, 0, 0, 0.5, Number.NaN] },
    });
    const found = washesOf(scene).map(({ x, y, width, height, style }) => [x, y, width, height, style]);
    const left = washesOf(scene)[0]!.x;
    expect(found).toEqual([
      [left, 6, 67, 50, "heat-6"],
      [left + 33, 56, 34, 50, "heat-3"],
    ]);
  });

  test("points fall where they belong, and none outside of the map", () => {
    const scene = planeMap({ ...words, domain: square, size: 100, points: [{ at: [0, 1] }, { at: [1.01, 0] }] });
    const [dot, ...others] = marksOf(scene, "circle");
    const [frame] = marksOf(scene, "rect");
    expect(others).toEqual([]);
    expect([dot!.x, dot!.y]).toEqual([frame!.x - 0.5 + 50, 6]);
  });

  test("lines are cut at the edges", () => {
    const lines = [
      { points: [[-5, 0], [5, 0]] as Point[] }, // biome-ignore format: a line
      { points: [[-5, 3], [5, 3]] as Point[] }, // biome-ignore format: outside
      { points: [[0, 0], [Number.POSITIVE_INFINITY, 0]] as Point[] }, // biome-ignore format: nowhere
      { points: [[0, 0], [3, 0], [3, 0.5], [0, 0.5]] as Point[] }, // biome-ignore format: out and in again
    ];
    const scene = planeMap({ ...words, domain: square, size: 100, lines });
    const [frame] = marksOf(scene, "rect");
    const left = frame!.x - 0.5;
    const runs = marksOf(scene, "path").map((path) => path.runs.map((run) => run.map(([x, y]) => [x - left, y - 6])));
    expect(runs).toEqual([
      [[[0, 50], [100, 50]]], // biome-ignore format: a run
      [
        [[50, 50], [100, 50]], // biome-ignore format: a run
        [[100, 25], [50, 25]], // biome-ignore format: a run
      ],
    ]);
  });

  test("a grid of another size is told", () => {
    const grid = { columns: 2, rows: 2, values: [1, 2, 3] };
    expect(() => planeMap({ ...words, domain: square, grid })).toThrow(NablaError);
    expect(() => planeMap({ ...words, domain: square, grid })).toThrow("2 × 2 cells got 3 values");
  });
});

describe("panels", () => {
  const part = (width: number, height: number): Scene => ({ ...words, width, height, marks: [] });

  test("stand in rows, and the whole is as large as they need", () => {
    const scenes = [part(100, 50), part(60, 80), part(120, 30)];
    const scene = panels({ ...words, columns: 2, panels: scenes.map((scene, i) => ({ heading: `${i}`, scene })) });
    expect(marksOf(scene, "group").map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [144, 0],
      [0, 126],
    ]);
    expect([scene.width, scene.height]).toEqual([204, 178]);
  });

  test("a heading is cut to its panel and cannot hide anything", () => {
    const scene = panels({
      ...words,
      columns: 1,
      panels: [{ heading: `\u202e${"long ".repeat(40)}`, scene: part(70, 10) }],
    });
    const svg = toSvg(scene);
    expect(svg).toContain("[U+202");
    expect(svg).not.toMatch(/\p{Cf}/u);
    expect(svg.length).toBeLessThan(4000);
  });
});

describe("a logarithmic x axis", () => {
  test("puts equal ratios at equal distances, and leaves out what has no place on it", () => {
    const points: Point[] = [[0, 1], [1, 1], [10, 2], [100, 1]]; // biome-ignore format: a line
    const scene = lineChart({ ...words, xLabel: "n", yLabel: "", xScale: "log", series: [{ name: "a", points }] });
    const [[[x0], [x1], [x2]]] = marksOf(scene, "path").find(({ style }) => style === "series")!.runs as unknown as [
      Point[],
    ] as unknown as [[Point, Point, Point]];
    expect(x1! - x0!).toBeCloseTo(x2! - x1!, 9);
    const ticks = marksOf(scene, "text").filter(({ style, anchor }) => style === "tick" && anchor === "middle");
    expect(ticks.map(({ text }) => text)).toEqual(["1", "10", "100"]);
  });
});
