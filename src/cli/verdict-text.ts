import picocolors from "picocolors";
import {
  confusionText,
  escapeTerminal,
  formatCount,
  formatNumber,
  formatPercent,
  mistakesText,
} from "../report/index.ts";
import type { Judgement } from "./judge.ts";
import type { Output } from "./output.ts";

/** Prints how well a model did: accuracy beside the baseline, the confusion matrix, the worst mistakes. */
export function printVerdict(
  { evaluation, mistakes }: Judgement,
  {
    classes,
    baseline,
    output,
  }: {
    readonly classes: readonly string[];
    readonly baseline: { readonly name: string; readonly share: number };
    readonly output: Output;
  },
): void {
  const { bold } = picocolors.createColors(output.color);
  const { accuracy = 0, loss, size, confusion = [] } = evaluation;
  const columns = Math.min(100, output.columns());
  output.line();
  output.line(
    `${bold(`Test accuracy ${formatPercent(accuracy)}`)} on ${formatCount(size)} samples, loss ${formatNumber(loss)}.`,
  );
  output.line(`Always answering ${escapeTerminal(baseline.name, 30)} scores ${formatPercent(baseline.share)}.`);
  output.line();
  const matrix = confusionText(confusion, classes, { columns, color: output.color });
  const isTable = matrix.split("\n", 1)[0]!.endsWith("recall"); // where it is too wide, the commonest mistakes stand instead
  output.line(
    `${bold("What was taken for what")}${isTable ? " (a row for each true class)" : ", the most frequent first"}`,
  );
  output.line(matrix || "nothing for anything else");
  if (mistakes.length === 0) return;
  output.line();
  output.line(bold("Worst mistakes"));
  output.line(
    mistakesText(mistakes.slice(0, 6), { columns, rows: columns < 90 ? 2 : 1, characters: output.characters }),
  );
}
