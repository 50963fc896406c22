import { gzipSync } from "node:zlib";

/** An IDX file of unsigned bytes. */
export function idxBytes(shape: readonly number[], data: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  bytes[2] = 8;
  bytes[3] = shape.length;
  for (const [axis, extent] of shape.entries()) view.setUint32(4 + 4 * axis, extent);
  bytes.set(Array.from(data), 4 + 4 * shape.length);
  return bytes;
}

export const gzipped = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(bytes));
