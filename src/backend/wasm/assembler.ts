/** WebAssembly, byte by byte: a module of functions over one imported memory. Opcodes as in the core specification. */

export const i32 = 0x7f;
export const f32 = 0x7d;
export const f64 = 0x7c;
export const v128 = 0x7b;
export type ValueType = typeof i32 | typeof f32 | typeof f64 | typeof v128;
export type Local = number;

/** Signed LEB128 of a 32-bit integer. */
function signed(n: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const byte = n & 127;
    n >>= 7;
    if ((n === 0 && (byte & 64) === 0) || (n === -1 && (byte & 64) !== 0)) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

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

/** Bytes that grow; everything generated goes through here, so it allocates seldom. */
class ByteWriter {
  #bytes = new Uint8Array(1024);
  length = 0;

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  unsigned(n: number): void {
    for (; n > 127; n = Math.floor(n / 128)) this.byte((n & 127) | 128);
    this.byte(n);
  }

  signed(n: number): void {
    for (const byte of signed(n)) this.byte(byte);
  }

  append(bytes: ArrayLike<number>): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + count));
    larger.set(this.view());
    this.#bytes = larger;
  }
}

/** For the bytes of a constant. */
const fourFloats = new Float32Array(4);
const floatBytes = new Uint8Array(fourFloats.buffer);

export class FunctionBuilder {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly index: number;
  readonly #locals: ValueType[] = [];
  readonly #free = new Map<ValueType, Local[]>();
  readonly #code = new ByteWriter();

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
    this.#code.byte(0x41);
    this.#code.signed(n | 0);
    return this;
  }

  /** A float32 to an i32, out-of-range values to the nearest. */
  truncate(): this {
    this.#code.byte(0xfc);
    return this.#plain(0);
  }

  /** Writes `bytes` zeros from the address on the stack on. */
  clear(bytes: number): this {
    this.constant(0).constant(bytes).#code.append([0xfc, 0x0b, 0x00]);
    return this;
  }

  /** local += n */
  advance(local: Local, n: number): this {
    return n === 0 ? this : this.get(local).constant(n).add().set(local);
  }

  /** Repeats `body`, at least once, until it leaves 0 on the stack. */
  loop(body: () => void): this {
    this.#plain(0x03).#plain(0x40);
    body();
    return this.#indexed(0x0d, 0).#plain(0x0b);
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
    this.#plain(0x04).#plain(0x40);
    yes();
    if (no) {
      this.#plain(0x05);
      no();
    }
    return this.#plain(0x0b);
  }

  /** An instruction of the threads proposal (0xfe and `opcode`) on a 32-bit word at a fixed distance from the address on the stack. */
  atomic(opcode: number, offset: number): this {
    this.#code.byte(0xfe);
    this.#code.byte(opcode);
    this.#code.byte(2);
    this.#code.unsigned(offset);
    return this;
  }

  /** A 64-bit constant that says "without end" to an atomic wait. */
  forever(): this {
    this.#plain(0x42);
    return this.#plain(0x7f);
  }

  drop(): this {
    return this.#plain(0x1a);
  }

  /** An instruction that few have need of, as its bytes. */
  code(...bytes: readonly number[]): this {
    this.#code.append(bytes);
    return this;
  }

  // ---- four lanes of float32 ----

  vector(op: keyof typeof simd): this {
    this.#code.byte(0xfd);
    this.#code.unsigned(simd[op]);
    return this;
  }

  /** An instruction on one lane of a vector. */
  lane(op: "replaceLane" | "extractLaneI32", lane: number): this {
    return this.vector(op).#plain(lane);
  }

  /** A load or store at a fixed distance from the address on the stack. */
  memory(op: keyof typeof simd, offset: number, lane?: number): this {
    this.vector(op).#plain(0);
    this.#code.unsigned(offset);
    return lane === undefined ? this : this.#plain(lane);
  }

  vectorConstant(a: number, b = a, c = a, d = a): this {
    fourFloats[0] = a;
    fourFloats[1] = b;
    fourFloats[2] = c;
    fourFloats[3] = d;
    this.vector("constant");
    this.#code.append(floatBytes);
    return this;
  }

  vectorConstantI32(value: number): this {
    this.vector("constant");
    this.#code.append(new Uint8Array(Int32Array.of(value, value, value, value).buffer));
    return this;
  }

  /** All bits of the first `count` lanes. */
  laneMask(count: number): this {
    this.vector("constant");
    for (let byte = 0; byte < 16; byte++) this.#code.byte(byte < 4 * count ? 255 : 0);
    return this;
  }

  /** Lanes 0–3 of the first operand, 4–7 of the second. */
  shuffle(a: number, b: number, c: number, d: number): this {
    this.vector("shuffle");
    for (const lane of [a, b, c, d]) for (let byte = 0; byte < 4; byte++) this.#code.byte(4 * lane + byte);
    return this;
  }

  /** The function as it stands in the code section. */
  writeTo(out: { byte(value: number): void; unsigned(n: number): void; append(bytes: ArrayLike<number>): void }): void {
    const runs: { count: number; type: ValueType }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ count: 1, type });
    }
    const head = new ByteWriter();
    head.unsigned(runs.length);
    for (const { count, type } of runs) {
      head.unsigned(count);
      head.byte(type);
    }
    out.unsigned(head.length + this.#code.length + 1);
    out.append(head.view());
    out.append(this.#code.view());
    out.byte(0x0b);
  }

  #plain(opcode: number): this {
    this.#code.byte(opcode);
    return this;
  }

  #indexed(opcode: number, index: number): this {
    this.#code.byte(opcode);
    this.#code.unsigned(index);
    return this;
  }

  /** A scalar load or store, without a promise of alignment. */
  #access(opcode: number, offset: number): this {
    this.#code.byte(opcode);
    this.#code.byte(0);
    this.#code.unsigned(offset);
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
    const out = new ByteWriter();
    out.append([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, count: number, write: (part: ByteWriter) => void): void => {
      const part = new ByteWriter();
      part.unsigned(count);
      write(part);
      out.byte(id);
      out.unsigned(part.length);
      out.append(part.view());
    };
    const text = (part: ByteWriter, value: string): void => {
      const encoded = new TextEncoder().encode(value);
      part.unsigned(encoded.length);
      part.append(encoded);
    };
    section(1, types.length, (part) => {
      for (const key of types) {
        const parameters = key === "" ? [] : key.split(",").map(Number);
        part.append([0x60, parameters.length, ...parameters, 0]);
      }
    });
    section(2, 1, (part) => {
      text(part, "env");
      text(part, "memory");
      part.append([2, isShared ? 3 : 1]);
      part.unsigned(pages);
      part.unsigned(maximum);
    });
    section(3, typeOf.length, (part) => typeOf.forEach((type) => void part.unsigned(type)));
    section(7, this.#exports.size, (part) => {
      for (const [name, { index }] of this.#exports) {
        text(part, name);
        part.byte(0);
        part.unsigned(index);
      }
    });
    section(10, this.#functions.length, (part) => {
      for (const builder of this.#functions) builder.writeTo(part);
    });
    return out.view().slice();
  }
}
