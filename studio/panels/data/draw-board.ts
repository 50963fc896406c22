import type { BoardPoint } from "../../state/own-points.ts";
import { drawMarker } from "../../view/markers.tsx";
import { classColour, type Palette } from "../../view/palette.ts";
import { type PlaneScale, ticksOf, tickText } from "../../view/plane.ts";
import type { BoardScene } from "./board-geometry.ts";

/** What a hand is about to do: the data change once it is lifted. */
export type Draft =
  | { readonly tool: "paint"; readonly points: readonly BoardPoint[] }
  | { readonly tool: "erase"; readonly rows: ReadonlySet<number>; readonly at: BoardPoint }
  | { readonly tool: "move"; readonly row: number; readonly x: number; readonly y: number; readonly hasMoved: boolean };

interface Marks {
  readonly draft: Draft | undefined;
  /** Where the keys are. */
  readonly cross: BoardPoint | undefined;
  /** The chosen row. */
  readonly row: number;
  /** The class of the brush; −1 where there are no classes. */
  readonly label: number;
}

/** From so many points on each is a dot of two pixels: marks would cover each other, and take long. */
const mostMarkers = 2500;

export function drawBoard(
  context: CanvasRenderingContext2D,
  scale: PlaneScale,
  palette: Palette,
  scene: BoardScene,
  { draft, cross, row, label }: Marks,
): void {
  const { css } = palette;
  const { width, height } = scale;
  context.fillStyle = css.sheet;
  context.fillRect(0, 0, width, height);
  drawAxes(context, scale, palette);
  const radius = scene.size > 600 ? 2.6 : 3.4;
  const isErased = (i: number): boolean => draft?.tool === "erase" && draft.rows.has(i);
  const mark = (kind: number, x: number, y: number, isHollow: boolean): void => {
    if (kind >= 0) drawMarker(context, palette, kind, scale.x(x), scale.y(y), { radius, isHollow });
    else drawDot(context, scale.x(x), scale.y(y), radius - 0.4, css.ink, isHollow ? css.sheet : css.ink);
  };
  for (let i = 0; i < scene.size; i++) {
    if (isErased(i)) continue;
    const isDragged = draft?.tool === "move" && draft.row === i;
    const x = isDragged ? draft.x : scene.x[i]!;
    const y = isDragged ? draft.y : scene.y[i]!;
    const kind = scene.labels[i]!;
    if (scene.size > mostMarkers) {
      context.fillStyle = kind < 0 ? css.ink : css[classColour(kind)];
      context.fillRect(scale.x(x) - 1, scale.y(y) - 1, 2, 2);
    } else mark(kind, x, y, scene.isValidation[i] === 1);
  }
  if (draft?.tool === "paint") for (const { x, y } of draft.points) mark(label, x, y, false);
  const chosen = draft?.tool === "move" ? draft : row < scene.size && { x: scene.x[row]!, y: scene.y[row]! };
  if (chosen) ring(context, scale.x(chosen.x), scale.y(chosen.y), 8, css.ink);
  if (draft?.tool === "erase") ring(context, scale.x(draft.at.x), scale.y(draft.at.y), 11, css["ink-3"]);
  if (cross) drawCross(context, scale.x(cross.x), scale.y(cross.y), css.ink);
  context.strokeStyle = css.rule;
  context.lineWidth = 1;
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
}

/** Lines through 0 where it is in sight, and the round numbers at the two edges. */
function drawAxes(context: CanvasRenderingContext2D, scale: PlaneScale, { css }: Palette): void {
  const { width, height, bounds } = scale;
  context.fillStyle = css.rule;
  if (bounds.x[0] < 0 && bounds.x[1] > 0) context.fillRect(Math.round(scale.x(0)), 0, 1, height);
  if (bounds.y[0] < 0 && bounds.y[1] > 0) context.fillRect(0, Math.round(scale.y(0)), width, 1);
  context.fillStyle = css["ink-3"];
  context.font = "11px system-ui, sans-serif";
  const isInside = (value: number, [low, high]: readonly [number, number]): boolean =>
    value !== 0 && value > low + 0.06 * (high - low) && value < high - 0.06 * (high - low);
  const ends = (range: readonly [number, number]): readonly number[] => {
    const ticks = ticksOf(range, 4).filter((value) => isInside(value, range));
    return ticks.length > 2 ? [ticks[0]!, ticks.at(-1)!] : ticks;
  };
  context.textAlign = "center";
  context.textBaseline = "bottom";
  for (const value of ends(bounds.x)) context.fillText(tickText(value), scale.x(value), height - 3);
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const value of ends(bounds.y)) context.fillText(tickText(value), 4, scale.y(value));
}

function drawDot(context: CanvasRenderingContext2D, x: number, y: number, radius: number, edge: string, fill: string) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.strokeStyle = edge;
  context.lineWidth = 1.2;
  context.fill();
  context.stroke();
}

function ring(context: CanvasRenderingContext2D, x: number, y: number, radius: number, colour: string): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.stroke();
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.fillStyle = colour;
  context.fillRect(Math.round(x) - 9, Math.round(y), 19, 1);
  context.fillRect(Math.round(x), Math.round(y) - 9, 1, 19);
}
