import type { Executable, Store } from "../backend/backend.ts";
import { compile } from "../compile/index.ts";
import { input, matmul, state, type Tensor, transpose } from "../graph/index.ts";
import { backendFor } from "../train/backends.ts";
import { now } from "../train/clock.ts";
import { macrotask, Pace } from "../train/pace.ts";

/**
 * Products of one large matrix X [count, features] with narrow ones, by the compiler's blocked, threaded kernels in
 * float32. Each element has one accumulator and adds in ascending order, so the bits do not depend on threads.
 */
export class MatrixProducts implements Disposable {
  readonly #count: number;
  readonly #features: number;
  readonly #store: Store;
  readonly #plans = new Map<string, Executable>();

  private constructor(store: Store, count: number, features: number) {
    this.#store = store;
    this.#count = count;
    this.#features = features;
  }

  /** Puts X where the kernels compute; it is copied. */
  static async open(x: Float32Array, count: number, features: number): Promise<MatrixProducts> {
    const store = (await backendFor("portable", count * features)).open();
    store.declare(state("x", [count, features]));
    store.write("x", x);
    return new MatrixProducts(store, count, features);
  }

  /** X·R for R [features, width]: [count, width]. */
  times(right: Float32Array, width: number): Promise<Float32Array> {
    const x = state("x", [this.#count, this.#features]);
    return this.#run("times", right, [this.#features, width], (r) => matmul(x, r), this.#count * width);
  }

  /** Xᵀ·L for L [count, width]: [features, width]. */
  transposedTimes(left: Float32Array, width: number): Promise<Float32Array> {
    const x = state("x", [this.#count, this.#features]);
    return this.#run("under", left, [this.#count, width], (l) => matmul(transpose(x), l), this.#features * width);
  }

  async #run(
    kind: string,
    data: Float32Array,
    shape: readonly number[],
    of: (factor: Tensor) => Tensor,
    size: number,
  ): Promise<Float32Array> {
    const out = new Float32Array(size);
    const key = `${kind} ${shape.join(",")}`;
    let executable = this.#plans.get(key);
    if (!executable) {
      executable = await this.#store.load(compile({ outputs: { product: of(input(shape, "factor")) } }));
      this.#plans.set(key, executable);
    }
    executable.setInput("factor", data);
    executable.run(0, 1);
    executable.getOutput("product", out);
    await macrotask(); // threads join, signals arrive
    return out;
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

/** Rows that are multiplied at a time: their products are added up in float32, and the blocks in float64. */
const blockRows = 512;
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
