import { numberIn } from "./cells.ts";

/**
 * A row of a table as text, with its line break (RFC 4180). Text that a spreadsheet would take for a formula gets an
 * apostrophe before it, as OWASP advises ("CSV injection"): class names are data, and may be anything. Numbers stay.
 */
export function csvRow(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => (typeof cell === "number" ? String(cell) : csvCell(cell))).join(",")}\r\n`;
}

function csvCell(text: string): string {
  const safe = /^[\s]*[=+\-@|%]|^[\t\r\n]/.test(text) && numberIn(text) === undefined ? `'${text}` : text;
  return /[",;\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
