import type { FunctionBuilder } from "../../backend/wasm/assembler.ts";

/** Instructions on float64, and few others, which the engine's kernels do without. */
const instructions = {
  isEqual: 0x61,
  isLess: 0x63,
  isGreater: 0x64,
  isAtMost: 0x65,
  isAtLeast: 0x66,
  abs: 0x99,
  neg: 0x9a,
  add: 0xa0,
  sub: 0xa1,
  mul: 0xa2,
  div: 0xa3,
  min: 0xa4,
  max: 0xa5,
  toFloat32: 0xb6,
  fromFloat32: 0xbb,
  // on i32
  trailingZeros: 0x68,
  and: 0x71,
  xor: 0x73,
  shiftLeft: 0x74,
  isEqualI32: 0x46,
} as const;

/** Writes float64 arithmetic into a function. */
export class Doubles {
  readonly #f: FunctionBuilder;

  constructor(f: FunctionBuilder) {
    this.#f = f;
  }

  do(...names: readonly (keyof typeof instructions)[]): this {
    this.#f.code(...names.map((name) => instructions[name]));
    return this;
  }

  get(local: number): this {
    this.#f.get(local);
    return this;
  }

  set(local: number): this {
    this.#f.set(local);
    return this;
  }

  constant(value: number): this {
    this.#f.code(0x44, ...new Uint8Array(Float64Array.of(value).buffer)); // little-endian, as WebAssembly is
    return this;
  }

  /** Of two values on the stack the first where the i32 above them is not 0. */
  select(): this {
    this.#f.code(0x1b);
    return this;
  }

  /** From the address on the stack, `offset` below 128 bytes further. */
  load(offset = 0): this {
    this.#f.code(0x2b, 3, offset);
    return this;
  }

  /** To the address below the value on the stack. */
  store(offset = 0): this {
    this.#f.code(0x39, 3, offset);
    return this;
  }

  /** A lane of the vector on the stack, as float64. */
  lane(lane: number): this {
    this.#f.code(0xfd, 0x1f, lane);
    return this.do("fromFloat32");
  }
}
