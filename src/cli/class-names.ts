import { NablaError, quoted } from "../errors.ts";
import { readText } from "./small-files.ts";

/** The names of classes in a text file, one a line, in the order of their numbers. Throws ENVIRONMENT, LIMIT, FORMAT. */
export async function readClassNames(file: string): Promise<readonly string[]> {
  const lines = (await readText(file, 1 << 20)).split(/\r\n|\n|\r/).map((line) => line.trim());
  while (lines.at(-1) === "") lines.pop();
  const empty = lines.indexOf("");
  const twice = lines.findIndex((line, i) => lines.indexOf(line) < i);
  if (lines.length > 0 && lines.length <= 256 && empty < 0 && twice < 0) return lines;
  const row = (empty >= 0 ? empty : twice) + 1;
  const received =
    lines.length === 0
      ? "none"
      : lines.length > 256
        ? `${lines.length} names`
        : empty >= 0
          ? `an empty line ${row}`
          : `${quoted(lines[twice]!)} again in line ${row}`;
  throw new NablaError("FORMAT", `${quoted(file)} does not name classes: ${received}`, {
    where: { file, ...(row > 0 ? { row } : {}) },
    expected: "1 to 256 different names, one a line",
    received,
    hint: "The first line names class 0, the second class 1, and so on.",
  });
}
