/**
 * A picture that is drawn by hand: `side` × `side` numbers from 0 (no ink) to 1, row by row. Pure: every function gives a
 * new picture, or the same where nothing changed.
 */
export interface Ink {
  readonly side: number;
  readonly pixels: Float32Array;
}

/** A place on the picture, in pixels from its left upper corner; the middle of the first pixel is (0.5, 0.5). */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

export const blank = (side: number): Ink => ({ side, pixels: new Float32Array(side * side) });

export const isBlank = ({ pixels }: Ink): boolean => pixels.every((ink) => ink === 0);

/** Radius within which a soft pen is full, and over how far it fades: its line is then about as wide as MNIST's are. */
const penRadius = 0.7;
const penFade = 1;
/** An eraser takes away whole pixels, and is wider than a pen. */
const eraserRadius = 1.5;

/**
 * A stroke from one spot to another. On 28 × 28 the pen is round and its edge soft, as scanned ink is; on 16 × 16 a pixel
 * has ink or has none, and the stroke is a line of pixels.
 */
export function stroke(ink: Ink, from: Spot, to: Spot, tool: "pen" | "eraser"): Ink {
  if (ink.side === 16) return line(ink, from, to, tool === "pen" ? 1 : 0);
  const { side } = ink;
  const pixels = ink.pixels.slice();
  const reach = tool === "pen" ? penRadius + penFade : eraserRadius;
  const columns = span(Math.min(from.x, to.x) - reach, Math.max(from.x, to.x) + reach, side);
  const rows = span(Math.min(from.y, to.y) - reach, Math.max(from.y, to.y) + reach, side);
  for (let row = rows.first; row <= rows.last; row++)
    for (let column = columns.first; column <= columns.last; column++) {
      const distance = distanceToLine({ x: column + 0.5, y: row + 0.5 }, from, to);
      const at = row * side + column;
      if (tool === "eraser") {
        if (distance < eraserRadius) pixels[at] = 0;
      } else pixels[at] = Math.max(pixels[at]!, Math.min(1, Math.max(0, (penRadius + penFade - distance) / penFade)));
    }
  return same(ink.pixels, pixels) ? ink : { side, pixels };
}

/** The pixel with full ink, or with none. Outside of the picture nothing happens. */
export function withPixel(ink: Ink, column: number, row: number, value: number): Ink {
  const { side } = ink;
  if (column < 0 || row < 0 || column >= side || row >= side || ink.pixels[row * side + column] === value) return ink;
  const pixels = ink.pixels.slice();
  pixels[row * side + column] = value;
  return { side, pixels };
}

/** All pixels that a thin line passes, without a gap (Bresenham 1965). */
function line(ink: Ink, from: Spot, to: Spot, value: number): Ink {
  const [x1, y1] = [Math.floor(to.x), Math.floor(to.y)];
  let [x, y] = [Math.floor(from.x), Math.floor(from.y)];
  const [dx, dy] = [Math.abs(x1 - x), -Math.abs(y1 - y)];
  let error = dx + dy;
  let drawn = withPixel(ink, x, y, value);
  while (x !== x1 || y !== y1) {
    const twice = 2 * error;
    if (twice >= dy) {
      error += dy;
      x += x < x1 ? 1 : -1;
    }
    if (twice <= dx) {
      error += dx;
      y += y < y1 ? 1 : -1;
    }
    drawn = withPixel(drawn, x, y, value);
  }
  return drawn;
}

function span(from: number, to: number, side: number): { readonly first: number; readonly last: number } {
  return { first: Math.max(0, Math.floor(from)), last: Math.min(side - 1, Math.floor(to)) };
}

function distanceToLine({ x, y }: Spot, from: Spot, to: Spot): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - from.x) * dx + (y - from.y) * dy) / length));
  return Math.hypot(x - from.x - along * dx, y - from.y - along * dy);
}

const same = (a: Float32Array, b: Float32Array): boolean => a.every((value, i) => value === b[i]);
