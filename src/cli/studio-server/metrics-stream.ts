import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { jsonLine } from "../json.ts";
import { asObject } from "../small-files.ts";
import { openServed } from "./served-file.ts";
import { describeShownRun, runFiles, type ShownRun } from "./shown-run.ts";

const lookEveryMilliseconds = 200;
const heartbeatMilliseconds = 15_000;
const chunkBytes = 1 << 16;
/** A longer line is no event of ours and is left out. */
const longestLine = 1 << 20;

/**
 * The events of a run as server-sent events (HTML, "Server-sent events"): first `run` with what `studio.json` says of it,
 * then each line of its `metrics.jsonl` as a message, those there first, then those that come; at the end `done` with
 * `{ "state": "finished" }` or how else it ended. `run` comes again where the file was cut: then all begins anew. The id
 * of a message is its end in bytes, so a browser that lost the connection goes on behind the last one it had.
 *
 * The file is the buffer: a reader that is slow is read to slowly, and costs one chunk of memory and training nothing.
 * Ends when the run does, or `signal` says so.
 */
export async function streamMetrics(
  run: ShownRun,
  response: Writable,
  { after, signal }: { readonly after: string | undefined; readonly signal: AbortSignal },
): Promise<void> {
  let writtenAt = performance.now();
  const send = async (text: string) => {
    writtenAt = performance.now();
    if (!response.write(text)) await once(response, "drain", { signal });
  };
  const wait = async () => {
    await delay(lookEveryMilliseconds, undefined, { signal });
    if (performance.now() - writtenAt > heartbeatMilliseconds) await send(":\n\n");
  };
  await send("retry: 1000\n\n");
  while (run.folder() === undefined) await wait();
  const path = join(run.folder()!, runFiles.metrics);
  let file = await openServed(path);
  try {
    let place = file && after !== undefined ? await placeAfter(file, after) : undefined;
    for (;;) {
      file ??= await openServed(path); // it may come later
      // Asked before reading: what a run wrote before it ended is then read in this turn.
      const isLive = run.isLive();
      if (place === undefined || (file && (await sizeOf(file)) < place)) {
        place = 0;
        await send(message(await describeShownRun(run), "run"));
      }
      const start = place;
      if (file)
        for await (const { lines, end } of chunksFrom(file, place)) {
          place = end;
          if (lines.some((line) => line !== "")) await send(lines.join(""));
        }
      if (!isLive && place === start) break;
      if (isLive) await wait();
    }
    await send(message({ state: (await describeShownRun(run)).state }, "done"));
  } finally {
    await file?.close();
  }
}

/** Whether a browser that had all of a run up to `after` would get nothing more. */
export async function isAllTold(run: ShownRun, after: string | undefined): Promise<boolean> {
  const folder = run.folder();
  if (after === undefined || folder === undefined || run.isLive()) return false;
  const file = await openServed(join(folder, runFiles.metrics));
  try {
    return file !== undefined && (await placeAfter(file, after)) === (await sizeOf(file));
  } finally {
    await file?.close();
  }
}

const message = (value: unknown, event?: string, id?: number): string =>
  `${event === undefined ? "" : `event: ${event}\n`}${id === undefined ? "" : `id: ${id}\n`}data: ${jsonLine(value)}\n\n`;

const sizeOf = async (file: FileHandle): Promise<number> => (await file.stat()).size;

/** The place that an id names, where it is the end of a line. */
async function placeAfter(file: FileHandle, id: string): Promise<number | undefined> {
  const place = /^\d{1,15}$/.test(id) ? Number(id) : 0;
  if (place < 1 || place > (await sizeOf(file))) return undefined;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, place - 1);
  return bytesRead === 1 && buffer[0] === 10 ? place : undefined;
}

interface Chunk {
  /** As messages. */
  readonly lines: readonly string[];
  /** Where in the file the last of them ends. */
  readonly end: number;
}

/** The ended lines of a file from `start` to its end now. Each is read as JSON and written anew: it may hold anything. */
async function* chunksFrom(file: FileHandle, start: number): AsyncGenerator<Chunk> {
  let held = Buffer.alloc(0);
  let heldFrom = start;
  let isTooLong = false;
  for (let place = start; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, place);
    if (bytesRead === 0) return;
    place += bytesRead;
    held = Buffer.concat([held, buffer.subarray(0, bytesRead)]);
    const lines: string[] = [];
    let from = 0;
    for (let at = held.indexOf(10); at >= 0; at = held.indexOf(10, from)) {
      const line = isTooLong ? "" : held.toString("utf8", from, at);
      isTooLong = false;
      from = at + 1;
      lines.push(told(line, heldFrom + from));
    }
    held = held.subarray(from);
    heldFrom += from;
    if (held.length > longestLine) {
      isTooLong = true;
      heldFrom += held.length;
      held = Buffer.alloc(0);
    }
    yield { lines, end: heldFrom };
  }
}

/** The message of a line; nothing for what is no event, or too deep to be written again. */
function told(line: string, end: number): string {
  try {
    const event = asObject(JSON.parse(line));
    return event ? message(event, undefined, end) : "";
  } catch {
    return "";
  }
}
