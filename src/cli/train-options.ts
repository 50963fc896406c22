import { quoted } from "../data/quoted.ts";
import { NablaError } from "../errors.ts";
import { activationNames, lossNames } from "../nn/index.ts";
import { optimizerNames } from "../optim/index.ts";
import { guess } from "./nearest.ts";
import {
  type CheckpointEvery,
  checkpointEvery,
  layerSizes,
  nameAmong,
  numberAboveZero,
  type ReadValue,
  share,
  text,
  threadCount,
  wholeNumber,
  words,
} from "./read-values.ts";

/** What a training run was asked for. The same keys stand in `config.json` and in a file for `--config`. */
export interface TrainOptions {
  /** A name, or two IDX files. */
  readonly data: readonly string[];
  /** Two IDX files of samples that are only tested on. */
  readonly test?: readonly string[];
  readonly labels?: string;
  readonly limit?: number;
  readonly hidden?: readonly number[];
  readonly activation?: string;
  readonly loss?: string;
  readonly optimizer?: string;
  readonly learningRate?: number;
  readonly batchSize?: number;
  readonly epochs?: number;
  readonly seed?: number;
  readonly threads?: number | "auto";
  readonly validation?: number;
  /** Epochs without a lower loss after which the run stops, with the weights of its best epoch. */
  readonly earlyStopping?: number;
  readonly checkpointEvery?: CheckpointEvery;
  readonly name?: string;
}

export type TrainOption = keyof TrainOptions;

const readers: { readonly [Name in TrainOption]-?: ReadValue<NonNullable<TrainOptions[Name]>> } = {
  data: words([1, 2], "the name of a data set, or two IDX files"),
  test: words([2], "two IDX files, images and labels"),
  labels: text(4096),
  limit: wholeNumber({ from: 1 }),
  hidden: layerSizes,
  activation: nameAmong("activation", activationNames),
  loss: nameAmong("loss", lossNames),
  optimizer: nameAmong("optimizer", optimizerNames),
  learningRate: numberAboveZero("1e-3"),
  batchSize: wholeNumber({ from: 1 }),
  epochs: wholeNumber({ from: 1 }),
  seed: wholeNumber({ from: -Number.MAX_SAFE_INTEGER }),
  threads: threadCount,
  validation: share,
  earlyStopping: wholeNumber({ from: 1 }),
  checkpointEvery,
  name: text(200),
};

/** `learningRate` → `--learning-rate`; the data stand without a flag. */
export const flagOf = (option: TrainOption): string =>
  option === "data" ? "<data>" : `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * Reads options, each with its own check: `given` from the command line wins over `config`, the content of a file.
 * Throws OPTION for a wrong value, and for an entry of the file that is no option.
 */
export function readTrainOptions(
  given: Readonly<Record<string, unknown>>,
  config?: { readonly file: string; readonly values: Readonly<Record<string, unknown>> },
): Partial<TrainOptions> {
  const result: Partial<Record<TrainOption, unknown>> = {};
  const known = Object.keys(readers) as TrainOption[];
  for (const name of Object.keys(config?.values ?? {})) {
    if (known.some((option) => option === name)) continue;
    throw new NablaError("OPTION", `${quoted(config!.file)} has an unknown option ${quoted(name)}`, {
      where: { file: config!.file },
      expected: known.join(", "),
      received: quoted(name),
      hint: `${guess(name, known)}Known are ${known.join(", ")}.`,
    });
  }
  for (const option of known) {
    const read: ReadValue<unknown> = readers[option];
    const [said, fromFile] = [given[option], config?.values[option]];
    if (said !== undefined) result[option] = read(said, flagOf(option));
    else if (fromFile !== undefined && fromFile !== null)
      result[option] = read(fromFile, `${quoted(option)} in ${quoted(config!.file)}`);
  }
  return result as Partial<TrainOptions>;
}

/** The command that asks for these options, each word quoted where a shell needs it. */
export function trainCommand(options: TrainOptions): string {
  const parts = ["nabla", "train", ...options.data];
  for (const option of Object.keys(readers) as TrainOption[]) {
    const value = options[option];
    if (option === "data" || value === undefined) continue;
    const isFiles = option === "test" && Array.isArray(value);
    const said = isFiles ? value : [Array.isArray(value) ? value.join(",") || "none" : String(value)];
    parts.push(flagOf(option), ...said);
  }
  return parts.map(shellWord).join(" ");
}

export const shellWord = (word: string): string =>
  /^[\w./:,=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
