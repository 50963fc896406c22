import { chunk, join, signature, storedZlib } from "./png.ts";

/** Red, green, blue and opacity, each from 0 to 255. */
export type PaletteColor = readonly [red: number, green: number, blue: number, alpha: number];

/**
 * A PNG file whose pixels are numbers of colours in a palette of at most 256, with opacity: a byte a pixel where RGBA
 * would take four. `indices` is row by row from the top.
 */
export function encodeIndexedPng(
  indices: Uint8Array,
  width: number,
  height: number,
  palette: readonly PaletteColor[],
): Uint8Array {
  const rows = new Uint8Array(height * (width + 1)); // each row behind its filter type, 0 = none
  for (let y = 0; y < height; y++) rows.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const header = new Uint8Array(13); // compression, filter and interlace methods stay 0
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8; // bits a pixel
  header[9] = 3; // colours of a palette
  return join([
    signature,
    chunk("IHDR", header),
    chunk("PLTE", Uint8Array.from(palette.flatMap((color) => color.slice(0, 3)))),
    chunk(
      "tRNS",
      Uint8Array.from(palette, ([, , , alpha]) => alpha),
    ),
    chunk("IDAT", storedZlib(rows)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}
