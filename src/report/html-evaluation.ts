import { shortenText } from "../plot/escape.ts";
import { formatCount, formatDuration, formatNumber, formatPercent } from "../plot/format.ts";
import { heatLevel } from "../plot/style.ts";
import type { EpochEvent } from "../train/events.ts";
import { type Confusion, frequentMistakes } from "./confusion.ts";
import { type Markup, type MarkupPart, markup, nameMarkup, plainName } from "./markup.ts";
import { panel, scrollable, termList } from "./panel.ts";
import type { ReportData } from "./report-data.ts";

/** Above this many classes the full matrix is a wall of zeros: the most frequent mistakes and the classes stand for it. */
const mostMatrixClasses = 40;
const longestUprightName = 4;
const longestMatrixName = 24;

/** Over all epochs, as the training time beside it is. */
function samplesPerSecond(epochs: readonly EpochEvent[]): number {
  const samples = epochs.reduce((sum, epoch) => sum + epoch.samplesPerSecond * epoch.seconds, 0);
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  return seconds > 0 ? Math.round(samples / seconds) : 0;
}

/** The one big figure: test accuracy beside the baseline; for regression the test loss. */
export function resultSection(data: ReportData, confusion: Confusion | undefined): Markup {
  const { evaluation, history, model } = data;
  const last = history.epochs.at(-1);
  const facts: (readonly [MarkupPart, MarkupPart])[] = [
    ["Parameters", formatCount(model.parameters)],
    ["Training time", formatDuration(history.seconds)],
  ];
  if (last) facts.push(["Samples per second", formatCount(samplesPerSecond(history.epochs))]);
  if (evaluation?.accuracy !== undefined) {
    facts.unshift(["Test loss", formatNumber(evaluation.loss)]);
    return panel("result", "Test accuracy", undefined, [
      accuracyFigure(data, evaluation.accuracy, confusion),
      termList(facts),
    ]);
  }
  if (evaluation && data.errors) {
    facts.unshift(
      ["Mean absolute error", formatNumber(data.errors.meanAbsolute)],
      ["Test loss", formatNumber(evaluation.loss)],
    );
    return panel("result", "Test error", undefined, [errorFigure(data.errors, evaluation.size), termList(facts)]);
  }
  if (evaluation) {
    const body = [
      figure(formatNumber(evaluation.loss), `mean over ${formatCount(evaluation.size)} test samples`),
      termList(facts),
    ];
    return panel("result", "Test loss", undefined, body);
  }
  const value = last ? formatNumber(last.loss) : "none yet";
  return panel("result", "Training loss", undefined, [figure(value, "no test data was given"), termList(facts)]);
}

function figure(value: string, words: MarkupPart): Markup {
  return markup`<p class="figure">${value}</p><p class="label">${words}</p>`;
}

function accuracyFigure(
  { baseline: given, evaluation }: ReportData,
  accuracy: number,
  confusion: Confusion | undefined,
): Markup {
  const baseline = given ?? confusion?.baseline;
  const size = evaluation?.size ?? 0;
  const right = confusion?.right ?? Math.round(accuracy * size);
  const isBetter = baseline !== undefined && accuracy > baseline.share;
  const against =
    baseline &&
    markup`<ul class="bars"><li><span>This model</span><span>${formatPercent(accuracy)}</span>${bar(accuracy)}</li><li><span>Always answering ${nameMarkup(
      baseline.name,
    )}</span><span>${formatPercent(baseline.share)}</span>${bar(baseline.share)}</li></ul>`;
  const verdict = baseline && !isBetter ? " That is no better than always giving the same answer." : "";
  return markup`${figure(formatPercent(accuracy), `${formatCount(right)} of ${formatCount(size)} right.${verdict}`)}${against}`;
}

/** The root mean square error beside that of always answering the mean; the bars are errors, so shorter is better. */
function errorFigure({ target, rootMeanSquared, baseline }: NonNullable<ReportData["errors"]>, size: number): Markup {
  const isBetter = rootMeanSquared < baseline;
  const longest = Math.max(rootMeanSquared, baseline) || 1;
  const share = isBetter ? 1 - (rootMeanSquared / baseline) * (rootMeanSquared / baseline) : 0;
  const verdict = isBetter
    ? `${formatPercent(share)} of the variance is explained.`
    : "That is no better than always answering the mean.";
  const words = markup`root mean square in ${nameMarkup(target)}, over ${formatCount(size)} test samples. ${verdict}`;
  const bars = markup`<ul class="bars"><li><span>This model</span><span>${formatNumber(rootMeanSquared)}</span>${bar(
    rootMeanSquared / longest,
  )}</li><li><span>Always answering the mean</span><span>${formatNumber(baseline)}</span>${bar(baseline / longest)}</li></ul>`;
  return markup`${figure(formatNumber(rootMeanSquared), words)}${bars}`;
}

function bar(share: number): Markup {
  const length = Math.round(10_000 * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0))) / 100;
  return markup`<svg aria-hidden="true" viewBox="0 0 100 1" preserveAspectRatio="none"><rect width="${length}" height="1"/></svg>`;
}

/** The confusion matrix as a table, with recall at the right and precision below. */
export function confusionSection(confusion: Confusion): Markup {
  const explanation = `${formatCount(confusion.right)} of ${formatCount(confusion.total)} right`;
  const isSmall = confusion.classes.length <= mostMatrixClasses;
  return panel("confusion", "Confusion", explanation, [
    mistakeSentence(confusion),
    isSmall ? matrixKey : undefined,
    isSmall ? scrollable("Confusion matrix", matrixTable(confusion)) : scrollable("Classes", classTable(confusion)),
  ]);
}

// Not a caption: a caption is as wide as its table and would scroll out of sight with it.
const matrixKey = markup`<p class="label" id="confusion-key">Rows: what it is. Columns: what it was seen as. A stronger grey is more mistakes, an empty cell none.</p>`;

function mistakeSentence(confusion: Confusion): Markup {
  const [worst] = frequentMistakes(confusion, 1);
  if (!worst) return markup`<p class="label">No mistake at all.</p>`;
  const times = worst.count === 1 ? "once" : `${formatCount(worst.count)} times`;
  return markup`<p class="label">Most often ${nameMarkup(worst.actual)} was seen as ${nameMarkup(worst.seenAs)}: ${times}.</p>`;
}

function matrixTable({ matrix, classes, mostMistaken, right, total }: Confusion): Markup {
  const isTurned = classes.some(({ name }) => plainName(name).length > longestUprightName);
  const heads = classes.map(({ name }) =>
    isTurned
      ? markup`<th scope="col"><div class="turned">${nameMarkup(shortenText(name, longestMatrixName))}</div></th>`
      : markup`<th scope="col">${nameMarkup(shortenText(name, longestMatrixName))}</th>`,
  );
  const rows = matrix.map((row, i) => {
    const cells = row.map((count, j) => {
      if (i === j) return markup`<td class="hit">${formatCount(count)}</td>`;
      if (count === 0) return markup`<td></td>`;
      return markup`<td class="heat-${heatLevel(count, mostMistaken)}">${formatCount(count)}</td>`;
    });
    return markup`<tr><th scope="row">${nameMarkup(shortenText(classes[i]!.name, longestMatrixName))}</th>${cells}<td class="share">${percent(classes[i]!.recall)}</td></tr>
`;
  });
  const precisions = classes.map(({ precision }) => markup`<td class="share">${percent(precision)}</td>`);
  const all = percent(total > 0 ? right / total : undefined);
  return markup`<table class="confusion" aria-labelledby="confusion" aria-describedby="confusion-key">
<thead><tr><td class="share"></td>${heads}<th scope="col">Recall</th></tr></thead>
<tbody>${rows}</tbody>
<tfoot><tr><th scope="row">Precision</th>${precisions}<td class="share">${all}</td></tr></tfoot>
</table>`;
}

function classTable({ classes }: Confusion): Markup {
  const rows = classes.map(
    (
      entry,
    ) => markup`<tr><th scope="row">${nameMarkup(entry.name)}</th><td>${formatCount(entry.actual)}</td><td>${formatCount(
      entry.right,
    )}</td><td>${percent(entry.precision)}</td><td>${percent(entry.recall)}</td></tr>
`,
  );
  return markup`<table class="rows"><thead><tr><th scope="col" class="words">Class</th><th scope="col">Samples</th><th scope="col">Right</th><th scope="col">Precision</th><th scope="col">Recall</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : formatPercent(share, 1).replace(" %", "");
}
