import type { Op } from "../graph/index.ts";
import { apply, type Formula, negative, number, product, quotient, slopeOf, sum, truth } from "./formula.ts";

/** How one op is written. */
export interface Notation {
  /** The value, from its operands. */
  readonly write: (operands: readonly Formula[]) => Formula;
  /**
   * ∂value/∂(operand k). Absent for ops that have no gradient. A number means a constant of the program, which costs
   * no multiplication (`counting.ts`).
   */
  readonly slope?: (k: number, operands: readonly Formula[], value: Formula) => Formula;
}

const one = number(1);
const two = number(2);

/** A function of one variable with a name: f(x), f′(x). */
const named = (name: string): Notation => ({
  write: ([x]) => apply(name, x!),
  slope: (_k, [x]) => slopeOf(name, x!),
});
/** Its operand at another place, or as it is. */
const same: Notation = { write: ([x]) => x!, slope: () => one };
const exponential = (exponent: Formula): Formula => ({ kind: "exponential", exponent });
const root = (of: Formula): Formula => ({ kind: "root", of });
const given: Notation = { write: ([x]) => x! };

/**
 * Every op of the graph, with value and derivative as they are written. Operands are the single numbers that one number
 * of the result is made of: those at the same place for pointwise ops, the members for a reduction, and for a product of
 * matrices the row of A and then the column of B.
 */
export const notations = {
  // leaves: named, or numbers of the program
  input: given,
  state: given,
  table: given,
  perStep: given,
  constant: given,
  index: given,
  // pointwise
  neg: { write: ([x]) => negative(x!), slope: () => number(-1) },
  exp: { write: ([x]) => exponential(x!), slope: (_k, [x]) => exponential(x!) },
  expm1: { write: ([x]) => sum(exponential(x!), number(-1)), slope: (_k, [x]) => exponential(x!) },
  log: { write: ([x]) => apply("ln", x!), slope: (_k, [x]) => quotient(one, x!) },
  log1p: { write: ([x]) => apply("ln", sum(one, x!)), slope: (_k, [x]) => quotient(one, sum(one, x!)) },
  sqrt: { write: ([x]) => root(x!), slope: (_k, [x]) => quotient(one, product(two, root(x!))) },
  sin: { write: ([x]) => apply("sin", x!), slope: (_k, [x]) => apply("cos", x!) },
  cos: { write: ([x]) => apply("cos", x!), slope: (_k, [x]) => negative(apply("sin", x!)) },
  tanh: named("tanh"),
  sigmoid: named("σ"),
  softplus: named("softplus"),
  abs: { write: ([x]) => ({ kind: "size", of: x! }), slope: (_k, [x]) => apply("sign", x!) },
  sign: { write: ([x]) => apply("sign", x!) },
  flushTiny: same,
  copy: same,
  detach: given,
  add: { write: ([a, b]) => sum(a!, b!), slope: () => one },
  sub: { write: ([a, b]) => sum(a!, negative(b!)), slope: (k) => number(k === 0 ? 1 : -1) },
  mul: { write: ([a, b]) => product(a!, b!), slope: (k, operands) => operands[1 - k]! },
  div: {
    write: ([a, b]) => quotient(a!, b!),
    slope: (k, [a, b]) => (k === 0 ? quotient(one, b!) : negative(quotient(a!, product(b!, b!)))),
  },
  maximum: {
    write: ([a, b]) => apply("max", ...numbersFirst(a!, b!)),
    slope: (k, operands) => truth(operands[k]!, ">", operands[1 - k]!),
  },
  minimum: {
    write: ([a, b]) => apply("min", ...numbersFirst(a!, b!)),
    slope: (k, operands) => truth(operands[k]!, "<", operands[1 - k]!),
  },
  less: { write: ([a, b]) => truth(a!, "<", b!) },
  random: { write: () => apply("random") },
  equal: { write: ([a, b]) => truth(a!, "=", b!) },
  where: {
    write: ([condition, yes, no]) => choice(isTrue(condition!), yes!, no!),
    slope: (k, [condition]) => (k === 1 ? isTrue(condition!) : opposite(condition!)),
  },
  // views and rows of a table
  broadcast: same,
  transpose: same,
  reshape: same,
  gather: same,
  moveRows: same,
  // reductions
  sum: { write: (terms) => sum(...terms), slope: () => one },
  max: { write: (members) => apply("max", ...members), slope: (k, members, value) => truth(members[k]!, "=", value) },
  // contraction
  matmul: {
    write: (operands) => {
      const half = operands.length / 2;
      return sum(...operands.slice(0, half).map((a, k) => weightFirst(a, operands[half + k]!)));
    },
    slope: (k, operands) => operands[(k + operands.length / 2) % operands.length]!,
  },
} satisfies Readonly<Record<string, Notation>>;

function choice(condition: Formula, yes: Formula, no: Formula): Formula {
  if (condition.kind === "number") return condition.value === 0 ? no : yes;
  return { kind: "choice", condition, yes, no };
}

const numbersFirst = (a: Formula, b: Formula): readonly [Formula, Formula] => (b.kind === "number" ? [b, a] : [a, b]);

/** Books write w·x, whichever operand of the product the weights are. */
const weightFirst = (a: Formula, b: Formula): Formula => product(b, a);

/** Conditions are 1 or 0 already where they are comparisons. */
const isTrue = (condition: Formula): Formula =>
  condition.kind === "truth" || condition.kind === "number" ? condition : truth(condition, "≠", number(0));

function opposite(condition: Formula): Formula {
  const { kind } = condition;
  if (kind === "number") return number(condition.value === 0 ? 1 : 0);
  if (kind !== "truth") return truth(condition, "=", number(0));
  const { left, relation, right } = condition;
  return truth(left, opposites[relation], right);
}

const opposites = { "<": "≥", ">": "≤", "=": "≠", "≠": "=", "≤": ">", "≥": "<" } as const;

/** How an op is written; one that has no row is a function by its name, whose derivative is written ∂y/∂x. */
export function notationOf(op: Op): Notation {
  const known: Readonly<Record<string, Notation>> = notations;
  return known[op.name] ?? { write: (operands) => apply(op.name, ...operands) };
}
