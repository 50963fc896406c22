const fround = Math.fround;

/**
 * For each of `count` rows, the `size` smallest of the values offered, with their indices; of equal values those with
 * smaller indices. Values are kept in float32. The order of the offers does not matter.
 */
export class NearestLists {
  readonly size: number;
  /** What a row's value must not exceed to be kept; infinite while there is room. */
  readonly bounds: Float32Array;
  /** Heaps, one after another: the farthest of those kept lies first. */
  readonly #values: Float32Array;
  readonly #indices: Int32Array;
  readonly #counts: Int32Array;

  constructor(count: number, size: number) {
    this.size = size;
    this.bounds = new Float32Array(count).fill(Infinity);
    this.#values = new Float32Array(count * size);
    this.#indices = new Int32Array(count * size);
    this.#counts = new Int32Array(count);
  }

  offer(row: number, offered: number, index: number): void {
    const value = fround(offered);
    const [values, indices, size] = [this.#values, this.#indices, this.size];
    const base = row * size;
    const count = this.#counts[row]!;
    if (count < size) {
      let at = count;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isFarther(value, index, values[base + parent]!, indices[base + parent]!)) break;
        values[base + at] = values[base + parent]!;
        indices[base + at] = indices[base + parent]!;
        at = parent;
      }
      values[base + at] = value;
      indices[base + at] = index;
      this.#counts[row] = count + 1;
    } else if (isFarther(values[base]!, indices[base]!, value, index)) {
      sift(values, indices, base, size, value, index);
    }
    if (this.#counts[row] === size) this.bounds[row] = values[base]!;
  }

  /** The lists [count, size], nearest first; they are full. The heaps are used up. */
  sorted(): { readonly values: Float32Array; readonly indices: Int32Array } {
    const [values, indices, size] = [this.#values, this.#indices, this.size];
    for (let base = 0; base < values.length; base += size)
      for (let last = size - 1; last > 0; last--) {
        // the farthest goes behind, what stood there finds its place
        const [value, index] = [values[base + last]!, indices[base + last]!];
        values[base + last] = values[base]!;
        indices[base + last] = indices[base]!;
        sift(values, indices, base, last, value, index);
      }
    return { values, indices };
  }
}

/** Puts a pair in the place of a heap's first. */
function sift(
  values: Float32Array,
  indices: Int32Array,
  base: number,
  size: number,
  value: number,
  index: number,
): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    const other = base + child + 1;
    if (child + 1 < size && isFarther(values[other]!, indices[other]!, values[base + child]!, indices[base + child]!))
      child++;
    if (!isFarther(values[base + child]!, indices[base + child]!, value, index)) break;
    values[base + at] = values[base + child]!;
    indices[base + at] = indices[base + child]!;
    at = child;
  }
  values[base + at] = value;
  indices[base + at] = index;
}

const isFarther = (value: number, index: number, otherValue: number, otherIndex: number): boolean =>
  value > otherValue || (value === otherValue && index > otherIndex);
