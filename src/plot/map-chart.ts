import { colorIndex } from "./class-colors.ts";
import { shortenText, visibleText } from "./escape.ts";
import { formatCount } from "./format.ts";
import { guessTextWidth, type Mark, type Point, type Scene } from "./scene.ts";

export interface MapGroup {
  /** Name of the class; "" where there are none. */
  readonly name: string;
  readonly points: readonly Point[];
}

export interface MapPanel {
  readonly title: string;
  readonly groups: readonly MapGroup[];
}

export interface MapChartOptions {
  /** Maps beside each other: of the input, and of a layer. */
  readonly panels: readonly MapPanel[];
  readonly title: string;
  readonly description: string;
  /** Of one map, which is square. */
  readonly size?: number;
}

const gap = 24;
const head = 24;

/**
 * Points by class, in equal units along both axes, without ticks: places in a map mean nothing but who is near whom. The
 * name of a class stands at the middle of its points; names are kept from covering each other. A point that is not
 * finite is not drawn.
 */
export function mapChart({ panels, title, description, size = 560 }: MapChartOptions): Scene {
  const marks: Mark[] = panels.map((panel, i) => ({
    kind: "group",
    x: i * (size + gap),
    y: 0,
    marks: panelMarks(panel, size),
  }));
  const width = Math.max(1, panels.length) * (size + gap) - gap;
  return { width, height: head + size + 8, title, description, marks };
}

function panelMarks({ title, groups }: MapPanel, size: number): Mark[] {
  const isDrawable = ([x, y]: Point) => Number.isFinite(x) && Number.isFinite(y);
  const drawn = groups.map(({ name, points }) => ({ name, points: points.filter(isDrawable) }));
  let [lowX, lowY, highX, highY, count] = [Infinity, Infinity, -Infinity, -Infinity, 0];
  for (const { points } of drawn)
    for (const [x, y] of points) {
      [lowX, highX] = [Math.min(lowX, x), Math.max(highX, x)];
      [lowY, highY] = [Math.min(lowY, y), Math.max(highY, y)];
      count++;
    }
  const marks: Mark[] = [
    {
      kind: "text",
      x: 0,
      y: 12,
      text: `${shortenText(visibleText(title), 60)}, ${formatCount(count)} points`,
      style: "label",
    },
  ];
  if (count === 0) return [...marks, { kind: "text", x: 0, y: 40, text: "No point to draw", style: "label" }];
  const unit = (size - 16) / Math.max(highX - lowX, highY - lowY, 1e-30);
  const place = ([x, y]: Point): Point => [
    size / 2 + (x - (lowX + highX) / 2) * unit,
    head + size / 2 - (y - (lowY + highY) / 2) * unit,
  ];
  drawn.forEach(({ points }, label) => {
    // a line without length and with round ends is a dot
    const runs = points.map((point) => [place(point), place(point)]);
    if (runs.length > 0) marks.push({ kind: "path", runs, style: `points class-${colorIndex(label)}` });
  });
  const taken: { x: number; y: number; width: number }[] = [];
  for (const { name, points } of drawn) {
    if (name === "" || points.length === 0) continue;
    const text = shortenText(visibleText(name), 24);
    const width = guessTextWidth(text) + 4;
    const [x, top] = place([median(points.map(([x]) => x)), median(points.map(([, y]) => y))]);
    let y = top;
    const covers = (other: { x: number; y: number; width: number }) =>
      Math.abs(other.x - x) < (other.width + width) / 2 && Math.abs(other.y - y) < 13;
    for (let tries = 0; tries < 60 && taken.some(covers); tries++)
      y = top + (tries % 2 === 0 ? 1 : -1) * 7 * (tries / 2 + 1);
    taken.push({ x, y, width });
    const middle = Math.min(size - width / 2, Math.max(width / 2, x));
    marks.push({ kind: "text", x: middle, y: y + 4, text, anchor: "middle", style: "name" });
  }
  return marks;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
