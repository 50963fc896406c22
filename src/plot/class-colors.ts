/**
 * How classes are told apart: eight colours that stay apart for people who see fewer (Okabe & Ito 2008), the yellow
 * darkened to show on white, and beside them shapes and names, for colour alone says nothing.
 */
export const classColors = {
  light: ["#0072b2", "#d55e00", "#009e73", "#b5629a", "#8a6d00", "#3a93c9", "#17191c", "#a0522d", "#6a51a3", "#5f7f1f"],
  dark: ["#5aa9e6", "#ff8a3d", "#3ecf9f", "#e6a0cc", "#f0d34c", "#8fd0f5", "#e9ebee", "#d99a6c", "#b5a3e6", "#b4d45c"],
} as const;

export const classShapes = ["circle", "square", "triangle", "diamond", "cross", "plus", "pentagon", "bar"] as const;

/** Which colour a class has; more classes than colours begin anew. */
export const colorIndex = (label: number): number => label % classColors.light.length;

/** Rules for marks of the style `points class-0` …, for an SVG of its own. */
export const classStyle = [
  ".chart .points{fill:none;stroke-linecap:round;stroke-width:3.2;stroke-opacity:.75}",
  ...classColors.light.map((color, i) => `.chart .class-${i}{stroke:${color}}`),
  ".chart .name{font-weight:600;fill:var(--ink);stroke:var(--paper);stroke-width:3;paint-order:stroke;stroke-linejoin:round}",
  "@media (prefers-color-scheme:dark){",
  ...classColors.dark.map((color, i) => `.chart .class-${i}{stroke:${color}}`),
  "}",
].join("\n");
