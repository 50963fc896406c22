import { NablaError, quoted } from "../../errors.ts";

/** Where a cell stands: rows as the file counts them, columns by name. */
export interface CellPlace {
  readonly file: string;
  readonly row: number;
  readonly column: string;
}

const longestNumber = 100;
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** What programs write where there is nothing. */
const missing = new Set(["", "na", "n/a", "nan", "null", "none", "?", "-"]);
const largestFloat32 = 3.4028234663852886e38;

/** Whether a cell says that its value is not known. */
export const isMissing = (cell: string): boolean => cell.length <= 8 && missing.has(cell.trim().toLowerCase());

/** The number a cell is written as, or undefined. "1e400" is one, though no float holds it. */
export function numberIn(cell: string): number | undefined {
  const text = cell.trim();
  return text.length <= longestNumber && number.test(text) ? Number(text) : undefined;
}

/** The number in a cell. Throws DATA, with row and column, where there is none that float32 can hold. */
export function readNumber(cell: string, place: CellPlace): number {
  const value = numberIn(cell);
  if (value !== undefined && Math.abs(value) <= largestFloat32) return value;
  const { file, row, column } = place;
  const at = `in row ${row}, column ${quoted(column)} of ${quoted(file)}`;
  if (value !== undefined)
    throw new NablaError("DATA", `${quoted(cell.trim())} ${at} is too large`, {
      where: { file, row, column },
      expected: "a number up to 3.4e38, the largest of float32",
      received: quoted(cell.trim()),
      hint: "Rescale the column.",
    });
  if (isMissing(cell)) throw missingValue(cell, place);
  const hint = /^[+-]?\d+,\d+$/.test(cell.trim())
    ? "Write decimals with a point."
    : "Correct it, or leave the column out (ignore).";
  throw new NablaError("DATA", `${quoted(cell)} ${at} is no number`, {
    where: { file, row, column },
    expected: "a number such as 3, -0.5 or 1e-3",
    received: quoted(cell),
    hint,
  });
}

/** The error for a cell without a value. */
export function missingValue(cell: string, { file, row, column }: CellPlace): NablaError {
  const received = cell.trim() === "" ? "nothing" : quoted(cell.trim());
  return new NablaError("DATA", `row ${row} of ${quoted(file)} has no value in column ${quoted(column)}`, {
    where: { file, row, column },
    expected: "a value",
    received,
    hint: "Fill the gap, leave the column out (ignore), or leave out rows with gaps (missing: drop).",
  });
}
