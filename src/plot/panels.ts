import { shortenText, visibleText } from "./escape.ts";
import { guessTextWidth, type Mark, type Scene } from "./scene.ts";

export interface PanelsOptions {
  /** Each with its words above it: "5 neurons". */
  readonly panels: readonly { readonly heading: string; readonly scene: Scene }[];
  /** Panels beside one another, at most. */
  readonly columns: number;
  readonly title: string;
  readonly description: string;
}

const gap = 24;
const headingHeight = 22;

/** Several scenes as one, in rows from the top left; a row is as high as its highest scene, a column as wide as its widest. */
export function panels({ panels, columns, title, description }: PanelsOptions): Scene {
  const widths: number[] = [];
  const heights: number[] = [];
  for (const [i, { scene }] of panels.entries()) {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    widths[column] = Math.max(widths[column] ?? 0, scene.width);
    heights[row] = Math.max(heights[row] ?? 0, scene.height + headingHeight);
  }
  const startOf = (sizes: readonly number[], index: number) =>
    sizes.slice(0, index).reduce((sum, size) => sum + size + gap, 0);
  const marks = panels.map(({ heading, scene }, i): Mark => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    // The heading is cut to its panel: it must not run into the next one.
    const longest = Math.max(2, Math.floor(widths[column]! / guessTextWidth("0")));
    const text = shortenText(visibleText(heading), longest);
    return {
      kind: "group",
      x: startOf(widths, column),
      y: startOf(heights, row),
      marks: [
        { kind: "text", x: 0, y: 12, text, style: "strong" },
        { kind: "group", x: 0, y: headingHeight, marks: scene.marks },
      ],
    };
  });
  const whole = (sizes: readonly number[]) => Math.max(0, startOf(sizes, sizes.length) - gap);
  return { width: whole(widths), height: whole(heights), title, description, marks };
}
