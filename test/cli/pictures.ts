import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Idx {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The bytes of an IDX file of unsigned bytes. */
export function idxBytes({ shape, data }: Idx): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((extent, axis) => {
    view.setUint32(4 + 4 * axis, extent);
  });
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

export const writeIdx = (file: string, array: Idx): void => writeFileSync(file, idxBytes(array));

/**
 * Pictures of three kinds: a bar at the left, at the top, or across. Their strength and some specks vary from picture to
 * picture, so that they are easily told apart without being the same. Class i comes at samples i, i + 3, …
 */
export function shapes(count: number, side = 8): { readonly images: Idx; readonly labels: Idx } {
  const data = new Uint8Array(count * side * side);
  const labels = new Uint8Array(count);
  for (let sample = 0; sample < count; sample += 1) {
    const label = sample % 3;
    labels[sample] = label;
    for (let y = 0; y < side; y += 1)
      for (let x = 0; x < side; x += 1) {
        const [left, top, inside] = [
          x >= 1 && x < side / 3,
          y >= 1 && y < side / 3,
          x > 0 && y > 0 && x < side - 1 && y < side - 1,
        ];
        const isInk = inside && [left, top, Math.abs(x - y) <= side / 8][label]!;
        const isSpeck = inside && (sample * 7 + x * 3 + y * 5) % 41 === 0;
        data[(sample * side + y) * side + x] = isInk ? 180 + ((sample * 13) % 76) : isSpeck ? 120 : 0;
      }
  }
  return { images: { shape: [count, side, side], data }, labels: { shape: [count], data: labels } };
}

/** The four files of MNIST, with 60 pictures to train on and 30 to test on. */
export function mnistFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [part, count] of [
    ["train", 60],
    ["t10k", 30],
  ] as const) {
    const { images, labels } = shapes(count, 28);
    writeIdx(join(folder, `${part}-images-idx3-ubyte`), images);
    writeIdx(join(folder, `${part}-labels-idx1-ubyte`), labels);
  }
}
