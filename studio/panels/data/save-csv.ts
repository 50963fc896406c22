import { csvRow } from "nabla/data";
import type { StudioData } from "../../state/data.ts";
import { shortest } from "../../state/shortest.ts";
import type { DrawnData, OwnData } from "../../state/workbench.ts";
import { saveFile } from "../../view/save-file.ts";
import { words } from "../../words.ts";

/** The points as text: a row for each, the class or the values last. `readCsv` takes it back as it was. */
export function csvOf(state: DrawnData | OwnData, { all, columns, classes }: StudioData): string {
  const width = columns.length;
  const { y } = all;
  const own = state.kind === "own" ? state : undefined;
  const answers = y?.kind === "values" ? (own?.target.names ?? ["y"]) : [words.data.label];
  const lines = [csvRow([...columns, ...answers])];
  for (let i = 0; i < all.size; i++) {
    const numbers = own?.rows[i] ?? Array.from(all.x.data.subarray(i * width, (i + 1) * width), shortest);
    const answer =
      y?.kind === "values"
        ? Array.from(y.data.subarray(i * answers.length, (i + 1) * answers.length), shortest)
        : [classes[y!.data[i]!]!];
    lines.push(csvRow([...numbers, ...answer]));
  }
  return lines.join("");
}

/** Offers the text as a file to keep. */
export function saveCsv(state: DrawnData | OwnData, data: StudioData, name: string): void {
  const stem = name.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60) || "points";
  saveFile(`${stem}.csv`, csvOf(state, data), "text/csv");
}
