import { escapeMarkup } from "../plot/index.ts";
import type { Explanation } from "./explanation.ts";
import { type Equation, explanationBlocks, type Product, type Side } from "./explanation-lines.ts";
import { factorMathml, formulaMathml } from "./formula-mathml.ts";

/**
 * The explanation for a page: headings and sentences as HTML, each equation as one `math` element with a table that
 * aligns its sides. Factors that are known stand in `mrow` of the class `reused`, and in brackets: nothing is said by
 * colour alone. No script, no style, no link.
 */
export function explanationMathml(explanation: Explanation, { products }: { readonly products?: number } = {}): string {
  const parts = explanationBlocks(explanation, products === undefined ? {} : { products }).map((block) => {
    if (block.kind === "equation") return equation(block);
    const tag = block.kind === "title" ? "h1" : block.kind === "heading" ? "h2" : "p";
    return `<${tag}>${escapeMarkup(block.text)}</${tag}>`;
  });
  return `${parts.join("\n")}\n`;
}

function equation({ left, relation, sides, note }: Equation): string {
  const rows = sides.map((side, i) => {
    const head = i === 0 ? formulaMathml(left) : "<mrow></mrow>";
    const sign = `<mo>${i === 0 ? relation : "="}</mo>`;
    const behind =
      note !== undefined && i === sides.length - 1
        ? `<mspace width="1em"></mspace><mtext>(${escapeMarkup(note)})</mtext>`
        : "";
    return `<mtr><mtd>${head}</mtd><mtd>${sign}</mtd><mtd><mrow>${sideMathml(side)}${behind}</mrow></mtd></mtr>`;
  });
  return `<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mtable displaystyle="true">${rows.join("")}</mtable></math>`;
}

const sideMathml = (side: Side): string =>
  side.map((product) => productMathml(product, side.length === 1)).join("<mo>+</mo>");

function productMathml({ known, rest }: Product, isAlone: boolean): string {
  if (known.length === 0 && rest.length === 1) return isAlone ? formulaMathml(rest[0]!) : factorMathml(rest[0]!, false);
  const joined = (factors: readonly Parameters<typeof factorMathml>[0][], isFirst: boolean): string =>
    factors.map((factor, i) => factorMathml(factor, isFirst && i === 0)).join("<mo>·</mo>");
  if (known.length === 0) return joined(rest, true);
  const box = `<mrow class="reused"><mo>[</mo>${joined(known, true)}<mo>]</mo></mrow>`;
  return rest.length === 0 ? box : `${box}<mo>·</mo>${joined(rest, false)}`;
}
