import { existsSync } from "node:fs";
import { join } from "node:path";
import { NablaError, quoted } from "../errors.ts";
import { writeBytes } from "../train/save.ts";

/** Throws OPTION where a file is in the way: nothing is overwritten unless the user says so. */
export function checkFree(file: string, isForced: boolean, said: string): void {
  if (isForced || !existsSync(file)) return;
  throw new NablaError("OPTION", `${said}: ${quoted(file)} is there already`, {
    where: { file },
    expected: "a new file",
    received: quoted(file),
    hint: "Name another file, or replace it with --force.",
  });
}

/** `name.html` in a folder, or the first of `name-2.html`, `name-3.html` … that is not there. */
export function unusedFile(folder: string, name: string, ending: string): string {
  for (let attempt = 1; ; attempt += 1) {
    const file = join(folder, `${name}${attempt > 1 ? `-${attempt}` : ""}${ending}`);
    if (!existsSync(file) || attempt === 1000) return file;
  }
}

/** Writes a text; it appears whole or not at all. Throws ENVIRONMENT. */
export const writeTextFile = (file: string, text: string): Promise<void> =>
  writeBytes(file, new TextEncoder().encode(text));
