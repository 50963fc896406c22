import { blank, type Ink, isBlank } from "./ink.ts";

/** Side of the box that MNIST's digits were shrunk into, within pictures of 28 × 28 (LeCun et al., "The MNIST database"). */
const boxSide = 20;
/** A small drawing is not blown up without end: its lines would become too wide. */
const mostGrowth = 1.6;

/**
 * The drawing as the net was taught to see digits. 28 × 28: its box is fitted into 20 × 20, its proportions kept, and its
 * centre of mass is put into the middle of the picture. 16 × 16, where a pixel has ink or none: moved by whole pixels, as
 * far as no ink is lost. A blank picture stays as it is.
 */
export function centred(ink: Ink): Ink {
  if (isBlank(ink)) return ink;
  return ink.side === 16 ? moved(ink) : fitted(ink);
}

function fitted(ink: Ink): Ink {
  const { side, pixels } = ink;
  const box = boxOf(ink);
  const scale = Math.min(mostGrowth, boxSide / Math.max(box.right - box.left, box.bottom - box.top));
  const mass = massOf(ink);
  const result = blank(side);
  // each new pixel is the mean of the old ones it covers; outside of the old picture there is no ink
  const width = 1 / scale;
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const x = (column - side / 2) / scale + mass.x;
      const y = (row - side / 2) / scale + mass.y;
      result.pixels[row * side + column] = meanOver(pixels, side, x, y, width);
    }
  return result;
}

/** Mean of a square of `width` whose left upper corner is (x, y): bilinear where it is smaller than a pixel. */
function meanOver(pixels: Float32Array, side: number, x: number, y: number, width: number): number {
  const size = Math.max(1, width);
  const [left, top] = [x + width / 2 - size / 2, y + width / 2 - size / 2];
  let sum = 0;
  for (let row = Math.max(0, Math.floor(top)); row < Math.min(side, top + size); row++) {
    const height = Math.min(row + 1, top + size) - Math.max(row, top);
    for (let column = Math.max(0, Math.floor(left)); column < Math.min(side, left + size); column++) {
      const share = Math.min(column + 1, left + size) - Math.max(column, left);
      sum += pixels[row * side + column]! * share * height;
    }
  }
  return Math.min(1, sum / (size * size));
}

function moved(ink: Ink): Ink {
  const { side, pixels } = ink;
  const box = boxOf(ink);
  const mass = massOf(ink);
  const dx = Math.max(-box.left, Math.min(side - box.right, Math.round(side / 2 - mass.x)));
  const dy = Math.max(-box.top, Math.min(side - box.bottom, Math.round(side / 2 - mass.y)));
  if (dx === 0 && dy === 0) return ink;
  const result = blank(side);
  for (let row = box.top; row < box.bottom; row++)
    for (let column = box.left; column < box.right; column++)
      result.pixels[(row + dy) * side + column + dx] = pixels[row * side + column]!;
  return result;
}

interface Box {
  readonly left: number;
  readonly top: number;
  /** One past the last pixel with ink. */
  readonly right: number;
  readonly bottom: number;
}

function boxOf({ side, pixels }: Ink): Box {
  let [left, top, right, bottom] = [side, side, 0, 0];
  for (let at = 0; at < pixels.length; at++) {
    if (pixels[at] === 0) continue;
    const [column, row] = [at % side, Math.floor(at / side)];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  }
  return { left, top, right, bottom };
}

/** Centre of mass, in pixels from the corner. */
function massOf({ side, pixels }: Ink): { readonly x: number; readonly y: number } {
  let [sum, x, y] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at++) {
    sum += pixels[at]!;
    x += pixels[at]! * ((at % side) + 0.5);
    y += pixels[at]! * (Math.floor(at / side) + 0.5);
  }
  return { x: x / sum, y: y / sum };
}
