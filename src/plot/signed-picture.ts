import { formatNumber } from "./format.ts";
import { encodeIndexedPng, type PaletteColor } from "./indexed-png.ts";
import { pictureUri, pngUri } from "./picture.ts";
import type { Mark, Point, Scene } from "./scene.ts";

export interface SignedPicture {
  /** Row by row from the top, channels together. */
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  /** 3: a value each for red, green and blue. Default 1. */
  readonly channels?: 1 | 3;
  /** The |value| that has the full colour. Default: the largest there is. */
  readonly largest?: number;
  readonly title: string;
  readonly description: string;
}

/** Levels on each side of 0. */
const levels = 31;
/** A blue and an orange that stand 3.5:1 or better against both themes' zero, so that one picture serves both. */
const [plus, minus] = [
  [0x3b, 0x82, 0xc4],
  [0xc4, 0x6a, 0x12],
] as const;

/** Side of the drawing in pixels at scale 1, of its longer side. */
const side = 112;

/**
 * Numbers of either sign as a picture: blue above 0, orange below, and nothing at 0, where the paper shows. Patches that
 * are strong carry a plus or a minus, so that the sign is not said by colour alone. With three channels it is the
 * picture in its colours, and grey is 0.
 */
export function signedPicture(picture: SignedPicture): Scene {
  const { values, width, height, channels = 1, title, description } = picture;
  const largest = picture.largest ?? largestOf(values);
  const scale = side / Math.max(width, height);
  const box = { x: 0, y: 0, width: width * scale, height: height * scale };
  const marks: Mark[] = [{ kind: "rect", ...box, style: "zero" }];
  if (channels === 3)
    marks.push({
      kind: "image",
      ...box,
      uri: pictureUri({ pixels: values, width, height, channels, range: [-largest, largest] }),
    });
  else {
    marks.push({ kind: "image", ...box, uri: signedUri(values, width, height, largest) });
    marks.push(...signMarks(values, width, height, scale));
  }
  return { width: box.width, height: box.height, title, description, marks };
}

/** `−0.41 to 0.38`: the words for the scale of such a picture. 0 is always on it. */
export function signedRange(values: ArrayLike<number>): string {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  return `${formatNumber(low, 2)} to ${formatNumber(high, 2)}`;
}

function signedUri(values: ArrayLike<number>, width: number, height: number, largest: number): string {
  const indices = new Uint8Array(width * height);
  for (let i = 0; i < indices.length; i++) {
    const share = largest > 0 ? Math.min(1, Math.max(-1, values[i]! / largest)) : 0;
    indices[i] = levels + Math.round(levels * (Number.isNaN(share) ? 0 : share));
  }
  return pngUri(encodeIndexedPng(indices, width, height, palette));
}

const palette: readonly PaletteColor[] = /* @__PURE__ */ Array.from({ length: 2 * levels + 1 }, (_, i) => {
  const [red, green, blue] = i < levels ? minus : plus;
  return [red, green, blue, Math.round((255 * Math.abs(i - levels)) / levels)];
});

/** Patches along the longer side. */
const patches = 8;

/** A plus or a minus on each patch whose mean is at least half of the strongest patch's. */
function signMarks(values: ArrayLike<number>, width: number, height: number, scale: number): Mark[] {
  const extent = Math.ceil(Math.max(width, height) / patches);
  const means: { x: number; y: number; mean: number }[] = [];
  for (let top = 0; top < height; top += extent)
    for (let left = 0; left < width; left += extent) {
      const [right, bottom] = [Math.min(width, left + extent), Math.min(height, top + extent)];
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += values[y * width + x]!;
      const mean = sum / (right - left) / (bottom - top);
      means.push({ x: ((left + right) / 2) * scale, y: ((top + bottom) / 2) * scale, mean });
    }
  const strongest = means.reduce((most, { mean }) => Math.max(most, Math.abs(mean)), 0);
  const runs = means
    .filter(({ mean }) => Math.abs(mean) >= strongest / 2 && mean !== 0)
    .flatMap(({ x, y, mean }) => signRuns(x, y, mean > 0));
  return runs.length > 0 ? [{ kind: "path", runs, style: "sign" }] : [];
}

function signRuns(x: number, y: number, isPlus: boolean): readonly (readonly Point[])[] {
  const half = 2.5;
  // On half pixels, a line of one pixel is one pixel wide.
  const [cx, cy] = [Math.floor(x) + 0.5, Math.floor(y) + 0.5];
  const across: readonly Point[] = [
    [cx - half, cy],
    [cx + half, cy],
  ];
  const down: readonly Point[] = [
    [cx, cy - half],
    [cx, cy + half],
  ];
  return isPlus ? [across, down] : [across];
}

function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}
