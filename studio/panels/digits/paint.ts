import type { Palette, Rgb } from "../../view/palette.ts";

/** Colours of pictures as numbers that an ImageData holds: red in the lowest byte, as all machines here have it. */
const packed = ([red, green, blue]: Rgb): number =>
  ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;

const mixed = (a: Rgb, b: Rgb, share: number): Rgb =>
  [0, 1, 2].map((i) => a[i]! + (b[i]! - a[i]!) * share) as unknown as Rgb;

const steps = 255;

/** From no ink to full ink. */
export type InkScale = (value: number) => number;
/** From −1, against, over 0 to 1, for. */
export type SignScale = (value: number) => number;

const inkScales = new WeakMap<Palette, InkScale>();
const signScales = new WeakMap<Palette, SignScale>();

export function inkScale(palette: Palette): InkScale {
  return remembered(inkScales, palette, ({ rgb }) => {
    const table = Uint32Array.from({ length: steps + 1 }, (_, i) => packed(mixed(rgb.sheet, rgb.ink, i / steps)));
    return (value) => table[Math.round(steps * Math.max(0, Math.min(1, value)))]!;
  });
}

export function signScale(palette: Palette): SignScale {
  return remembered(signScales, palette, ({ rgb }) => {
    const half = 127;
    const table = Uint32Array.from({ length: 2 * half + 1 }, (_, i) => {
      const value = (i - half) / half;
      return packed(mixed(rgb.zero, value < 0 ? rgb.neg : rgb.pos, Math.abs(value)));
    });
    return (value) => table[half + Math.round(half * Math.max(-1, Math.min(1, value)))]!;
  });
}

function remembered<T>(known: WeakMap<Palette, T>, palette: Palette, make: (palette: Palette) => T): T {
  const kept = known.get(palette);
  if (kept !== undefined) return kept;
  const made = make(palette);
  known.set(palette, made);
  return made;
}

/** A canvas in memory, of pixels that are drawn larger on the one that is seen. */
export interface Sheet {
  readonly canvas: HTMLCanvasElement;
  /** One number for each pixel, row by row; `commit` puts them on the canvas. */
  readonly pixels: Uint32Array;
  commit(): void;
}

export function sheetOf(width: number, height: number): Sheet {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(width, height);
  return {
    canvas,
    pixels: new Uint32Array(image.data.buffer),
    commit: () => context.putImageData(image, 0, 0),
  };
}

const sheets = new Map<string, Sheet>();

/** One sheet for each size, used again by every picture of it. */
function sharedSheet(width: number, height: number): Sheet {
  const name = `${width} × ${height}`;
  const known = sheets.get(name) ?? sheetOf(width, height);
  sheets.set(name, known);
  return known;
}

/** A square picture of `side` × `side` pixels at a place of the canvas, its pixels hard squares. */
export function paintPicture(
  context: CanvasRenderingContext2D,
  side: number,
  colourAt: (at: number) => number,
  x: number,
  y: number,
  size: number,
): void {
  const sheet = sharedSheet(side, side);
  for (let at = 0; at < side * side; at++) sheet.pixels[at] = colourAt(at);
  sheet.commit();
  context.imageSmoothingEnabled = false;
  context.drawImage(sheet.canvas, x, y, size, size);
}
