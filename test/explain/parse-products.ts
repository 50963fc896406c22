/** Reads printed sums of products back. A printed number stands for all that round to it, so results are intervals. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** `−0.38 · [0.24 · (−1)] + 0.5`. */
export const parseTextSide = (text: string): Interval =>
  sumOf(text.replaceAll("−", "-").replaceAll("[", "").replaceAll("]", ""), "·");

/** The same in LaTeX: `\boxed{-0.38 \cdot 0.24} \cdot (-1)`, `1.5 \cdot 10^{-7}`. */
export function parseLatexSide(latex: string): Interval {
  const plain = latex.replace(/ \\cdot 10\^\{(-?\d+)\}/g, "e$1").replace(/\\boxed\{([^{}]*)\}/g, "$1");
  return sumOf(plain.replaceAll("\\cdot", "·").trim(), "·");
}

function sumOf(text: string, dot: string): Interval {
  const products = text.split(" + ").map((product) => product.split(dot).map((factor) => numberOf(factor.trim())));
  return products
    .map((factors) => factors.reduce(times))
    .reduce((a, b) => ({ low: a.low + b.low, high: a.high + b.high }));
}

function times(a: Interval, b: Interval): Interval {
  const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  return { low: Math.min(...corners), high: Math.max(...corners) };
}

function numberOf(factor: string): Interval {
  const [, inner = factor] = /^\((.*)\)$/.exec(factor) ?? [];
  const match = /^-?(\d+)(?:\.(\d+))?(?:e(-?\d+))?$/.exec(inner);
  if (!match) throw new Error(`"${factor}" is no number`);
  const [, whole = "", , exponent = "0"] = match;
  const value = Number(inner);
  // zeros at the end are not printed: six decimals, six digits where smaller, seven where larger
  const size = Math.abs(value);
  const digits =
    exponent !== "0" ? size * 1e-6 : size < 1e-2 ? size * 1e-5 : size < 10 ? 1e-6 : 10 ** (whole.length - 7);
  const half = value === 0 ? 0 : digits / 2;
  return { low: value - half, high: value + half };
}
