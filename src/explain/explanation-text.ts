import { visibleText } from "../plot/index.ts";
import type { Explanation } from "./explanation.ts";
import { type Equation, explanationBlocks, type Product, type Side } from "./explanation-lines.ts";
import { factorText, formulaText } from "./formula-text.ts";

/** The explanation as sentences and formulas, one idea a line, broken before `columns` where a line has a place for it. */
export function explanationText(
  explanation: Explanation,
  { columns = 80, products }: { readonly columns?: number; readonly products?: number } = {},
): string {
  const lines: string[] = [];
  const width = Math.max(40, columns);
  let before = "";
  for (const block of explanationBlocks(explanation, products === undefined ? {} : { products })) {
    const isTall = block.kind === "equation" && block.isTall;
    const isApart = block.kind === "heading" || isTall || (before === "equation" && block.kind === "sentence");
    if (isApart && lines.at(-1) !== "") lines.push("");
    if (block.kind === "equation") lines.push(...equationLines(block, width));
    else {
      lines.push(...wrapped(visibleText(block.text), width));
      if (block.kind !== "sentence") lines.push("");
    }
    before = block.kind;
  }
  return `${lines.join("\n")}\n`;
}

/** Sentences broken at spaces; later lines are indented. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  const indent = /^ */.exec(text)![0];
  let line = "";
  for (const word of text.slice(indent.length).split(" ")) {
    const longer = line === "" ? `${indent}${word}` : `${line} ${word}`;
    if (longer.length > width && line !== "") {
      lines.push(line);
      line = `${indent}  ${word}`;
    } else line = longer;
  }
  return [...lines, line];
}

function equationLines({ left, relation, sides, note, isTall }: Equation, width: number): string[] {
  const head = formulaText(left);
  const behind = note === undefined ? "" : `   (${note})`;
  const flat = `${head} ${relation} ${sides.map(sideText).join(" = ")}${behind}`;
  if (!isTall && flat.length <= width) return [flat];
  const indent = " ".repeat(head.length);
  return sides.flatMap((side, i) => {
    const sign = i === 0 ? `${head} ${relation} ` : `${indent} = `;
    const isLast = i === sides.length - 1;
    return brokenSide(side, sign, `${indent} + `, width, isLast ? behind : "");
  });
}

const sideText = (side: Side): string =>
  side.map((product, i) => productText(product, side.length === 1, i === 0)).join(" + ");

function productText({ known, rest }: Product, isAlone: boolean, isFirst: boolean): string {
  const all = [...known, ...rest];
  if (all.length === 1 && known.length === 0) return isAlone ? formulaText(all[0]!) : factorText(all[0]!, isFirst);
  return pieces({ known, rest }, isFirst).join(" · ");
}

/** The factors, with brackets at the first and the last that are known. */
function pieces({ known, rest }: Product, isFirst: boolean): string[] {
  return [...known, ...rest].map((factor, i) => {
    const open = i === 0 && known.length > 0 ? "[" : "";
    const close = known.length > 0 && i === known.length - 1 ? "]" : "";
    return `${open}${factorText(factor, i === 0 && (isFirst || known.length > 0))}${close}`;
  });
}

/** A side with each product on lines of its own where it is too long for one. */
function brokenSide(side: Side, first: string, next: string, width: number, behind: string): string[] {
  const flat = `${first}${sideText(side)}${behind}`;
  if (flat.length <= width) return [flat];
  const lines: string[] = [];
  side.forEach((product, i) => {
    const isAlone = side.length === 1 && product.known.length + product.rest.length === 1;
    const parts = isAlone
      ? termsOf(productText(product, true, true))
      : pieces(product, i === 0).map((piece, k) => (k === 0 ? piece : `· ${piece}`));
    let line = i === 0 ? first : next;
    const indent = " ".repeat(next.length);
    let isFresh = true;
    for (const part of parts) {
      if (!isFresh && `${line} ${part}`.length > width) {
        lines.push(line);
        line = `${indent}${part}`;
      } else line = isFresh ? `${line}${part}` : `${line} ${part}`;
      isFresh = false;
    }
    lines.push(line);
  });
  return lines.map((line, i) => (i === lines.length - 1 ? `${line}${behind}` : line));
}

/** A long formula in pieces that begin with + or −. */
const termsOf = (text: string): string[] => text.split(/ (?=[+−] )/);
