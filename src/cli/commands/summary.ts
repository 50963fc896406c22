import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import picocolors from "picocolors";
import { networkDiagram, toSvg } from "../../plot/index.ts";
import { escapeTerminal, formatCount, formatNumber, formatPercent, formatShape } from "../../report/index.ts";
import { type Flags, outputOf, runsFolder } from "../command-flags.ts";
import { findRun, openRun, resumeCommand } from "../find-run.ts";
import { checkFree, writeTextFile } from "../output-file.ts";
import { text } from "../read-values.ts";
import { canResume, endOf, type RunEnd } from "../run-end.ts";
import { readRunRecord, targetText } from "../run-record.ts";

/** `nabla summary <run>`; of a run that was cut off, what is known without a model. */
export async function summary(said: string, flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const svg = flags["svg"] === undefined ? undefined : text(4096)(flags["svg"], "--svg");
  if (svg !== undefined) checkFree(svg, flags["force"] === true, "--svg");
  const folder = findRun(said, runsFolder(flags));
  const record = await readRunRecord(join(folder, "config.json"));
  const hasModel = svg !== undefined || existsSync(join(folder, "model.nabla"));
  const model = hasModel ? (await openRun(said, runsFolder(flags))).model : undefined;
  if (model && svg !== undefined) await writeTextFile(svg, toSvg(networkDiagram(model)));
  const table = model?.summary();
  const end = endOf(folder);
  const resume = canResume(end) ? resumeCommand(folder) : undefined;
  const { data } = record;
  const shown = relative(process.cwd(), folder) || folder;
  const { bold } = picocolors.createColors(output.color);
  output.line(bold(escapeTerminal(shown, 1000)));
  output.line(
    `${escapeTerminal(data.name, 100)}: ${formatCount(data.samples.train)} training and ${formatCount(data.samples.test)} test samples of ` +
      `${formatShape(data.shape)}, ${escapeTerminal(targetText(data), 100)}`,
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
  if (svg !== undefined) output.line(`The drawing of the network is in ${escapeTerminal(svg, 1000)}.`);
  if (resume !== undefined) output.line(`To go on with it: ${escapeTerminal(resume, 1000)}`);
  if (record.command !== "") output.line(`To repeat it: ${escapeTerminal(record.command, 1000)}`);
  output.json({
    kind: "summary",
    run: shown,
    begun: record.begun,
    data,
    ...(table && { input: table.input, layers: table.layers, parameters: table.parameters }),
    accuracy: end.accuracy ?? null,
    ...(end.error === undefined ? {} : { error: end.error }),
    state: end.state,
    command: record.command,
    ...(svg === undefined ? {} : { svg }),
    ...(resume !== undefined && { resume }),
  });
}

function endText({ accuracy, error, text, best }: RunEnd, bold: (text: string) => string): string {
  const weights = best === undefined ? "" : `, and its weights are those of epoch ${best}, the best`;
  const result =
    accuracy !== undefined
      ? `Test accuracy ${formatPercent(accuracy)}`
      : error !== undefined
        ? `Test error ${formatNumber(error)}`
        : undefined;
  if (result === undefined) return `The run ${text}${weights}.`;
  return `${bold(result)}${text === "" ? "" : `; the run ${text}${weights}`}`;
}
