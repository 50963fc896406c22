import { NablaError, quoted } from "../errors.ts";
import { activationNames, lossNamed, lossNames } from "../nn/index.ts";
import { optimizerNames } from "../optim/index.ts";
import { guess } from "./nearest.ts";
import {
  type CheckpointEvery,
  checkpointEvery,
  flag,
  layerSizes,
  nameAmong,
  nameList,
  numberAboveZero,
  numberFrom,
  numberFromZero,
  oneOf,
  orWords,
  type ReadValue,
  share,
  shareFromZero,
  text,
  threadCount,
  wholeNumber,
  words,
} from "./read-values.ts";
import { scheduleText } from "./schedule-option.ts";

/** What a training run was asked for. The same keys stand in `config.json` and in a file for `--config`. */
export interface TrainOptions {
  /** A name, two IDX files, or a table. */
  readonly data: readonly string[];
  /** Two IDX files, or a table, of samples that are only tested on. */
  readonly test?: readonly string[];
  readonly labels?: string;
  readonly limit?: number;
  /** Where the files of a data set by name are. */
  readonly dataDir?: string;
  /** Training samples to draw, and the deviation of the noise on them. */
  readonly size?: number;
  readonly noise?: number;
  /** How a table is read. */
  readonly target?: string;
  readonly ignore?: readonly string[];
  readonly header?: "yes" | "no";
  readonly delimiter?: string;
  readonly missing?: "error" | "drop";
  readonly task?: "classification" | "regression";
  /** What is trained: a network, which is the default, or another learner. */
  readonly kind?: Kind;
  readonly C?: number | "hard";
  readonly kernel?: string;
  readonly gamma?: number | "scale" | "auto";
  readonly hidden?: readonly number[];
  readonly activation?: string;
  readonly loss?: string;
  readonly optimizer?: string;
  /** Share of the numbers of each hidden layer that fall out while training. */
  readonly dropout?: number;
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  readonly schedule?: string;
  readonly clipNorm?: number;
  readonly batchSize?: number;
  readonly epochs?: number;
  readonly seed?: number;
  readonly threads?: number | "auto";
  readonly arithmetic?: string;
  readonly validation?: number;
  /** Epochs without a lower loss after which the run stops, with the weights of its best epoch. */
  readonly earlyStopping?: number;
  readonly checkpointEvery?: CheckpointEvery;
  readonly name?: string;
}

/** The kinds of learners. */
export const kinds = ["network", "linear", "svm", "linear-svc"] as const;
export type Kind = (typeof kinds)[number];

export type TrainOption = keyof TrainOptions;

const readers: { readonly [Name in TrainOption]-?: ReadValue<NonNullable<TrainOptions[Name]>> } = {
  data: words([1, 2], "the name of a data set, a table, or two IDX files"),
  test: words([1, 2], "a table, or two IDX files, images and labels"),
  labels: text(4096),
  limit: wholeNumber({ from: 1 }),
  dataDir: text(4096),
  size: wholeNumber({ from: 1, to: 3_000_000 }),
  noise: numberFrom({ from: 0, to: 100 }),
  target: text(1000),
  ignore: nameList,
  header: oneOf("answer", ["yes", "no"]),
  delimiter: text(10),
  missing: oneOf("way", ["error", "drop"]),
  task: oneOf("task", ["classification", "regression"]),
  kind: nameAmong("kind", kinds) as ReadValue<Kind>,
  C: orWords(numberAboveZero("10"), "hard"),
  kernel: nameAmong("kernel", ["linear", "rbf"]),
  gamma: orWords(numberAboveZero("0.1"), "scale", "auto"),
  hidden: layerSizes,
  activation: nameAmong("activation", activationNames),
  // zeroOne is known and refused with the reason
  loss: (value, said) => (value === "zeroOne" ? lossNamed(value).name : nameAmong("loss", lossNames)(value, said)),
  optimizer: nameAmong("optimizer", optimizerNames),
  dropout: shareFromZero,
  learningRate: numberAboveZero("1e-3"),
  momentum: shareFromZero,
  nesterov: flag,
  weightDecay: numberFromZero,
  schedule: scheduleText,
  clipNorm: numberAboveZero("1"),
  batchSize: wholeNumber({ from: 1 }),
  epochs: wholeNumber({ from: 1 }),
  seed: wholeNumber({ from: -Number.MAX_SAFE_INTEGER }),
  threads: threadCount,
  arithmetic: nameAmong("arithmetic", ["auto", "portable", "fma"]),
  validation: share,
  earlyStopping: wholeNumber({ from: 1 }),
  checkpointEvery,
  name: text(200),
};

/** `learningRate` → `--learning-rate`; the data stand without a flag. */
export const flagOf = (option: TrainOption): string =>
  option === "data"
    ? "<data>"
    : option === "C"
      ? "--C"
      : `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

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
    if (option === "data" || value === undefined || value === false) continue;
    if (value === true) {
      parts.push(flagOf(option));
      continue;
    }
    const isFiles = (option === "test" || option === "ignore") && Array.isArray(value);
    const said = isFiles ? value : [Array.isArray(value) ? value.join(",") || "none" : String(value)];
    parts.push(flagOf(option), ...said);
  }
  return parts.map(shellWord).join(" ");
}

export const shellWord = (word: string): string =>
  /^[\w./:,=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
