import { formatNumber } from "../plot/format.ts";
import { pictureUri } from "../plot/picture.ts";
import { type Markup, markup, nameMarkup, plainName } from "./markup.ts";
import { panel } from "./panel.ts";
import type { ReportData, ReportTemplate } from "./report-data.ts";

const mostTemplates = 40;

/** The rows of a linear classifier as pictures, all with the same range of colours. Left out where there are none. */
export function templatesSection({ templates = [] }: ReportData): Markup | undefined {
  const [first] = templates;
  if (!first) return undefined;
  const items = templates.slice(0, mostTemplates).map(
    (template) =>
      markup`<li><figure><img src="${uriOf(template)}" width="${template.width}" height="${template.height}" alt="Weights of ${plainName(template.name)}"><figcaption><b>${nameMarkup(template.name)}</b></figcaption></figure></li>
`,
  );
  const more = templates.length > mostTemplates ? `, the first ${mostTemplates} of ${templates.length}` : "";
  const key =
    first.channels === 1
      ? `Grey is 0; bright (to ${formatNumber(first.largest)}) speaks for the class, dark (to ${formatNumber(-first.largest)}) against it.`
      : `Middle grey is 0; a brighter channel speaks for the class, a darker one against it.`;
  return panel("templates", "Templates", `A row of weights for each class${more}`, [
    markup`<ul class="mistakes">${items}</ul>`,
    markup`<p class="label">${key}</p>`,
  ]);
}

function uriOf({ weights, width, height, channels, largest }: ReportTemplate): string {
  const range = largest > 0 ? largest : 1;
  return pictureUri({ pixels: weights, width, height, channels, range: [-range, range] });
}
