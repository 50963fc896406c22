import { shortenText, visibleText } from "./escape.ts";
import { formatNumber } from "./format.ts";
import { linearScale, logScale, logTicks, niceDomain, niceTicks, type Scale, tickLabels } from "./scale.ts";
import { guessTextWidth, type Mark, type Point, type Scene, type Style } from "./scene.ts";
import { thinLine } from "./thin-line.ts";

export interface Series {
  readonly name: string;
  /** In the order of x. Where y is not finite the line breaks. */
  readonly points: readonly Point[];
  /** How the line is drawn; lines differ by dash, not by colour. */
  readonly dash?: "solid" | "dashed" | "dotted";
}

export interface LineChartOptions {
  readonly series: readonly Series[];
  readonly title: string;
  readonly description: string;
  /** Axis words in sentence case: `Epoch`. An empty `yLabel` leaves its line to the plot, where a heading says it. */
  readonly xLabel: string;
  readonly yLabel: string;
  readonly width?: number;
  readonly height?: number;
  readonly xScale?: "linear" | "log";
  readonly yScale?: "linear" | "log";
  /** Values the y axis must reach: `[0]` for a loss. */
  readonly yIncludes?: readonly number[];
  /** The y axis never leaves these bounds: `[0, 1]` for a share. */
  readonly yBounds?: readonly [number, number];
  /** x counts something: ticks stay whole. */
  readonly isXWhole?: boolean;
  readonly formatY?: (value: number) => string;
  /** Labels of the y ticks; by default as many decimals as they need. */
  readonly formatYTicks?: (ticks: readonly number[]) => readonly string[];
}

const labelHeight = 13;
/** A page may enlarge the 11 px text to this on a narrow screen, where the whole chart shrinks. */
const largestFont = 12.5;

/**
 * Lines over a few grey grid lines: no frame, no legend; each line carries its name and last value at its end.
 * No finite point at all gives a chart that says so.
 */
export function lineChart(options: LineChartOptions): Scene {
  const { series, title, description, xLabel, yLabel, width = 380, height = 220 } = options;
  const { xScale = "linear", yScale = "linear" } = options;
  const { formatY = (value) => formatNumber(value), isXWhole = false } = options;
  // Powers of ten share no number of decimals.
  const oneByOne = (ticks: readonly number[]) => ticks.flatMap((tick) => tickLabels([tick]));
  const { formatYTicks = yScale === "log" ? oneByOne : tickLabels } = options;
  const isDrawable = ([x, y]: Point) =>
    Number.isFinite(x) && Number.isFinite(y) && (xScale === "linear" || x > 0) && (yScale === "linear" || y > 0);
  const drawable = series.map(({ points }) => points.filter(isDrawable));
  const all = drawable.flat();
  if (all.length === 0) {
    const marks: Mark[] = [{ kind: "text", x: 0, y: 20, text: "No finite value to draw", style: "label" }];
    return { width, height, title, description, marks };
  }

  // The plot keeps half the width; names give way, values do not.
  const longestLabel = Math.floor((width / 2 - 14) / guessTextWidth("0", largestFont));
  const ends = drawable.map((points, i) => {
    const last = points.at(-1);
    if (!last) return undefined;
    const value = formatY(last[1]);
    const name = shortenText(visibleText(series[i]!.name), Math.max(2, longestLabel - 1 - value.length));
    return { last, text: `${name} ${value}`, isOpen: (series[i]!.dash ?? "solid") !== "solid" };
  });
  const yTicksAndDomain = verticalAxis(options, all);
  const yTexts = formatYTicks(yTicksAndDomain.ticks);
  const plot = {
    left: 8 + Math.max(...yTexts.map((text) => guessTextWidth(text, largestFont))),
    right:
      width -
      Math.min(width * 0.5, 14 + Math.max(...ends.map((end) => (end ? guessTextWidth(end.text, largestFont) : 0)))),
    top: yLabel === "" ? 10 : 28,
    bottom: height - 26,
  };

  const [firstX, lastX] = extent(all.map(([x]) => x));
  const xOptions = { domain: [firstX, lastX], range: [plot.left, plot.right] } as const;
  const x = xScale === "log" ? logScale(xOptions) : linearScale(xOptions);
  const yOptions = { domain: yTicksAndDomain.domain, range: [plot.bottom, plot.top] } as const;
  const y = yScale === "log" ? logScale(yOptions) : linearScale(yOptions);

  const marks: Mark[] = yLabel === "" ? [] : [{ kind: "text", x: 0, y: 12, text: yLabel, style: "label" }];
  const across = (height: number, style: Style): Mark => ({
    kind: "path",
    runs: [
      [
        [plot.left, height],
        [plot.right, height],
      ],
    ],
    style,
  });
  yTicksAndDomain.ticks.forEach((tick, i) => {
    const height = Math.round(y.map(tick)) + 0.5;
    if (height < plot.bottom) marks.push(across(height, "grid"));
    marks.push({ kind: "text", x: plot.left - 8, y: height + 3.5, text: yTexts[i]!, anchor: "end", style: "tick" });
  });
  marks.push(across(plot.bottom + 0.5, "axis"));
  const xTicks = xScale === "log" ? logTicks(firstX, lastX, 5) : niceTicks(firstX, lastX, 5, isXWhole);
  const xTexts = xScale === "log" ? oneByOne(xTicks) : tickLabels(xTicks);
  xTicks.forEach((tick, i) => {
    marks.push({
      kind: "text",
      x: x.map(tick),
      y: plot.bottom + 18,
      text: xTexts[i]!,
      anchor: "middle",
      style: "tick",
    });
  });
  const beyondTicks = Math.max(8, guessTextWidth(xTexts.at(-1)!) / 2 + 5);
  marks.push({ kind: "text", x: plot.right + beyondTicks, y: plot.bottom + 18, text: xLabel, style: "label" });

  series.forEach(({ points, dash = "solid" }) => {
    const style: Style = dash === "solid" ? "series" : `series ${dash}`;
    marks.push({ kind: "path", runs: runsOf(points, isDrawable, x, y), style });
  });
  marks.push(...endLabels(ends, x, y, plot.top));
  return { width, height, title, description, marks };
}

interface LineEnd {
  readonly last: Point;
  readonly text: string;
  readonly isOpen: boolean;
}

function verticalAxis(
  { yScale, yIncludes = [], yBounds }: LineChartOptions,
  all: readonly Point[],
): { ticks: readonly number[]; domain: readonly [number, number] } {
  const [low, high] = extent([...all.map(([, value]) => value), ...yIncludes]);
  if (yScale === "log") {
    const domain = [low, high > low ? high : low * 10] as const;
    return { ticks: logTicks(...domain), domain };
  }
  const [niceLow, niceHigh] = niceDomain(low, high, 3);
  const domain = [Math.max(niceLow, yBounds?.[0] ?? niceLow), Math.min(niceHigh, yBounds?.[1] ?? niceHigh)] as const;
  return { ticks: niceTicks(...domain, 3), domain };
}

/** A dot at the end of each line and its label beside it, labels pushed apart until none covers another. */
function endLabels(ends: readonly (LineEnd | undefined)[], x: Scale, y: Scale, top: number): Mark[] {
  const placed = ends
    .filter((end) => end !== undefined)
    .map((end) => ({ ...end, x: x.map(end.last[0]), y: y.map(end.last[1]) }))
    .sort((a, b) => a.y - b.y);
  const right = Math.max(...placed.map((end) => end.x));
  const baselines: number[] = [];
  let pushed = 0;
  for (const end of placed) {
    const wanted = end.y + 4;
    const baseline = Math.max(wanted, (baselines.at(-1) ?? top - labelHeight) + labelHeight);
    pushed = Math.max(pushed, baseline - wanted);
    baselines.push(baseline);
  }
  // Labels were only pushed down; half of it back, and the first gives way as much as the last.
  const back = placed.length > 1 ? pushed / 2 : 0;
  return placed.flatMap((end, i): Mark[] => [
    { kind: "circle", x: end.x, y: end.y, radius: 2.5, style: end.isOpen ? "dot open" : "dot" },
    { kind: "text", x: right + 8, y: baselines[i]! - back, text: end.text, style: end.isOpen ? "label" : "strong" },
  ]);
}

function runsOf(points: readonly Point[], isDrawable: (point: Point) => boolean, x: Scale, y: Scale): Point[][] {
  const runs: Point[][] = [[]];
  for (const point of points) {
    if (isDrawable(point)) runs.at(-1)!.push([x.map(point[0]), y.map(point[1])]);
    else if (runs.at(-1)!.length > 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 1).map(thinLine);
}

function extent(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
