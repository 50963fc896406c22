/** The beginning of a table of text, to choose its columns by. The worker reads and judges the whole of it. Pure. */

export interface FirstRows {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether the first row names the columns: none of its cells is a number. */
  readonly hasHeader: boolean;
}

const delimiters = [",", ";", "\t", "|"];
/** As much text as is looked at. */
const mostCharacters = 65_536;

/** At most `most` rows. `hasHeader` is found out unless it is said. Nothing for text without a cell. */
export function firstRows(text: string, most = 5, hasHeader?: boolean): FirstRows | undefined {
  const beginning = text.slice(0, mostCharacters).replace(/^\ufeff/, "");
  const delimiter = guessDelimiter(beginning);
  const lines = cellsOf(beginning, delimiter, most + 1);
  const [first] = lines;
  if (!first) return undefined;
  const isNamed = hasHeader ?? first.every((cell) => !isNumber(cell));
  const names = first.map((cell, i) => (isNamed ? cell.trim() : "") || String(i + 1));
  return { names, rows: lines.slice(isNamed ? 1 : 0).slice(0, most), hasHeader: isNamed };
}

/** The text of a file's first bytes, in the encodings that `csv` reads. */
export function decoded(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff;
  return new TextDecoder(encoding === true ? "utf-16be" : encoding || "utf-8").decode(bytes);
}

export const isPacked = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const isNumber = (cell: string): boolean => cell.trim() !== "" && Number.isFinite(Number(cell));

/** As `csv` does: the one that stands most often in the first line, outside of quotes. */
function guessDelimiter(text: string): string {
  const line = cellsOf(text, "\n", 1)[0]?.[0] ?? "";
  const bare = line.replace(/"[^"]*"/g, "");
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length - 1);
  const best = counts.indexOf(Math.max(...counts));
  return counts[best]! > 0 ? delimiters[best]! : ",";
}

/** RFC 4180: quotes keep delimiters and line breaks, a doubled quote is one. Empty lines are left out. */
function cellsOf(text: string, delimiter: string, most: number): readonly (readonly string[])[] {
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endCell = (): void => {
    line.push(cell);
    cell = "";
  };
  const endLine = (): void => {
    endCell();
    if (line.some((text) => text.trim() !== "")) lines.push(line);
    line = [];
  };
  for (let i = 0; i < text.length && lines.length < most; i++) {
    const character = text[i]!;
    if (isQuoted && character === '"' && text[i + 1] === '"') cell += text[++i];
    else if (character === '"' && (isQuoted || cell === "")) isQuoted = !isQuoted;
    else if (isQuoted) cell += character;
    else if (character === "\n" || character === "\r") {
      if (character === "\r" && text[i + 1] === "\n") i++;
      endLine();
    } else if (character === delimiter) endCell();
    else cell += character;
  }
  if (lines.length < most && (cell !== "" || line.length > 0)) endLine();
  return lines;
}
