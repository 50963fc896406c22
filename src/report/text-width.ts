// Two columns: Hangul, CJK, kana, full-width forms, emoji. Unicode's East Asian Width (UAX 11) in its broad strokes.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const widthless = /[\p{Mn}\p{Me}\u200c\u200d]/u;

/** How many columns a terminal gives the text; the text has no control characters (`escapeTerminal`). */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthless.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** The text cut to `columns`, with an ellipsis where something was cut. */
export function fitText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let fitted = "";
  let width = 0;
  for (const character of text) {
    width += textWidth(character);
    if (width > columns - 1) break;
    fitted += character;
  }
  return columns > 0 ? `${fitted}…` : "";
}

/** The text filled with spaces up to `columns`: at its end, or at its start for figures. */
export function padText(text: string, columns: number, side: "end" | "start" = "end"): string {
  const space = " ".repeat(Math.max(0, columns - textWidth(text)));
  return side === "end" ? text + space : space + text;
}
