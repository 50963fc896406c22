import type { LabCell, LabForm, LabTable } from "../lab/result.ts";
import {
  escapeTerminal,
  fitText,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  padText,
  textWidth,
} from "../report/index.ts";

/** A lab's table as aligned lines: figures to the right, words to the left. */
export function tableLines({ columns, rows }: LabTable): readonly string[] {
  const cells = [
    columns.map(({ label }) => label),
    ...rows.map((row) => columns.map(({ key, form }) => cellText(row[key] ?? null, form))),
  ].map((line) => line.map((text) => fitText(escapeTerminal(text, 200), 60)));
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => textWidth(line[i]!))));
  const side = columns.map(({ form }) => (form === "text" ? "end" : "start"));
  return cells.map((line) =>
    line
      .map((text, i) => padText(text, widths[i]!, side[i]))
      .join("  ")
      .trimEnd(),
  );
}

function cellText(cell: LabCell, form: LabForm): string {
  if (cell === null) return "–";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (typeof cell === "string") return cell;
  switch (form) {
    case "count":
      return formatCount(cell);
    case "percent":
      return formatPercent(cell);
    case "seconds":
      return formatDuration(cell);
    case "value":
      return valueText(cell);
    default:
      return formatNumber(cell);
  }
}

/** Up to seven digits, without the zeros that say nothing: 101, −3.037481, 3.377900e9 as 3.3779e9. */
function valueText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatNumber(value);
  return String(Number(value.toPrecision(7)))
    .replace("e+", "e")
    .replaceAll("-", "−");
}
