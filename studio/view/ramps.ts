import { classColour, type Palette, type Rgb } from "./palette.ts";

/** Tables from a byte to a pixel, for canvases that are painted from numbers. Alpha, blue, green, red in one uint32. */
export type Ramp = Uint32Array<ArrayBuffer>;

const pixel = ([red, green, blue]: Rgb): number => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

export const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  Math.round(a[0] + share * (b[0] - a[0])),
  Math.round(a[1] + share * (b[1] - a[1])),
  Math.round(a[2] + share * (b[2] - a[2])),
];

/** Steps in place of a glide: where two of them meet is a line of equal value. */
const bands = 7;

/** Orange below 0, blue above, for bytes whose 128 is 0. */
export function signedRamp({ rgb }: Palette): Ramp {
  const ramp = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const share = (byte - 128) / 127;
    const step = Math.min(bands, Math.round(Math.abs(share) * bands)) / bands;
    ramp[byte] = pixel(mix(rgb.zero, share < 0 ? rgb.neg : rgb.pos, 0.86 * step));
  }
  return ramp;
}

/** From nothing to a class's colour, for bytes of 0 to 1 in the upper half: 128 is 0, as `signedRamp` has it. */
export function classRamp({ rgb }: Palette, label: number): Ramp {
  const ramp = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const share = Math.max(0, (byte - 128) / 127);
    ramp[byte] = pixel(mix(rgb.zero, rgb[classColour(label)], Math.round(share * bands) / bands));
  }
  return ramp;
}

/** Tints of a class, by how clearly it wins (0 to 255): pale enough for points to stand out on them. */
export function tintRamp({ rgb, isDark }: Palette, label: number): Ramp {
  const ramp = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const step = Math.min(4, Math.floor((byte / 255) * 5)) / 4;
    ramp[byte] = pixel(mix(rgb.paper, rgb[classColour(label)], (isDark ? 0.16 : 0.14) + (isDark ? 0.34 : 0.36) * step));
  }
  return ramp;
}
