import { palette } from "../../view/palette.ts";

/** A plain line of points on a canvas, x from the first to the last, y from `bottom` (or the smallest) to the largest. */
export function paintLine(
  context: CanvasRenderingContext2D,
  points: readonly (readonly [x: number, y: number])[],
  {
    width,
    height,
    bottom,
    top,
  }: { readonly width: number; readonly height: number; readonly bottom?: number; readonly top?: number },
): void {
  const { css } = palette().peek();
  const finite = points.filter(([, y]) => Number.isFinite(y));
  const [from, to] = [finite[0]?.[0] ?? 0, finite.at(-1)?.[0] ?? 1];
  const low = bottom ?? Math.min(...finite.map(([, y]) => y));
  const high = top ?? Math.max(...finite.map(([, y]) => y));
  context.clearRect(0, 0, width, height);
  context.strokeStyle = css.rule;
  context.lineWidth = 1;
  context.strokeRect(-1, 0.5, width + 2, height - 1);
  if (finite.length === 0) return;
  context.strokeStyle = css.value;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  for (const [x, y] of finite) {
    const place = to === from ? width : ((x - from) / (to - from)) * (width - 2) + 1;
    context.lineTo(place, height - 2 - ((y - low) / (high - low || 1)) * (height - 4));
  }
  context.stroke();
}
