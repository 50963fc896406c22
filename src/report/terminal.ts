import { shortenText, visibleText } from "../plot/escape.ts";
import { formatCount, formatPercent } from "../plot/format.ts";
import type { Picture } from "../plot/picture.ts";
import { confusionTable, frequentMistakes } from "./confusion.ts";
import type { ReportMistake } from "./report-data.ts";
import { fitText, padText, textWidth } from "./text-width.ts";

/**
 * A text from data for one line of a terminal: no escape sequence, no line break and no bidi mark survives as such;
 * each is written out as `[U+001B]`. At most 200 characters.
 */
export function escapeTerminal(text: string, longest = 200): string {
  return visibleText(shortenText(text, longest));
}

const mostMatrixClasses = 26;
const longestName = 16;

export interface ConfusionTextOptions {
  /** Columns of the terminal. A matrix that is wider gives the list of the commonest mistakes. */
  readonly columns?: number;
  /** Bold for hits, faint for zeros; without it the text says the same. */
  readonly color?: boolean;
}

/** The confusion matrix as an aligned table, recall at the right; zeros are dots. No final line break. */
export function confusionText(
  matrix: readonly (readonly number[])[],
  classes: readonly string[],
  { columns = 100, color = false }: ConfusionTextOptions = {},
): string {
  const confusion = confusionTable(matrix, classes);
  const names = confusion.classes.map(({ name }) => fitText(escapeTerminal(name, longestName), longestName));
  const left = Math.max(0, ...names.map(textWidth));
  const longestCount = Math.max(1, ...matrix.flat().map((count) => formatCount(count).length));
  const cell = 2 + Math.max(longestCount, ...names.map((name) => Math.min(6, textWidth(name))));
  const recallWidth = 9;
  if (names.length > mostMatrixClasses || left + cell * names.length + recallWidth > columns) {
    return frequentMistakes(confusion, 10)
      .map(({ actual, seenAs, count }) => {
        const [is, seen] = [escapeTerminal(actual, longestName), escapeTerminal(seenAs, longestName)];
        return `${padText(formatCount(count), longestCount, "start")} × ${is} seen as ${seen}`;
      })
      .join("\n");
  }
  const heads = names.map((name) => padText(fitText(name, cell - 2), cell, "start"));
  const lines = [`${padText("", left)}${heads.join("")}${padText("recall", recallWidth, "start")}`];
  matrix.forEach((row, i) => {
    const cells = row.map((count, j) => {
      const text = padText(count === 0 ? "·" : formatCount(count), cell, "start");
      return i === j ? paint(text, "bold", color) : count === 0 ? paint(text, "faint", color) : text;
    });
    const { recall } = confusion.classes[i]!;
    const share = recall === undefined ? "–" : formatPercent(recall, 1);
    lines.push(`${padText(names[i]!, left)}${cells.join("")}${padText(share, recallWidth, "start")}`);
  });
  return lines.join("\n");
}

export interface PictureTextOptions {
  /** `blocks`: two rows of pixels a line, ink or not. `ascii`: ten shades, for terminals without Unicode. */
  readonly characters?: "blocks" | "ascii";
}

/** A grey picture as lines of text, one column a pixel and two pixel rows a line, larger values as more ink. */
export function pictureText(picture: Picture, { characters = "blocks" }: PictureTextOptions = {}): readonly string[] {
  const { pixels, width, height, channels = 1, range: [none, all] = [0, 1] } = picture;
  const ink = (x: number, y: number) => {
    if (y >= height) return 0;
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += (pixels[(y * width + x) * channels + c] ?? none) - none;
    const share = sum / channels / (all - none);
    return Number.isNaN(share) ? 0 : Math.min(1, Math.max(0, share));
  };
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = "";
    for (let x = 0; x < width; x++) line += inkCharacter(ink(x, y), ink(x, y + 1), characters);
    lines.push(line);
  }
  return lines;
}

function inkCharacter(upper: number, lower: number, characters: "blocks" | "ascii"): string {
  if (characters === "blocks") return " ▀▄█"[(upper >= 0.4 ? 1 : 0) + (lower >= 0.4 ? 2 : 0)]!;
  const shades = " .:-=+*#%@";
  return shades[Math.round((shades.length - 1) * ((upper + lower) / 2))]!;
}

/** One picture as lines, from its bare pixels (values from 0 to 1). */
export function mistakePicture(
  pixels: ArrayLike<number>,
  width: number,
  height: number,
  options?: PictureTextOptions,
): string {
  return pictureText({ pixels, width, height }, options).join("\n");
}

/** Mistakes side by side, as many as fit the width, each with its caption; without pictures, one caption a line. */
export function mistakesText(
  mistakes: readonly ReportMistake[],
  {
    columns = 100,
    rows = 1,
    characters,
  }: PictureTextOptions & { readonly columns?: number; readonly rows?: number } = {},
): string {
  const pictured = mistakes.filter((mistake) => mistake.picture !== undefined);
  if (pictured.length < mistakes.length) {
    return mistakes
      .map((mistake) => `sample ${formatCount(mistake.index + 1)}: ${captionLines(mistake).join(", ")}`)
      .join("\n");
  }
  const tile = Math.max(18, ...pictured.map(({ picture }) => picture!.width));
  const gap = 2;
  const perRow = Math.max(1, Math.floor((columns + gap) / (tile + gap)));
  const blocks: string[] = [];
  for (let row = 0; row < rows && row * perRow < pictured.length; row++) {
    const shown = pictured.slice(row * perRow, (row + 1) * perRow);
    const pictures = withoutBlankEdges(shown.map(({ picture }) => pictureText(picture!, { characters })));
    const tiles = shown.map((mistake, i) => [...pictures[i]!, ...captionLines(mistake)]);
    const height = Math.max(...tiles.map((lines) => lines.length));
    const lines = Array.from({ length: height }, (_, y) =>
      tiles
        .map((lines) => padText(fitText(lines[y] ?? "", tile), tile))
        .join(" ".repeat(gap))
        .trimEnd(),
    );
    blocks.push(lines.join("\n"));
  }
  return blocks.join("\n\n");
}

/** The pictures without the lines at top and bottom that are blank in all of them. */
function withoutBlankEdges(pictures: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const height = Math.max(...pictures.map((lines) => lines.length));
  const isBlank = (y: number) => pictures.every((lines) => (lines[y] ?? "").trim() === "");
  let [top, bottom] = [0, height];
  while (top < bottom && isBlank(top)) top++;
  while (bottom > top && isBlank(bottom - 1)) bottom--;
  return pictures.map((lines) => Array.from({ length: bottom - top }, (_, i) => lines[top + i] ?? ""));
}

function captionLines({ seenAs, actual, probability }: ReportMistake): readonly string[] {
  const sure = probability === undefined ? "" : ` (${formatPercent(probability, 1)})`;
  return [`seen as ${escapeTerminal(seenAs, longestName)}${sure}`, `is ${escapeTerminal(actual, longestName)}`];
}

export interface ProgressBarOptions {
  readonly done: number;
  readonly total: number;
  /** In columns. */
  readonly width: number;
  readonly characters?: "blocks" | "ascii";
}

/** A bar of exactly `width` columns; done and to do differ in shape, not in colour. It is full only when all is done. */
export function progressBar({ done, total, width, characters = "blocks" }: ProgressBarOptions): string {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const filled = Math.floor(width * (Number.isNaN(share) ? 0 : share));
  const [full, empty] = characters === "blocks" ? ["█", "░"] : ["#", "-"];
  return full.repeat(filled) + empty.repeat(width - filled);
}

/** The text in bold or faint, where `color` allows escape sequences. The text is already escaped. */
export function paint(text: string, weight: "bold" | "faint", color: boolean): string {
  return color ? `\u001b[${weight === "bold" ? 1 : 2}m${text}\u001b[22m` : text;
}
