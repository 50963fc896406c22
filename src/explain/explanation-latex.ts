import type { Explanation } from "./explanation.ts";
import { type Equation, explanationBlocks, type Product, type Side } from "./explanation-lines.ts";
import { factorLatex, formulaLatex, latexText } from "./formula-latex.ts";

/** The explanation as LaTeX with amsmath; factors that are known are boxed, as on the slide. */
export function explanationLatex(
  explanation: Explanation,
  { document = true, products }: { readonly document?: boolean; readonly products?: number } = {},
): string {
  const body = explanationBlocks(explanation, products === undefined ? {} : { products }).map((block) => {
    if (block.kind === "equation") return equation(block);
    const text = latexText(block.text);
    return block.kind === "title"
      ? `\\section*{${text}}`
      : block.kind === "heading"
        ? `\\subsection*{${text}}`
        : `${text}\n`;
  });
  if (!document) return `${body.join("\n")}\n`;
  return [
    "\\documentclass[a4paper]{article}",
    "\\usepackage[landscape,margin=15mm]{geometry}",
    "\\usepackage{amsmath}",
    "\\setlength{\\parindent}{0pt}",
    "\\allowdisplaybreaks",
    "\\begin{document}",
    ...body,
    "\\end{document}",
    "",
  ].join("\n");
}

function equation({ left, relation, sides, note }: Equation): string {
  const rows = sides.flatMap((side, i) => {
    const head = i === 0 ? `${formulaLatex(left)} &${relation === "=" ? "=" : "\\leftarrow"} ` : "&= ";
    const behind = note !== undefined && i === sides.length - 1 ? ` && \\text{(${latexText(note)})}` : "";
    const products = sideProducts(side);
    return products.map((text, k) => {
      const isLast = k === products.length - 1;
      return `  ${k === 0 ? head : "&\\quad + "}${text}${isLast ? behind : ""}`;
    });
  });
  return `\\begin{align*}\n${rows.join(" \\\\\n")}\n\\end{align*}`;
}

/** Two products in a row at most. */
function sideProducts(side: Side): string[] {
  const texts = side.map((product) => productLatex(product, side.length === 1));
  return Array.from({ length: Math.ceil(texts.length / 2) }, (_, i) => texts.slice(2 * i, 2 * i + 2).join(" + "));
}

function productLatex({ known, rest }: Product, isAlone: boolean): string {
  if (known.length === 0 && rest.length === 1) return isAlone ? formulaLatex(rest[0]!) : factorLatex(rest[0]!, false);
  const joined = (factors: Product["rest"], isFirst: boolean): string =>
    factors.map((factor, i) => factorLatex(factor, isFirst && i === 0)).join(" \\cdot ");
  if (known.length === 0) return joined(rest, true);
  const box = `\\boxed{${joined(known, true)}}`;
  return rest.length === 0 ? box : `${box} \\cdot ${joined(rest, false)}`;
}
