import { NablaError, quoted } from "../errors.ts";
import { collect } from "./collect.ts";
import { gunzip, isGzip } from "./gzip.ts";
import { hasFiles } from "./has-files.ts";

/** No file, and nothing inflated from one, may be larger unless the caller says so: 512 MiB. */
export const MAX_BYTES = 536_870_912;

export interface ReadOptions {
  /** Largest number of bytes to accept, of the file and of what it inflates to. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

const isRemote = (path: string): boolean => /^https?:/i.test(path);

/**
 * The bytes of a file, inflated if they are gzip. In a browser, and for http(s) everywhere, `path` is fetched.
 * Throws ENVIRONMENT where there is no such file or it cannot be read, LIMIT beyond `maxBytes`, FORMAT for broken gzip.
 */
export async function readBytes(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
  const { maxBytes = MAX_BYTES, signal } = options;
  signal?.throwIfAborted();
  const bytes =
    hasFiles() && !isRemote(path) ? await readFromDisk(path, maxBytes, signal) : await download(path, maxBytes, signal);
  return isGzip(bytes) ? gunzip(bytes, { file: path, maxBytes }) : bytes;
}

/** The error for something that is larger than allowed. */
export function tooLarge(file: string, received: number, maxBytes: number): NablaError {
  return new NablaError("LIMIT", `${quoted(file)} has ${received} bytes, more than the ${maxBytes} allowed`, {
    where: { file },
    expected: `at most ${maxBytes} bytes`,
    received: `${received} bytes`,
    hint: "Check that it is the right file, or raise maxBytes.",
  });
}

function cannotRead(file: string, reason: string, cause?: unknown): NablaError {
  return new NablaError("ENVIRONMENT", `cannot read ${quoted(file)}: ${reason}`, {
    where: { file },
    expected: "a readable file",
    received: reason,
    hint: "Check the path and the right to read it.",
    cause,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of the path is no folder",
  EACCES: "reading it is not permitted",
  EPERM: "reading it is not permitted",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "the path is too long",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open",
  ERR_INVALID_ARG_VALUE: "the path holds a character that paths cannot have",
};

async function readFromDisk(path: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
  const { open } = await import("node:fs/promises");
  try {
    const file = await open(path.startsWith("file:") ? new URL(path) : path, "r");
    try {
      const status = await file.stat();
      if (!status.isFile()) throw cannotRead(path, status.isDirectory() ? "it is a folder" : "it is no file");
      if (status.size > maxBytes) throw tooLarge(path, status.size, maxBytes);
      const bytes = new Uint8Array(status.size);
      let filled = 0;
      while (filled < bytes.length) {
        signal?.throwIfAborted();
        const { bytesRead } = await file.read(bytes, filled, Math.min(bytes.length - filled, 1 << 24), filled);
        if (bytesRead === 0) break; // the file became shorter
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof NablaError || signal?.aborted) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw cannotRead(path, REASONS[code] ?? `the system says ${code || "no"}`, error);
  }
}

async function download(url: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
  const fetched = (reason: string, cause?: unknown) => cannotRead(url, reason, cause);
  const response = await fetch(url, signal ? { signal } : {}).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw fetched("it could not be fetched", error);
  });
  if (!response.ok || !response.body) throw fetched(`the server answered ${response.status}`);
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > maxBytes) {
    await response.body.cancel();
    throw tooLarge(url, announced, maxBytes);
  }
  try {
    return await collect(response.body, maxBytes, (received) => tooLarge(url, received, maxBytes));
  } catch (error) {
    if (error instanceof NablaError || signal?.aborted) throw error;
    throw fetched("the connection broke off", error);
  }
}
