import { escapeMarkup, formatCount } from "../plot/index.ts";
import type { Formula, MathSymbol } from "./formula.ts";
import { signOf } from "./formula-text.ts";
import { fractionText, numberText } from "./number-text.ts";

/** Formulas as presentation MathML: elements of MathML Core only, every text escaped. */

const row = (...parts: readonly string[]): string =>
  parts.length === 1 ? parts[0]! : `<mrow>${parts.join("")}</mrow>`;
const identifier = (name: string): string => `<mi>${escapeMarkup(name)}</mi>`;
const operator = (sign: string): string => `<mo>${escapeMarkup(sign)}</mo>`;
const inParentheses = (inner: string): string => row(operator("("), inner, operator(")"));
const dot = operator("·");

export function symbolMathml({ letter, above, below, sample }: MathSymbol): string {
  const base = identifier(letter);
  const indices = below.length === 0 ? undefined : indexRow(below);
  const raised = [
    ...(above === undefined ? [] : [`<mn>${above}</mn>`]),
    ...(sample === undefined ? [] : [operator("("), `<mn>${sample}</mn>`, operator(")")]),
  ];
  if (raised.length === 0) return indices === undefined ? base : `<msub>${base}${indices}</msub>`;
  if (indices === undefined) return `<msup>${base}${row(...raised)}</msup>`;
  return `<msubsup>${base}${indices}${row(...raised)}</msubsup>`;
}

function indexRow(below: readonly number[]): string {
  if (!below.some((n) => n > 9)) return `<mn>${below.join("")}</mn>`;
  return row(...below.flatMap((n, i) => [...(i > 0 ? [operator(",")] : []), `<mn>${n}</mn>`]));
}

/** A number; exponents as a power of ten. */
function numeral(value: number, asFraction: boolean): string {
  const text = asFraction ? fractionText(value) : numberText(value);
  const [, sign = "", digits = "", exponentSign = "", exponent] = /^(−?)(.*?)(?:e(−?)(\d+))?$/.exec(text) ?? [];
  const mantissa = /^[\d.½⅓¼]+$/.test(digits) ? `<mn>${digits}</mn>` : `<mtext>${escapeMarkup(digits)}</mtext>`;
  const power =
    exponent === undefined
      ? []
      : [dot, `<msup><mn>10</mn>${row(...(exponentSign ? [operator("−")] : []), `<mn>${exponent}</mn>`)}</msup>`];
  return row(...(sign ? [operator("−")] : []), mantissa, ...power);
}

const isNegative = (formula: Formula): boolean =>
  (formula.kind === "number" && formula.value < 0) ||
  (formula.kind === "product" && formula.factors[0]?.kind === "number" && formula.factors[0].value < 0);

/** A formula as a factor: sums in parentheses, and negative numbers unless they stand first. */
export function factorMathml(formula: Formula, isFirst: boolean): string {
  if (formula.kind === "product" && !isFirst && isNegative(formula) && signOf(formula)[0] === "")
    return row(...formula.factors.flatMap((factor, i) => [...(i > 0 ? [dot] : []), factorMathml(factor, false)]));
  const inner = formulaMathml(formula);
  return formula.kind === "sum" || formula.kind === "choice" || (isNegative(formula) && !isFirst)
    ? inParentheses(inner)
    : inner;
}

export function formulaMathml(formula: Formula): string {
  switch (formula.kind) {
    case "number":
      return numeral(formula.value, !formula.isValue);
    case "symbol":
      return symbolMathml(formula.symbol);
    case "sum":
      return row(
        ...formula.terms.flatMap((term, i) => {
          const [sign, rest] = signOf(term);
          const lead = sign === "−" ? [operator("−")] : i > 0 ? [operator("+")] : [];
          return [...lead, factorMathml(rest, i === 0 && sign === "")];
        }),
      );
    case "product": {
      const [sign, rest] = signOf(formula);
      if (sign === "−") return row(operator("−"), factorMathml(rest, false));
      return row(...formula.factors.flatMap((factor, i) => [...(i > 0 ? [dot] : []), factorMathml(factor, i === 0)]));
    }
    case "quotient":
      return `<mfrac>${row(formulaMathml(formula.over))}${row(formulaMathml(formula.under))}</mfrac>`;
    case "power":
      return `<msup>${row(powerBase(formula.base))}<mn>${formula.exponent}</mn></msup>`;
    case "exponential":
      return `<msup><mi>e</mi>${row(formulaMathml(formula.exponent))}</msup>`;
    case "root":
      return `<msqrt>${formulaMathml(formula.of)}</msqrt>`;
    case "size":
      return row(operator("|"), formulaMathml(formula.of), operator("|"));
    case "apply": {
      const name = formula.isSlope
        ? `<msup>${identifier(formula.name)}${operator("′")}</msup>`
        : identifier(formula.name);
      const list = formula.of.flatMap((x, i) => [...(i > 0 ? [operator(",")] : []), formulaMathml(x)]);
      return row(name, operator("("), ...list, operator(")"));
    }
    case "choice":
      return row(
        formulaMathml(formula.yes),
        "<mtext>&#160;if&#160;</mtext>",
        conditionMathml(formula.condition),
        "<mtext>&#160;else&#160;</mtext>",
        formulaMathml(formula.no),
      );
    case "truth":
      return row("<mn>1</mn>", operator("["), conditionMathml(formula), operator("]"));
    case "partial":
      return `<mfrac>${row(operator("∂"), symbolMathml(formula.of))}${row(operator("∂"), symbolMathml(formula.by))}</mfrac>`;
    case "omitted":
      return formula.count === 0 ? operator("…") : `<mtext>… ${formatCount(formula.count)} more …</mtext>`;
  }
}

const conditionMathml = (condition: Formula): string =>
  condition.kind === "truth"
    ? row(formulaMathml(condition.left), operator(condition.relation), formulaMathml(condition.right))
    : formulaMathml(condition);

const powerBase = (base: Formula): string =>
  (base.kind === "symbol" && base.symbol.above === undefined && base.symbol.sample === undefined) ||
  (base.kind === "number" && base.value >= 0) ||
  base.kind === "apply"
    ? formulaMathml(base)
    : inParentheses(formulaMathml(base));
