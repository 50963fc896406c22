/** The last part of a command's help: command lines that work, and what some of them do. */
export function examples(...lines: readonly (readonly [command: string, note: string])[]): string {
  const width = Math.max(...lines.filter(([, note]) => note !== "").map(([command]) => command.length), 0);
  const shown = lines.map(([command, note]) => `  ${note === "" ? command : `${command.padEnd(width)}   ${note}`}`);
  return `\nExamples:\n${shown.join("\n")}`;
}
