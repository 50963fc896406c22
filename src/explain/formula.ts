/**
 * Formulas as plain data: what text, MathML and LaTeX are written from. The functions that build them fold numbers
 * (½·2·e is e) and flatten sums and products, so that a derivative put together from small pieces reads like one that
 * a person wrote. Nothing here knows a network.
 */

/** The name of one number: letter, indices below (from 1), layer above, and the sample where there are several. */
export interface MathSymbol {
  readonly letter: string;
  readonly above?: number;
  readonly below: readonly number[];
  readonly sample?: number;
}

export type Relation = "<" | ">" | "=" | "≠" | "≤" | "≥";

export type Formula =
  /** `isValue`: a number that stands for a symbol; it is put in parentheses where it is negative. */
  | { readonly kind: "number"; readonly value: number; readonly isValue?: boolean }
  | { readonly kind: "symbol"; readonly symbol: MathSymbol; readonly value: number }
  | { readonly kind: "sum"; readonly terms: readonly Formula[] }
  | { readonly kind: "product"; readonly factors: readonly Formula[] }
  | { readonly kind: "quotient"; readonly over: Formula; readonly under: Formula }
  | { readonly kind: "power"; readonly base: Formula; readonly exponent: number }
  | { readonly kind: "exponential"; readonly exponent: Formula }
  | { readonly kind: "root"; readonly of: Formula }
  | { readonly kind: "size"; readonly of: Formula }
  /** σ(z), or with `isSlope` its derivative σ′(z). */
  | { readonly kind: "apply"; readonly name: string; readonly of: readonly Formula[]; readonly isSlope?: boolean }
  /** `yes` where the condition is true, else `no`. */
  | { readonly kind: "choice"; readonly condition: Formula; readonly yes: Formula; readonly no: Formula }
  /** 1[left < right]: 1 where it is true, else 0. */
  | { readonly kind: "truth"; readonly left: Formula; readonly relation: Relation; readonly right: Formula }
  /** ∂of/∂by. */
  | { readonly kind: "partial"; readonly of: MathSymbol; readonly by: MathSymbol }
  /** Terms or arguments that are left out: `… 781 more …`. */
  | { readonly kind: "omitted"; readonly count: number };

export const number = (value: number): Formula => ({ kind: "number", value });

export const apply = (name: string, ...of: readonly Formula[]): Formula => ({ kind: "apply", name, of });
/** The derivative of a function of one variable: σ′(z). */
export const slopeOf = (name: string, of: Formula): Formula => ({ kind: "apply", name, of: [of], isSlope: true });
export const truth = (left: Formula, relation: Relation, right: Formula): Formula =>
  left.kind === "number" && right.kind === "number"
    ? number(holds(left.value, relation, right.value) ? 1 : 0)
    : left.kind === "number" // z > 0 reads better than 0 < z
      ? { kind: "truth", left: right, relation: mirrored[relation], right: left }
      : { kind: "truth", left, relation, right };

const mirrored = { "<": ">", ">": "<", "=": "=", "≠": "≠", "≤": "≥", "≥": "≤" } as const;

function holds(a: number, relation: Relation, b: number): boolean {
  if (relation === "<") return a < b;
  if (relation === ">") return a > b;
  if (relation === "≤") return a <= b;
  if (relation === "≥") return a >= b;
  return relation === "=" ? a === b : a !== b;
}

/** Adds up; numbers are folded, and equal terms become one: e + e is 2·e. */
export function sum(...given: readonly Formula[]): Formula {
  const terms = given.flatMap((term) => (term.kind === "sum" ? term.terms : [term]));
  let constant = 0;
  const collected = new Map<string, { coefficient: number; rest: Formula }>();
  for (const term of terms) {
    if (term.kind === "number") {
      constant += term.value;
      continue;
    }
    const { coefficient, rest } = apart(term);
    const key = keyOf(rest);
    collected.set(key, { coefficient: (collected.get(key)?.coefficient ?? 0) + coefficient, rest });
  }
  const kept = [...collected.values()]
    .filter(({ coefficient }) => coefficient !== 0)
    .map(({ coefficient, rest }) => product(number(coefficient), rest));
  const isNegativeFirst =
    kept[0]?.kind === "product" && kept[0].factors[0]?.kind === "number" && kept[0].factors[0].value < 0;
  if (constant > 0 && isNegativeFirst)
    kept.unshift(number(constant)); // 1 − σ reads better than −σ + 1
  else if (constant !== 0) kept.push(number(constant));
  return kept.length === 0 ? number(0) : kept.length === 1 ? kept[0]! : { kind: "sum", terms: kept };
}

/** Multiplies; numbers are folded into one that stands first, 1 is left out, and x·x is x². */
export function product(...given: readonly Formula[]): Formula {
  const unders = given.flatMap((factor) =>
    factor.kind === "quotient" && factor.over.kind === "number" ? [factor.under] : [],
  );
  if (unders.length > 0 && given.length > unders.length) {
    const overs = given.map((factor) =>
      factor.kind === "quotient" && factor.over.kind === "number" ? factor.over : factor,
    );
    return quotient(product(...overs), product(...unders)); // x·(1/s) is x/s
  }
  const factors = given.flatMap((factor) => (factor.kind === "product" ? factor.factors : [factor]));
  let coefficient = 1;
  const kept: { base: Formula; key: string; exponent: number }[] = [];
  for (const factor of factors) {
    if (factor.kind === "number") {
      coefficient *= factor.value;
      continue;
    }
    const [base, exponent] = factor.kind === "power" ? [factor.base, factor.exponent] : [factor, 1];
    const key = keyOf(base);
    const same = kept.find((other) => other.key === key);
    if (same) same.exponent += exponent;
    else kept.push({ base, key, exponent });
  }
  if (coefficient === 0) return number(0);
  const rest = kept.map(({ base, exponent }): Formula => (exponent === 1 ? base : { kind: "power", base, exponent }));
  if (rest.length === 0) return number(coefficient);
  if (coefficient === 1) return rest.length === 1 ? rest[0]! : { kind: "product", factors: rest };
  if (coefficient === -1 && rest.length === 1 && rest[0]!.kind === "sum")
    return sum(...rest[0]!.terms.map((term) => product(number(-1), term)));
  return { kind: "product", factors: [number(coefficient), ...rest] };
}

export const negative = (of: Formula): Formula => product(number(-1), of);

export function quotient(over: Formula, under: Formula): Formula {
  if (under.kind === "number" && under.value !== 0) return product(number(1 / under.value), over);
  if (over.kind === "number" && over.value === 0) return number(0);
  return { kind: "quotient", over, under };
}

/** A term as number times rest. */
function apart(term: Formula): { coefficient: number; rest: Formula } {
  const [first, ...others] = term.kind === "product" ? term.factors : [];
  if (first?.kind !== "number") return { coefficient: 1, rest: term };
  return { coefficient: first.value, rest: others.length === 1 ? others[0]! : { kind: "product", factors: others } };
}

/** Equal for formulas that are written alike. */
export const keyOf = (formula: Formula): string => JSON.stringify(formula);

/** Number of marks that a formula is written with, about; what is long is not worth printing whole. */
export function lengthOf(formula: Formula): number {
  const all = (parts: readonly Formula[]): number => parts.reduce((total, part) => total + lengthOf(part), 0);
  switch (formula.kind) {
    case "sum":
      return all(formula.terms);
    case "product":
      return all(formula.factors);
    case "quotient":
      return 1 + lengthOf(formula.over) + lengthOf(formula.under);
    case "power":
      return 1 + lengthOf(formula.base);
    case "exponential":
      return 1 + lengthOf(formula.exponent);
    case "root":
    case "size":
      return 1 + lengthOf(formula.of);
    case "apply":
      return 1 + all(formula.of);
    case "choice":
      return 1 + all([formula.condition, formula.yes, formula.no]);
    case "truth":
      return 1 + lengthOf(formula.left) + lengthOf(formula.right);
    default:
      return 1;
  }
}

/** The formula with the value of each symbol in its place. */
export function inNumbers(formula: Formula): Formula {
  const each = (parts: readonly Formula[]): Formula[] => parts.map(inNumbers);
  switch (formula.kind) {
    case "symbol":
      return { kind: "number", value: formula.value, isValue: true };
    case "sum":
      return { kind: "sum", terms: each(formula.terms) };
    case "product":
      return { kind: "product", factors: each(formula.factors) };
    case "quotient":
      return { kind: "quotient", over: inNumbers(formula.over), under: inNumbers(formula.under) };
    case "power":
      return { ...formula, base: inNumbers(formula.base) };
    case "exponential":
      return { kind: "exponential", exponent: inNumbers(formula.exponent) };
    case "root":
    case "size":
      return { kind: formula.kind, of: inNumbers(formula.of) };
    case "apply":
      return { ...formula, of: each(formula.of) };
    case "choice": {
      const [condition, yes, no] = each([formula.condition, formula.yes, formula.no]);
      return { kind: "choice", condition: condition!, yes: yes!, no: no! };
    }
    case "truth":
      return { ...formula, left: inNumbers(formula.left), right: inNumbers(formula.right) };
    default:
      return formula;
  }
}

/** A number that stands for something named. */
export const measured = (value: number): Formula => ({ kind: "number", value, isValue: true });
