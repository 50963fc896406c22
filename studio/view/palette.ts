import { type ReadonlySignal, signal } from "@preact/signals";

/** Red, green, blue, each 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Colours of the style sheet that canvases are painted in. */
const names = [
  "paper",
  "sheet",
  "wash",
  "ink",
  "ink-2",
  "ink-3",
  "edge",
  "rule",
  "value",
  "grad",
  "reuse",
  "pos",
  "neg",
  "zero",
  "c0",
  "c1",
  "c2",
  "c3",
  "c4",
  "c5",
  "c6",
  "c7",
  "c8",
  "c9",
] as const;

export type ColourName = (typeof names)[number];

export interface Palette {
  readonly isDark: boolean;
  /** As CSS. */
  readonly css: Readonly<Record<ColourName, string>>;
  readonly rgb: Readonly<Record<ColourName, Rgb>>;
  /** The page's family of type: asked for in a drawing, it would lay the page out again. */
  readonly font: string;
}

let current: ReadonlySignal<Palette> | undefined;

/**
 * The colours as they are now; a component or an effect that reads the signal is told when the theme changes. One style
 * is computed for each change of theme, none for each drawing. It listens as long as the page lives.
 */
export function palette(): ReadonlySignal<Palette> {
  if (current) return current;
  const colours = signal(read());
  const renew = (): void => {
    colours.value = read();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renew);
  new MutationObserver(renew).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  current = colours;
  return colours;
}

function read(): Palette {
  const probe = document.createElement("span");
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const css: Record<string, string> = {};
  const rgb: Record<string, Rgb> = {};
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    css[name] = style.color;
    const [red = 0, green = 0, blue = 0] = (style.color.match(/[\d.]+/g) ?? []).map(Number);
    rgb[name] = [red, green, blue];
  }
  probe.remove();
  const font = getComputedStyle(document.body).fontFamily;
  const [red, green, blue] = rgb["paper"]!;
  return {
    isDark: red + green + blue < 384,
    font,
    css: css as Record<ColourName, string>,
    rgb: rgb as Record<ColourName, Rgb>,
  };
}

/** A class's colour; more classes than colours begin anew, with another marker each. */
export const classColour = (label: number): ColourName => `c${label % 10}` as ColourName;
