import { join, relative } from "node:path";
import picocolors from "picocolors";
import { escapeTerminal, formatCount, formatNumber, formatPercent, formatShape } from "../../report/index.ts";
import { type Flags, outFolder, outputOf } from "../command-flags.ts";
import { openRun } from "../find-run.ts";
import { readEnd } from "../run-end.ts";
import { targetText } from "../run-record.ts";

/** `nabla summary <run>` */
export async function summary(said: string, flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const { folder, record, model } = await openRun(said, outFolder(flags));
  const end = readEnd(join(folder, "metrics.jsonl"));
  const table = model.summary();
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
  output.line(
    String(table)
      .split("\n")
      .map((line) => escapeTerminal(line, 400))
      .join("\n"),
  );
  output.line();
  const result =
    end.accuracy !== undefined
      ? `Test accuracy ${formatPercent(end.accuracy)}`
      : end.error !== undefined
        ? `Test error ${formatNumber(end.error)}`
        : undefined;
  output.line(
    result === undefined ? `The run ${end.text}.` : `${bold(result)}${end.text === "" ? "" : `; the run ${end.text}`}`,
  );
  if (record.command !== "") output.line(`To repeat it: ${escapeTerminal(record.command, 1000)}`);
  output.json({
    kind: "summary",
    run: shown,
    begun: record.begun,
    data,
    input: table.input,
    layers: table.layers,
    parameters: table.parameters,
    accuracy: end.accuracy ?? null,
    ...(end.error === undefined ? {} : { error: end.error }),
    state: end.state,
    command: record.command,
  });
}
