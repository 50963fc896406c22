import { formatCount, visibleText } from "../plot/index.ts";
import type { Formula, MathSymbol } from "./formula.ts";
import { signOf } from "./formula-text.ts";
import { numberText } from "./number-text.ts";

/** Formulas for LaTeX's mathematics mode, with amsmath. Text that is not ours is escaped, character by character. */

const greek: ReadonlyMap<string, string> = new Map(
  Object.entries({
    α: "alpha",
    β: "beta",
    γ: "gamma",
    δ: "delta",
    Δ: "Delta",
    η: "eta",
    κ: "kappa",
    λ: "lambda",
    μ: "mu",
    ρ: "rho",
    σ: "sigma",
    τ: "tau",
    θ: "theta",
    φ: "varphi",
    ω: "omega",
  }).map(([letter, name]) => [letter, `\\${name}`]),
);

const special: ReadonlyMap<string, string> = new Map([
  ["\\", "\\textbackslash{}"],
  ["{", "\\{"],
  ["}", "\\}"],
  ["$", "\\$"],
  ["&", "\\&"],
  ["#", "\\#"],
  ["_", "\\_"],
  ["%", "\\%"],
  ["^", "\\textasciicircum{}"],
  ["~", "\\textasciitilde{}"],
  ["<", "\\textless{}"],
  [">", "\\textgreater{}"],
  ["|", "\\textbar{}"],
  ["→", "$\\to$"],
  ["←", "$\\leftarrow$"],
  ["−", "$-$"],
  ["∂", "$\\partial$"],
  ["√", "$\\surd$"],
  ["Σ", "$\\Sigma$"],
  ["²", "\\textsuperscript{2}"],
  ["…", "\\ldots{}"],
  ["·", "$\\cdot$"],
  ["⊙", "$\\odot$"],
  ["ᵀ", "\\textsuperscript{T}"],
]);

/** Text outside formulas; characters that a plain LaTeX cannot set are written as their code. */
export function latexText(text: string): string {
  return [...visibleText(text)]
    .map((character) => {
      const known = special.get(character);
      if (known !== undefined) return known;
      const letter = greek.get(character);
      if (letter !== undefined) return `$${letter}$`;
      if (character.codePointAt(0)! < 0x80) return character;
      return `[U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`;
    })
    .join("");
}

function name(letter: string): string {
  const known = greek.get(letter);
  if (known !== undefined) return known;
  return /^[A-Za-z]$/.test(letter) ? letter : `\\mathrm{${latexText(letter)}}`;
}

export function symbolLatex({ letter, above, below, sample }: MathSymbol): string {
  const raised = [
    ...(above === undefined ? [] : [String(above)]),
    ...(sample === undefined ? [] : [`(${sample})`]),
  ].join("");
  const lowered = below.join(below.some((n) => n > 9) ? "," : "");
  return `${name(letter)}${raised === "" ? "" : `^{${raised}}`}${lowered === "" ? "" : `_{${lowered}}`}`;
}

function numeral(value: number, asFraction: boolean): string {
  if (asFraction && Math.abs(value) === 0.5) return `${value < 0 ? "-" : ""}\\tfrac{1}{2}`;
  const text = numberText(value).replaceAll("−", "-");
  if (text === "∞" || text === "-∞") return text.replace("∞", "\\infty");
  const [digits, exponent] = text.split("e");
  if (!/^-?[\d.]+$/.test(digits!)) return `\\text{${latexText(text)}}`;
  return exponent === undefined ? digits! : `${digits} \\cdot 10^{${exponent}}`;
}

const isNegative = (formula: Formula): boolean =>
  (formula.kind === "number" && formula.value < 0) ||
  (formula.kind === "product" && formula.factors[0]?.kind === "number" && formula.factors[0].value < 0);

export function factorLatex(formula: Formula, isFirst: boolean): string {
  if (formula.kind === "product" && !isFirst && isNegative(formula) && signOf(formula)[0] === "")
    return formula.factors.map((factor) => factorLatex(factor, false)).join(" \\cdot ");
  const inner = formulaLatex(formula);
  return formula.kind === "sum" || formula.kind === "choice" || (isNegative(formula) && !isFirst)
    ? `(${inner})`
    : inner;
}

export function formulaLatex(formula: Formula): string {
  switch (formula.kind) {
    case "number":
      return numeral(formula.value, !formula.isValue);
    case "symbol":
      return symbolLatex(formula.symbol);
    case "sum":
      return formula.terms
        .map((term, i) => {
          const [sign, rest] = signOf(term);
          const lead = sign === "−" ? (i > 0 ? " - " : "-") : i > 0 ? " + " : "";
          return `${lead}${factorLatex(rest, i === 0 && sign === "")}`;
        })
        .join("");
    case "product": {
      const [sign, rest] = signOf(formula);
      if (sign === "−") return `-${factorLatex(rest, false)}`;
      return formula.factors.map((factor, i) => factorLatex(factor, i === 0)).join(" \\cdot ");
    }
    case "quotient":
      return `\\frac{${formulaLatex(formula.over)}}{${formulaLatex(formula.under)}}`;
    case "power": {
      const { base } = formula;
      const isBare =
        base.kind === "symbol"
          ? base.symbol.above === undefined && base.symbol.sample === undefined
          : base.kind === "number" && base.value >= 0;
      return `${isBare ? formulaLatex(base) : `(${formulaLatex(base)})`}^{${formula.exponent}}`;
    }
    case "exponential":
      return `e^{${formulaLatex(formula.exponent)}}`;
    case "root":
      return `\\sqrt{${formulaLatex(formula.of)}}`;
    case "size":
      return `\\lvert ${formulaLatex(formula.of)} \\rvert`;
    case "apply": {
      const known = functions.get(formula.name) ?? (greek.get(formula.name) || `\\mathrm{${latexText(formula.name)}}`);
      return `${known}${formula.isSlope ? "'" : ""}(${formula.of.map(formulaLatex).join(", ")})`;
    }
    case "choice": {
      const [yes, no] = [formulaLatex(formula.yes), formulaLatex(formula.no)];
      return `\\begin{cases} ${yes} & \\text{if } ${conditionLatex(formula.condition)} \\\\ ${no} & \\text{else} \\end{cases}`;
    }
    case "truth":
      return `1[${conditionLatex(formula)}]`;
    case "partial":
      return `\\frac{\\partial ${symbolLatex(formula.of)}}{\\partial ${symbolLatex(formula.by)}}`;
    case "omitted":
      return formula.count === 0 ? "\\dots" : `\\text{\\ldots{} ${formatCount(formula.count)} more \\ldots{}}`;
  }
}

const conditionLatex = (condition: Formula): string =>
  condition.kind === "truth"
    ? `${formulaLatex(condition.left)} ${relations[condition.relation]} ${formulaLatex(condition.right)}`
    : formulaLatex(condition);

const functions: ReadonlyMap<string, string> = new Map([
  ["ln", "\\ln"],
  ["sin", "\\sin"],
  ["cos", "\\cos"],
  ["tanh", "\\tanh"],
  ["max", "\\max"],
  ["min", "\\min"],
]);

const relations = { "<": "<", ">": ">", "=": "=", "≠": "\\ne", "≤": "\\le", "≥": "\\ge" } as const;
