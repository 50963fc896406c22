import { hasFiles } from "../data/has-files.ts";
import { NablaError, quoted, wrongOption } from "../errors.ts";

/**
 * Writes bytes to a file or a stream. A file appears whole or not at all: it is written under another name beside its
 * place (`temporary`, where a leftover of that name may be overwritten) and then renamed. Throws ENVIRONMENT where it
 * cannot be written.
 */
export async function writeBytes(
  target: string | WritableStream<Uint8Array>,
  bytes: Uint8Array,
  temporary?: string,
): Promise<void> {
  if (typeof target !== "string") {
    if (typeof target?.getWriter !== "function")
      throw wrongOption("save", "the target", target, "a path, or a WritableStream");
    const writer = target.getWriter();
    await writer.write(bytes);
    await writer.close();
    return;
  }
  checkFiles();
  const { rename, rm } = await import("node:fs/promises");
  let written: string | undefined;
  try {
    const { file, path } = await createBeside(target, temporary);
    written = path;
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(path, target);
  } catch (cause) {
    if (written !== undefined) await rm(written, { force: true }).catch(() => undefined);
    throw cannotWrite(target, cause);
  }
}

/** Throws ENVIRONMENT unless a file of this name can be made or replaced; nothing is left of the trial. */
export async function checkWritable(target: string, temporary: string): Promise<void> {
  checkFiles();
  const { rm, stat } = await import("node:fs/promises");
  try {
    const status = await stat(target).catch(() => undefined);
    if (status?.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    const { file, path } = await createBeside(target, temporary);
    await file.close();
    await rm(path, { force: true });
  } catch (cause) {
    throw cannotWrite(target, cause);
  }
}

function checkFiles(): void {
  if (hasFiles()) return;
  throw new NablaError("ENVIRONMENT", "there are no files here to save to", {
    expected: "Node, or a stream",
    received: "a path in a browser",
    hint: "Save to a WritableStream, or take the bytes of toBytes().",
  });
}

/** A new file: `temporary`, in the place of a leftover, or one with a name that nobody has. */
async function createBeside(target: string, temporary: string | undefined) {
  const { open, rm } = await import("node:fs/promises");
  if (temporary !== undefined) {
    await rm(temporary, { force: true });
    return { file: await open(temporary, "wx"), path: temporary };
  }
  for (;;) {
    const path = `${target}.${process.pid}-${++saved}.tmp`;
    try {
      return { file: await open(path, "wx"), path };
    } catch (cause) {
      if (codeOf(cause) !== "EEXIST") throw cause; // a process that died may have had our number, and have left that
    }
  }
}

/** Throws OPTION unless `path` may name a file. */
export function checkPath(option: string, path: unknown): void {
  if (typeof path !== "string" || path === "" || path.includes("\0"))
    throw wrong(option, path, 'the path of a file, such as "digits.checkpoint"');
}

/** The error for an option of `fit` that is about files. */
export function wrong(option: string, value: unknown, expected: string): NablaError {
  const received = typeof value === "string" ? quoted(value) : typeof value === "number" ? String(value) : typeof value;
  return new NablaError("OPTION", `fit: ${option} is ${received}`, {
    expected,
    received,
    hint: `Give ${option} as ${expected}.`,
  });
}

/** The bytes of a file of at most `most` bytes. Throws ENVIRONMENT, LIMIT. */
export async function readWhole(path: string, most: number): Promise<Uint8Array> {
  checkFiles();
  const { readFile, stat } = await import("node:fs/promises");
  const where = { file: path };
  try {
    const { size } = await stat(path);
    if (size <= most) return new Uint8Array(await readFile(path));
    throw new NablaError("LIMIT", `${quoted(path)} has ${size} bytes, more than the ${most} allowed`, {
      where,
      expected: `at most ${most} bytes`,
      received: `${size} bytes`,
      hint: "Check that it is the right file.",
    });
  } catch (cause) {
    if (cause instanceof NablaError) throw cause;
    const code = codeOf(cause);
    const reason = code === "ENOENT" ? "there is no such file" : (reasons[code] ?? `the system says ${code || "no"}`);
    throw new NablaError(
      "ENVIRONMENT",
      `cannot read ${quoted(path)}: ${reason.replace("writing there", "reading it")}`,
      {
        where,
        expected: "a readable file",
        received: reason,
        hint: "Check the path and the right to read it.",
        cause,
      },
    );
  }
}

/** Keeps apart the temporary files of one process. */
let saved = 0;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "a part of the path is no folder",
  EISDIR: "it is a folder",
  EACCES: "writing there is not permitted",
  EPERM: "writing there is not permitted",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "the path is too long",
};

const codeOf = (cause: unknown): string => (cause instanceof Error && "code" in cause ? String(cause.code) : "");

function cannotWrite(file: string, cause: unknown): NablaError {
  const code = codeOf(cause);
  const reason = reasons[code] ?? `the system says ${code || "no"}`;
  return new NablaError("ENVIRONMENT", `cannot write ${quoted(file)}: ${reason}`, {
    where: { file },
    expected: "a place that can be written to",
    received: reason,
    hint: "Choose another place; nothing was changed there.",
    cause,
  });
}
