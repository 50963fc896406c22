/**
 * Text that comes from data, made safe to show: nothing in it can hide, reorder or close what stands around it.
 * One notation everywhere: a character that has no shape of its own appears as `[U+202E]`.
 */

// Cc controls (ESC, newline), Cf formats (bidi overrides, zero-width, tags), Zl/Zp line breaks, lone surrogates,
// and the two non-characters XML forbids. The joiners U+200C and U+200D spell ordinary Persian and Hindi words: kept.
const shapeless = /[^\P{Cf}\u200c\u200d]|[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/gu;

/** The text with every control, bidi mark, line break and lone surrogate written out as `[U+…]`. */
export function visibleText(text: string): string {
  return text.replace(shapeless, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `[U+${code.padStart(4, "0")}]`;
  });
}

const entities: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

/** The text for HTML or SVG, safe as element content and inside a quoted attribute. */
export function escapeMarkup(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (character) => entities.get(character) ?? character);
}

/** At most `longest` characters (code points), the last an ellipsis where something was cut. Call it before escaping. */
export function shortenText(text: string, longest: number): string {
  // Two code units make at most one code point, so this slice bounds the work whatever the length of the text.
  const characters = Array.from(text.slice(0, 2 * longest + 2));
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join("")}…`;
}
