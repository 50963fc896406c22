import { sizeOf } from "../array/ndarray.ts";
import { type CsvReadOptions, type CsvTable, readCsv } from "../data/csv/csv.ts";
import { fromTable } from "../data/dataset.ts";
import { type Dataset, type Standardizer, standardize, standardizerOf, type TrainAndTest } from "../data/index.ts";
import { NablaError, quoted } from "../errors.ts";
import { asObject } from "./small-files.ts";

/** What a run keeps of the table it was trained on: enough to read other tables as the model knows them. */
export interface TableRecord {
  /** Names of the columns that make a sample, in order. */
  readonly columns: readonly string[];
  /** Name of what is learned. */
  readonly target: string;
  /** Of each column, on the training part: the model sees (x − mean) / deviation. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** For values: what the model says times the deviation, plus the mean, is the target. Absent for classes. */
  readonly scale?: { readonly mean: number; readonly deviation: number };
}

/** How tables are read, as a user asks for it. */
export interface TableWishes {
  readonly target?: string | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly header?: "yes" | "no" | undefined;
  readonly delimiter?: string | undefined;
  readonly missing?: "error" | "drop" | undefined;
  readonly task?: "classification" | "regression" | undefined;
}

const extensions = /\.(csv|tsv|tab|txt|data)(\.gz)?$/i;

/** Whether a path is named as tables are. */
export const isTableName = (path: string): boolean => extensions.test(path);

export function csvOptions(wishes: TableWishes): CsvReadOptions {
  const { target, ignore, header, delimiter, missing, task } = wishes;
  return {
    ...(target === undefined ? {} : { target }),
    ...(ignore === undefined ? {} : { ignore }),
    ...(header === undefined ? {} : { header: header === "yes" }),
    ...(delimiter === undefined ? {} : { delimiter: delimiter === "tab" ? "\t" : delimiter }),
    ...(missing === undefined ? {} : { missing }),
    ...(task === undefined ? {} : { task }),
  };
}

/** A table to train on: its samples, and how to say which columns they are. */
export async function readTrainingTable(path: string, wishes: TableWishes): Promise<CsvTable & { target: string }> {
  const table = await readCsv(path, csvOptions(wishes));
  return { ...table, target: table.target! };
}

/** A table read as a run's model knows it; `needsTarget` where it is to be judged by. */
export async function readTableAs(
  source: string | Uint8Array,
  file: string,
  { columns, target, scale }: TableRecord,
  { classes, wishes, needsTarget }: { classes: readonly string[]; wishes: TableWishes; needsTarget: boolean },
): Promise<CsvTable> {
  const task = scale ? ({ task: "regression" } as const) : { classes };
  const { ignore: _, target: __, task: ___, ...reading } = csvOptions(wishes);
  const table = await readCsv(source, { ...reading, ...task, columns, target: needsTarget ? target : null, file });
  if (!needsTarget || table.target !== undefined) return table;
  throw new NablaError("DATA", `${quoted(file)} has no column ${quoted(target)}, which the model is judged by`, {
    where: { file, column: target },
    expected: quoted(target),
    received: "no such column",
    hint: "Add the column; or use nabla predict, which needs none.",
  });
}

/** Learns the scales on the training part, and gives both parts in them. */
export function scaleParts(
  { train, test }: TrainAndTest,
  target: string,
): TrainAndTest & { readonly table: TableRecord } {
  const scaler = standardize(train);
  const targets = train.y?.kind === "values" ? standardize(targetsAsSamples(train)) : undefined;
  const scale = targets && { mean: targets.mean[0]!, deviation: targets.deviation[0]! };
  const table = {
    columns: train.columns ?? [],
    target,
    mean: [...scaler.mean],
    deviation: [...scaler.deviation],
    ...(scale ? { scale } : {}),
  };
  return { train: inScale(train, table), test: inScale(test, table), table };
}

/** Samples, and targets that are values, in the scales of the training part. */
export function inScale(data: Dataset, table: TableRecord): Dataset {
  const scaled = scalerOf(table).apply(data);
  if (scaled.y?.kind !== "values" || !table.scale) return scaled;
  const { mean, deviation } = table.scale;
  return fromTable({ ...scaled, y: { ...scaled.y, data: scaled.y.data.map((value) => (value - mean) / deviation) } });
}

export const scalerOf = ({ mean, deviation }: TableRecord): Standardizer => standardizerOf(mean, deviation);

function targetsAsSamples(data: Dataset): Dataset {
  const y = data.y!.data as Float32Array;
  return fromTable({ shape: [1], x: { data: y, scale: 1 }, ...(data.rows ? { rows: data.rows } : {}) });
}

/** The samples' own numbers again, from those in scale. */
export function unscale(values: Float32Array, { mean, deviation }: TableRecord): Float32Array {
  return values.map((value, column) => value * deviation[column]! + mean[column]!);
}

/** Reads what a run recorded, which may have been changed by hand; undefined unless it is all there and fits `shape`. */
export function tableRecordOf(value: unknown, shape: readonly number[]): TableRecord | undefined {
  const fields = asObject(value);
  const [columns, mean, deviation] = [fields?.["columns"], fields?.["mean"], fields?.["deviation"]];
  const target = fields?.["target"];
  const scale = asObject(fields?.["scale"]);
  const size = sizeOf(shape);
  const isList = <T>(list: unknown, isGood: (entry: unknown) => entry is T): list is readonly T[] =>
    Array.isArray(list) && list.length === size && list.every(isGood);
  const isText = (entry: unknown): entry is string => typeof entry === "string";
  const isNumber = (entry: unknown): entry is number => typeof entry === "number" && Number.isFinite(entry);
  const isSpread = (entry: unknown): entry is number => isNumber(entry) && entry > 0;
  if (!isList(columns, isText) || !isList(mean, isNumber) || !isList(deviation, isSpread) || !isText(target))
    return undefined;
  if (!scale) return { columns, target, mean, deviation };
  const [center, spread] = [scale["mean"], scale["deviation"]];
  if (!isNumber(center) || !isSpread(spread)) return undefined;
  return { columns, target, mean, deviation, scale: { mean: center, deviation: spread } };
}
