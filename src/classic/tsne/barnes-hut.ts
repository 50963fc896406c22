import type { Stride } from "./attraction.ts";

/**
 * The push of all points on each in n log n (Barnes & Hut 1986; for t-SNE: van der Maaten 2014). Space is halved along
 * every axis until each cell holds one place; seen from afar, a cell counts as all its points at their mean: where its
 * width is below `angle` times its distance.
 */
export class CellTree {
  readonly #stride: Stride;
  readonly #axes: number;
  readonly #ways: number;
  /** Of cell c: its children, ways · c onwards, 0 = none; its points' number, and their sums, then means; the point of a leaf, or −1. */
  #children = new Int32Array(0);
  #numbers = new Int32Array(0);
  #sums = new Float64Array(0);
  #points = new Int32Array(0);
  #cells = 0;
  #width = 1;
  readonly #low = [0, 0, 0];

  constructor(stride: Stride) {
    this.#stride = stride;
    this.#axes = stride === 2 ? 2 : 3;
    this.#ways = stride === 2 ? 4 : 8;
  }

  build(y: Float32Array, count: number): void {
    const axes = this.#axes;
    const high = [-Infinity, -Infinity, -Infinity];
    this.#low.fill(Infinity);
    for (let i = 0; i < count; i++)
      for (let a = 0; a < axes; a++) {
        const value = y[i * this.#stride + a]!;
        if (value < this.#low[a]!) this.#low[a] = value;
        if (value > high[a]!) high[a] = value;
      }
    this.#width = 1e-30;
    for (let a = 0; a < axes; a++) this.#width = Math.max(this.#width, (high[a]! - this.#low[a]!) * 1.000001);
    this.#cells = 0;
    this.#newCell();
    for (let i = 0; i < count; i++) this.#insert(y, i);
    for (let cell = 0; cell < this.#cells; cell++)
      for (let a = 0; a < 3; a++) this.#sums[3 * cell + a]! /= this.#numbers[cell]!; // from here on, means
  }

  /** As `repel` of `repulsion.ts`, within the error that `angle` allows; sums in float64. */
  repel(y: Float32Array, out: Float32Array, potentials: Float32Array, first: number, last: number, angle = 0.5): void {
    const [axes, ways, stride] = [this.#axes, this.#ways, this.#stride];
    const [children, numbers, means, points] = [this.#children, this.#numbers, this.#sums, this.#points];
    const stack = new Int32Array(ways * (deepest + 2));
    const widths = new Float64Array(stack.length);
    const angleSquare = angle * angle;
    for (let i = first; i < last; i++) {
      const x0 = y[i * stride]!;
      const y0 = y[i * stride + 1]!;
      const z0 = axes === 3 ? y[i * stride + 2]! : 0;
      let [potential, px, py, pz] = [0, 0, 0, 0];
      let top = 0;
      stack[top] = 0;
      widths[top++] = this.#width;
      while (top > 0) {
        const cell = stack[--top]!;
        const width = widths[top]!;
        const number = numbers[cell]!;
        const dx = x0 - means[3 * cell]!;
        const dy = y0 - means[3 * cell + 1]!;
        const dz = axes === 3 ? z0 - means[3 * cell + 2]! : 0;
        const square = dx * dx + dy * dy + dz * dz;
        if (points[cell]! >= 0 || width * width < angleSquare * square) {
          const q = 1 / (1 + square);
          potential += number * q;
          const push = number * q * q;
          px += push * dx;
          py += push * dy;
          pz += push * dz;
          continue;
        }
        for (let way = 0; way < ways; way++) {
          const child = children[cell * ways + way]!;
          if (child === 0) continue;
          stack[top] = child;
          widths[top++] = width / 2;
        }
      }
      potentials[i] = potential;
      out[i * stride] = px;
      out[i * stride + 1] = py;
      if (axes === 3) out[i * stride + 2] = pz;
    }
  }

  #insert(y: Float32Array, i: number): void {
    const [axes, ways, stride] = [this.#axes, this.#ways, this.#stride];
    const [corner, at] = [[...this.#low], i * stride];
    let cell = 0;
    let width = this.#width;
    for (let depth = 0; ; depth++) {
      const number = this.#numbers[cell]!++;
      for (let a = 0; a < axes; a++) this.#sums[3 * cell + a]! += y[at + a]!;
      if (number === 0) {
        this.#points[cell] = i;
        return;
      }
      const resident = this.#points[cell]!;
      if (resident >= 0) {
        if (depth >= deepest || isSamePlace(y, at, resident * stride, axes)) return; // the leaf counts them together
        this.#points[cell] = -1;
        const child = this.#childAt(cell * ways + this.#wayOf(y, resident * stride, corner, width));
        this.#numbers[child] = number;
        for (let a = 0; a < axes; a++) this.#sums[3 * child + a] = number * y[resident * stride + a]!;
        this.#points[child] = resident;
      }
      const way = this.#wayOf(y, at, corner, width);
      width /= 2;
      for (let a = 0; a < axes; a++) if ((way >> a) & 1) corner[a]! += width;
      cell = this.#childAt(cell * ways + way);
    }
  }

  #wayOf(y: Float32Array, at: number, corner: readonly number[], width: number): number {
    let way = 0;
    for (let a = 0; a < this.#axes; a++) if (y[at + a]! >= corner[a]! + width / 2) way |= 1 << a;
    return way;
  }

  #childAt(slot: number): number {
    if (this.#children[slot] === 0) {
      const child = this.#newCell();
      this.#children[slot] = child; // not before: a new cell may move the lists
    }
    return this.#children[slot]!;
  }

  #newCell(): number {
    const cell = this.#cells++;
    if (cell >= this.#numbers.length) {
      const room = Math.max(1024, 2 * cell);
      const grow = <T extends Int32Array | Float64Array>(old: T, grown: T): T => {
        grown.set(old);
        return grown;
      };
      this.#children = grow(this.#children, new Int32Array(room * this.#ways));
      this.#numbers = grow(this.#numbers, new Int32Array(room));
      this.#sums = grow(this.#sums, new Float64Array(3 * room));
      this.#points = grow(this.#points, new Int32Array(room));
    }
    this.#children.fill(0, cell * this.#ways, (cell + 1) * this.#ways);
    this.#numbers[cell] = 0;
    this.#sums.fill(0, 3 * cell, 3 * cell + 3);
    this.#points[cell] = -1;
    return cell;
  }
}

/** Cells are halved at most so often; points still together then are one place. */
const deepest = 40;

function isSamePlace(y: Float32Array, a: number, b: number, axes: number): boolean {
  for (let axis = 0; axis < axes; axis++) if (y[a + axis] !== y[b + axis]) return false;
  return true;
}
