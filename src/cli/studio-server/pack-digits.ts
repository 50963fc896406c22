import type { Dataset, TrainAndTest } from "../../data/index.ts";

const headerBytes = 24;

/**
 * Pictures of 0 and 1 with a bit for each pixel, and their labels. The format is described beside its reader, in
 * studio/digits/packed-digits.ts. Both parts have one shape and the same classes, at most 255.
 */
export function packDigits({ train, test }: TrainAndTest): Uint8Array {
  const [height = 1, width = 1] = train.shape;
  const pixels = height * width;
  const stride = Math.ceil(pixels / 8);
  const bytes = new Uint8Array(headerBytes + (train.size + test.size) * (stride + 1));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("nabla-px"));
  view.setUint8(8, 1); // version
  view.setUint8(9, train.classes?.length ?? 0);
  view.setUint16(10, height, true);
  view.setUint16(12, width, true);
  view.setUint32(16, train.size, true);
  view.setUint32(20, test.size, true);
  let place = headerBytes;
  for (const part of [train, test]) {
    packPictures(part, pixels, bytes.subarray(place, place + part.size * stride));
    place += part.size * stride;
    if (part.y?.kind === "labels") bytes.set(part.y.data.subarray(0, part.size), place);
    place += part.size;
  }
  return bytes;
}

/** The pictures of a data set whose rows lie in order, as `mnist16` reads them. */
function packPictures({ x: { data }, size }: Dataset, pixels: number, target: Uint8Array): void {
  const stride = Math.ceil(pixels / 8);
  for (let sample = 0; sample < size; sample += 1)
    for (let i = 0; i < pixels; i += 1)
      if (data[sample * pixels + i] !== 0) target[sample * stride + (i >> 3)]! |= 128 >> (i & 7);
}
