/** The widest line of a help text, as Commander wraps the rest of it where the width is not known. */
const helpWidth = 80;

/**
 * The last part of a command's help: command lines that work, and what some of them do. A note stands beside its
 * command, in a column, where the line has room for it, else below.
 */
export function examples(...lines: readonly (readonly [command: string, note: string])[]): string {
  const fits = ([command, note]: readonly [string, string], column: number): boolean =>
    note !== "" && command.length <= column && 2 + column + 3 + note.length <= helpWidth;
  const column = Math.max(0, ...lines.filter((line) => fits(line, line[0].length)).map(([command]) => command.length));
  const shown = lines.map((line) => {
    const [command, note] = line;
    if (note === "") return `  ${command}`;
    return fits(line, column) ? `  ${command.padEnd(column)}   ${note}` : `  ${command}\n      ${note}`;
  });
  return `\nExamples:\n${shown.join("\n")}`;
}
