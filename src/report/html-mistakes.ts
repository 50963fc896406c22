import { formatCount, formatNumber, formatPercent } from "../plot/format.ts";
import { pictureUri } from "../plot/picture.ts";
import { type Markup, type MarkupPart, markup, nameMarkup } from "./markup.ts";
import { panel, scrollable } from "./panel.ts";
import type { ReportData, ReportMistake } from "./report-data.ts";

const mostMistakes = 48;
const mostValues = 6;

/** The mistakes that cost most: pictures where the samples are pictures, else a table. Left out where there is none. */
export function mistakesSection({ mistakes = [] }: ReportData): Markup | undefined {
  if (mistakes.length === 0) return undefined;
  const shown = mistakes.slice(0, mostMistakes);
  const hasPictures = shown.every(({ picture }) => picture !== undefined);
  const body = hasPictures ? markup`<ul class="mistakes">${shown.map(pictureItem)}</ul>` : valueTable(shown);
  return panel("mistakes", "Worst mistakes", "Those that cost most loss, worst first", body);
}

function pictureItem(mistake: ReportMistake): Markup {
  const { picture, index } = mistake;
  const source =
    picture &&
    markup`<img${picture.isInk ? markup` class="ink"` : ""} src="${pictureUri(picture)}" width="${picture.width}" height="${picture.height}" alt="Test sample ${index + 1}">`;
  return markup`<li><figure>${source}<figcaption>${caption(mistake)}</figcaption></figure></li>
`;
}

function caption({ seenAs, actual, probability }: ReportMistake): MarkupPart {
  const sure = probability === undefined ? "" : ` (${formatPercent(probability, 1).replace(" ", "\u00a0")})`;
  return markup`seen as <b>${nameMarkup(seenAs)}</b>${sure}, is <b>${nameMarkup(actual)}</b>`;
}

function valueTable(mistakes: readonly ReportMistake[]): Markup {
  const hasProbability = mistakes.some(({ probability }) => probability !== undefined);
  const hasValues = mistakes.some(({ values }) => values !== undefined);
  const rows = mistakes.map(
    (
      mistake,
    ) => markup`<tr><th scope="row">${formatCount(mistake.index + 1)}</th><td>${nameMarkup(mistake.seenAs)}</td>${
      hasProbability
        ? markup`<td>${mistake.probability === undefined ? "–" : formatPercent(mistake.probability, 1)}</td>`
        : undefined
    }<td>${nameMarkup(mistake.actual)}</td><td>${formatNumber(mistake.loss)}</td>${hasValues ? markup`<td>${valuesText(mistake.values)}</td>` : undefined}</tr>
`,
  );
  const heads = ["Seen as", ...(hasProbability ? ["Sure"] : []), "Is", "Loss", ...(hasValues ? ["Values"] : [])];
  const table = markup`<table class="rows"><thead><tr><th scope="col" class="words">Test sample</th>${heads.map(
    (head) => markup`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table>`;
  return scrollable("Worst mistakes", table);
}

function valuesText(values: ArrayLike<number> | undefined): string {
  if (values === undefined) return "–";
  const first = Array.from({ length: Math.min(mostValues, values.length) }, (_, i) => formatNumber(values[i]!, 3));
  return first.join(", ") + (values.length > mostValues ? ", …" : "");
}
