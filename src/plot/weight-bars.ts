import { shortenText, visibleText } from "./escape.ts";
import { formatCount, formatNumber } from "./format.ts";
import { guessTextWidth, type Mark, type Scene } from "./scene.ts";

export interface WeightBarsOptions {
  readonly weights: ArrayLike<number>;
  /** Of the inputs; default `x1`, `x2`, … May come from data. */
  readonly names?: readonly string[] | undefined;
  readonly title: string;
  readonly description: string;
  /** At most so many bars, the largest |weights|; default 16. */
  readonly most?: number;
}

const [width, line, top] = [240, 18, 2];

/**
 * The weights of a unit as bars to either side of 0, in the order of the inputs: positive ones blue and solid, negative
 * ones orange with a dashed edge, each with its value. Many weights are cut to the largest, and the last line says so.
 */
export function weightBars({ weights, names, title, description, most = 16 }: WeightBarsOptions): Scene {
  const all = Array.from({ length: weights.length }, (_, i) => i);
  const kept =
    all.length <= most
      ? all
      : all
          .sort((a, b) => Math.abs(weights[b]!) - Math.abs(weights[a]!) || a - b)
          .slice(0, most)
          .sort((a, b) => a - b);
  const labels = kept.map((i) => shortenText(visibleText(names?.[i] ?? `x${i + 1}`), 14));
  const figures = kept.map((i) => formatNumber(weights[i]!, 2));
  const left = 8 + Math.max(0, ...labels.map((label) => guessTextWidth(label)));
  const right = width - 8 - Math.max(0, ...figures.map((figure) => guessTextWidth(figure)));
  const largest = Math.max(...kept.map((i) => Math.abs(weights[i]!))) || 1;
  const zero = (left + right) / 2;
  const marks: Mark[] = [];
  kept.forEach((i, row) => {
    const y = top + row * line;
    const length = (Math.abs(weights[i]!) / largest) * ((right - left) / 2 - 1);
    const isPlus = weights[i]! >= 0;
    marks.push(
      { kind: "text", x: left - 8, y: y + 12.5, text: labels[row]!, anchor: "end", style: "label" },
      {
        kind: "rect",
        x: isPlus ? zero : zero - length,
        y: y + 3.5,
        width: length,
        height: line - 7,
        style: isPlus ? "bar plus" : "bar minus",
      },
      { kind: "text", x: width, y: y + 12.5, text: figures[row]!, anchor: "end", style: "tick" },
    );
  });
  const bottom = top + kept.length * line;
  marks.push({
    kind: "path",
    runs: [
      [
        [zero, top],
        [zero, bottom],
      ],
    ],
    style: "axis",
  });
  const others = weights.length - kept.length;
  if (others > 0)
    marks.push({ kind: "text", x: 0, y: bottom + 13, text: `and ${formatCount(others)} smaller ones`, style: "tick" });
  return { width, height: bottom + (others > 0 ? line : 2), title, description, marks };
}
