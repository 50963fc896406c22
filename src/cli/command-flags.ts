import { createOutput, type Output } from "./output.ts";
import { nameAmong, text } from "./read-values.ts";

export type Flags = Readonly<Record<string, unknown>>;

/** Where a command writes, by its `--json` and `--progress`. */
export function outputOf(flags: Flags): Output {
  const progress =
    flags["progress"] === undefined
      ? "auto"
      : nameAmong("kind of progress", ["auto", "plain"])(flags["progress"], "--progress");
  return createOutput({ json: flags["json"] === true, progress: progress as "auto" | "plain" });
}

/** The folder in which runs are looked for. */
export const runsFolder = (flags: Flags): string =>
  flags["runs"] === undefined ? "runs" : text(4096)(flags["runs"], "--runs");

/** The folder in which `train` makes its run; what it resumes is there too. */
export const outFolder = (flags: Flags): string =>
  flags["out"] === undefined ? "runs" : text(4096)(flags["out"], "--out");
