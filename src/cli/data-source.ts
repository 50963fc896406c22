import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { isSameShape } from "../array/ndarray.ts";
import { fromTable } from "../data/dataset.ts";
import { type CatalogEntry, catalog, type Dataset, idxDataset, type TrainAndTest } from "../data/index.ts";
import { quoted } from "../data/quoted.ts";
import { NablaError } from "../errors.ts";
import { formatShape } from "../report/index.ts";
import { guess } from "./nearest.ts";

/** What the words for `<data>` mean: a data set of the catalog, or two IDX files. */
export type DataSource =
  | { readonly kind: "catalog"; readonly name: string; readonly entry: CatalogEntry }
  | { readonly kind: "files"; readonly name: string; readonly images: string; readonly labels: string };

const known = catalog.map(({ name }) => name);

/** Tells names from files. Throws OPTION for an unknown name or one file alone, with what to write instead. */
export function dataSource(words: readonly string[]): DataSource {
  const [first = "", second] = words;
  if (second !== undefined) return { kind: "files", name: basename(first), images: first, labels: second };
  const entry = catalog.find(({ name }) => name === first);
  if (entry) return { kind: "catalog", name: first, entry };
  const isFile = existsSync(first);
  const received = quoted(first);
  throw new NablaError("OPTION", isFile ? `${received} is one file alone` : `no data set is called ${received}`, {
    expected: `${known.join(", ")}, or two IDX files`,
    received,
    hint: isFile
      ? "Give two IDX files, the images and then the labels: images.idx labels.idx."
      : `${guess(first, known)}Known are ${known.join(" and ")}; or give two IDX files, images.idx labels.idx.`,
  });
}

export interface TrainingWishes {
  /** Two IDX files of samples that are only tested on. */
  readonly test?: readonly string[] | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly limit?: number | undefined;
  readonly seed: number;
}

/** The share of two IDX files that is set aside for testing when there are no files for that. */
export const testShare = 0.1;

/**
 * The training and the test part. Two files give a shuffled tenth, each class its share, as the test part, unless test
 * files are given. Throws what the readers throw, SHAPE where training and test samples differ in size.
 */
export async function loadForTraining(
  source: DataSource,
  { test, classes, limit, seed }: TrainingWishes,
): Promise<TrainAndTest> {
  if (source.kind === "catalog") {
    const unwanted = classes ? "--labels" : test ? "--test" : undefined;
    if (unwanted === undefined) return source.entry.load(limit === undefined ? {} : { limit });
    throw new NablaError("OPTION", `${unwanted} goes with IDX files; ${source.name} has its own`, {
      expected: "two IDX files",
      received: source.name,
      hint: `Leave ${unwanted} out, or give two IDX files.`,
    });
  }
  const all = await readFiles(source.images, source.labels, classes);
  const parts = test
    ? { train: all, test: await readFiles(test[0]!, test[1]!, classes) }
    : splitOff(all, source.name, seed);
  if (!isSameShape(parts.train.shape, parts.test.shape))
    throw new NablaError(
      "SHAPE",
      `test samples are ${formatShape(parts.test.shape)}, training samples ${formatShape(parts.train.shape)}`,
      {
        expected: formatShape(parts.train.shape),
        received: formatShape(parts.test.shape),
        hint: "Give test files of the same size of pictures.",
      },
    );
  const names = [parts.train, parts.test].map((part) => part.classes ?? []).sort((a, b) => b.length - a.length)[0]!;
  const [train, held] = [withClasses(parts.train, names), withClasses(parts.test, names)];
  return limit === undefined ? { train, test: held } : { train: train.take(limit), test: held.take(limit) };
}

/** What a run was trained on, as far as it matters for judging it. */
export interface TrainedOn {
  readonly files?: readonly string[] | undefined;
  readonly hasTestFiles: boolean;
  readonly classes: readonly string[];
  readonly seed: number;
}

/**
 * The samples to judge a run on: the test part of a data set by name, all samples of two files; but of the very files
 * the run was trained on, only the part that was set aside. `note` says so.
 */
export async function loadForEvaluation(
  source: DataSource,
  run: TrainedOn,
  limit: number | undefined,
): Promise<{ readonly data: Dataset; readonly note?: string }> {
  const cut = (data: Dataset) => (limit === undefined ? data : data.take(limit));
  if (source.kind === "catalog") {
    const { test } = await source.entry.load(limit === undefined ? {} : { limit });
    return { data: test };
  }
  const data = withClasses(await readFiles(source.images, source.labels), run.classes);
  const isTrainedOn = run.files?.[0] === resolve(source.images) && run.files[1] === resolve(source.labels);
  if (!isTrainedOn) return { data: cut(data) };
  if (run.hasTestFiles)
    return { data: cut(data), note: "the run was trained on these very samples, so this says little about new ones" };
  const { test } = splitOff(data, source.name, run.seed);
  return {
    data: cut(test),
    note: `the run was trained on these files: judged on the ${test.size} samples that it set aside`,
  };
}

/** All samples to look at: the training part of a data set by name, everything in two files. */
export async function loadWhole(source: DataSource): Promise<Dataset> {
  if (source.kind === "catalog") return (await source.entry.load()).train;
  return readFiles(source.images, source.labels);
}

async function readFiles(images: string, labels: string, classes?: readonly string[]): Promise<Dataset> {
  return idxDataset(images, labels, classes ? { classes } : {});
}

function splitOff(data: Dataset, name: string, seed: number): TrainAndTest {
  if (Math.round(data.size * testShare) >= 1) return data.split({ test: testShare, stratify: true, seed });
  throw new NablaError(
    "DATA",
    `${quoted(name)} has ${data.size} ${data.size === 1 ? "sample" : "samples"}, too few to set a tenth aside for testing`,
    {
      expected: "at least 5 samples",
      received: `${data.size}`,
      hint: "Give more samples, or test files: --test images.idx labels.idx.",
    },
  );
}

/** The data with as many classes as there are names; more labels than that throw DATA. */
export function withClasses(data: Dataset, names: readonly string[]): Dataset {
  const { y } = data;
  if (y?.kind !== "labels" || y.classes === names.length) return y ? fromTable({ ...data, classes: names }) : data;
  if (y.classes < names.length) return fromTable({ ...data, y: { ...y, classes: names.length }, classes: names });
  throw new NablaError("DATA", `the data have labels up to ${y.classes - 1}, the run knows ${names.length} classes`, {
    expected: `labels from 0 to ${names.length - 1}`,
    received: `${y.classes - 1}`,
    hint: "Give data with the classes that the run was trained on.",
  });
}
