import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { NablaError, quoted } from "../errors.ts";
import type { Arithmetic, EpochEvent, Model } from "../index.ts";
import { readCheckpoint } from "../train/resume.ts";
import { readClassNames } from "./class-names.ts";
import type { Flags } from "./command-flags.ts";
import { readConfigFile } from "./config-file.ts";
import { dataSource, loadForTraining, type TrainingData } from "./data-source.ts";
import { findUnfinishedRun } from "./find-run.ts";
import { buildNetwork } from "./network.ts";
import { text } from "./read-values.ts";
import { endOf } from "./run-end.ts";
import { type RunFolder, reopenRunFolder } from "./run-folder.ts";
import type { RunRecord } from "./run-record.ts";
import { asObject, parseJson, readText } from "./small-files.ts";
import { isTableName } from "./table-data.ts";
import { isMachine, type MachineKind } from "./train-kinds.ts";
import { flagOf, readTrainOptions, type TrainOption, type TrainOptions } from "./train-options.ts";
import { describeRun, type Settled, settle } from "./train-plan.ts";
import { version } from "./version.ts";

/** The file of a run's checkpoint in its folder. */
export const checkpointFile = "checkpoint.nabla";

/** Where a run goes on. */
export interface GoingOn {
  /** The checkpoint's file; undefined where the run was cut off before its first, and begins anew. */
  readonly file: string | undefined;
  readonly step: number;
  readonly epochs: readonly EpochEvent[];
  /** As it was begun with, where that is known. */
  readonly arithmetic: Arithmetic | undefined;
}

export interface ResumableRun {
  readonly options: Settled;
  readonly data: TrainingData;
  readonly model: Model;
  readonly record: RunRecord;
  readonly folder: RunFolder;
  readonly goingOn: GoingOn;
  /** Worth knowing before it goes on. */
  readonly notes: readonly string[];
}

/**
 * Everything to go on with the run that `--resume` names, as its `config.json` has it, with the folder locked. Throws
 * OPTION for options that differ, and for a run that has finished or failed; BUSY for one that runs; what readers throw.
 */
export async function openResumableRun(words: readonly string[], flags: Flags, out: string): Promise<ResumableRun> {
  const place = findUnfinishedRun(text(4096)(flags["resume"], "--resume"), out);
  refuseEnded(place);
  const config = await readConfigFile(join(place, "config.json"));
  const recorded = readTrainOptions({}, config);
  const asked = readTrainOptions({ ...flags, data: words.length === 0 ? undefined : words });
  if (flags["config"] !== undefined) throw notWith("--config");
  for (const option of Object.keys(asked) as TrainOption[]) checkSame(option, asked[option], recorded[option]);
  const { data: named = [], seed = 0, kind } = recorded;
  if (isMachine(kind)) throw notResumable(place, kind);
  const source = dataSource(named);
  const classes = recorded.labels === undefined ? undefined : await readClassNames(recorded.labels);
  const data = await loadForTraining(source, { ...recorded, classes, seed });
  const settled = settle({ ...recorded, data: named, seed }, source, data.train);
  const model = buildNetwork(data.train, settled);
  const before = asObject(parseJson(await readText(config.file, 1 << 22), config.file)) ?? {};
  const record = recordOf(describeRun(settled, source, data, model, new Date(0)), before);
  const folder = reopenRunFolder(place);
  try {
    const options = { ...settled, ...indifferent(asked) };
    const arithmetic = before["arithmetic"];
    const isKnown = arithmetic === "portable" || arithmetic === "fma";
    const goingOn = await readPosition(place, isKnown ? arithmetic : undefined);
    return { options, data, model, record, folder, goingOn, notes: notesOn(record) };
  } catch (error) {
    folder.abandon();
    throw error;
  }
}

async function readPosition(place: string, arithmetic: Arithmetic | undefined): Promise<GoingOn> {
  const file = join(place, checkpointFile);
  if (!existsSync(file)) return { file: undefined, step: 0, epochs: [], arithmetic };
  const { step, epochs } = await readCheckpoint(file);
  return { file, step, epochs, arithmetic };
}

function refuseEnded(place: string): void {
  const { state } = endOf(place);
  if (state !== "finished" && state !== "early" && state !== "failed") return;
  const name = quoted(basename(resolve(place)));
  const [received, hint] =
    state === "failed"
      ? ["failed", "It would fail there again: train with other options, such as a smaller learning rate."]
      : ["finished", "Use its model, or train a new one with more epochs."];
  throw new NablaError("OPTION", `the run ${name} has ${received}, so there is nothing to go on with`, {
    where: { file: place },
    expected: "a run that was stopped or cut off",
    received: `one that has ${received}`,
    hint,
  });
}

/** Options that change no bit of the result, and may be others than before. */
const indifferent = ({ threads, checkpointEvery }: Partial<TrainOptions>): Partial<TrainOptions> => ({
  ...(threads === undefined ? {} : { threads }),
  ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
});

function checkSame(option: TrainOption, said: unknown, recorded: unknown): void {
  if (option === "threads" || option === "checkpointEvery") return;
  const isPath = (words: readonly string[]): boolean => words.length === 2 || isTableName(words[0] ?? "");
  const isFile = ["test", "labels", "dataDir"].includes(option) || (option === "data" && isPath(said as string[]));
  const [is, was] = [said, recorded].map((value) => shown(isFile ? absolute(value) : value));
  if (is === was) return;
  throw new NablaError("OPTION", `${flagOf(option)} is ${is}, the run was begun with ${was}`, {
    expected: was!,
    received: is!,
    hint: "Leave it out: --resume goes on as the run was begun.",
  });
}

const absolute = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((file) => resolve(String(file)))
    : typeof value === "string"
      ? resolve(value)
      : value;

const shown = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(shown).join(" ")
    : typeof value === "string"
      ? quoted(value)
      : value === undefined
        ? "none"
        : String(value);

function notResumable(place: string, kind: MachineKind): NablaError {
  return new NablaError(
    "OPTION",
    `the run ${quoted(basename(resolve(place)))} is of --kind ${kind}, which keeps no checkpoints`,
    {
      where: { file: place },
      expected: "a network",
      received: kind,
      hint: "Train it again from its config.json: nabla train --config.",
    },
  );
}

function notWith(flag: string): NablaError {
  return new NablaError("OPTION", `${flag} does not go with --resume`, {
    expected: "--resume alone",
    received: flag,
    hint: `Leave ${flag} out: a run that is resumed has its options in its own config.json.`,
  });
}

/** The run's record as it was written when the run began. */
function recordOf(described: RunRecord, before: Readonly<Record<string, unknown>>): RunRecord {
  const texts = ["nabla", "node", "platform", "begun", "command", "arithmetic", "engine"].flatMap((name) =>
    typeof before[name] === "string" ? [[name, before[name]] as const] : [],
  );
  const { threads } = before;
  return { ...described, ...Object.fromEntries(texts), ...(typeof threads === "number" ? { threads } : {}) };
}

function notesOn({ nabla }: RunRecord): readonly string[] {
  if (nabla === version()) return [];
  return [`the run was begun with nabla ${nabla}, this is ${version()}: it goes on, but its last bits may be others`];
}
