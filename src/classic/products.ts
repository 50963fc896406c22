import type { Executable, Store } from "../backend/backend.ts";
import { compile } from "../compile/index.ts";
import { input, matmul, sub, type Tensor, transpose } from "../graph/index.ts";
import { backendFor } from "../train/backends.ts";
import { now } from "../train/clock.ts";
import { macrotask, Pace } from "../train/pace.ts";
import type { Observations } from "./observations.ts";

/** Rows that are multiplied at a time: their products are added up in float32, and the blocks in float64. */
const blockRows = 512;

/**
 * Products of one large matrix X [count, features] with narrow ones, by the compiler's threaded kernels. X is taken in
 * blocks of rows that a processor's cache holds, so each application reads it from memory once; it stays where it is.
 * What is added over a block is float32, over the blocks float64; the bits do not depend on threads.
 */
export class MatrixProducts implements Disposable {
  readonly #x: Observations;
  readonly #store: Store;
  readonly #plans = new Map<string, Executable>();
  /** The last block, filled up with rows that are 0 when they are centred. */
  readonly #rest: Float32Array;
  /** The mean as float32, and what that rounds away: x − high is exact where x is near, so nothing of x − mean is lost. */
  readonly #mean: { readonly high: Float32Array; readonly low: Float32Array };

  private constructor(store: Store, x: Observations, mean: Float64Array) {
    this.#store = store;
    this.#x = x;
    const high = Float32Array.from(mean);
    this.#mean = { high, low: Float32Array.from(mean, (value, k) => value - high[k]!) };
    this.#rest = new Float32Array(blockRows * x.features);
    for (let row = 0; row < blockRows; row++) this.#rest.set(high, row * x.features); // off by `low`, the rounding of x
    this.#rest.set(x.data.subarray((x.count - (x.count % blockRows)) * x.features));
  }

  /** X is `given` less `mean`, a number for each of its columns, which the kernels take off. */
  static async open(given: Observations, mean: Float64Array): Promise<MatrixProducts> {
    return new MatrixProducts((await backendFor("portable", blockRows * given.features)).open(), given, mean);
  }

  /** X·R for R [features, width]: [count, width]. */
  async times(right: Float32Array, width: number): Promise<Float32Array> {
    const { count } = this.#x;
    const out = new Float32Array(count * width);
    const of = (block: Tensor, r: Tensor): Tensor => matmul(block, r);
    await this.#eachBlock(of, right, [blockRows, width], "times", (product, first) => {
      const rows = Math.min(blockRows, count - first);
      out.set(product.subarray(0, rows * width), first * width);
    });
    return out;
  }

  /** XᵀX·R for R [features, width]: [features, width]. */
  async gramTimes(right: Float32Array, width: number): Promise<Float64Array> {
    const { features } = this.#x;
    const out = new Float64Array(features * width);
    const of = (block: Tensor, r: Tensor): Tensor => matmul(transpose(block), matmul(block, r));
    await this.#eachBlock(of, right, [features, width], "gram", (product) => {
      for (let i = 0; i < out.length; i++) out[i]! += product[i]!;
    });
    return out;
  }

  async #eachBlock(
    of: (block: Tensor, right: Tensor) => Tensor,
    right: Float32Array,
    [rows, width]: readonly [number, number],
    kind: string,
    take: (product: Float32Array, first: number) => void,
  ): Promise<void> {
    const { data, count, features } = this.#x;
    const key = `${kind} ${width}`;
    let executable = this.#plans.get(key);
    if (!executable) {
      const [high, low] = [input([features], "high"), input([features], "low")];
      const block = sub(sub(input([blockRows, features], "block"), high), low);
      const product = of(block, input([features, width], "right"));
      executable = await this.#store.load(compile({ outputs: { product } }));
      this.#plans.set(key, executable);
    }
    executable.setInput("right", right);
    executable.setInput("high", this.#mean.high);
    executable.setInput("low", this.#mean.low);
    const product = new Float32Array(rows * width);
    const pace = new Pace();
    for (let first = 0; first < count; first += blockRows) {
      const began = now();
      const isWhole = first + blockRows <= count;
      const block = isWhole ? data.subarray(first * features, (first + blockRows) * features) : this.#rest;
      executable.setInput("block", block);
      executable.run(0, 1);
      executable.getOutput("product", product);
      take(product, first);
      pace.ran(1, now() - began);
      if (pace.isDue) await pace.pause(); // threads join, signals arrive
    }
  }

  [Symbol.dispose](): void {
    for (const executable of this.#plans.values()) executable[Symbol.dispose]();
    this.#plans.clear();
    this.#store[Symbol.dispose]();
  }
}

/** The products of each of some rows with each of others, tiles of one size, by the same kernels. */
export class TileProducts implements Disposable {
  readonly #store: Store;
  readonly #executable: Executable;
  readonly #side: number;
  readonly #features: number;
  readonly #rows: Float32Array;
  readonly #out: Float32Array;
  readonly #pace = new Pace();

  private constructor(store: Store, executable: Executable, side: number, features: number) {
    this.#store = store;
    this.#executable = executable;
    this.#side = side;
    this.#features = features;
    this.#rows = new Float32Array(side * features);
    this.#out = new Float32Array(side * side);
  }

  /** For tiles of `side` rows with as many others, of `features` numbers each. */
  static async open(side: number, features: number): Promise<TileProducts> {
    const store = (await backendFor("portable", side * features)).open();
    const [rows, columns] = [input([side, features], "rows"), input([side, features], "columns")];
    const plan = compile({ outputs: { product: matmul(rows, transpose(columns)) } });
    return new TileProducts(store, await store.load(plan), side, features);
  }

  /** At most `side` rows. */
  setRows(rows: Float32Array): void {
    this.#executable.setInput("rows", this.#filled(rows));
  }

  /** The products [side, side] with at most `side` others; what goes beyond the rows given is 0. Overwritten next time. */
  withColumns(columns: Float32Array): Float32Array {
    const began = now();
    this.#executable.setInput("columns", this.#filled(columns));
    this.#executable.run(0, 1);
    this.#executable.getOutput("product", this.#out);
    this.#pace.ran(1, now() - began);
    return this.#out;
  }

  /** Lets others have their turn, when it is time: threads join, signals arrive. */
  async pause(): Promise<void> {
    if (this.#pace.isDue) await this.#pace.pause();
  }

  #filled(rows: Float32Array): Float32Array {
    if (rows.length === this.#side * this.#features) return rows;
    this.#rows.set(rows);
    return this.#rows.fill(0, rows.length);
  }

  [Symbol.dispose](): void {
    this.#executable[Symbol.dispose]();
    this.#store[Symbol.dispose]();
  }
}

/** Below so many multiplications the kernels do not pay. */
export const fewMultiplications = 2e7;

/** XᵀX in float64 [features, features], for X [count, features]; long sums are added block by block in float64. */
export async function crossProduct(x: Float32Array, count: number, features: number): Promise<Float64Array> {
  const sum = new Float64Array(features * features);
  if (count * features * features < fewMultiplications) {
    for (let row = 0; row < count; row++)
      for (let i = 0; i < features; i++) {
        const value = x[row * features + i]!;
        if (value === 0) continue;
        for (let j = i; j < features; j++) sum[i * features + j]! += value * x[row * features + j]!;
      }
    for (let i = 0; i < features; i++) for (let j = 0; j < i; j++) sum[i * features + j] = sum[j * features + i]!;
    return sum;
  }
  const store = (await backendFor("portable", features * features)).open();
  const block = input([blockRows, features], "block");
  const executable = await store.load(compile({ outputs: { product: matmul(transpose(block), block) } }));
  const rows = new Float32Array(blockRows * features);
  const part = new Float32Array(features * features);
  for (let first = 0; first < count; first += blockRows) {
    const taken = x.subarray(first * features, Math.min(count, first + blockRows) * features);
    rows.set(taken);
    rows.fill(0, taken.length);
    executable.setInput("block", rows);
    executable.run(0, 1);
    executable.getOutput("product", part);
    for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
    await macrotask();
  }
  executable[Symbol.dispose]();
  store[Symbol.dispose]();
  return sum;
}
