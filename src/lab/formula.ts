import { NablaError, quoted } from "../errors.ts";

/** What a formula means, as a tree. Nothing in it is code: it is built into graph by `formula-graph.ts`. */
export type FormulaTree =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "negative"; readonly of: FormulaTree }
  | { readonly kind: "operation"; readonly sign: Sign; readonly left: FormulaTree; readonly right: FormulaTree }
  | { readonly kind: "call"; readonly name: FunctionName; readonly of: readonly FormulaTree[] };

export type Sign = "+" | "-" | "*" | "/" | "^";

export interface Formula {
  readonly text: string;
  readonly tree: FormulaTree;
  /** Those of the known variables that it names, in the order in which they are known. */
  readonly variables: readonly string[];
}

/** Number of arguments of each function a formula may call. */
export const functionArguments = {
  abs: 1,
  cos: 1,
  exp: 1,
  log: 1,
  max: 2,
  min: 2,
  relu: 1,
  sigmoid: 1,
  sin: 1,
  softplus: 1,
  sqrt: 1,
  tanh: 1,
} as const;

export type FunctionName = keyof typeof functionArguments;

const constants: Readonly<Record<string, number>> = { pi: Math.PI, π: Math.PI, e: Math.E };

const longest = 1000;
const deepest = 100;

/**
 * Reads a formula such as `sin(2*pi*x) + x^2/2` of the given variables: + − * / ^, parentheses, numbers, pi, e and the
 * functions of `functionArguments`. ^ binds tightest and to the right, −x^2 is −(x^2). A parser of its own: no part of
 * the text ever runs as code.
 *
 * Throws OPTION that names the character (from 1) at which the text stops making sense, LIMIT above 1,000 characters or
 * 100 levels of nesting.
 */
export function parseFormula(text: string, variables: readonly string[]): Formula {
  if (text.length > longest)
    throw new NablaError("LIMIT", `the formula has ${text.length} characters`, {
      expected: `at most ${longest} characters`,
      received: `${text.length}`,
      hint: "Write a shorter one.",
    });
  const reader = new Reader(text, variables);
  const tree = reader.sum(0);
  reader.end();
  return { text, tree, variables: variables.filter((name) => reader.used.has(name)) };
}

interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  /** Position in the text, from 0. */
  readonly at: number;
}

const space = /\s*/y;
const word = /(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>\p{L}[\p{L}\p{N}_]*)|(?<sign>[-+*/^(),−·×÷])/uy;
const signs: Readonly<Record<string, string>> = { "−": "-", "·": "*", "×": "*", "÷": "/" };

class Reader {
  readonly used = new Set<string>();
  readonly #text: string;
  readonly #variables: readonly string[];
  #token: Token;

  constructor(text: string, variables: readonly string[]) {
    this.#text = text;
    this.#variables = variables;
    this.#token = this.#read(0);
  }

  /** product (+ product | − product)* */
  sum(depth: number): FormulaTree {
    let left = this.#product(depth);
    for (let sign = this.#takeSign("+-"); sign; sign = this.#takeSign("+-"))
      left = { kind: "operation", sign, left, right: this.#product(depth) };
    return left;
  }

  end(): void {
    const { kind, text, at } = this.#token;
    if (kind === "end") return;
    if (text === ")")
      throw this.#wrong("has a closing parenthesis that was never opened", at, "Remove it, or open it.");
    if (text === ",") throw this.#wrong("has a comma outside of a function", at, "Write decimals with a point: 0.5.");
    const times = text === "(" ? "*(…)" : `*${text.slice(0, 10)}`;
    throw this.#wrong(`lacks an operator before ${shown(text)}`, at, `Write products with a star: …${times}.`);
  }

  /** factor (* factor | / factor)* */
  #product(depth: number): FormulaTree {
    let left = this.#factor(depth);
    for (let sign = this.#takeSign("*/"); sign; sign = this.#takeSign("*/"))
      left = { kind: "operation", sign, left, right: this.#factor(depth) };
    return left;
  }

  /** − factor | + factor | atom ^ factor | atom */
  #factor(depth: number): FormulaTree {
    this.#checkDepth(depth);
    const sign = this.#takeSign("+-");
    if (sign) {
      const of = this.#factor(depth + 1);
      return sign === "-" ? { kind: "negative", of } : of;
    }
    const base = this.#atom(depth);
    if (!this.#takeSign("^")) return base;
    return { kind: "operation", sign: "^", left: base, right: this.#factor(depth + 1) };
  }

  /** number | variable | constant | function ( sum , … ) | ( sum ) */
  #atom(depth: number): FormulaTree {
    const { kind, text, at } = this.#token;
    if (kind === "number") {
      const value = Number(text);
      if (!Number.isFinite(value))
        throw this.#wrong(`has the number ${shown(text)}, which is too large`, at, "Numbers go up to 1.8e308.");
      this.#next();
      return { kind: "number", value };
    }
    if (kind === "name") return this.#name(text, at, depth);
    if (text === "(") {
      this.#next();
      const inner = this.sum(depth + 1);
      this.#expect(")", at);
      return inner;
    }
    const found = kind === "end" ? "ends" : `has ${shown(text)}`;
    const what = "where a number, a variable, a function or a parenthesis should stand";
    throw this.#wrong(`${found} ${what}`, at, this.#known());
  }

  #name(text: string, at: number, depth: number): FormulaTree {
    if (this.#variables.includes(text)) {
      this.used.add(text);
      this.#next();
      return { kind: "variable", name: text };
    }
    if (Object.hasOwn(constants, text)) {
      this.#next();
      return { kind: "number", value: constants[text]! };
    }
    if (!isFunction(text)) throw this.#wrong(`has the unknown name ${shown(text)}`, at, this.#known());
    this.#next();
    if (this.#token.text !== "(")
      throw this.#wrong(`has the function ${text} without its parenthesis`, at, `Write ${text}(x).`);
    const opened = this.#token.at;
    this.#next();
    const of = [this.sum(depth + 1)];
    while (this.#isAt(",")) {
      this.#next();
      of.push(this.sum(depth + 1));
    }
    this.#expect(")", opened);
    const wanted = functionArguments[text];
    if (of.length !== wanted) {
      const example = wanted === 1 ? `${text}(x)` : `${text}(x, 1)`;
      throw this.#wrong(`gives ${text} ${of.length} argument${of.length === 1 ? "" : "s"}`, at, `Write ${example}.`);
    }
    return { kind: "call", name: text, of };
  }

  #isAt(text: string): boolean {
    return this.#token.text === text;
  }

  #checkDepth(depth: number): void {
    if (depth < deepest) return;
    throw new NablaError(
      "LIMIT",
      `the formula is nested more than ${deepest} deep at character ${this.#token.at + 1}`,
      {
        expected: `at most ${deepest} levels of parentheses, signs and powers`,
        received: "more",
        hint: "Write a simpler one.",
      },
    );
  }

  #takeSign(among: string): Sign | undefined {
    const { kind, text } = this.#token;
    if (kind !== "sign" || !among.includes(text)) return undefined;
    this.#next();
    return text as Sign;
  }

  #expect(text: string, opened: number): void {
    if (this.#token.text === text) return this.#next();
    if (this.#token.kind === "end")
      throw this.#wrong("never closes its parenthesis", opened, "Add a closing parenthesis.");
    this.end();
  }

  #next(): void {
    this.#token = this.#read(this.#token.at + this.#token.text.length);
  }

  #read(from: number): Token {
    space.lastIndex = from;
    space.test(this.#text);
    const at = space.lastIndex;
    if (at === this.#text.length) return { kind: "end", text: "", at };
    word.lastIndex = at;
    const groups = word.exec(this.#text)?.groups;
    if (!groups) {
      const character = String.fromCodePoint(this.#text.codePointAt(at)!);
      throw this.#wrong(`has ${shown(character)}, which means nothing here`, at, this.#known());
    }
    const { number, name, sign } = groups;
    if (number !== undefined) return { kind: "number", text: number, at };
    if (name !== undefined) return { kind: "name", text: name, at };
    return { kind: "sign", text: signs[sign!] ?? sign!, at };
  }

  #known(): string {
    const functions = Object.keys(functionArguments).join(", ");
    return `Known are ${[...this.#variables, "pi", "e"].join(", ")} and the functions ${functions}.`;
  }

  #wrong(problem: string, at: number, hint: string): NablaError {
    return new NablaError("OPTION", `the formula ${problem}, at character ${at + 1} of ${quoted(this.#text)}`, {
      expected: `a formula of ${this.#variables.join(" and ")}`,
      received: quoted(this.#text),
      hint,
    });
  }
}

const isFunction = (name: string): name is FunctionName => Object.hasOwn(functionArguments, name);

const shown = (text: string): string => quoted(text.length > 30 ? `${text.slice(0, 29)}…` : text);
