import { NablaError, quoted } from "../errors.ts";
import { MAX_BYTES, type ReadOptions, readBytes } from "./bytes.ts";
import { type Dataset, fromTable } from "./dataset.ts";
import { hasFiles } from "./has-files.ts";
import type { TrainAndTest } from "./mnist.ts";
import { checkClasses } from "./targets.ts";

export interface Cifar10Options extends ReadOptions {
  /** The folder with the batches, or the one that holds `cifar-10-batches-bin`; a URL where there are no files. */
  readonly from?: string;
  /** At most so many samples of each part. */
  readonly limit?: number;
}

/** Pictures and labels of one batch file. */
export interface Cifar10Batch {
  /** [32, 32, 3] for each record: row by row, red, green and blue of a pixel together. */
  readonly pixels: Uint8Array;
  /** From 0 to 9. */
  readonly labels: Uint8Array;
}

const SIDE = 32;
const PIXELS = 1024;
const RECORD = 3073; // a label, and three bytes for each pixel
const CLASSES = 10;
const FOLDER = "cifar-10-batches-bin";
const META = "batches.meta.txt";
const TRAIN = ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"];
const TEST = "test_batch.bin";

/**
 * The records of a file in CIFAR-10's binary layout: a label byte, then 1,024 bytes each of red, green and blue, row by
 * row (Krizhevsky 2009, "Learning multiple layers of features from tiny images"). The colours are brought together
 * pixel by pixel. At most `limit` records are made; all labels are checked. `file` names the source in errors.
 * Throws FORMAT for a size that is not a whole number of records, DATA for a label above 9 (row from 1), LIMIT above
 * `maxBytes`.
 */
export function parseCifar10(
  bytes: Uint8Array,
  options: { file?: string; limit?: number; maxBytes?: number } = {},
): Cifar10Batch {
  const { file = "CIFAR-10 data", limit = Number.POSITIVE_INFINITY, maxBytes = MAX_BYTES } = options;
  if (bytes.length > maxBytes)
    throw new NablaError("LIMIT", `${quoted(file)} has ${bytes.length} bytes, more than the ${maxBytes} allowed`, {
      where: { file },
      expected: `at most ${maxBytes} bytes`,
      received: `${bytes.length} bytes`,
      hint: "Check that it is the right file, or raise maxBytes.",
    });
  const records = Math.floor(bytes.length / RECORD);
  if (bytes.length === 0 || bytes.length % RECORD !== 0)
    throw new NablaError(
      "FORMAT",
      `${quoted(file)} has ${bytes.length} bytes: ${records} records of ${RECORD} and ${bytes.length % RECORD} over`,
      {
        where: { file },
        expected: `a multiple of ${RECORD} bytes`,
        received: `${bytes.length} bytes`,
        hint: "The file is cut short or no CIFAR-10 batch in the binary layout; fetch it again.",
      },
    );
  for (let record = 0; record < records; record += 1) {
    const label = bytes[record * RECORD]!;
    if (label < CLASSES) continue;
    throw new NablaError("DATA", `${quoted(file)} has label ${label} in record ${record + 1}`, {
      where: { file, row: record + 1 },
      expected: `a label from 0 to ${CLASSES - 1}`,
      received: String(label),
      hint: "Check that it is CIFAR-10 in the binary layout; CIFAR-100 has two label bytes a record.",
    });
  }
  const count = Math.min(records, limit);
  const [pixels, labels] = [new Uint8Array(count * 3 * PIXELS), new Uint8Array(count)];
  for (let record = 0; record < count; record += 1) {
    const start = record * RECORD;
    labels[record] = bytes[start]!;
    let target = record * 3 * PIXELS;
    for (let pixel = start + 1; pixel <= start + PIXELS; pixel += 1) {
      pixels[target++] = bytes[pixel]!;
      pixels[target++] = bytes[pixel + PIXELS]!;
      pixels[target++] = bytes[pixel + 2 * PIXELS]!;
    }
  }
  return { pixels, labels };
}

/**
 * CIFAR-10: pictures of ten kinds of things, shape [32, 32, 3], bytes seen as 0 … 1, 50,000 to train on and 10,000 to
 * test on (Krizhevsky 2009), in the official binary layout. Any of the five training files will do, and files may hold
 * fewer records: what is there is read, in order. The names of the classes come from `batches.meta.txt`.
 *
 * Looks in `from` and its folder `cifar-10-batches-bin`; without `from`, in the folder that the environment variable
 * NABLA_DATA names, in `data` and in the current folder, each and its `cifar-10-batches-bin`.
 * Throws ENVIRONMENT where files are missing, and what `parseCifar10` throws; FORMAT for a list of other than ten names.
 */
export async function cifar10(options: Cifar10Options = {}): Promise<TrainAndTest> {
  const { from, limit, ...reading } = options;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1))
    throw new NablaError("OPTION", `limit is ${String(limit)}`, {
      expected: "a whole number from 1",
      received: String(limit),
      hint: "Say how many samples of each part to take, or leave it out.",
    });
  const place = await findBatches(from);
  const classes = parseNames(await readBytes(place.meta, { ...reading, maxBytes: 1 << 16 }), place.meta);
  const read = async (files: readonly string[]): Promise<Dataset> => {
    const batches: Cifar10Batch[] = [];
    let missing = limit ?? Number.POSITIVE_INFINITY;
    for (const file of files) {
      if (missing === 0) break; // later files are not needed
      const batch = parseCifar10(await readBytes(file, reading), { ...reading, file, limit: missing });
      batches.push(batch);
      missing -= batch.labels.length;
    }
    return toDataset(batches, classes);
  };
  return { train: await read(place.train), test: await read([place.test]) };
}

function toDataset(batches: readonly Cifar10Batch[], classes: readonly string[]): Dataset {
  const [first] = batches;
  const count = batches.reduce((sum, { labels }) => sum + labels.length, 0);
  const labels = new Int32Array(count);
  const pixels = batches.length === 1 ? first!.pixels : new Uint8Array(count * 3 * PIXELS);
  let at = 0;
  for (const batch of batches) {
    labels.set(batch.labels, at);
    if (batches.length > 1) pixels.set(batch.pixels, at * 3 * PIXELS);
    at += batch.labels.length;
  }
  return fromTable({
    shape: [SIDE, SIDE, 3],
    x: { data: pixels, scale: 1 / 255 },
    y: { kind: "labels", data: labels, classes: classes.length },
    classes,
  });
}

/** Ten names, one a line; the official file ends with empty lines. */
function parseNames(bytes: Uint8Array, file: string): readonly string[] {
  const names = new TextDecoder()
    .decode(bytes)
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim());
  while (names.at(-1) === "") names.pop();
  if (names.length === CLASSES && !names.includes("")) {
    checkClasses(names);
    return names;
  }
  throw new NablaError("FORMAT", `${quoted(file)} does not name ${CLASSES} classes, one a line`, {
    where: { file },
    expected: `${CLASSES} lines`,
    received: names.includes("") ? "an empty line among them" : `${names.length} lines`,
    hint: "Fetch it again, or write the names of classes 0 to 9 into it.",
  });
}

interface Place {
  readonly meta: string;
  readonly train: readonly string[];
  readonly test: string;
}

async function findBatches(from: string | undefined): Promise<Place> {
  if (from !== undefined && (!hasFiles() || /^https?:/i.test(from))) {
    const url = (name: string) => `${from}${from.endsWith("/") ? "" : "/"}${name}`;
    return { meta: url(META), train: TRAIN.map(url), test: url(TEST) };
  }
  if (!hasFiles())
    throw notFound("a page has no CIFAR-10 of its own", "Say where its files are served: cifar10({ from: url }).");
  const { readdir } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const roots = from === undefined ? [process.env["NABLA_DATA"] ?? "", "data", "."].filter(Boolean) : [from];
  for (const root of roots)
    for (const folder of [root, join(root, FOLDER)]) {
      const names = new Set(await readdir(folder).catch(() => []));
      const spelled = (name: string) => [name, `${name}.gz`].find((spelling) => names.has(spelling));
      const train = TRAIN.flatMap((name) => spelled(name) ?? []);
      if (train.length === 0) continue;
      const [meta, test] = [spelled(META), spelled(TEST)];
      if (meta !== undefined && test !== undefined)
        return { meta: join(folder, meta), train: train.map((name) => join(folder, name)), test: join(folder, test) };
      const absent = meta === undefined ? META : TEST;
      const why = meta === undefined ? "which names the classes" : "to test on";
      throw notFound(`${quoted(folder)} has no ${absent}, ${why}`, "Copy it there from the official archive.", folder);
    }
  if (from !== undefined)
    throw notFound(`no CIFAR-10 in ${quoted(from)}`, `Give the folder ${FOLDER} of the official binary archive.`, from);
  throw notFound(
    "CIFAR-10 was not found",
    `Unpack the official binary archive, and name its folder ${FOLDER} with --data-dir or in NABLA_DATA.`,
  );
}

function notFound(problem: string, hint: string, file?: string): NablaError {
  return new NablaError("ENVIRONMENT", problem, {
    where: file === undefined ? {} : { file },
    expected: `${META}, one to five of ${TRAIN[0]} … ${TRAIN[4]}, ${TEST}`,
    received: "not found",
    hint,
  });
}
