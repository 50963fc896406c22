import { existsSync, mkdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { NablaError, quoted } from "../errors.ts";
import type { LabResult } from "../lab/result.ts";
import { toSvg } from "../plot/index.ts";
import { writeBytes } from "../train/save.ts";
import { jsonText } from "./json.ts";

/** Where a lab's files go; checked before the experiment, which takes its time. */
export interface LabFolder {
  /** Writes the numbers and the pictures; gives their paths as they are shown. */
  write(result: LabResult): Promise<readonly string[]>;
}

/**
 * A folder for the files of lab `name`, made where it is missing. Throws OPTION where the lab's numbers are there already
 * and may not be replaced, ENVIRONMENT where it cannot be made.
 */
export function openLabFolder(folder: string, name: string, mayReplace: boolean): LabFolder {
  checkFree(join(folder, `${name}.json`), mayReplace);
  makeFolder(folder);
  return {
    async write(result) {
      const files = [
        ...result.pictures.map((picture) => [`${picture.name}.svg`, toSvg(picture.scene)] as const),
        [`${name}.json`, jsonText(labValue(result))] as const,
      ];
      for (const [file] of files) checkFree(join(folder, file), mayReplace);
      for (const [file, text] of files) await writeBytes(join(folder, file), new TextEncoder().encode(text));
      return files.map(([file]) => relative(process.cwd(), join(folder, file)));
    },
  };
}

/** A lab's result as one JSON value: everything but the drawings. */
export function labValue({ pictures, ...numbers }: LabResult): Readonly<Record<string, unknown>> {
  return { kind: "lab", ...numbers, pictures: pictures.map(({ name }) => `${name}.svg`) };
}

function checkFree(file: string, mayReplace: boolean): void {
  if (mayReplace || !existsSync(file)) return;
  throw new NablaError("OPTION", `${quoted(file)} is there already`, {
    where: { file },
    expected: "a folder without files of this lab",
    received: "one that has them",
    hint: "Name another folder with --out, or add --force.",
  });
}

function makeFolder(folder: string): void {
  let reason: string;
  try {
    mkdirSync(folder, { recursive: true });
    if (statSync(folder).isDirectory()) return;
    reason = "it is a file";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const known: Readonly<Record<string, string>> = {
      EEXIST: "a file of that name is in the way",
      ENOTDIR: "a part of the path is no folder",
      EACCES: "writing there is not permitted",
      EPERM: "writing there is not permitted",
      EROFS: "the disk is read-only",
      ENOSPC: "the disk is full",
    };
    reason = known[code] ?? `the system says ${code || "no"}`;
  }
  throw new NablaError("ENVIRONMENT", `cannot make the folder ${quoted(folder)}: ${reason}`, {
    where: { file: folder },
    expected: "a folder that can be written to",
    received: reason,
    hint: "Name another folder with --out.",
  });
}
