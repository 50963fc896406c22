import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "./run-lock.ts";
import { asObject } from "./small-files.ts";

/** How a run ended, by the last line of its `metrics.jsonl`. */
export interface RunEnd {
  readonly state: "finished" | "early" | "stopped" | "failed" | "unfinished" | "running";
  /** Of the test data. */
  readonly accuracy?: number | undefined;
  /** Of the test data, where the targets are values: root mean square. */
  readonly error?: number | undefined;
  /** "" for a run that finished, else what became of it: "was stopped early". */
  readonly text: string;
  /** The epoch whose weights the model has, where it stopped early. */
  readonly best?: number | undefined;
}

const texts: Readonly<Record<RunEnd["state"], string>> = {
  finished: "",
  early: "stopped early",
  stopped: "was stopped",
  failed: "failed",
  unfinished: "did not get to its end",
  running: "is still running",
};

/** How the run in a folder ended, or that it goes on. */
export function endOf(folder: string): RunEnd {
  const end = readEnd(join(folder, "metrics.jsonl"));
  return end.state !== "finished" && isRunning(folder) ? { state: "running", text: texts.running } : end;
}

/** Whether `nabla train --resume` can go on with a run that ended like this. */
export const canResume = ({ state }: RunEnd): boolean => state === "unfinished" || state === "stopped";

/** Reads only the end of the file; a file that is missing or broken is an unfinished run. */
export function readEnd(file: string): RunEnd {
  const event = lastEvent(file);
  const test = event?.["kind"] === "done" ? asObject(event["test"]) : undefined;
  const [accuracy, error] = [test?.["accuracy"], test?.["error"]];
  const stopped = event?.["stopped"];
  const ending = stopped === "early" || stopped === "stopped" ? stopped : "finished";
  const state = event?.["kind"] === "done" ? ending : event?.["kind"] === "error" ? "failed" : "unfinished";
  const isShare = typeof accuracy === "number" && accuracy >= 0 && accuracy <= 1;
  const isError = typeof error === "number" && error >= 0 && error < Number.POSITIVE_INFINITY;
  const best = event?.["best"];
  const isBest = state === "early" && Number.isSafeInteger(best);
  const isDone = event?.["kind"] === "done";
  return {
    state,
    text: texts[state],
    ...(isBest ? { best: best as number } : {}),
    ...(isShare && isDone ? { accuracy } : {}),
    ...(isError && isDone ? { error } : {}),
  };
}

function lastEvent(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const descriptor = openSync(file, "r");
    try {
      const { size } = fstatSync(descriptor);
      const bytes = Buffer.alloc(Math.min(size, 1 << 16));
      const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
      const line = bytes.toString("utf8", 0, read).trimEnd().split("\n").at(-1) ?? "";
      return asObject(JSON.parse(line));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}
