import { NablaError } from "../errors.ts";
import { linearScale, niceTicks, tickLabels } from "./scale.ts";
import { guessTextWidth, heatLevels, type Mark, type Point, type Scene } from "./scene.ts";

export interface PlaneMapOptions {
  readonly title: string;
  readonly description: string;
  readonly domain: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /**
   * A value for each cell of a grid over the domain, row by row from the top, in [0, 1]: nothing to a dark wash.
   * Not finite is drawn as nothing.
   */
  readonly grid?: { readonly columns: number; readonly rows: number; readonly values: ArrayLike<number> };
  /** Dots: filled, or open for the other kind. Those outside of the domain are left out. */
  readonly points?: readonly { readonly at: Point; readonly isOpen?: boolean }[];
  /** Lines, cut at the domain's edges. */
  readonly lines?: readonly { readonly points: readonly Point[]; readonly dash?: "solid" | "dashed" | "dotted" }[];
  /** Pixels along the longer side of the domain. Default 200. */
  readonly size?: number;
  /** Pixels in height, where the two directions have no common unit; `size` is then the width. */
  readonly height?: number;
  readonly dotRadius?: number;
}

/** A wash of this much ink is the darkest of a map: dots over it stay visible in both themes. */
const darkest = 6;

/**
 * A part of the plane: a wash by a value, such as a network's decision, with points and lines over it. Equal washes along
 * a row become one rectangle at whole pixels, so a map of 60 × 60 cells takes a few kilobytes and has no seams.
 * Throws DATA where the grid has not one value for each cell.
 */
export function planeMap(options: PlaneMapOptions): Scene {
  const { title, description, domain, grid, points = [], lines = [], size = 200, dotRadius = 2 } = options;
  const [spanX, spanY] = [domain.x[1] - domain.x[0], domain.y[1] - domain.y[0]];
  const longest = Math.max(spanX, spanY);
  const width = options.height === undefined ? Math.round((size * spanX) / longest) : size;
  const height = options.height ?? Math.round((size * spanY) / longest);
  const [yTicks, xTicks] = [niceTicks(...domain.y, 3), niceTicks(...domain.x, 3)];
  const [yTexts, xTexts] = [tickLabels(yTicks), tickLabels(xTicks)];
  const left = 8 + Math.max(...yTexts.map((text) => guessTextWidth(text)));
  const top = 6;
  const x = linearScale({ domain: domain.x, range: [left, left + width] });
  const y = linearScale({ domain: domain.y, range: [top + height, top] });

  const marks: Mark[] = grid ? washes(grid, { left, top, width, height }) : [];
  marks.push({ kind: "rect", x: left + 0.5, y: top + 0.5, width: width - 1, height: height - 1, style: "cell" });
  yTicks.forEach((tick, i) => {
    marks.push({ kind: "text", x: left - 6, y: y.map(tick) + 4, text: yTexts[i]!, anchor: "end", style: "tick" });
  });
  xTicks.forEach((tick, i) => {
    const place = { x: x.map(tick), y: top + height + 15, text: xTexts[i]! };
    marks.push({ kind: "text", ...place, anchor: "middle", style: "tick" });
  });
  for (const { points: line, dash = "solid" } of lines) {
    const runs = insideRuns(line, domain).map((run) => run.map(([px, py]): Point => [x.map(px), y.map(py)]));
    if (runs.length > 0) marks.push({ kind: "path", runs, style: dash === "solid" ? "series" : `series ${dash}` });
  }
  for (const { at, isOpen = false } of points)
    if (isInside(at, domain))
      marks.push({
        kind: "circle",
        x: x.map(at[0]),
        y: y.map(at[1]),
        radius: dotRadius,
        style: isOpen ? "dot open" : "dot",
      });
  return { width: left + width + 12, height: top + height + 22, title, description, marks };
}

type Domain = PlaneMapOptions["domain"];

function washes(
  { columns, rows, values }: NonNullable<PlaneMapOptions["grid"]>,
  place: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
): Mark[] {
  if (values.length !== columns * rows)
    throw new NablaError("DATA", `a plane map of ${columns} × ${rows} cells got ${values.length} values`, {
      expected: `${columns * rows} values`,
      received: `${values.length}`,
      hint: "Give one value for each cell.",
    });
  const edge = (index: number, count: number, start: number, size: number) =>
    start + Math.round((index * size) / count);
  const levelAt = (row: number, column: number): number => {
    const value = values[row * columns + column]!;
    return value > 0 ? Math.min(darkest, Math.round(value * darkest)) : 0;
  };
  const marks: Mark[] = [];
  for (let row = 0; row < rows; row++) {
    const y = edge(row, rows, place.top, place.height);
    const height = edge(row + 1, rows, place.top, place.height) - y;
    for (let column = 0; column < columns; ) {
      const level = levelAt(row, column);
      let end = column + 1;
      while (end < columns && levelAt(row, end) === level) end++;
      const x = edge(column, columns, place.left, place.width);
      const width = edge(end, columns, place.left, place.width) - x;
      if (level > 0 && width > 0 && height > 0)
        marks.push({ kind: "rect", x, y, width, height, style: `heat-${Math.min(level, heatLevels)}` });
      column = end;
    }
  }
  return marks;
}

const isInside = ([x, y]: Point, domain: Domain): boolean =>
  x >= domain.x[0] && x <= domain.x[1] && y >= domain.y[0] && y <= domain.y[1];

/** The pieces of a line inside the domain: each straight part cut by Liang & Barsky 1984. */
function insideRuns(line: readonly Point[], domain: Domain): Point[][] {
  const runs: Point[][] = [];
  let run: Point[] = [];
  for (let i = 1; i < line.length; i++) {
    const cut = clip(line[i - 1]!, line[i]!, domain);
    if (!cut) continue;
    const last = run.at(-1);
    if (last && last[0] === cut[0][0] && last[1] === cut[0][1]) run.push(cut[1]);
    else runs.push((run = [...cut]));
  }
  return runs;
}

function clip(from: Point, to: Point, { x, y }: Domain): [Point, Point] | undefined {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  if (!Number.isFinite(dx) || !Number.isFinite(dy)) return undefined;
  let [enter, leave] = [0, 1];
  const sides = [
    [-dx, from[0] - x[0]],
    [dx, x[1] - from[0]],
    [-dy, from[1] - y[0]],
    [dy, y[1] - from[1]],
  ] as const;
  for (const [speed, room] of sides) {
    if (speed === 0 && room < 0) return undefined;
    if (speed < 0) enter = Math.max(enter, room / speed);
    if (speed > 0) leave = Math.min(leave, room / speed);
  }
  if (enter > leave) return undefined;
  const at = (t: number): Point => (t === 0 ? from : t === 1 ? to : [from[0] + t * dx, from[1] + t * dy]);
  return [at(enter), at(leave)];
}
