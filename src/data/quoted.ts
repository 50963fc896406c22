const MAX_SHOWN = 120;

/** Characters that could change how a line is read: controls, escapes, bidirectional marks, half pairs, line separators. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}"\\]/gu;

function escaped(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** Text from a file, a path or a user in double quotes, one line, hidden characters visible, cut after 120 characters. */
export function quoted(text: string): string {
  const shown = text.slice(0, MAX_SHOWN).replace(HIDDEN, escaped);
  return `"${shown}${text.length > MAX_SHOWN ? "…" : ""}"`;
}
