import { firstDarkHeat, heatLevels } from "./scene.ts";

/** Share of ink in each wash. The jump in the middle keeps text on every level at 4.5:1 or better in both themes. */
const washes = [0, 0.05, 0.1, 0.16, 0.23, 0.3, 0.36, 0.66, 0.76, 0.88];

/** Heat level of a value: 0 for nothing, else 1 to `heatLevels`; by square root, so that small counts still show. */
export function heatLevel(value: number, largest: number): number {
  if (!(value > 0) || !(largest > 0)) return 0;
  return Math.min(heatLevels, Math.max(1, Math.ceil(heatLevels * Math.sqrt(value / largest))));
}

/** Share of ink in the wash of a heat level. */
export function heatOpacity(level: number): number {
  return washes[Math.min(heatLevels, Math.max(0, level))] ?? 0;
}

export function isDarkHeat(level: number): boolean {
  return level >= firstDarkHeat;
}

/** The colours of the look; every other rule names these. */
export const lightPalette = {
  paper: "#fcfcfa",
  sheet: "#ffffff",
  wash: "#f1f1ed",
  ink: "#17191c",
  "ink-2": "#434950",
  "ink-3": "#626970",
  edge: "#868b90",
  rule: "#e2e2dc",
  plus: "#2166ac",
  minus: "#b35806",
  zero: "#f7f7f4",
} as const;

export const darkPalette: Readonly<Record<keyof typeof lightPalette, string>> = {
  paper: "#12161c",
  sheet: "#171c23",
  wash: "#1f252d",
  ink: "#e9ebee",
  "ink-2": "#b9c0c9",
  "ink-3": "#929ba6",
  edge: "#6b7480",
  rule: "#2a313a",
  plus: "#78b4ea",
  minus: "#f0a050",
  zero: "#1a2028",
};

export const fontStack =
  'system-ui,-apple-system,"Segoe UI",Roboto,Inter,"Noto Sans","Helvetica Neue",Arial,sans-serif';

/** The rules of every mark, for a page that defines the palette as custom properties. */
export const chartStyle = [
  `.chart text{font-family:${fontStack};font-size:11px;fill:var(--ink-3);font-variant-numeric:tabular-nums lining-nums}`,
  ".chart .label{fill:var(--ink-2)}.chart .strong{fill:var(--ink)}.chart .strong.inverse{fill:var(--paper)}",
  ".chart .grid,.chart .axis{fill:none;stroke:var(--rule);stroke-width:1;shape-rendering:crispEdges}",
  ".chart .axis{stroke:var(--edge)}",
  ".chart .series{fill:none;stroke:var(--ink);stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}",
  ".chart .series.dashed{stroke:var(--ink-2);stroke-dasharray:4 3;stroke-linecap:butt}",
  ".chart .series.dotted{stroke:var(--ink-2);stroke-dasharray:.1 4}",
  ".chart .dot{fill:var(--ink);stroke:var(--ink);stroke-width:1.5}.chart .dot.open{fill:var(--paper);stroke:var(--ink-2)}",
  ".chart .cell{fill:none;stroke:var(--rule);stroke-width:1}",
  ".chart image{image-rendering:pixelated}",
  ".chart .zero{fill:var(--zero)}.chart .sign{fill:none;stroke:var(--ink);stroke-width:1;shape-rendering:crispEdges}",
  ".chart .unit{fill:var(--paper);stroke:var(--ink-2);stroke-width:1.25}.chart .link{fill:none;stroke:var(--edge);stroke-width:.75;stroke-opacity:.55}",
  ".chart .bar.plus{fill:var(--plus)}.chart .bar.minus{fill:var(--minus);fill-opacity:.35;stroke:var(--minus);stroke-dasharray:3 2}",
  ...washes.map((opacity, level) => `.chart .heat-${level}{fill:var(--ink);fill-opacity:${opacity}}`),
].join("\n");

function properties(palette: Readonly<Record<string, string>>): string {
  return Object.entries(palette)
    .map(([name, color]) => `--${name}:${color}`)
    .join(";");
}

/** The same rules for an SVG file on its own: it brings its palette and follows the reader's theme. */
export const standaloneStyle = [
  `.chart{color-scheme:light dark;background:var(--paper);${properties(lightPalette)}}`,
  `@media (prefers-color-scheme:dark){.chart{${properties(darkPalette)}}}`,
  chartStyle,
].join("\n");
