import { NablaError } from "../errors.ts";
import { shortenText, visibleText } from "./escape.ts";
import { formatCount } from "./format.ts";
import { guessTextWidth, type Mark, type Scene } from "./scene.ts";
import { heatLevel, isDarkHeat } from "./style.ts";

export interface ConfusionChartOptions {
  /** `matrix[actual][predicted]` = number of samples. */
  readonly matrix: readonly (readonly number[])[];
  readonly classes: readonly string[];
  readonly title: string;
  readonly description: string;
}

const cell = 30;
const mostClasses = 50;
const key = "Rows: what it is. Columns: seen as.";

/**
 * A confusion matrix, one row per actual class. Mistakes carry a wash that grows with their count; hits on the diagonal
 * stay white, or they would drown everything else. Every count above 0 is also written. Throws LIMIT above 50 classes.
 */
export function confusionChart({ matrix, classes, title, description }: ConfusionChartOptions): Scene {
  if (classes.length > mostClasses) {
    throw new NablaError("LIMIT", "a confusion chart of too many classes", {
      expected: `at most ${mostClasses} classes`,
      received: `${classes.length}`,
      hint: "Show the most frequent mistakes instead, with `frequentMistakes`.",
    });
  }
  const names = classes.map((name) => shortenText(visibleText(name), 14));
  const widest = Math.max(0, ...names.map((name) => guessTextWidth(name)));
  const isTurned = widest > cell - 4;
  const left = widest + 10;
  const top = 20 + (isTurned ? Math.ceil(widest * 0.75) + 12 : 20);
  const size = cell * classes.length;
  const largest = Math.max(0, ...matrix.flatMap((row, i) => row.filter((_, j) => j !== i)));

  const marks: Mark[] = [{ kind: "text", x: 0, y: 12, text: key, style: "label" }];
  names.forEach((text, i) => {
    const middle = (i + 0.5) * cell;
    marks.push(
      { kind: "text", x: left - 8, y: top + middle + 4, text, anchor: "end", style: "tick" },
      isTurned
        ? { kind: "text", x: left + middle, y: top - 8, text, turn: -45, style: "tick" }
        : { kind: "text", x: left + middle, y: top - 7, text, anchor: "middle", style: "tick" },
    );
  });
  matrix.forEach((row, i) => {
    row.forEach((count, j) => {
      const [x, y] = [left + j * cell, top + i * cell];
      const level = i === j ? 0 : heatLevel(count, largest);
      if (level > 0) marks.push({ kind: "rect", x, y, width: cell, height: cell, style: `heat-${level}` });
      marks.push({ kind: "rect", x, y, width: cell, height: cell, style: "cell" });
      if (count > 0) {
        const style = isDarkHeat(level) ? "strong inverse" : "strong";
        marks.push({
          kind: "text",
          x: x + cell / 2,
          y: y + cell / 2 + 4,
          text: shortCount(count),
          anchor: "middle",
          style,
        });
      }
    });
  });
  const overhang = isTurned ? Math.ceil(widest * 0.75) : 1;
  const width = Math.max(left + size + overhang, guessTextWidth(key));
  return { width, height: top + size + 1, title, description, marks };
}

// Five figures are all a cell holds.
function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  return count < 1e6 ? `${formatCount(count / 1000)}k` : `${formatCount(count / 1e6)}M`;
}
