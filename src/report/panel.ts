import { type Markup, type MarkupPart, markup } from "./markup.ts";

/** A titled region of the report; `explanation` is the one line at the right of its title. `id` is ours, never data. */
export function panel(id: string, title: string, explanation: MarkupPart, body: MarkupPart): Markup {
  return markup`<section class="panel" aria-labelledby="${id}">
<div class="head"><h2 id="${id}">${title}</h2>${explanation === undefined ? undefined : markup`<p class="label">${explanation}</p>`}</div>
${body}
</section>
`;
}

/** A table that may be wider than the screen: it scrolls by itself, and by keyboard, without moving the page. */
export function scrollable(label: string, table: Markup): Markup {
  return markup`<div class="scroll" role="group" aria-label="${label}" tabindex="0">${table}</div>`;
}

/** A list of terms and what they are. */
export function termList(entries: readonly (readonly [term: MarkupPart, value: MarkupPart])[]): Markup {
  return markup`<dl class="kv">${entries.map(([term, value]) => markup`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}
