import { NablaError, quoted } from "../errors.ts";
import { readText } from "./small-files.ts";

const mostBytes = 4_000_000;
const mostPoints = 100_000;

/**
 * Points of a drawn curve: two columns, x and y, with a comma, a semicolon, a tab or spaces between them; a first line of
 * words is a heading; empty lines do not count. Throws ENVIRONMENT, LIMIT, and FORMAT or DATA with the line.
 */
export async function readPoints(file: string): Promise<readonly (readonly [number, number])[]> {
  const lines = (await readText(file, mostBytes)).split(/\r\n|\n|\r/);
  const points: [number, number][] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const words = line.trim().split(/\s*[,;\t]\s*|\s+/);
    const [x = Number.NaN, y = Number.NaN] = words.map(toNumber);
    const isPoint = words.length === 2 && Number.isFinite(x) && Number.isFinite(y);
    const isHeading = points.length === 0 && words.length === 2 && words.every((word) => /^["'\p{L}_]/u.test(word));
    if (isHeading && i === lines.findIndex((other) => other.trim() !== "")) continue;
    if (!isPoint)
      throw new NablaError("DATA", `line ${i + 1} of ${quoted(file)} is no point: ${quoted(line.trim())}`, {
        where: { file, row: i + 1 },
        expected: "two finite numbers, x and y",
        received: quoted(line.trim()),
        hint: "Write one point a line, such as 0.5,1.25.",
      });
    if (points.push([x, y]) > mostPoints)
      throw new NablaError("LIMIT", `${quoted(file)} has more than ${mostPoints} points`, {
        where: { file, row: i + 1 },
        expected: `at most ${mostPoints} points`,
        received: "more",
        hint: "Leave some out.",
      });
  }
  return points;
}

const toNumber = (word: string): number =>
  /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : Number.NaN;
