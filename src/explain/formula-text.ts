import { formatCount } from "../plot/index.ts";
import type { Formula, MathSymbol } from "./formula.ts";
import { fractionText, numberText } from "./number-text.ts";

/** Formulas as one line of text, which a terminal shows and a screen reader reads. */

const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const lowered = "₀₁₂₃₄₅₆₇₈₉";
const digits = (n: number, of: string): string => [...String(n)].map((digit) => of[Number(digit)]).join("");

/** `w²₁₂`; indices above 9 have commas between them, `w²₁,₁₂`; the sample, where there are several, in raised parentheses. */
export function symbolText({ letter, above, below, sample }: MathSymbol): string {
  const layer = above === undefined ? "" : digits(above, raised);
  const indices = below.map((n) => digits(n, lowered)).join(below.some((n) => n > 9) ? "," : "");
  const which = sample === undefined ? "" : `⁽${digits(sample, raised)}⁾`;
  return `${letter}${layer}${indices}${which}`;
}

const levels = { choice: 0, sum: 1, product: 2, prefix: 3, atom: 4 } as const;

/** The formula as text. `spaced` puts spaces around the dots of its outermost product. */
export function formulaText(formula: Formula, { spaced = false }: { readonly spaced?: boolean } = {}): string {
  return write(formula, spaced).text;
}

/** The formula as a factor of a product: in parentheses where it has to be. `isFirst`: a minus sign may stand bare. */
export function factorText(formula: Formula, isFirst: boolean): string {
  return within(formula, levels.product, isFirst);
}

interface Written {
  readonly text: string;
  readonly level: number;
}

const atom = (text: string): Written => ({ text, level: levels.atom });

function write(formula: Formula, spaced = false): Written {
  switch (formula.kind) {
    case "number": {
      const text = formula.isValue ? numberText(formula.value) : fractionText(formula.value);
      return { text, level: formula.value < 0 ? levels.prefix : levels.atom };
    }
    case "symbol":
      return atom(symbolText(formula.symbol));
    case "sum":
      return { text: formula.terms.map((term, i) => termText(term, i === 0)).join(""), level: levels.sum };
    case "product":
      return { text: productText(formula.factors, spaced), level: levels.product };
    case "quotient":
      return {
        text: `${within(formula.over, levels.product, true)}/${within(formula.under, levels.prefix, false)}`,
        level: levels.product,
      };
    case "power":
      return atom(`${baseText(formula.base)}${digits(formula.exponent, raised)}`);
    case "exponential":
      return atom(`exp(${formulaText(formula.exponent)})`);
    case "root":
      return atom(`√(${formulaText(formula.of)})`);
    case "size":
      return atom(`|${formulaText(formula.of)}|`);
    case "apply":
      return atom(`${formula.name}${formula.isSlope ? "′" : ""}(${formula.of.map((x) => formulaText(x)).join(", ")})`);
    case "choice":
      return {
        text: `${formulaText(formula.yes)} if ${conditionText(formula.condition)} else ${formulaText(formula.no)}`,
        level: levels.choice,
      };
    case "truth":
      return atom(`1[${conditionText(formula)}]`);
    case "partial":
      return atom(`∂${symbolText(formula.of)}/∂${symbolText(formula.by)}`);
    case "omitted":
      return atom(formula.count === 0 ? "…" : `… ${formatCount(formula.count)} more …`);
  }
}

const conditionText = (condition: Formula): string =>
  condition.kind === "truth"
    ? `${formulaText(condition.left)} ${condition.relation} ${formulaText(condition.right)}`
    : formulaText(condition);

/** What is raised to a power; a symbol that carries a raised number itself is put in parentheses. */
function baseText(base: Formula): string {
  const isRaised = base.kind === "symbol" && (base.symbol.above !== undefined || base.symbol.sample !== undefined);
  return isRaised ? `(${formulaText(base)})` : within(base, levels.atom, false);
}

function within(formula: Formula, level: number, isFirst: boolean): string {
  const { text, level: own } = write(formula);
  const isNegative = text.startsWith("−") && !isFirst;
  return own < level || isNegative || (own === levels.prefix && level > levels.prefix) ? `(${text})` : text;
}

/** Terms that begin with a number of the program show its sign as the sum's: a − 2·b. */
function termText(term: Formula, isFirst: boolean): string {
  const [sign, rest] = signOf(term);
  const text =
    rest.kind === "product" && !isFirst
      ? productText(rest.factors, false, false)
      : within(rest, levels.product, isFirst && sign === "");
  if (isFirst) return `${sign === "" ? "" : "−"}${text}`;
  return `${sign === "" ? " + " : " − "}${text}`;
}

/** A term as its sign and what follows. */
export function signOf(term: Formula): readonly ["" | "−", Formula] {
  if (term.kind === "number" && term.value < 0 && !term.isValue) return ["−", { kind: "number", value: -term.value }];
  const [first, ...others] = term.kind === "product" ? term.factors : [];
  if (first?.kind !== "number" || first.isValue || first.value >= 0) return ["", term];
  const factors: readonly Formula[] =
    first.value === -1 ? others : [{ kind: "number", value: -first.value }, ...others];
  return ["−", factors.length === 1 ? factors[0]! : { kind: "product", factors }];
}

function productText(factors: readonly Formula[], spaced: boolean, isFirst = true): string {
  const [first, ...others] = factors;
  const dot = spaced ? " · " : "·";
  if (first?.kind === "number" && first.value === -1 && !first.isValue) {
    const rest = others.map((factor) => within(factor, levels.product, false)).join(dot);
    return `−${rest}`;
  }
  return factors.map((factor, i) => within(factor, levels.product, isFirst && i === 0)).join(dot);
}
