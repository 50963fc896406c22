import { Hash64 } from "../array/hash64.ts";
import type { Dataset } from "./dataset.ts";

/** What tells one data set from another without keeping it. */
export interface Fingerprint {
  /** Number of samples. */
  readonly size: number;
  /** Shape of one sample. */
  readonly shape: readonly number[];
  /** `labels of 10 classes`, `values [1]`, `none`. */
  readonly targets: string;
  /** Of samples, targets and names of classes, in the order of the samples: 16 hexadecimal digits. */
  readonly hash: string;
}

/** So many bytes of samples are looked at; of larger data, samples spread evenly over all of them. */
const mostBytes = 67_108_864;

/** About 50 ms for 60,000 pictures of 28 × 28; never more than about 100 ms, however large the data. */
export function fingerprintOf(data: Dataset): Fingerprint {
  const { size, shape, x, y, classes, rows } = data;
  const hash = new Hash64();
  const width = sizeOf(shape);
  const stride = Math.max(1, Math.ceil((size * width * x.data.BYTES_PER_ELEMENT) / mostBytes));
  hash.text(JSON.stringify([size, shape, x.scale, classes ?? []]));
  const target = y === undefined ? 0 : y.kind === "labels" ? 1 : sizeOf(y.shape);
  for (let i = 0; i < size; i += stride) {
    const row = rows ? rows[i]! : i;
    hash.bytes(bytesOf(x.data.subarray(row * width, (row + 1) * width)));
    if (y) hash.bytes(bytesOf(y.data.subarray(row * target, (row + 1) * target)));
  }
  const targets =
    y === undefined
      ? "none"
      : y.kind === "labels"
        ? `labels of ${y.classes} classes`
        : `values [${y.shape.join(", ")}]`;
  return { size, shape, targets, hash: String(hash) };
}

const sizeOf = (extents: readonly number[]): number => extents.reduce((product, extent) => product * extent, 1);

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
