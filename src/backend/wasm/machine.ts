import type { Machine } from "../../graph/machine.ts";
import { type FunctionBuilder, type Local, v128 } from "./assembler.ts";

/** A value of four lanes: emits the code that leaves it on the stack. */
export type Lanes = () => void;

/** Writes primitives as SIMD instructions. Values are expression trees; what is kept lives in a local of the function. */
export class WasmMachine implements Machine<Lanes> {
  readonly #f: FunctionBuilder;
  readonly #isFused: boolean;
  #kept: Local[] = [];

  constructor(f: FunctionBuilder, isFused: boolean) {
    this.#f = f;
    this.#isFused = isFused;
  }

  /** Runs `write` and gives back the locals that were kept meanwhile; its result must be consumed inside. */
  scope(write: () => void): void {
    const outer = this.#kept;
    this.#kept = [];
    write();
    for (const local of this.#kept) this.#f.release(v128, local);
    this.#kept = outer;
  }

  keep(value: Lanes): Lanes {
    const local = this.#f.local(v128);
    this.#kept.push(local);
    value();
    this.#f.set(local);
    return () => void this.#f.get(local);
  }

  constant(value: number): Lanes {
    return () => void this.#f.vectorConstant(value);
  }

  add(a: Lanes, b: Lanes): Lanes {
    return this.#apply("add", a, b);
  }

  sub(a: Lanes, b: Lanes): Lanes {
    return this.#apply("sub", a, b);
  }

  mul(a: Lanes, b: Lanes): Lanes {
    return this.#apply("mul", a, b);
  }

  div(a: Lanes, b: Lanes): Lanes {
    return this.#apply("div", a, b);
  }

  mulAdd(a: Lanes, b: Lanes, c: Lanes): Lanes {
    return this.#isFused ? this.#apply("relaxedMulAdd", a, b, c) : this.add(this.mul(a, b), c);
  }

  larger(a: Lanes, b: Lanes): Lanes {
    return this.#apply("pmax", a, b);
  }

  smaller(a: Lanes, b: Lanes): Lanes {
    return this.#apply("pmin", a, b);
  }

  abs(a: Lanes): Lanes {
    return this.#apply("abs", a);
  }

  neg(a: Lanes): Lanes {
    return this.#apply("neg", a);
  }

  sqrt(a: Lanes): Lanes {
    return this.#apply("sqrt", a);
  }

  nearest(a: Lanes): Lanes {
    return this.#apply("nearest", a);
  }

  floor(a: Lanes): Lanes {
    return this.#apply("floor", a);
  }

  less(a: Lanes, b: Lanes): Lanes {
    return this.#apply("less", a, b);
  }

  equal(a: Lanes, b: Lanes): Lanes {
    return this.#apply("equal", a, b);
  }

  select(mask: Lanes, yes: Lanes, no: Lanes): Lanes {
    return this.#apply("bitselect", yes, no, mask);
  }

  indicator(mask: Lanes): Lanes {
    return this.#apply("and", mask, this.constant(1));
  }

  powerOfTwo(n: Lanes): Lanes {
    return () => {
      n();
      this.#f.vector("truncateToI32").vectorConstantI32(127).vector("addI32").constant(23).vector("shiftLeft");
    };
  }

  exponent(x: Lanes): Lanes {
    return () => {
      x();
      this.#f.constant(23).vector("shiftRightUnsigned").vectorConstantI32(0xff).vector("and");
      this.#f.vectorConstantI32(-126).vector("addI32").vector("fromI32");
    };
  }

  mantissa(x: Lanes): Lanes {
    return () => {
      x();
      this.#f.vectorConstantI32(0x007fffff).vector("and").vectorConstantI32(0x3f000000).vector("or");
    };
  }

  toWord(x: Lanes): Lanes {
    return this.#apply("truncateToI32", x);
  }

  word(value: number): Lanes {
    return () => void this.#f.vectorConstantI32(value);
  }

  addWords(a: Lanes, b: Lanes): Lanes {
    return this.#apply("addI32", a, b);
  }

  xorWords(a: Lanes, b: Lanes): Lanes {
    return this.#apply("xor", a, b);
  }

  rotateWord(a: Lanes, by: number): Lanes {
    return () => {
      a();
      this.#f.constant(by).vector("shiftLeft");
      a();
      this.#f
        .constant(32 - by)
        .vector("shiftRightUnsigned")
        .vector("or");
    };
  }

  upperBits(a: Lanes): Lanes {
    return () => {
      a();
      this.#f.constant(8).vector("shiftRightUnsigned").vector("fromI32");
    };
  }

  #apply(op: Parameters<FunctionBuilder["vector"]>[0], ...operands: readonly Lanes[]): Lanes {
    return () => {
      for (const operand of operands) operand();
      this.#f.vector(op);
    };
  }
}
