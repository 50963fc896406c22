import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { NablaError, quoted } from "../errors.ts";
import { folderName, formatCount } from "../report/index.ts";
import type { EpochEvent } from "../train/events.ts";
import { jsonLine, jsonText } from "./json.ts";
import { type CutMetrics, cutMetrics } from "./metrics-file.ts";
import { lockRun, type RunLock } from "./run-lock.ts";

/**
 * A run's folder while the run goes on. `config.json` and `metrics.jsonl` are there from the start, the model and the
 * report appear when they are complete: files are written under another name and then renamed.
 */
export interface RunFolder {
  /** As it is shown: from where the user is, where that is shorter. */
  readonly shown: string;
  readonly name: string;
  /** Where a file of the run is. */
  path(file: string): string;
  has(file: string): boolean;
  /** Takes a file away, if it is there. */
  remove(file: string): void;
  writeConfig(config: object): void;
  write(file: string, content: Uint8Array | string): void;
  /** Appends an event to `metrics.jsonl`. Steps may wait for the next other event or a fifth of a second. */
  append(event: { readonly kind: string }): void;
  /** Cuts `metrics.jsonl` where a resumed run goes on, after `step` steps and these epochs, and appends there. */
  goOn(step: number, epochs: readonly EpochEvent[]): CutMetrics;
  close(): void;
  /** Takes back all that was made; of a run that is resumed, nothing. */
  abandon(): void;
}

export interface RunFolderOptions {
  /** The folder of all runs. */
  readonly out: string;
  readonly name: string;
  readonly begun: Date;
  /** About what the run will write; so much must be free. */
  readonly bytes: number;
}

/**
 * Makes a new folder for a run, and with it the folder of runs. Nothing that exists is touched: the next free name is
 * taken. Throws ENVIRONMENT where it cannot be made or its disk has too little space.
 */
export function createRunFolder({ out, name, begun, bytes }: RunFolderOptions): RunFolder {
  const made: string[] = [];
  try {
    makeParents(resolve(out), made);
    checkSpace(out, bytes);
    const folder = makeUnused(out, name, begun);
    made.push(resolve(folder));
    const lock = lockRun(folder);
    const metrics = openSync(join(folder, "metrics.jsonl"), "wx");
    return open({ folder, metrics, made, lock });
  } catch (error) {
    removeEmpty(made);
    throw error instanceof NablaError ? error : cannotWrite(out, error, "Name another folder with --out.");
  }
}

/**
 * Opens the folder of a run that was cut off, to go on in it; `goOn` says where. What a crash left half written is
 * removed. Throws BUSY while another process trains there, ENVIRONMENT.
 */
export function reopenRunFolder(folder: string): RunFolder {
  const lock = tryToLock(folder);
  if (!lock)
    throw new NablaError("BUSY", `the run ${quoted(basename(resolve(folder)))} is being trained by another process`, {
      where: { file: folder },
      expected: "a run that was cut off or stopped",
      received: "a running one",
      hint: "Wait for its end, or stop it with Ctrl-C first.",
    });
  for (const file of readdirSync(folder)) if (/\.(tmp|part)$/.test(file)) rmSync(join(folder, file), { force: true });
  return open({ folder, metrics: undefined, made: undefined, lock });
}

function tryToLock(folder: string): RunLock | undefined {
  try {
    return lockRun(folder);
  } catch (error) {
    throw cannotWrite(folder, error, "Check the folder and the right to write there.");
  }
}

/** Makes a folder and those above it that are missing, and notes which. */
function makeParents(folder: string, made: string[]): void {
  if (existsSync(folder)) return;
  makeParents(dirname(folder), made);
  // undefined where another run has made it meanwhile
  if (mkdirSync(folder, { recursive: true }) !== undefined) made.push(folder);
}

function makeUnused(out: string, name: string, begun: Date): string {
  const date = {
    year: begun.getFullYear(),
    month: begun.getMonth() + 1,
    day: begun.getDate(),
    hour: begun.getHours(),
    minute: begun.getMinutes(),
    second: begun.getSeconds(),
  };
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(out, folderName(date, name, attempt));
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if (codeOf(error) !== "EEXIST" || !existsSync(folder) || attempt === 1000) throw error;
    }
  }
}

function checkSpace(out: string, bytes: number): void {
  let free: number;
  try {
    const { bavail, bsize } = statfsSync(out);
    free = bavail * bsize;
  } catch {
    return; // not every file system can say
  }
  if (free >= bytes) return;
  throw new NablaError("ENVIRONMENT", `the disk of ${quoted(out)} has ${formatCount(free)} bytes left`, {
    where: { file: out },
    expected: `about ${formatCount(bytes)} bytes for the model and its report`,
    received: `${formatCount(free)} bytes`,
    hint: `The run needs about ${formatCount(bytes)}: make room, or name another folder with --out.`,
  });
}

interface Opened {
  readonly folder: string;
  /** metrics.jsonl; undefined where it is still to be cut. */
  readonly metrics: number | undefined;
  /** Folders that were made for the run; undefined where the run was there before. */
  readonly made: readonly string[] | undefined;
  readonly lock: RunLock | undefined;
}

function open({ folder, metrics, made, lock }: Opened): RunFolder {
  const files = new Set(["metrics.jsonl"]);
  const metricsFile = join(folder, "metrics.jsonl");
  let writer = metrics === undefined ? undefined : lineWriter(metrics, metricsFile, 0);
  const write = (file: string, content: Uint8Array | string) => {
    writeWhole(join(folder, file), content);
    files.add(file);
  };
  const shown = relative(process.cwd(), folder);
  return {
    shown: shown.startsWith("..") ? resolve(folder) : shown,
    name: folder.split(/[\\/]/).at(-1)!,
    path: (file) => join(folder, file),
    has: (file) => existsSync(join(folder, file)),
    remove: (file) => rmSync(join(folder, file), { force: true }),
    write,
    writeConfig: (config) => write("config.json", jsonText(config)),
    append: (event) => writer?.append(event),
    goOn(step, epochs) {
      try {
        const cut = cutMetrics(metricsFile, step, epochs);
        writer = lineWriter(openSync(metricsFile, "a"), metricsFile, cut.length);
        return cut;
      } catch (error) {
        throw cannotWrite(metricsFile, error, "Check the file and the right to write there.");
      }
    },
    close() {
      lock?.release();
      writer?.close();
    },
    abandon() {
      lock?.release();
      writer?.discard();
      if (!made) return;
      for (const file of files) rmSync(join(folder, file), { force: true });
      removeEmpty(made);
    },
  };
}

const flushMilliseconds = 200;

function lineWriter(descriptor: number, file: string, length: number) {
  let waiting = "";
  let flushedAt = 0;
  let written = length;
  let isOpen = true;
  const flush = () => {
    const bytes = Buffer.from(waiting);
    waiting = "";
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      written += bytes.length;
    } catch (error) {
      ftruncateSync(descriptor, written); // no line is left half
      throw cannotWrite(file, error, "Make room, or name another folder with --out.");
    }
    flushedAt = performance.now();
  };
  const discard = () => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  return {
    append(event: { readonly kind: string }) {
      if (!isOpen) return;
      waiting += `${jsonLine(event)}\n`;
      if (event.kind !== "step" || performance.now() - flushedAt > flushMilliseconds) flush();
    },
    close() {
      if (isOpen && waiting !== "") flush();
      discard();
    },
    discard,
  };
}

/** A file appears whole or not at all. */
function writeWhole(file: string, content: Uint8Array | string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(temporary, "wx");
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotWrite(file, error, "Make room, or name another folder with --out.");
  }
}

/** Innermost first; a folder that meanwhile holds something of others stays. */
function removeEmpty(folders: readonly string[]): void {
  for (const folder of [...folders].reverse()) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "a part of the path is no folder",
  EEXIST: "a file of that name is in the way",
  EACCES: "writing there is not permitted",
  EPERM: "writing there is not permitted",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file became too large",
  ENAMETOOLONG: "the path is too long",
  ELOOP: "its links lead in a circle",
};

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

function cannotWrite(file: string, cause: unknown, hint: string): NablaError {
  const code = codeOf(cause);
  if (code === "") throw cause;
  const reason = reasons[code] ?? `the system says ${code}`;
  return new NablaError("ENVIRONMENT", `cannot write to ${quoted(file)}: ${reason}`, {
    where: { file },
    expected: "a folder that can be written to",
    received: reason,
    hint,
    cause,
  });
}
