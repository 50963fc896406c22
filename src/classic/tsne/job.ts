import {
  type FunctionBuilder,
  i32,
  type Local,
  type ModuleBuilder,
  type ValueType,
} from "../../backend/wasm/assembler.ts";
import { type Lanes, WasmMachine } from "../../backend/wasm/machine.ts";

/**
 * Words that the host writes and every job reads: where things lie, and how large they are. Addresses in bytes; the
 * last four are float32.
 */
export const words = [
  "side",
  "plan",
  "twiddles",
  "kernel",
  "nodes",
  "spectrum",
  "lineBytes",
  "resultBytes",
  "count",
  "positions",
  "pushes",
  "potentials",
  "pulls",
  "starts",
  "columns",
  "values",
  "planeX",
  "planeY",
  "planeZ",
  "paddedCount",
  "originX",
  "originY",
  "scale",
  "factor",
] as const;
export type Word = (typeof words)[number];

/** What every job is called with: its thread's scratch memory, the thread's number, and how many there are. */
const parameters: readonly ValueType[] = [i32, i32, i32];

/** Writes one job: a function that each thread calls for its share of the work. */
export class JobWriter {
  readonly f: FunctionBuilder;
  readonly m: WasmMachine;
  readonly #header: number;
  readonly scratch: Local = 0;

  constructor(module: ModuleBuilder, name: string, header: number) {
    this.f = module.function(name, parameters);
    this.m = new WasmMachine(this.f, false);
    this.#header = header;
  }

  /** Pushes the address of a word of the header. */
  address(word: Word): FunctionBuilder {
    return this.f.constant(this.#header + 4 * words.indexOf(word));
  }

  /** A word of the header in a local of its own. */
  read(word: Word): Local {
    const local = this.f.local(i32);
    this.address(word).loadI32(0).set(local);
    return local;
  }

  /** A float of the header in all lanes. */
  splat(word: Word): Lanes {
    return this.m.keep(() => void this.address(word).memory("loadSplat32", 0));
  }

  local(): Local {
    return this.f.local(i32);
  }

  /** local = what `value` pushes */
  set(local: Local, value: () => void): Local {
    value();
    this.f.set(local);
    return local;
  }

  /** Runs `body` for this thread's share of the items 0 … `items` − 1; the share depends on nothing but the counts. */
  share(items: Local, body: (item: Local) => void): void {
    const { f } = this;
    const [item, end] = [this.local(), this.local()];
    this.set(item, () => void f.get(items).get(1).multiply().get(2).divide());
    this.set(end, () => void f.get(items).get(1).constant(1).add().multiply().get(2).divide());
    f.whileLess(item, end, () => {
      body(item);
      f.advance(item, 1);
    });
  }

  /** Only the first thread. */
  alone(body: () => void): void {
    this.f.get(1).isZero().when(body);
  }

  load(address: Local, offset = 0): Lanes {
    return () => void this.f.get(address).memory("load", offset);
  }

  store(address: Local, offset: number, value: Lanes): void {
    this.f.get(address);
    value();
    this.f.memory("store", offset);
  }

  /** Stores the first lane. */
  storeOne(address: Local, offset: number, value: Lanes): void {
    this.f.get(address);
    value();
    this.f.memory("storeLane32", offset, 0);
  }

  shuffle(a: Lanes, b: Lanes, order: readonly [number, number, number, number]): Lanes {
    return () => {
      a();
      b();
      this.f.shuffle(...order);
    };
  }

  vector(lanes: readonly [number, number, number, number]): Lanes {
    return () => void this.f.vectorConstant(...lanes);
  }

  /** The lanes added (0 + 2) + (1 + 3), in all lanes. */
  addLanes(sum: Lanes): Lanes {
    const { m } = this;
    const whole = m.keep(sum);
    const pairs = m.keep(m.add(whole, this.shuffle(whole, whole, [2, 3, 0, 1])));
    return m.keep(m.add(pairs, this.shuffle(pairs, pairs, [1, 0, 3, 2])));
  }

  /** Rows of a 4 × 4 matrix become columns. */
  transpose(rows: readonly Lanes[]): readonly Lanes[] {
    const { m } = this;
    const [a, b, c, d] = rows.map((row) => m.keep(row)) as [Lanes, Lanes, Lanes, Lanes];
    const [lowAb, lowCd, highAb, highCd] = [
      m.keep(this.shuffle(a, b, [0, 4, 1, 5])),
      m.keep(this.shuffle(c, d, [0, 4, 1, 5])),
      m.keep(this.shuffle(a, b, [2, 6, 3, 7])),
      m.keep(this.shuffle(c, d, [2, 6, 3, 7])),
    ];
    return [
      this.shuffle(lowAb, lowCd, [0, 1, 4, 5]),
      this.shuffle(lowAb, lowCd, [2, 3, 6, 7]),
      this.shuffle(highAb, highCd, [0, 1, 4, 5]),
      this.shuffle(highAb, highCd, [2, 3, 6, 7]),
    ];
  }

  /** Zeros from one address to before another. */
  clear(from: Local, to: Local): void {
    const { f } = this;
    f.whileLess(from, to, () => {
      this.store(from, 0, this.m.constant(0));
      f.advance(from, 16);
    });
  }
}
