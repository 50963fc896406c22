import { NablaError, quoted } from "../../errors.ts";

/** No cell may be longer: a quote that is never closed would swallow the rest of the file. */
const longestCell = 100_000;
/** No row may have more cells. */
const mostColumns = 100_000;

/** The characters that may stand between cells. */
export const delimiters = [",", ";", "\t", "|"] as const;

export interface RowsOptions {
  /** One character; found out from the first rows unless given. */
  readonly delimiter?: string | undefined;
  /** Names the source in errors. */
  readonly file: string;
}

/** Bytes as text: UTF-8, or UTF-16 that begins with its mark (spreadsheets save such). Throws FORMAT for others. */
export function decodeCsv(bytes: Uint8Array, file: string): string {
  const malformed = (problem: string, received: string, hint: string, cause?: unknown) =>
    new NablaError("FORMAT", `${quoted(file)} ${problem}`, {
      where: { file },
      expected: "text in UTF-8 with one sample a row",
      received,
      hint,
      cause,
    });
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4)
    throw malformed("is a zip file, as spreadsheets are", "a zip file", "Save the sheet as CSV first.");
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed(`is no text in ${encoding.toUpperCase()}`, "other bytes", "Save it again as CSV in UTF-8.", cause);
  }
  const zero = text.indexOf("\0");
  if (zero >= 0) throw malformed("holds a zero byte: it is no text", "a zero byte", "Check that it is the right file.");
  return text;
}

/**
 * Calls `visit` with the cells of each row and its number, from 1; rows without anything in them are counted and left
 * out. Quotes, quoted line breaks and CRLF as in RFC 4180, by Papa Parse. Rows are handed on one at a time, so memory is
 * that of the text. Throws FORMAT for quotes that do not close, LIMIT for giant cells and rows, OPTION for a delimiter
 * that is none.
 */
export async function visitRows(
  text: string,
  { delimiter, file }: RowsOptions,
  visit: (cells: readonly string[], row: number) => void,
): Promise<void> {
  if (delimiter !== undefined && (typeof delimiter !== "string" || !/^[^\r\n"\\\p{L}\p{N}\ufeff]$/u.test(delimiter)))
    throw new NablaError(
      "OPTION",
      `delimiter is ${typeof delimiter === "string" ? quoted(delimiter) : typeof delimiter}`,
      {
        expected: "one character such as , or ; or a tab, no letter, digit or quote",
        received: typeof delimiter === "string" ? quoted(delimiter) : typeof delimiter,
        hint: "Leave it out to have it found out.",
      },
    );
  const { default: papa } = await import("papaparse");
  let row = 0;
  papa.parse<string[]>(text.startsWith("\ufeff") ? text.slice(1) : text, {
    delimiter: delimiter ?? guessDelimiter(text),
    step({ data: cells, errors }) {
      row += 1;
      const [problem] = errors;
      if (problem && problem.type === "Quotes") throw badQuotes(file, row, problem.code);
      if (cells.length > mostColumns)
        throw tooLarge(file, row, `${cells.length} cells`, `at most ${mostColumns} cells`);
      for (const cell of cells)
        if (cell.length > longestCell)
          throw tooLarge(file, row, `a cell of ${cell.length} characters`, `at most ${longestCell} characters`);
      if (cells.some((cell) => cell.trim() !== "")) visit(cells, row);
    },
  });
}

/** The delimiter that stands most often in the first line, outside of quotes; a comma where none does. */
function guessDelimiter(text: string): string {
  const counts = new Map<string, number>(delimiters.map((character) => [character, 0]));
  let isQuoted = false;
  for (let i = 0; i < Math.min(text.length, longestCell); i += 1) {
    const character = text[i]!;
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if ((character === "\n" || character === "\r") && [...counts.values()].some((count) => count > 0)) break;
    else if (counts.has(character)) counts.set(character, counts.get(character)! + 1);
  }
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  return best && best[1] > 0 ? best[0] : ",";
}

function badQuotes(file: string, row: number, code: string): NablaError {
  const problem = code === "MissingQuotes" ? "a quote that is never closed" : "a quote inside a quoted cell";
  return new NablaError("FORMAT", `${quoted(file)} has ${problem}, in row ${row}`, {
    where: { file, row },
    expected: 'cells as "text", quotes within them doubled',
    received: problem,
    hint: "Close the quote, or double it.",
  });
}

function tooLarge(file: string, row: number, received: string, expected: string): NablaError {
  return new NablaError("LIMIT", `${quoted(file)} has ${received} in row ${row}`, {
    where: { file, row },
    expected,
    received,
    hint: "Check that it is a table, and that its quotes are closed.",
  });
}
