import type { PageMap } from "../report/map-page.ts";

/**
 * Maps as CSV (RFC 4180): sample from 1, class, then the coordinates of each map. A name that a spreadsheet would take
 * for a formula gets an apostrophe before it, which spreadsheets hide.
 */
export function mapCsv(
  maps: readonly PageMap[],
  labels: ArrayLike<number> | undefined,
  classes: readonly string[] | undefined,
): string {
  const axes = ["x", "y", "z"];
  const head = ["sample", ...(labels ? ["class"] : [])];
  for (const { title, positions } of maps)
    for (const axis of axes.slice(0, positions.shape[1])) head.push(maps.length > 1 ? `${title} ${axis}` : axis);
  const lines = [head.map(csvText).join(",")];
  const count = maps[0]?.positions.shape[0] ?? 0;
  for (let i = 0; i < count; i++) {
    const cells = [String(i + 1), ...(labels ? [csvText(classes?.[labels[i]!] ?? String(labels[i]))] : [])];
    for (const { positions } of maps) {
      const width = positions.shape[1]!;
      for (let axis = 0; axis < width; axis++) cells.push(String(positions.data[i * width + axis]));
    }
    lines.push(cells.join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** A text as one cell. */
export function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
