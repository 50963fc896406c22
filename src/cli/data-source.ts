import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { isSameShape } from "../array/ndarray.ts";
import { fromTable } from "../data/dataset.ts";
import { type CatalogEntry, catalog, type Dataset, idxDataset, standardize, type TrainAndTest } from "../data/index.ts";
import { NablaError, quoted } from "../errors.ts";
import { formatCount, formatShape } from "../report/index.ts";
import { guess } from "./nearest.ts";
import {
  inScale,
  isTableName,
  readTableAs,
  readTrainingTable,
  scaleParts,
  type TableRecord,
  type TableWishes,
} from "./table-data.ts";

/** What the words for `<data>` mean: a data set of the catalog, two IDX files, or a table. */
export type DataSource =
  | { readonly kind: "catalog"; readonly name: string; readonly entry: CatalogEntry }
  | { readonly kind: "files"; readonly name: string; readonly images: string; readonly labels: string }
  | { readonly kind: "table"; readonly name: string; readonly path: string };

const known = catalog.map(({ name }) => name);

/** Tells names from files. Throws OPTION for an unknown name or one file alone, with what to write instead. */
export function dataSource(words: readonly string[]): DataSource {
  const [first = "", second] = words;
  if (second !== undefined) {
    const table = [first, second].find(isTableName);
    if (table === undefined) return { kind: "files", name: basename(first), images: first, labels: second };
    throw new NablaError("OPTION", `${quoted(table)} is a table, which stands alone`, {
      expected: "one table, or two IDX files",
      received: "two files",
      hint: "A second table to test on goes after --test.",
    });
  }
  const entry = catalog.find(({ name }) => name === first);
  if (entry) return { kind: "catalog", name: first, entry };
  if (isTableName(first)) return { kind: "table", name: basename(first), path: first };
  const isFile = existsSync(first);
  const received = quoted(first);
  throw new NablaError("OPTION", isFile ? `${received} is one file alone` : `no data set is called ${received}`, {
    expected: `${known.join(", ")}, two IDX files, or a table (.csv)`,
    received,
    hint: isFile
      ? "Give two IDX files, the images and then the labels: images.idx labels.idx; or a table that is named .csv."
      : `${guess(first, known)}nabla data list tells the names; or give a table, data.csv, or two IDX files, images.idx labels.idx.`,
  });
}

export interface TrainingWishes extends TableWishes {
  /** Two IDX files, or a table, of samples that are only tested on. */
  readonly test?: readonly string[] | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly limit?: number | undefined;
  /** Where the files of a data set by name are. */
  readonly dataDir?: string | undefined;
  /** Training samples to draw. */
  readonly size?: number | undefined;
  readonly noise?: number | undefined;
  readonly seed: number;
}

/** What a run is trained and tested on. */
export interface TrainingData extends TrainAndTest {
  /** How the columns of a table became numbers. */
  readonly table?: TableRecord;
  /** What the user should know of the data. */
  readonly notes: readonly string[];
}

/** The share of two IDX files, or of a table, that is set aside for testing when there are no files for that. */
export const testShare = { files: 0.1, table: 0.2 } as const;

/** Which options belong to which kind of data, by the flag that a user knows. */
const belongsTo: Readonly<Record<string, DataSource["kind"] | "drawn">> = {
  "--labels": "files",
  "--data-dir": "catalog",
  "--size": "drawn",
  "--noise": "drawn",
  "--target": "table",
  "--ignore": "table",
  "--header": "table",
  "--delimiter": "table",
  "--missing": "table",
  "--task": "table",
};

const inWords = {
  files: "two IDX files",
  catalog: "a data set by name that is read from files",
  table: "a table",
  drawn: "a data set that is drawn",
} as const;

const forExample = {
  files: "images.idx labels.idx",
  catalog: "mnist",
  table: "data.csv",
  drawn: "quadrants",
} as const;

/** Throws OPTION for an option that the data have no use for. */
function checkWishes(source: DataSource, wishes: TrainingWishes): void {
  const { classes, dataDir, size, noise, target, ignore, header, delimiter, missing, task, test } = wishes;
  const given: Readonly<Record<string, unknown>> = {
    "--labels": classes,
    "--data-dir": dataDir,
    "--size": size,
    "--noise": noise,
    "--target": target,
    "--ignore": ignore,
    "--header": header,
    "--delimiter": delimiter,
    "--missing": missing,
    "--task": task,
  };
  const isDrawn = source.kind === "catalog" && source.entry.kind === "drawn";
  const kind = isDrawn ? "drawn" : source.kind;
  const name = quoted(source.name);
  for (const [flag, owner] of Object.entries(belongsTo))
    if (given[flag] !== undefined && owner !== kind)
      throw new NablaError(
        "OPTION",
        flag === "--labels" && source.kind === "catalog"
          ? `--labels goes with IDX files; ${source.name} has its own`
          : `${flag} goes with ${inWords[owner]}; ${name} is ${inWords[kind]}`,
        {
          expected: inWords[owner],
          received: source.name,
          hint: `Leave ${flag} out, or give ${inWords[owner]}${owner === "files" ? "" : `, such as ${forExample[owner]}`}.`,
        },
      );
  if (source.kind === "catalog" && test)
    throw new NablaError("OPTION", `--test goes with IDX files and tables; ${source.name} has its own`, {
      expected: "two IDX files, or a table",
      received: source.name,
      hint: "Leave --test out.",
    });
}

const catalogOptions = ({ dataDir, limit, size, noise, seed }: TrainingWishes) => ({
  ...(dataDir === undefined ? {} : { from: dataDir }),
  ...(limit === undefined ? {} : { limit }),
  ...(size === undefined ? {} : { size }),
  ...(noise === undefined ? {} : { noise }),
  seed,
});

/**
 * The training and the test part. Files give a shuffled part, each class its share, as the test part, unless test
 * files are given. A table's numbers are put in the scale of its training part. Throws what the readers throw, SHAPE where
 * training and test samples differ in size.
 */
export async function loadForTraining(source: DataSource, wishes: TrainingWishes): Promise<TrainingData> {
  checkWishes(source, wishes);
  const { test, classes, limit, seed } = wishes;
  if (source.kind === "catalog") {
    const parts = await source.entry.load(catalogOptions(wishes));
    const { train: whole } = source.entry.sizes;
    const isPart = source.entry.kind === "read" && limit === undefined && parts.train.size < whole;
    const note = `${source.name}: ${formatCount(parts.train.size)} of its ${formatCount(whole)} training samples are here`;
    return { ...parts, notes: isPart ? [note] : [] };
  }
  if (source.kind === "table") return loadTable(source, wishes);
  const all = await readFiles(source.images, source.labels, classes);
  if (test && test.length !== 2)
    throw new NablaError("OPTION", `--test expects two IDX files, images and labels, got ${quoted(test[0]!)}`, {
      expected: "two IDX files, images and labels",
      received: quoted(test[0]!),
      hint: "Write for example images.idx labels.idx.",
    });
  const parts = test
    ? { train: all, test: await readFiles(test[0]!, test[1]!, classes) }
    : splitOff(all, source.name, seed, testShare.files);
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
  return limit === undefined
    ? { train, test: held, notes: [] }
    : { train: train.take(limit), test: held.take(limit), notes: [] };
}

async function loadTable(
  source: DataSource & { readonly kind: "table" },
  wishes: TrainingWishes,
): Promise<TrainingData> {
  const { test, limit, seed } = wishes;
  if (test && test.length !== 1)
    throw new NablaError("OPTION", "--test expects one table to test on, got two files", {
      expected: "one table",
      received: "two files",
      hint: "Write for example --test test.csv.",
    });
  const { data, target, dropped } = await readTrainingTable(source.path, wishes);
  const notes = dropped > 0 ? [droppedNote(source.name, dropped)] : [];
  const cut = ({ train, test: held }: TrainAndTest): TrainAndTest =>
    limit === undefined ? { train, test: held } : { train: train.take(limit), test: held.take(limit) };
  if (!test) return { ...scaleParts(cut(splitOff(data, source.name, seed, testShare.table)), target), notes };
  const known = { columns: data.columns ?? [], target, mean: [], deviation: [] };
  const kind = data.y?.kind === "values" ? { scale: { mean: 0, deviation: 1 } } : {};
  const held = await readTableAs(
    test[0]!,
    test[0]!,
    { ...known, ...kind },
    {
      classes: data.classes ?? [],
      wishes,
      needsTarget: true,
    },
  );
  if (held.dropped > 0) notes.push(droppedNote(test[0]!, held.dropped));
  return { ...scaleParts(cut({ train: data, test: held.data }), target), notes };
}

/** What is said of rows that were left out. */
export const droppedNote = (name: string, dropped: number): string =>
  `${quoted(name)}: ${formatCount(dropped)} ${dropped === 1 ? "row has a gap and is" : "rows have gaps and are"} left out`;

/** What a run was trained on, as far as it matters for judging it. */
export interface TrainedOn extends TrainingWishes {
  readonly name: string;
  readonly files?: readonly string[] | undefined;
  readonly hasTestFiles: boolean;
  readonly classes: readonly string[];
  readonly table?: TableRecord | undefined;
}

/**
 * The samples to judge a run on: the test part of a data set by name, all samples of files; but of the very files
 * the run was trained on, only the part that was set aside. `note` says so.
 */
export async function loadForEvaluation(
  source: DataSource,
  run: TrainedOn,
  limit: number | undefined,
): Promise<{ readonly data: Dataset; readonly note?: string }> {
  const cut = (data: Dataset) => (limit === undefined ? data : data.take(limit));
  if (source.kind === "catalog") {
    const { dataDir, size, noise, seed } = run;
    const isSame = source.name === run.name; // other data are not where the run's are, nor drawn as they are
    const { test } = await source.entry.load(
      catalogOptions(isSame ? { dataDir, size, noise, seed, limit } : { dataDir, seed, limit }),
    );
    return { data: test };
  }
  const isTable = source.kind === "table";
  if (isTable !== (run.table !== undefined))
    throw new NablaError("DATA", `the run was trained on ${run.table ? "a table" : "no table"}`, {
      expected: run.table ? "a table with its columns" : "data of the same kind",
      received: quoted(source.name),
      hint: run.table ? "Give a table: data.csv." : "Give data such as it was trained on.",
    });
  const paths = isTable ? [source.path] : [source.images, source.labels];
  const isTrainedOn = paths.every((path, i) => run.files?.[i] === resolve(path));
  const { data, dropped } = isTable
    ? await readTableAs(source.path, source.path, run.table!, { classes: run.classes, wishes: run, needsTarget: true })
    : { data: withClasses(await readFiles(source.images, source.labels), run.classes), dropped: 0 };
  const scaled = (part: Dataset) => cut(run.table ? inScale(part, run.table) : part);
  const gaps = dropped > 0 ? droppedNote(source.name, dropped) : undefined;
  if (!isTrainedOn) return { data: scaled(data), ...(gaps ? { note: gaps } : {}) };
  if (run.hasTestFiles)
    return {
      data: scaled(data),
      note: "the run was trained on these very samples, so this says little about new ones",
    };
  const { test } = splitOff(data, source.name, run.seed, testShare[source.kind]);
  return {
    data: scaled(test),
    note: `the run was trained on ${isTable ? "this table" : "these files"}: judged on the ${test.size} samples that it set aside`,
  };
}

/** All samples to look at: the training part of a data set by name, everything in files; a table's columns in one scale. */
export async function loadWhole(source: DataSource): Promise<Dataset> {
  if (source.kind === "catalog") return (await source.entry.load()).train;
  if (source.kind === "table") {
    const { data } = await readTrainingTable(source.path, {});
    return standardize(data).apply(data);
  }
  return readFiles(source.images, source.labels);
}

async function readFiles(images: string, labels: string, classes?: readonly string[]): Promise<Dataset> {
  return idxDataset(images, labels, classes ? { classes } : {});
}

function splitOff(data: Dataset, name: string, seed: number, share: number): TrainAndTest {
  if (Math.round(data.size * share) >= 1) return data.split({ test: share, stratify: data.y?.kind === "labels", seed });
  const [words, files] =
    share === testShare.table ? ["fifth", "--test test.csv"] : ["tenth", "--test images.idx labels.idx"];
  throw new NablaError(
    "DATA",
    `${quoted(name)} has ${data.size} ${data.size === 1 ? "sample" : "samples"}, too few to set a ${words} aside for testing`,
    {
      expected: `at least ${share === testShare.table ? 3 : 5} samples`,
      received: `${data.size}`,
      hint: `Give more samples, or test files: ${files}.`,
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
