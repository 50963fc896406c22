/**
 * A value as one line of JSON that is safe on a terminal and inside a page: controls, formats and line separators are
 * written as `\uXXXX`, and `</` as `<\/`, which parse back to the same text. NaN and infinity become null.
 */
export function jsonLine(value: unknown): string {
  return escapeJson(JSON.stringify(value));
}

/** The same in several lines, for files that people read. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  // Lists of plain values in one line: a line break stands only between tokens, never inside a string.
  const short = text.replace(/\[\n([^[\]{}]*)\n *\]/g, (_, items: string) => `[${items.trim().replace(/\n */g, " ")}]`);
  return `${escapeJson(short)}\n`;
}

// Between the tokens of JSON stand only spaces and line breaks, so these characters occur in strings alone.
const hidden = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

function escapeJson(text: string): string {
  const visible = text.replace(hidden, (character) =>
    // code units: a character beyond 16 bits is written as its two halves
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
  return visible.replaceAll("</", "<\\/");
}
