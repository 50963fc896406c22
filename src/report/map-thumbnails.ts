/** Small pictures of samples for a page: 16 levels, two pixels a byte, samples one after another. */
export interface Thumbnails {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** How many samples have one: the first ones. */
  readonly count: number;
  readonly bytes: Uint8Array;
}

export interface ThumbnailSource {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Pixels of sample i from 0 to 1, row by row, channels together. */
  readonly pixelsOf: (i: number) => ArrayLike<number>;
}

/** What the pictures of a page may take before base64. */
const mostBytes = 6_000_000;
const smallestSide = 8;

/** Pictures halved until all fit into 6 MB; where they would become smaller than 8 pixels, only the first have one. */
export function makeThumbnails({ count, width, height, channels, pixelsOf }: ThumbnailSource): Thumbnails {
  let shrink = 1;
  const size = (by: number) => Math.floor(width / by) * Math.floor(height / by) * channels;
  while ((count * size(shrink)) / 2 > mostBytes && Math.min(width, height) / (2 * shrink) >= smallestSide) shrink *= 2;
  const [w, h] = [Math.floor(width / shrink), Math.floor(height / shrink)];
  const each = Math.ceil(size(shrink) / 2);
  const shown = Math.min(count, Math.floor(mostBytes / Math.max(1, each)));
  const bytes = new Uint8Array(shown * each);
  for (let i = 0; i < shown; i++) {
    const pixels = pixelsOf(i);
    for (let y = 0, at = 0; y < h; y++)
      for (let x = 0; x < w; x++)
        for (let c = 0; c < channels; c++, at++) {
          let sum = 0;
          for (let dy = 0; dy < shrink; dy++)
            for (let dx = 0; dx < shrink; dx++)
              sum += pixels[((y * shrink + dy) * width + x * shrink + dx) * channels + c]!;
          const share = Math.min(1, Math.max(0, sum / (shrink * shrink)));
          const level = Number.isNaN(share) ? 0 : Math.round(15 * share);
          bytes[i * each + (at >> 1)]! |= level << (at % 2 === 0 ? 0 : 4);
        }
  }
  return { width: w, height: h, channels, count: shown, bytes };
}
