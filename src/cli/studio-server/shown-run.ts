import { existsSync, lstatSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { NablaError } from "../../errors.ts";
import { findRun, runNames } from "../find-run.ts";
import { endOf, type RunEnd } from "../run-end.ts";
import { isRunning } from "../run-lock.ts";
import { readRunRecord } from "../run-record.ts";
import { asObject, parseJson, readText } from "../small-files.ts";
import { kinds } from "../train-options.ts";

/** A run that the studio shows. One that is trained by this process has no folder before its data are read. */
export interface ShownRun {
  readonly folder: () => string | undefined;
  /** Whether it still trains, here or in another process. */
  readonly isLive: () => boolean;
}

/** The files of a run's folder that the page may read, by the name of each in `studio.json`. */
export const runFiles = {
  config: "config.json",
  metrics: "metrics.jsonl",
  model: "model.nabla",
  report: "report.html",
} as const;

/** The run that is in a folder. */
export const runIn = (folder: string): ShownRun => ({ folder: () => folder, isLive: () => isRunning(folder) });

/** The folder of a run by name, path, or `latest`, which is the newest that trains or has a model. Throws OPTION. */
export function findShownRun(said: string, out: string): string {
  if (said === "latest") {
    const isShown = (name: string) => existsSync(join(out, name, runFiles.model)) || isRunning(join(out, name));
    const newest = runNames(out).find(isShown);
    if (newest !== undefined) return join(out, newest);
  }
  return findRun(said, out);
}

/** What `studio.json` says of a run. All text in it is data, and may be hostile. */
export interface RunDescription {
  readonly name: string;
  readonly isLive: boolean;
  readonly state: RunEnd["state"] | "starting";
  /** What was trained. */
  readonly kind: string;
  readonly begun: string;
  readonly data: {
    readonly name: string;
    readonly shape: readonly number[];
    readonly classes: readonly string[];
    readonly samples: { readonly train: number; readonly test: number };
  } | null;
  /** Files that are there now, each by its path from the page. */
  readonly files: Readonly<Partial<Record<keyof typeof runFiles, string>>>;
  /** Where its server-sent events are; absent in an exported studio. */
  readonly events?: string;
  /** Why there are no data: what is wrong with its `config.json`. */
  readonly problem?: string;
}

/** What there is to say of a run now. */
export async function describeShownRun({ folder, isLive }: ShownRun): Promise<RunDescription> {
  const place = folder();
  const told = { kind: "network", begun: "", data: null, events: "run/events" };
  if (place === undefined) return { ...told, name: "", isLive: true, state: "starting", files: {} };
  const files = Object.entries(runFiles).filter(([, file]) => isPlainFile(join(place, file)));
  const live = isLive();
  return {
    ...told,
    name: basename(resolve(place)),
    isLive: live,
    state: live ? "running" : endOf(place).state,
    files: Object.fromEntries(files.map(([key, file]) => [key, `run/${file}`])),
    ...(await readRecord(join(place, runFiles.config))),
  };
}

async function readRecord(config: string): Promise<Partial<RunDescription>> {
  try {
    const { begun, data } = await readRunRecord(config);
    const { name, shape, classes, samples } = data;
    const train = asObject(asObject(parseJson(await readText(config, 1 << 22), config))?.["train"]);
    const kind = kinds.find((known) => known === train?.["kind"]) ?? "network";
    return { begun, kind, data: { name, shape, classes, samples } };
  } catch (failure) {
    return { problem: failure instanceof NablaError ? failure.message : "the run cannot be read" };
  }
}

function isPlainFile(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
