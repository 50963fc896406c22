import { join } from "node:path";
import picocolors from "picocolors";
import { escapeTerminal, fitText, formatNumber, formatPercent, padText, textWidth } from "../../report/index.ts";
import { type Flags, outputOf, runsFolder } from "../command-flags.ts";
import { resumeCommand, runNames } from "../find-run.ts";
import { canResume, endOf } from "../run-end.ts";
import { readRunRecord } from "../run-record.ts";

/** `nabla runs`: the newest first. A folder whose record cannot be read is listed with what is known. */
export async function runs(flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const out = runsFolder(flags);
  let unfinished: string | undefined;
  const rows: string[][] = [["run", "date", "data", "accuracy", ""]];
  for (const name of runNames(out)) {
    const record = await readRunRecord(join(out, name, "config.json")).catch(() => undefined);
    const end = endOf(join(out, name));
    const { accuracy, error, state, text } = end;
    const resume = record && canResume(end) ? resumeCommand(join(out, name)) : undefined;
    unfinished ??= resume;
    const [data, begun] = [record?.data.name ?? "unknown", record?.begun ?? ""];
    output.json({
      kind: "run",
      run: join(out, name),
      begun,
      data,
      accuracy: accuracy ?? null,
      ...(error === undefined ? {} : { error }),
      state,
      ...(resume && { resume }),
    });
    rows.push([
      escapeTerminal(name, 100),
      escapeTerminal(begun.slice(0, 16).replace("T", " "), 30),
      fitText(escapeTerminal(data, 40), 24),
      accuracy !== undefined ? formatPercent(accuracy) : error === undefined ? "–" : `error ${formatNumber(error)}`,
      text,
    ]);
  }
  if (rows.length === 1) {
    output.note(`there are no runs in ${out}. Train one: nabla train mnist`);
    return;
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => textWidth(row[column]!))));
  const { bold } = picocolors.createColors(output.color);
  for (const [i, row] of rows.entries()) {
    const line = row
      .map((cell, column) => padText(cell, widths[column]!, column === 3 ? "start" : "end"))
      .join("  ")
      .trimEnd();
    output.line(i === 0 ? bold(line) : line);
  }
  if (unfinished === undefined) return;
  output.line();
  output.line(`To go on with a run that was stopped or cut off: ${escapeTerminal(unfinished, 1000)}`);
}
