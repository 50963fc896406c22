import { hasFiles } from "../data/has-files.ts";
import { quoted } from "../data/quoted.ts";
import { NablaError } from "../errors.ts";

/**
 * Writes bytes to a file or a stream. A file appears whole or not at all: it is written under another name beside its
 * place and then renamed. Throws ENVIRONMENT where it cannot be written.
 */
export async function writeBytes(target: string | WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  if (typeof target !== "string") {
    const writer = target.getWriter();
    await writer.write(bytes);
    await writer.close();
    return;
  }
  if (!hasFiles())
    throw new NablaError("ENVIRONMENT", "there are no files here to save to", {
      expected: "Node, or a stream",
      received: "a path in a browser",
      hint: "Save to a WritableStream, or take the bytes of toBytes().",
    });
  const { open, rename, rm } = await import("node:fs/promises");
  const temporary = `${target}.${process.pid}-${++saved}.tmp`;
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cannotWrite(target, cause);
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

function cannotWrite(file: string, cause: unknown): NablaError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const reason = reasons[code] ?? `the system says ${code || "no"}`;
  return new NablaError("ENVIRONMENT", `cannot write ${quoted(file)}: ${reason}`, {
    where: { file },
    expected: "a place that can be written to",
    received: reason,
    hint: "Choose another place; nothing was changed there.",
    cause,
  });
}
