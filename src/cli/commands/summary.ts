import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import picocolors from "picocolors";
import { load } from "../../index.ts";
import { escapeTerminal, formatCount, formatPercent, formatShape } from "../../report/index.ts";
import { type Flags, outFolder, outputOf } from "../command-flags.ts";
import { findRun, resumeCommand } from "../find-run.ts";
import { canResume, endOf, type RunEnd } from "../run-end.ts";
import { readRunRecord } from "../run-record.ts";

/** `nabla summary <run>`; of a run that was cut off, what is known without a model. */
export async function summary(said: string, flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const folder = findRun(said, outFolder(flags));
  const record = await readRunRecord(join(folder, "config.json"));
  const file = join(folder, "model.nabla");
  const table = existsSync(file) ? (await load(file)).summary() : undefined;
  const end = endOf(folder);
  const resume = canResume(end) ? resumeCommand(folder) : undefined;
  const { data } = record;
  const shown = relative(process.cwd(), folder) || folder;
  const { bold } = picocolors.createColors(output.color);
  output.line(bold(escapeTerminal(shown, 1000)));
  output.line(
    `${escapeTerminal(data.name, 100)}: ${formatCount(data.samples.train)} training and ${formatCount(data.samples.test)} test samples of ` +
      `${formatShape(data.shape)}, ${data.classes.length} classes`,
  );
  output.line(
    `begun ${escapeTerminal(record.begun.slice(0, 19).replace("T", " "), 40)}, nabla ${escapeTerminal(record.nabla, 40)}`,
  );
  output.line();
  if (table) {
    output.line(
      String(table)
        .split("\n")
        .map((line) => escapeTerminal(line, 400))
        .join("\n"),
    );
    output.line();
  }
  output.line(endText(end, bold));
  if (resume !== undefined) output.line(`To go on with it: ${escapeTerminal(resume, 1000)}`);
  if (record.command !== "") output.line(`To repeat it: ${escapeTerminal(record.command, 1000)}`);
  output.json({
    kind: "summary",
    run: shown,
    begun: record.begun,
    data,
    ...(table && { input: table.input, layers: table.layers, parameters: table.parameters }),
    accuracy: end.accuracy ?? null,
    state: end.state,
    command: record.command,
    ...(resume !== undefined && { resume }),
  });
}

function endText({ accuracy, text, best }: RunEnd, bold: (text: string) => string): string {
  const weights = best === undefined ? "" : `, and its weights are those of epoch ${best}, the best`;
  if (accuracy === undefined) return `The run ${text}${weights}.`;
  return `${bold(`Test accuracy ${formatPercent(accuracy)}`)}${text === "" ? "" : `; the run ${text}${weights}`}`;
}
