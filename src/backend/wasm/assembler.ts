/** WebAssembly, byte by byte: a module of functions over one imported memory. Opcodes as in the core specification. */

export const i32 = 0x7f;
export const f32 = 0x7d;
export const f64 = 0x7c;
export const v128 = 0x7b;
export type ValueType = typeof i32 | typeof f32 | typeof f64 | typeof v128;
export type Local = number;

/** v128 opcodes by name, without their 0xfd prefix. */
const simd = {
  load: 0x00,
  loadSplat32: 0x09,
  loadZero32: 0x5c,
  loadZero64: 0x5d,
  loadLane32: 0x56,
  loadLane64: 0x57,
  store: 0x0b,
  storeLane32: 0x5a,
  storeLane64: 0x5b,
  constant: 0x0c,
  shuffle: 0x0d,
  splat: 0x13,
  extractLaneI32: 0x1b,
  replaceLane: 0x20,
  equal: 0x41,
  less: 0x43,
  floor: 0x68,
  nearest: 0x6a,
  and: 0x4e,
  or: 0x50,
  xor: 0x51,
  bitselect: 0x52,
  extendLowU8: 0x89,
  extendLowU16: 0xa9,
  shiftLeft: 0xab,
  shiftRightUnsigned: 0xad,
  addI32: 0xae,
  abs: 0xe0,
  neg: 0xe1,
  sqrt: 0xe3,
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  pmin: 0xea,
  pmax: 0xeb,
  truncateToI32: 0xf8,
  fromI32: 0xfa,
  fromU32: 0xfb,
  relaxedMulAdd: 0x105,
} as const;

/** Appends an integer from 0 on in unsigned LEB128. */
function appendUnsigned(code: number[], n: number): void {
  for (; n > 127; n = Math.floor(n / 128)) code.push((n & 127) | 128);
  code.push(n);
}

/** Appends a 32-bit integer in signed LEB128. */
function appendSigned(code: number[], n: number): void {
  for (; n < -64 || n > 63; n >>= 7) code.push((n & 127) | 128);
  code.push(n & 127);
}

/** For the bytes of a constant. */
const fourFloats = new Float32Array(4);
const fourWords = new Int32Array(fourFloats.buffer);
const constantBytes = new Uint8Array(fourFloats.buffer);

/**
 * A function, written instruction by instruction. The code is a plain list of bytes, and each instruction is appended by
 * one call: at the start of a process nothing is optimised yet, and what an emitter costs is its number of calls.
 */
export class FunctionBuilder {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly index: number;
  readonly #locals: ValueType[] = [];
  readonly #free = new Map<ValueType, Local[]>();
  readonly #code: number[] = [];

  constructor(name: string, parameters: readonly ValueType[], index: number) {
    this.name = name;
    this.parameters = parameters;
    this.index = index;
  }

  /** A local variable, an abandoned one if there is. */
  local(type: ValueType): Local {
    const free = this.#free.get(type)?.pop();
    if (free !== undefined) return free;
    this.#locals.push(type);
    return this.parameters.length + this.#locals.length - 1;
  }

  /** Gives a local back for others to use. */
  release(type: ValueType, local: Local): void {
    const free = this.#free.get(type);
    if (free) free.push(local);
    else this.#free.set(type, [local]);
  }

  /** Locals that are `body`'s as long as it runs. */
  borrow(type: ValueType, count: number, body: (...locals: Local[]) => void): this {
    const locals = Array.from({ length: count }, () => this.local(type));
    body(...locals);
    for (const local of locals) this.release(type, local);
    return this;
  }

  get(local: Local): this {
    return this.#indexed(0x20, local);
  }

  set(local: Local): this {
    return this.#indexed(0x21, local);
  }

  tee(local: Local): this {
    return this.#indexed(0x22, local);
  }

  call(callee: FunctionBuilder): this {
    return this.#indexed(0x10, callee.index);
  }

  add(): this {
    return this.#plain(0x6a);
  }

  sub(): this {
    return this.#plain(0x6b);
  }

  multiply(): this {
    return this.#plain(0x6c);
  }

  divide(): this {
    return this.#plain(0x6e);
  }

  isZero(): this {
    return this.#plain(0x45);
  }

  equals(): this {
    return this.#plain(0x46);
  }

  lessThan(): this {
    return this.#plain(0x49);
  }

  fromI32(): this {
    return this.#plain(0xb2);
  }

  loadI32(offset: number): this {
    return this.#access(0x28, offset);
  }

  loadF32(offset: number): this {
    return this.#access(0x2a, offset);
  }

  loadU8(offset: number): this {
    return this.#access(0x2d, offset);
  }

  storeI32(offset: number): this {
    return this.#access(0x36, offset);
  }

  constant(n: number): this {
    this.#code.push(0x41);
    appendSigned(this.#code, n | 0);
    return this;
  }

  /** A float32 to an i32, out-of-range values to the nearest. */
  truncate(): this {
    this.#code.push(0xfc, 0);
    return this;
  }

  /** Writes `bytes` zeros from the address on the stack on. */
  clear(bytes: number): this {
    this.constant(0).constant(bytes).#code.push(0xfc, 0x0b, 0);
    return this;
  }

  /** local += n */
  advance(local: Local, n: number): this {
    return n === 0 ? this : this.get(local).constant(n).add().set(local);
  }

  /** Repeats `body`, at least once, until it leaves 0 on the stack. */
  loop(body: () => void): this {
    this.#code.push(0x03, 0x40);
    body();
    this.#code.push(0x0d, 0, 0x0b);
    return this;
  }

  /** Runs `body` `count` times, counting down; `count` ≥ 1. */
  repeat(count: number, body: () => void): this {
    if (count === 1) {
      body();
      return this;
    }
    return this.borrow(i32, 1, (left) => {
      this.constant(count).set(left);
      this.loop(() => {
        body();
        this.get(left).constant(1).sub().tee(left);
      });
    });
  }

  /** While `from` < `to`: body, with `from` advanced by it. */
  whileLess(from: Local, to: Local, body: () => void): this {
    this.get(from).get(to).lessThan();
    return this.when(() => {
      this.loop(() => {
        body();
        this.get(from).get(to).lessThan();
      });
    });
  }

  /** If the top of the stack is not 0: `yes`, else `no`. */
  when(yes: () => void, no?: () => void): this {
    this.#code.push(0x04, 0x40);
    yes();
    if (no) {
      this.#code.push(0x05);
      no();
    }
    return this.#plain(0x0b);
  }

  /** An instruction of the threads proposal (0xfe and `opcode`) on a 32-bit word at a fixed distance from the address on the stack. */
  atomic(opcode: number, offset: number): this {
    this.#code.push(0xfe, opcode, 2);
    appendUnsigned(this.#code, offset);
    return this;
  }

  /** A 64-bit constant that says "without end" to an atomic wait. */
  forever(): this {
    this.#code.push(0x42, 0x7f);
    return this;
  }

  drop(): this {
    return this.#plain(0x1a);
  }

  /** An instruction that few have need of, as its bytes. */
  code(...bytes: readonly number[]): this {
    this.#code.push(...bytes);
    return this;
  }

  // ---- four lanes of float32 ----

  vector(op: keyof typeof simd): this {
    const opcode = simd[op];
    if (opcode < 128) this.#code.push(0xfd, opcode);
    else this.#code.push(0xfd, (opcode & 127) | 128, opcode >> 7);
    return this;
  }

  /** An instruction on one lane of a vector. */
  lane(op: "replaceLane" | "extractLaneI32", lane: number): this {
    return this.vector(op).#plain(lane);
  }

  /** A load or store at a fixed distance from the address on the stack. */
  memory(op: keyof typeof simd, offset: number, lane?: number): this {
    this.vector(op).#indexed(0, offset);
    return lane === undefined ? this : this.#plain(lane);
  }

  vectorConstant(a: number, b = a, c = a, d = a): this {
    fourFloats[0] = a;
    fourFloats[1] = b;
    fourFloats[2] = c;
    fourFloats[3] = d;
    return this.#constantBytes();
  }

  vectorConstantI32(value: number): this {
    fourWords.fill(value);
    return this.#constantBytes();
  }

  /** All bits of the first `count` lanes. */
  laneMask(count: number): this {
    for (let lane = 0; lane < 4; lane++) fourWords[lane] = lane < count ? -1 : 0;
    return this.#constantBytes();
  }

  /** Lanes 0–3 of the first operand, 4–7 of the second. */
  shuffle(a: number, b: number, c: number, d: number): this {
    this.vector("shuffle");
    for (const lane of [a, b, c, d]) this.#code.push(4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3);
    return this;
  }

  /** The function as it stands in the code section, in pieces. */
  body(): readonly (readonly number[])[] {
    const runs: { count: number; type: ValueType }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ count: 1, type });
    }
    const locals: number[] = [];
    appendUnsigned(locals, runs.length);
    for (const { count, type } of runs) {
      appendUnsigned(locals, count);
      locals.push(type);
    }
    const size: number[] = [];
    appendUnsigned(size, locals.length + this.#code.length + 1);
    return [size, locals, this.#code, [0x0b]];
  }

  #plain(opcode: number): this {
    this.#code.push(opcode);
    return this;
  }

  #indexed(opcode: number, index: number): this {
    if (index < 128) this.#code.push(opcode, index);
    else {
      this.#code.push(opcode);
      appendUnsigned(this.#code, index);
    }
    return this;
  }

  /** A scalar load or store, without a promise of alignment. */
  #access(opcode: number, offset: number): this {
    return this.#plain(opcode).#indexed(0, offset);
  }

  /** The vector of which `constantBytes` are the bytes. */
  #constantBytes(): this {
    const bytes = constantBytes;
    this.vector("constant");
    for (let i = 0; i < 16; i += 4) this.#code.push(bytes[i]!, bytes[i + 1]!, bytes[i + 2]!, bytes[i + 3]!);
    return this;
  }
}

export interface MemoryType {
  readonly pages: number;
  readonly maximum: number;
  readonly isShared: boolean;
}

/** A module whose functions work on the imported memory `env.memory`; it exports those named in `exports`. */
export class ModuleBuilder {
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports = new Map<string, FunctionBuilder>();

  function(name: string, parameters: readonly ValueType[]): FunctionBuilder {
    const builder = new FunctionBuilder(name, parameters, this.#functions.length);
    this.#functions.push(builder);
    return builder;
  }

  export(builder: FunctionBuilder): void {
    this.#exports.set(builder.name, builder);
  }

  bytes({ pages, maximum, isShared }: MemoryType): Uint8Array<ArrayBuffer> {
    const types: string[] = [];
    const typeOf = this.#functions.map(({ parameters }) => {
      const key = parameters.join(",");
      if (!types.includes(key)) types.push(key);
      return types.indexOf(key);
    });
    const pieces: (readonly number[])[] = [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]];
    const section = (id: number, count: number, ...content: readonly (readonly number[])[]): void => {
      const head: number[] = [];
      appendUnsigned(head, count);
      const size: number[] = [id];
      appendUnsigned(
        size,
        content.reduce((sum, { length }) => sum + length, head.length),
      );
      pieces.push(size, head, ...content);
    };
    section(
      1,
      types.length,
      ...types.map((key) => {
        const parameters = key === "" ? [] : key.split(",").map(Number);
        return [0x60, parameters.length, ...parameters, 0];
      }),
    );
    const memory = [...text("env"), ...text("memory"), 2, isShared ? 3 : 1];
    appendUnsigned(memory, pages);
    appendUnsigned(memory, maximum);
    section(2, 1, memory);
    section(3, typeOf.length, typeOf);
    section(
      7,
      this.#exports.size,
      ...[...this.#exports].map(([name, { index }]) => {
        const entry = [...text(name), 0];
        appendUnsigned(entry, index);
        return entry;
      }),
    );
    section(10, this.#functions.length, ...this.#functions.flatMap((builder) => builder.body()));

    const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }
}

/** A name in the module, of fewer than 128 letters and signs of ASCII. */
const text = (name: string): number[] => [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))];
