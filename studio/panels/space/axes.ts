import type { Palette } from "../../view/palette.ts";
import { type PlaneScale, ticksOf, tickText } from "../../view/plane.ts";

/** Hairlines through 0, a few round numbers beside them, and the names of the two axes. */
export function drawAxes(
  context: CanvasRenderingContext2D,
  { css, font }: Palette,
  scale: PlaneScale,
  names: readonly [x: string, y: string],
): void {
  const { bounds, width, height } = scale;
  const x0 = Math.round(Math.max(0, Math.min(width - 1, scale.x(0)))) + 0.5;
  const y0 = Math.round(Math.max(0, Math.min(height - 1, scale.y(0)))) + 0.5;
  context.save();
  context.strokeStyle = css.ink;
  context.globalAlpha = 0.28;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x0, 0);
  context.lineTo(x0, height);
  context.moveTo(0, y0);
  context.lineTo(width, y0);
  context.stroke();
  context.globalAlpha = 1;
  context.font = `11px ${font}`;
  const write = (text: string, x: number, y: number, align: CanvasTextAlign): void => {
    context.textAlign = align;
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = css.paper;
    context.globalAlpha = 0.75;
    context.strokeText(text, x, y);
    context.globalAlpha = 1;
    context.fillStyle = css["ink-2"];
    context.fillText(text, x, y);
  };
  const below = y0 > height - 20 ? y0 - 6 : y0 + 14;
  for (const tick of ticksOf(bounds.x, 3)) {
    const x = scale.x(tick);
    if (tick !== 0 && x > 14 && x < width - 30) write(tickText(tick), x, below, "center");
  }
  const beside = x0 < 30 ? x0 + 6 : x0 - 6;
  for (const tick of ticksOf(bounds.y, 3)) {
    const y = scale.y(tick);
    if (tick !== 0 && y > 24 && y < height - 8) write(tickText(tick), beside, y + 4, x0 < 30 ? "left" : "right");
  }
  write(short(names[0]), width - 6, y0 > 24 ? y0 - 6 : y0 + 14, "right");
  write(short(names[1]), x0 > width - 40 ? x0 - 6 : x0 + 6, 14, x0 > width - 40 ? "right" : "left");
  context.restore();
}

const short = (name: string): string => (name.length > 18 ? `${name.slice(0, 17)}…` : name);
