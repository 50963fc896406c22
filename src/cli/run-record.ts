import { NablaError, quoted } from "../errors.ts";
import type { History } from "../train/events.ts";
import type { TrainingWishes } from "./data-source.ts";
import { asObject, parseJson, readText } from "./small-files.ts";
import { type TableRecord, tableRecordOf } from "./table-data.ts";
import { readTrainOptions, type TrainOptions } from "./train-options.ts";

/** `config.json` of a run: everything to repeat it, and what the run turned out to be. */
export interface RunRecord {
  /** Version of nabla. */
  readonly nabla: string;
  readonly node: string;
  readonly platform: string;
  readonly name: string;
  /** When it began, with the offset of the user's clock: `2026-11-23T12:36:05+01:00`. */
  readonly begun: string;
  readonly command: string;
  /** All options, those left out too, as `--config` takes them. */
  readonly train: TrainOptions;
  readonly data: RecordedData;
  readonly network: { readonly layers: readonly object[]; readonly parameters: number };
  /** With all its settings. */
  readonly optimizer: Readonly<Record<string, number | boolean | string>>;
  readonly arithmetic?: string;
  readonly engine?: string;
  readonly threads?: number;
}

export interface RecordedData {
  readonly name: string;
  /** The two files, or the table, absolute; absent for a data set by name. */
  readonly files?: readonly string[] | undefined;
  /** Shape of one sample. */
  readonly shape: readonly number[];
  /** Empty where the targets are values. */
  readonly classes: readonly string[];
  /** How the columns of a table became numbers; absent for other data. */
  readonly table?: TableRecord | undefined;
  readonly samples: { readonly train: number; readonly test: number };
  /** What lies around the pictures, from 0 to 1. */
  readonly background: number;
  /** Whether pixels are 0 or 1 and nothing between. */
  readonly isBinary: boolean;
}

/** What the targets are, in words: `3 classes`, `values of price`. The name is data: escape the whole where it is shown. */
export function targetText({ classes, table }: Pick<RecordedData, "classes" | "table">): string {
  if (classes.length > 0) return `${classes.length} classes`;
  return table ? `values of ${table.target}` : "values";
}

/** The last event of a finished run. */
export interface FinishedEvent {
  readonly kind: "done";
  readonly test: {
    readonly accuracy?: number | undefined;
    /** For values: the root of the mean squared error, in the target's own unit. */
    readonly error?: number | undefined;
    readonly loss: number;
    readonly size: number;
    readonly baseline?: number | undefined;
  };
  /** Null where no epoch was finished. */
  readonly secondsPerEpoch: number | null;
  readonly samplesPerSecond: number | null;
  readonly stopped: History["stopped"];
  /** The epoch with the lowest loss, whose weights the model has, where the run stopped early. */
  readonly best?: number | undefined;
  readonly run: string;
}

/** What a command needs to know of a run that it uses. */
export type KnownRun = Pick<RunRecord, "nabla" | "begun" | "data" | "command"> & {
  readonly seed: number;
  readonly hasTestFiles: boolean;
  /** How its data were read or drawn. */
  readonly wishes: Omit<TrainingWishes, "seed">;
};

/**
 * Reads a run's `config.json`, which may be of another version or made by hand: only what is used is looked at, and
 * all of that is checked. Throws FORMAT, ENVIRONMENT.
 */
export async function readRunRecord(file: string): Promise<KnownRun> {
  const record = asObject(parseJson(await readText(file, 1 << 22), file));
  const data = asObject(record?.["data"]);
  const train = asObject(record?.["train"]);
  const [shape, classes] = [data?.["shape"], data?.["classes"]];
  const isExtent = (extent: unknown) =>
    Number.isSafeInteger(extent) && (extent as number) >= 1 && (extent as number) <= 1 << 20;
  const isShape = Array.isArray(shape) && shape.length >= 1 && shape.length <= 4 && shape.every(isExtent);
  const areClasses =
    Array.isArray(classes) && classes.length <= 1 << 16 && classes.every((name) => typeof name === "string");
  const table = isShape && data?.["table"] !== undefined ? tableRecordOf(data["table"], shape) : undefined;
  const isTableGood = data?.["table"] === undefined || table !== undefined;
  if (!record || !data || !isShape || !areClasses || !isTableGood)
    throw new NablaError("FORMAT", `${quoted(file)} does not describe a run`, {
      where: { file },
      expected: "a config.json that nabla train wrote, with the data's shape and classes",
      received: "something else",
      hint: "Train the run again, or name another.",
    });
  const text = (value: unknown, otherwise: string) => (typeof value === "string" ? value : otherwise);
  const number = (value: unknown, otherwise: number) =>
    typeof value === "number" && Number.isFinite(value) ? value : otherwise;
  const files = data["files"];
  const samples = asObject(data["samples"]);
  return {
    nabla: text(record["nabla"], "unknown"),
    begun: text(record["begun"], ""),
    command: text(record["command"], ""),
    seed: number(train?.["seed"], 0),
    hasTestFiles: Array.isArray(train?.["test"]),
    wishes: wishesOf(train, file),
    data: {
      name: text(data["name"], "unknown"),
      files: Array.isArray(files) ? files.map(String) : undefined,
      shape,
      classes,
      table,
      samples: { train: number(samples?.["train"], 0), test: number(samples?.["test"], 0) },
      background: number(data["background"], 0),
      isBinary: data["isBinary"] === true,
    },
  };
}

/** Only the options of reading and drawing, each checked as on the command line. Throws OPTION. */
function wishesOf(train: Readonly<Record<string, unknown>> | undefined, file: string): Omit<TrainingWishes, "seed"> {
  const names = ["dataDir", "size", "noise", "target", "ignore", "header", "delimiter", "missing", "task"] as const;
  const values: Record<string, unknown> = {};
  for (const name of names) if (train && Object.hasOwn(train, name)) values[name] = train[name];
  return readTrainOptions({}, { file, values });
}
