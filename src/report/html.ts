import { formatCount, formatDuration, formatShape } from "../plot/format.ts";
import { type Confusion, confusionTable } from "./confusion.ts";
import { confusionSection, resultSection } from "./html-evaluation.ts";
import { curveSections, epochsSection } from "./html-history.ts";
import { mistakesSection } from "./html-mistakes.ts";
import { findingsSection, modelSection, settingsSection } from "./html-run.ts";
import { type Markup, markup, nameMarkup, plainName, trustedMarkup } from "./markup.ts";
import type { ReportData } from "./report-data.ts";
import { sha256Base64 } from "./sha256.ts";
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
    mistakes: [confusion && confusionSection(confusion), mistakesSection(data)],
    run: [column([modelSection(data), epochsSection(data.history), findingsSection(data)]), settingsSection(data)],
  };
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src 'sha256-${sha256Base64(reportStyle)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${plainName(data.title)} · nabla report</title>
<link rel="icon" href="data:,">
<style>${trustedMarkup(reportStyle)}</style>
</head>
<body>
${pageHeader(data, confusion)}
<main>
${deck(panels.figures, "deck")}
${deck(panels.mistakes, "deck two")}
${deck(panels.run, "deck two")}
</main>
<footer>Made by nabla. This page needs no other file and runs no script.</footer>
</body>
</html>
`;
  return page.markup;
}

function pageHeader({ title, when, model, data, history }: ReportData, confusion: Confusion | undefined): Markup {
  const epochs = history.epochs.length;
  const named = model.layers.length;
  const sample =
    data.shape.length === 0 ? "one number each" : `${formatShape(data.shape).replaceAll(" ", "\u00a0")} numbers each`;
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
  )} samples of ${nameMarkup(data.name)}, ${sample}, for ${formatCount(epochs)} ${epochs === 1 ? "epoch" : "epochs"} in ${formatDuration(
    history.seconds,
  )}.${ending}${confusion && confusion.total > 0 ? ` Judged on ${formatCount(confusion.total)} samples it had not seen.` : ""}</p>
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
