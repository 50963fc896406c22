import { classStyle } from "./class-colors.ts";
import { escapeMarkup } from "./escape.ts";
import type { Mark, PathMark, Scene, TextMark } from "./scene.ts";
import { standaloneStyle } from "./style.ts";

export interface SvgOptions {
  /**
   * true: a file of its own, with its style and both themes.
   * false: for a page that carries `chartStyle` and the palette, so that the page's security policy need not allow more.
   */
  readonly standalone?: boolean;
}

/** The scene as SVG text. The same scene gives the same text on every machine; coordinates are rounded to 0.01. */
export function toSvg(scene: Scene, { standalone = true }: SvgOptions = {}): string {
  const [width, height] = [number(scene.width), number(scene.height)];
  const size = standalone ? ` width="${width}" height="${height}"` : "";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 ${width} ${height}"${size}>`,
    `<title>${escapeMarkup(scene.title)}</title>`,
    `<desc>${escapeMarkup(scene.description)}</desc>`,
    ...(standalone ? [`<style>${standaloneStyle}${hasClasses(scene.marks) ? `\n${classStyle}` : ""}</style>`] : []),
    ...scene.marks.map(markText),
    "</svg>",
  ].join("\n");
}

/** Only pictures that tell classes apart carry the rules for that. */
const hasClasses = (marks: readonly Mark[]): boolean =>
  marks.some((mark) =>
    mark.kind === "group" ? hasClasses(mark.marks) : "style" in mark && mark.style.startsWith("points"),
  );

function markText(mark: Mark): string {
  switch (mark.kind) {
    case "group":
      return [
        `<g transform="translate(${number(mark.x)} ${number(mark.y)})">`,
        ...mark.marks.map(markText),
        "</g>",
      ].join("\n");
    case "path":
      return `<path class="${escapeMarkup(mark.style)}" d="${pathData(mark.runs)}"/>`;
    case "rect":
      return `<rect class="${escapeMarkup(mark.style)}"${box(mark)}/>`;
    case "circle":
      return `<circle class="${escapeMarkup(mark.style)}" cx="${number(mark.x)}" cy="${number(mark.y)}" r="${number(mark.radius)}"/>`;
    case "text":
      return textText(mark);
    case "image":
      return `<image${box(mark)} href="${escapeMarkup(mark.uri)}"/>`;
  }
}

function box({ x, y, width, height }: { x: number; y: number; width: number; height: number }): string {
  return ` x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"`;
}

function textText({ x, y, text, anchor = "start", turn = 0, style }: TextMark): string {
  const anchorText = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  const turnText = turn === 0 ? "" : ` transform="rotate(${number(turn)} ${number(x)} ${number(y)})"`;
  return `<text class="${escapeMarkup(style)}" x="${number(x)}" y="${number(y)}"${anchorText}${turnText}>${escapeMarkup(text)}</text>`;
}

function pathData(runs: PathMark["runs"]): string {
  return runs.map((run) => run.map(([x, y], i) => `${i === 0 ? "M" : "L"}${number(x)} ${number(y)}`).join("")).join("");
}

// 0.01 px is finer than any screen shows and coarser than any engine's last bits.
function number(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return Number.isFinite(rounded) ? String(rounded === 0 ? 0 : rounded) : "0";
}
