import { csvRow } from "../data/csv/write.ts";
import { droppedNote } from "./data-source.ts";
import type { OpenedRun } from "./find-run.ts";
import type { Output } from "./output.ts";
import { inScale, readTableAs, type TableRecord } from "./table-data.ts";

export interface TableQuestion {
  readonly source: string;
  readonly bytes: Uint8Array;
  /** How many classes the JSON tells, best first; the table has a column for each class. */
  readonly top: number;
  readonly missing: "error" | "drop" | undefined;
  /** Only the first table of several is headed. */
  readonly isFirst: boolean;
  readonly output: Output;
}

/**
 * Answers for each row of a table, as a table on stdout: the row's number in its file, the answer under the target's
 * name, and for classes the probability of each. Columns are found by name; the target may be among them.
 */
export async function predictTable(
  { model, record: { data, wishes } }: OpenedRun,
  table: TableRecord,
  { source, bytes, top, missing, isFirst, output }: TableQuestion,
): Promise<void> {
  const { classes } = data;
  const reading = missing === undefined ? wishes : { ...wishes, missing };
  const read = await readTableAs(bytes, source, table, { classes, wishes: reading, needsTarget: false });
  if (read.dropped > 0) output.note(droppedNote(source, read.dropped));
  const { data: answers } = await model.predict(inScale(read.data, table));
  const outputs = answers.length / read.data.size;
  const last = model.summary().layers.at(-1)?.kind;
  const measure = last === "softmax" || last === "sigmoid" ? "probability" : "score";
  const lines: string[] = [];
  if (isFirst) lines.push(csvRow(["row", table.target, ...classes.map((name) => `${measure} of ${name}`)]));
  for (const [index, row] of read.rows.entries()) {
    const values = answers.subarray(index * outputs, (index + 1) * outputs);
    if (table.scale) {
      const value = rounded(table.scale.mean + table.scale.deviation * values[0]!);
      lines.push(csvRow([row, value]));
      output.json({ kind: "prediction", source, index, row, target: table.target, value });
      continue;
    }
    const best = values.indexOf(values.reduce((most, value) => Math.max(most, value)));
    lines.push(csvRow([row, classes[best] ?? String(best), ...Array.from(values, rounded)]));
    const named = classes.map((label, k) => ({ label, [measure]: values[k]! }));
    named.sort((a, b) => Number(b[measure]) - Number(a[measure]));
    output.json({ kind: "prediction", source, index, row, classes: named.slice(0, top) });
  }
  if (!output.isJson) output.write(lines.join(""));
}

/** Seven digits: what float32 holds. */
const rounded = (value: number): number => Number(value.toPrecision(7));
