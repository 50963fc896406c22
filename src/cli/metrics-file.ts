import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { EpochEvent } from "../train/events.ts";
import { jsonLine } from "./json.ts";
import { asObject } from "./small-files.ts";

/** What a `metrics.jsonl` keeps after it was cut. */
export interface CutMetrics {
  /** Bytes. */
  readonly length: number;
  readonly hasStart: boolean;
  readonly epochs: number;
}

const chunkBytes = 1 << 20;

/**
 * Cuts a `metrics.jsonl` where a resumed run goes on: behind the last line that the checkpoint knows of. A line that a
 * crash tore goes, as do lines of steps that will be taken once more, and the end of a run that was stopped. Epochs that
 * the checkpoint has and the file lacks (a power failure may lose lines) are written again.
 */
export function cutMetrics(file: string, step: number, epochs: readonly EpochEvent[]): CutMetrics {
  const descriptor = openSync(file, existsSync(file) ? "r+" : "wx+");
  try {
    const kept = { length: 0, hasStart: false, epochs: 0 };
    for (const { line, end } of linesOf(descriptor)) {
      if (!isKept(line, step, epochs.length, kept)) break;
      kept.length = end;
    }
    ftruncateSync(descriptor, kept.length);
    const missing = kept.hasStart ? epochs.slice(kept.epochs) : []; // without a start they wait for it
    const bytes = Buffer.from(missing.map((event) => `${jsonLine(event)}\n`).join(""));
    for (let done = 0; done < bytes.length; )
      done += writeSync(descriptor, bytes, done, bytes.length - done, kept.length + done);
    return { ...kept, length: kept.length + bytes.length, epochs: kept.hasStart ? epochs.length : 0 };
  } finally {
    closeSync(descriptor);
  }
}

function isKept(line: string, step: number, epochs: number, kept: { hasStart: boolean; epochs: number }): boolean {
  const event = parse(line);
  switch (event?.["kind"]) {
    case "start":
      if (kept.hasStart) return false;
      kept.hasStart = true;
      return true;
    case "step":
      return kept.hasStart && typeof event["step"] === "number" && event["step"] <= step;
    case "epoch":
      if (!kept.hasStart || event["epoch"] !== kept.epochs + 1 || kept.epochs >= epochs) return false;
      kept.epochs += 1;
      return true;
    case "finding":
      return kept.hasStart;
    default:
      return false;
  }
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** The lines that are ended, with the place in bytes where each ends. A line of more than a megabyte is none of ours. */
function* linesOf(descriptor: number): Generator<{ readonly line: string; readonly end: number }> {
  const { size } = fstatSync(descriptor);
  const chunk = Buffer.alloc(Math.min(size, 2 * chunkBytes));
  let [start, held] = [0, 0];
  while (start + held < size) {
    const read = readSync(descriptor, chunk, held, Math.min(chunk.length - held, size - start - held), start + held);
    if (read === 0) return;
    held += read;
    let from = 0;
    for (let at = chunk.indexOf(10, from); at >= 0 && at < held; at = chunk.indexOf(10, from)) {
      yield { line: chunk.toString("utf8", from, at), end: start + at + 1 };
      from = at + 1;
    }
    if (from === 0 && held === chunk.length) return;
    chunk.copyWithin(0, from, held);
    start += from;
    held -= from;
  }
}
