import { escapeMarkup, shortenText } from "../plot/escape.ts";

/** HTML that is known to be safe. Made only by `markup`, `trustedMarkup` and what builds on them. */
export interface Markup {
  readonly markup: string;
}

export type MarkupPart = string | number | Markup | undefined | readonly MarkupPart[];

/**
 * A template that escapes every value put into it, unless the value is itself `Markup`:
 * `` markup`<td>${name}</td>` ``. Lists are joined, undefined is nothing. Forgetting to escape is not possible.
 */
export function markup(texts: TemplateStringsArray, ...values: readonly MarkupPart[]): Markup {
  return { markup: texts.map((text, i) => text + (i < values.length ? partText(values[i]) : "")).join("") };
}

function partText(part: MarkupPart): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escapeMarkup(part);
  if (typeof part === "number") return String(part);
  return "markup" in part ? part.markup : part.map(partText).join("");
}

/** Text of our own making that is HTML already: a stylesheet, an SVG of `toSvg`. Never data. */
export function trustedMarkup(text: string): Markup {
  return { markup: text };
}

const longestName = 80;

/** A name from data: shortened, escaped, and isolated so that a right-to-left name does not reorder its surroundings. */
export function nameMarkup(name: string): Markup {
  return markup`<bdi>${plainName(name)}</bdi>`;
}

/** A name from data for a place without elements, such as `<title>` or `alt`; escaped when put into `markup`. */
export function plainName(name: string): string {
  return name.trim() === "" ? "(no name)" : shortenText(name, longestName);
}
