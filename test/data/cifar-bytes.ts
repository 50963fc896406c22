import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const cifarNames = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** Records of CIFAR-10's binary layout: the red of pixel p of record r is (r + p) mod 256, green 100, blue 200. */
export function cifarBytes(labels: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(3073 * labels.length);
  for (const [record, label] of labels.entries()) {
    const start = 3073 * record;
    bytes[start] = label;
    for (let p = 0; p < 1024; p += 1) bytes[start + 1 + p] = record + p;
    bytes.fill(100, start + 1 + 1024, start + 1 + 2048);
    bytes.fill(200, start + 1 + 2048, start + 3073);
  }
  return bytes;
}

/** A folder with batches under CIFAR-10's names; leave a file out with undefined. */
export async function cifarFolder(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string | undefined>> = {},
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const all = {
    "batches.meta.txt": `${cifarNames.join("\n")}\n\n`,
    "data_batch_1.bin": cifarBytes([6, 9, 9]),
    "test_batch.bin": cifarBytes([3, 8]),
    ...files,
  };
  for (const [name, content] of Object.entries(all))
    if (content !== undefined) await writeFile(join(folder, name), content);
  return folder;
}
