import { formatCount, formatDuration, formatShape } from "../plot/format.ts";
import { type Confusion, confusionTable } from "./confusion.ts";
import { confusionSection, resultSection } from "./html-evaluation.ts";
import { curveSections, epochsSection } from "./html-history.ts";
import { machinesSection } from "./html-machines.ts";
import { mistakesSection } from "./html-mistakes.ts";
import { findingsSection, modelSection, settingsSection } from "./html-run.ts";
import { templatesSection } from "./html-templates.ts";
import { type Markup, markup, nameMarkup } from "./markup.ts";
import { htmlPage } from "./page.ts";
import type { ReportData } from "./report-data.ts";
import { reportStyle } from "./stylesheet.ts";

/**
 * A report of one run as one HTML file that needs nothing else: no script, no request, pictures and style inside.
 *
 * Its own security policy allows images from `data:` and the one stylesheet by its hash, nothing more.
 * Sections without data are left out: regression has no accuracy and no confusion matrix, rows of numbers no pictures.
 * The same data gives the same text.
 */
export function reportHtml(data: ReportData): string {
  const { evaluation } = data;
  const confusion = evaluation?.confusion && confusionTable(evaluation.confusion, data.data.classes);
  const panels = {
    figures: [resultSection(data, confusion), ...curveSections(data.history)],
    rows: [templatesSection(data), machinesSection(data)],
    mistakes: [confusion && confusionSection(confusion), mistakesSection(data)],
    run: [column([modelSection(data), epochsSection(data.history), findingsSection(data)]), settingsSection(data)],
  };
  const body = markup`${pageHeader(data, confusion)}
<main>
${deck(panels.figures, "deck")}
${deck(panels.rows, "deck two")}
${deck(panels.mistakes, "deck two")}
${deck(panels.run, "deck two")}
</main>
<footer>Made by nabla. This page needs no other file and runs no script.</footer>`;
  return htmlPage({ title: data.title, kind: "report", style: reportStyle, body });
}

function pageHeader(
  { title, when, model, data, history, evaluation, machines }: ReportData,
  confusion: Confusion | undefined,
): Markup {
  const judged = confusion?.total ?? evaluation?.size ?? 0;
  const epochs = history.epochs.length;
  const named = model.layers.length;
  const sample =
    data.shape.length === 0 ? "one number each" : `${formatShape(data.shape).replaceAll(" ", "\u00a0")} numbers each`;
  const passes = machines ? "" : `, for ${formatCount(epochs)} ${epochs === 1 ? "epoch" : "epochs"}`;
  const ending = {
    finished: "",
    early: ` It stopped early, because its loss no longer fell; the best epoch was ${history.best}.`,
    stopped: " It was stopped before its last epoch.",
  }[history.stopped];
  return markup`<header>
<div class="brand"><p><b><span aria-hidden="true">∇ </span>nabla</b> report</p>${when === undefined ? undefined : markup`<p>${when}</p>`}</div>
<h1>${nameMarkup(title)}</h1>
<p class="prose">${formatCount(named)} ${named === 1 ? "layer" : "layers"} and ${formatCount(model.parameters)} parameters, trained on ${formatCount(
    data.train,
  )} samples of ${nameMarkup(data.name)}, ${sample}${passes} in ${formatDuration(
    history.seconds,
  )}.${ending}${judged > 0 ? ` Judged on ${formatCount(judged)} samples it had not seen.` : ""}</p>
</header>`;
}

function deck(sections: readonly (Markup | undefined)[], className: string): Markup | undefined {
  const shown = sections.filter((section) => section !== undefined);
  return shown.length === 0 ? undefined : markup`<div class="${className}">${shown}</div>`;
}

/** Panels one below the other in one column of a deck. */
function column(sections: readonly (Markup | undefined)[]): Markup {
  return markup`<div class="column">${sections.filter((section) => section !== undefined)}</div>`;
}
