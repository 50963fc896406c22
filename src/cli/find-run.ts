import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { NablaError, quoted } from "../errors.ts";
import { load, type Model } from "../index.ts";
import { guess } from "./nearest.ts";
import { canResume, endOf } from "./run-end.ts";
import { type KnownRun, readRunRecord } from "./run-record.ts";
import { shellWord } from "./train-options.ts";

/** The names of the run folders in `out`, newest first: names begin with the time, equal times fall to the file clock. */
export function runNames(out: string): readonly string[] {
  let entries: readonly string[];
  try {
    entries = readdirSync(out);
  } catch {
    return [];
  }
  const runs = entries
    .filter((name) => /^\d{4}-\d\d-\d\d-\d{6}-/.test(name) && existsSync(join(out, name, "config.json")))
    .map((name) => ({ name, time: name.slice(0, 17), made: statSync(join(out, name)).mtimeMs }));
  runs.sort((a, b) => (a.time === b.time ? b.made - a.made : a.time < b.time ? 1 : -1));
  return runs.map(({ name }) => name);
}

/** The same for a run to go on with: `latest` is the newest that has not finished. Throws OPTION. */
export function findUnfinishedRun(said: string, out: string): string {
  if (said !== "latest") return findRun(said, out);
  const names = runNames(out);
  const name = names.find((candidate) => canResume(endOf(join(out, candidate))));
  if (name !== undefined) return join(out, name);
  throw new NablaError("OPTION", `there is no run in ${quoted(out)} that was stopped or cut off`, {
    expected: "a run that has not finished",
    received: names.length === 0 ? "no runs" : "runs that have finished, failed or still run",
    hint: "nabla runs lists them; name another folder of runs with --out.",
  });
}

/** How to go on with a run, from where the user is. */
export const resumeCommand = (folder: string): string =>
  `nabla train --resume ${shellWord(relative(process.cwd(), folder) || folder)}`;

/**
 * The folder of a run that is called by its path, by its name in `out`, or `latest`: the newest with a model.
 * Throws OPTION with the nearest guess.
 */
export function findRun(said: string, out: string): string {
  const names = runNames(out);
  if (said === "latest") {
    const name = names.find((candidate) => existsSync(join(out, candidate, "model.nabla")));
    if (name !== undefined) return join(out, name);
    throw new NablaError("OPTION", `there is no finished run in ${quoted(out)}`, {
      expected: "a folder with runs",
      received: names.length === 0 ? "none" : "runs without a model",
      hint: "Train one first with nabla train mnist, or name the folder of runs with --runs.",
    });
  }
  const isRun = (folder: string) => existsSync(join(folder, "config.json"));
  if (names.includes(said)) return join(out, said);
  if (isRun(said)) return said;
  if (["model.nabla", "config.json", "report.html"].includes(basename(said)) && isRun(dirname(said)))
    return dirname(said);
  const list =
    names.length === 0
      ? `There are none in ${quoted(out)}`
      : `The newest is ${quoted(names[0]!)}, and latest means that`;
  throw new NablaError("OPTION", `no run is called ${quoted(said)}`, {
    expected: "latest, the name of a run, or the path of its folder",
    received: quoted(said),
    hint: `${guess(said, [...names.slice(0, 1000), "latest"])}${list}; nabla runs lists them.`,
  });
}

export interface OpenedRun {
  readonly folder: string;
  readonly record: KnownRun;
  readonly model: Model;
}

/** A run with its model, ready to use. Throws OPTION, ENVIRONMENT, FORMAT, LIMIT. */
export async function openRun(said: string, out: string): Promise<OpenedRun> {
  const folder = findRun(said, out);
  const file = join(folder, "model.nabla");
  if (!existsSync(file))
    throw new NablaError(
      "ENVIRONMENT",
      `the run ${quoted(basename(resolve(folder)))} has no model: it did not get to its end`,
      {
        where: { file },
        expected: "model.nabla",
        received: "no such file",
        hint: `Go on with it: ${resumeCommand(folder)}; or name another run.`,
      },
    );
  return { folder, record: await readRunRecord(join(folder, "config.json")), model: await load(file) };
}
