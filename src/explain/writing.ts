import type { Tensor, Values } from "../graph/index.ts";
import { constantValue, generated } from "../graph/leaves.ts";
import { type Formula, lengthOf, type MathSymbol, number, product, sum } from "./formula.ts";
import { notationOf } from "./notation.ts";
import { behindViews, operandsOf, type Place } from "./scalars.ts";

/** What is needed to write a number of the graph as a formula of named ones. */
export interface WritingOptions {
  readonly values: ReadonlyMap<Tensor, Values>;
  readonly symbolOf: (place: Place) => MathSymbol | undefined;
  /** Whether a tensor depends on parameters. */
  readonly isMoving: (tensor: Tensor) => boolean;
}

/** Longer formulas are cut. */
const longest = 40;
/** A sum of more terms shows its first and its last. */
const mostTerms = 6;

export class Writing {
  readonly #values: ReadonlyMap<Tensor, Values>;
  readonly #symbolOf: (place: Place) => MathSymbol | undefined;
  readonly #known = new Map<Tensor, Map<number, Formula>>();

  readonly #isMoving: (tensor: Tensor) => boolean;

  constructor({ values, symbolOf, isMoving }: WritingOptions) {
    this.#isMoving = isMoving;
    this.#values = values;
    this.#symbolOf = symbolOf;
  }

  /** The number inside a formula: its symbol, the number of a constant, or else what it is made of. */
  write = (given: Place): Formula => {
    const place = behindViews(given);
    const symbol = this.#symbolOf(place);
    const { tensor, flat } = place;
    if (symbol) return { kind: "symbol", symbol, value: this.#values.get(tensor)!.data[flat]! };
    let ofTensor = this.#known.get(tensor);
    if (!ofTensor) this.#known.set(tensor, (ofTensor = new Map()));
    const known = ofTensor.get(flat);
    if (known) return known;
    const formula = this.define(place);
    ofTensor.set(flat, formula);
    return formula;
  };

  /** What the number is made of, even where it has a symbol. */
  define = (given: Place): Formula => {
    const place = behindViews(given);
    const { tensor, flat } = place;
    const { op } = tensor;
    if (op.kind === "leaf") {
      const constant = constantValue(tensor) ?? generated(tensor)?.data[flat];
      return constant === undefined ? this.#given(place) : number(constant);
    }
    const operands = operandsOf(place, this.#values);
    const formula =
      op.kind === "contract"
        ? this.#product(operands)
        : op.kind === "reduce"
          ? this.#fold(tensor, operands)
          : undefined;
    const whole = formula ?? notationOf(op).write(operands.map(this.write));
    // a comparison of data, such as which class the label is, is decided by the example
    if (whole.kind === "truth" && !this.#isMoving(tensor)) return number(this.#values.get(tensor)!.data[flat]!);
    return lengthOf(whole) <= longest ? whole : { kind: "omitted", count: 0 };
  };

  /** A leaf without a name: a number that the host gives. */
  #given({ tensor, flat }: Place): Formula {
    const value = this.#values.get(tensor)?.data[flat] ?? Number.NaN;
    return { kind: "number", value, isValue: true };
  }

  /** Row times column, long ones cut in the middle. */
  #product(operands: readonly Place[]): Formula {
    const half = operands.length / 2;
    const term = (k: number): Formula => product(this.write(operands[half + k]!), this.write(operands[k]!));
    return elided(half, term);
  }

  #fold(tensor: Tensor, operands: readonly Place[]): Formula {
    if (tensor.op.name === "sum") return elided(operands.length, (k) => this.write(operands[k]!));
    if (operands.length <= mostTerms) return notationOf(tensor.op).write(operands.map(this.write));
    const shown = [operands[0]!, operands[1]!].map(this.write);
    const more: Formula = { kind: "omitted", count: operands.length - 3 };
    return notationOf(tensor.op).write([...shown, more, this.write(operands.at(-1)!)]);
  }
}

function elided(count: number, term: (k: number) => Formula): Formula {
  if (count <= mostTerms) return sum(...Array.from({ length: count }, (_, k) => term(k)));
  return sum(term(0), term(1), { kind: "omitted", count: count - 3 }, term(count - 1));
}
