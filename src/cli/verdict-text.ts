import picocolors from "picocolors";
import {
  confusionText,
  escapeTerminal,
  formatCount,
  formatNumber,
  formatPercent,
  mistakesText,
} from "../report/index.ts";
import type { Baseline, Errors, Judgement } from "./judge.ts";
import type { Output } from "./output.ts";

/** Prints how well a model did: accuracy beside the baseline, the confusion matrix, the worst mistakes. */
export function printVerdict(
  { evaluation, mistakes, errors }: Judgement,
  {
    classes,
    baseline,
    output,
  }: {
    readonly classes: readonly string[];
    readonly baseline: Baseline | undefined;
    readonly output: Output;
  },
): void {
  const { bold } = picocolors.createColors(output.color);
  const { accuracy = 0, loss, size, confusion = [] } = evaluation;
  const columns = Math.min(100, output.columns());
  output.line();
  if (errors) {
    printErrors(errors, size, output);
    printMistakes(mistakes, columns, output);
    return;
  }
  output.line(
    `${bold(`Test accuracy ${formatPercent(accuracy)}`)} on ${formatCount(size)} samples, loss ${formatNumber(loss)}.`,
  );
  if (baseline)
    output.line(`Always answering ${escapeTerminal(baseline.name, 30)} scores ${formatPercent(baseline.share)}.`);
  output.line();
  const matrix = confusionText(confusion, classes, { columns, color: output.color });
  const isTable = matrix.split("\n", 1)[0]!.endsWith("recall"); // where it is too wide, the commonest mistakes stand instead
  output.line(
    `${bold("What was taken for what")}${isTable ? " (a row for each true class)" : ", the most frequent first"}`,
  );
  output.line(matrix || "nothing for anything else");
  printMistakes(mistakes, columns, output);
}

function printErrors({ target, rootMeanSquared, meanAbsolute, baseline }: Errors, size: number, output: Output): void {
  const { bold } = picocolors.createColors(output.color);
  const name = escapeTerminal(target, 40);
  output.line(
    `${bold(`Test error ${formatNumber(rootMeanSquared)}`)} (root mean square) in ${name} on ${formatCount(size)} samples, ` +
      `${formatNumber(meanAbsolute)} on average.`,
  );
  const share = baseline > 0 ? 1 - (rootMeanSquared / baseline) * (rootMeanSquared / baseline) : 0;
  const explained =
    share > 0 ? ` The model explains ${formatPercent(share)} of the variance.` : " The model is no better.";
  output.line(`Always answering the mean is off by ${formatNumber(baseline)}.${explained}`);
}

function printMistakes(mistakes: Judgement["mistakes"], columns: number, output: Output): void {
  const { bold } = picocolors.createColors(output.color);
  if (mistakes.length === 0) return;
  output.line();
  output.line(bold("Worst mistakes"));
  output.line(
    mistakesText(mistakes.slice(0, 6), { columns, rows: columns < 90 ? 2 : 1, characters: output.characters }),
  );
}
