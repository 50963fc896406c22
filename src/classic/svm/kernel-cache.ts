import type { RowSource } from "./kernel.ts";

/**
 * Rows of the kernel matrix, kept within a bound of memory. The row that was not used for longest gives its room.
 *
 * A row that is missing is computed together with others that the caller is likely to want next: sixteen rows as one
 * product of matrices cost about as much as four alone.
 */
export class KernelCache {
  readonly size: number;
  readonly diagonal: Float64Array;
  /** How many rows there is room for. */
  readonly capacity: number;
  /** Rows that were computed so far. */
  computed = 0;
  readonly #source: RowSource;
  readonly #rows: (Float64Array | undefined)[];
  /** Count of requests when a row was last asked for. */
  readonly #used: Float64Array;
  #requests = 0;
  #kept: number[] = [];

  constructor(source: RowSource, bytes: number) {
    this.size = source.size;
    this.diagonal = source.diagonal;
    this.#source = source;
    // A step reads two rows at once, and a block must not push out the row that was fetched just before it.
    const least = Math.min(source.size, 2 * source.block + 2);
    this.capacity = Math.max(least, Math.min(source.size, Math.floor(bytes / (8 * source.size))));
    this.#rows = new Array<Float64Array | undefined>(source.size).fill(undefined);
    this.#used = new Float64Array(source.size);
  }

  has(i: number): boolean {
    return this.#rows[i] !== undefined;
  }

  /** k(xᵢ, ·). `likely` names rows that may be wanted soon, the likeliest first; it is only asked when i is missing. */
  row(i: number, likely?: () => Iterable<number>): Float64Array {
    this.#used[i] = ++this.#requests;
    return this.#rows[i] ?? this.#fetch(i, likely);
  }

  #fetch(i: number, likely?: () => Iterable<number>): Float64Array {
    const wanted = [i];
    const block = Math.min(this.#source.block, this.size);
    if (block > 1 && likely)
      for (const j of likely()) {
        if (wanted.length === block) break;
        if (j !== i && !this.has(j)) wanted.push(j);
      }
    const out = wanted.map((j) => this.#room(j));
    this.#source.compute(wanted, out);
    this.computed += wanted.length;
    return out[0]!;
  }

  /** Memory for row i: new while there is room, else that of the row that was not used for longest. */
  #room(i: number): Float64Array {
    this.#used[i] = Math.max(this.#used[i]!, this.#requests - 1); // a guess is worth less than what was asked for
    const row = this.#kept.length < this.capacity ? new Float64Array(this.size) : this.#evict();
    this.#rows[i] = row;
    this.#kept.push(i);
    return row;
  }

  #evict(): Float64Array {
    let oldest = 0;
    for (let k = 1; k < this.#kept.length; k++)
      if (this.#used[this.#kept[k]!]! < this.#used[this.#kept[oldest]!]!) oldest = k;
    const i = this.#kept[oldest]!;
    this.#kept[oldest] = this.#kept.at(-1)!;
    this.#kept.pop();
    const row = this.#rows[i]!;
    this.#rows[i] = undefined;
    return row;
  }
}
