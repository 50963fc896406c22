import type { KernelCache } from "./kernel-cache.ts";

/** The points p and q of two convex hulls that are nearest to each other, as convex combinations of the samples. */
export interface NearestPoints {
  /** cᵢ: p = Σ cᵢφ(xᵢ) over the positive samples, q = −Σ cᵢφ(xᵢ) over the negative ones; each adds up to 1. */
  readonly combination: Float64Array;
  /** (p − q)·φ(xᵢ) for all samples. */
  readonly products: Float64Array;
  /** ‖p − q‖² */
  readonly squaredDistance: number;
  /** ‖p − q‖² − min over the hulls of (p − q)·(x⁺ − x⁻), in units of the largest ‖φ(xᵢ)‖²: 0 at the optimum. */
  readonly gap: number;
  readonly iterations: number;
}

/** A vertex of the difference of the hulls: φ(x_plus) − φ(x_minus). */
interface Vertex {
  readonly plus: number;
  readonly minus: number;
}

/**
 * Wolfe's algorithm for the point of least norm (Wolfe 1976), on the differences x⁺ − x⁻ of positive and negative
 * samples, whose hull contains 0 exactly when the hulls of the two classes meet.
 *
 * It keeps a set of affinely independent vertices (the corral) and the point of least norm of the plane through them,
 * adds the vertex that lies furthest on the near side, and drops vertices while that point lies outside their simplex.
 * It ends after finitely many steps at the exact answer but for rounding; no step size, no tolerance to be tuned.
 * One step costs size × corral multiplications besides the kernel rows; the generator stops after each, so that the
 * caller may pause.
 */
export function* nearestPoints(rows: KernelCache, signs: Float64Array): Generator<void, NearestPoints> {
  const { size, diagonal } = rows;
  const scale = diagonal.reduce((most, value) => Math.max(most, value), 1e-300);
  const k = (i: number, j: number): number => rows.row(i)[j]!;
  const product = (a: Vertex, b: Vertex): number =>
    k(a.plus, b.plus) - k(a.plus, b.minus) - k(a.minus, b.plus) + k(a.minus, b.minus);
  const first = { plus: signs.indexOf(1), minus: signs.indexOf(-1) };
  const corral = new Corral(scale, product);
  corral.add(first, 1);
  const combination = new Float64Array(size);
  const products = new Float64Array(size);
  for (let iterations = 1; ; iterations++) {
    combination.fill(0);
    for (const [at, { plus, minus }] of corral.vertices.entries()) {
      combination[plus]! += corral.weights[at]!;
      combination[minus]! -= corral.weights[at]!;
    }
    products.fill(0);
    for (let s = 0; s < size; s++) {
      const share = combination[s]!;
      if (share === 0) continue;
      const row = rows.row(s);
      for (let i = 0; i < size; i++) products[i]! += share * row[i]!;
    }
    let squaredDistance = 0;
    for (let s = 0; s < size; s++) squaredDistance += combination[s]! * products[s]!;
    squaredDistance = Math.max(0, squaredDistance);
    let [plus, minus] = [-1, -1];
    for (let i = 0; i < size; i++) {
      if (signs[i]! > 0) {
        if (plus < 0 || products[i]! < products[plus]!) plus = i;
      } else if (minus < 0 || products[i]! > products[minus]!) minus = i;
    }
    const vertex = { plus, minus };
    const gap = squaredDistance - (products[plus]! - products[minus]!);
    // Below this, what the next vertex would win is less than rounding has already changed.
    const isNearest = gap <= 1e-13 * squaredDistance + 1e-15 * scale || corral.has(vertex);
    if (isNearest || iterations >= mostIterations)
      return { combination, products, squaredDistance, gap: Math.max(0, gap) / scale, iterations };
    corral.add(vertex, 0);
    corral.settle();
    yield;
  }
}

const mostIterations = 100_000;

/** Affinely independent vertices with convex weights. */
class Corral {
  readonly vertices: Vertex[] = [];
  readonly weights: number[] = [];
  readonly #product: (a: Vertex, b: Vertex) => number;
  /** Added to all products, so that the matrix M = scale + zᵢ·zⱼ is positive definite even where 0 is in the plane. */
  readonly #scale: number;
  /** zᵢ·zⱼ, the lower triangle by rows. */
  readonly #products: number[][] = [];
  /** Cholesky's L of M, by rows. */
  #factor: number[][] = [];

  constructor(scale: number, product: (a: Vertex, b: Vertex) => number) {
    this.#scale = scale;
    this.#product = product;
  }

  has({ plus, minus }: Vertex): boolean {
    return this.vertices.some((vertex) => vertex.plus === plus && vertex.minus === minus);
  }

  add(vertex: Vertex, weight: number): void {
    this.vertices.push(vertex);
    this.weights.push(weight);
    this.#products.push(this.vertices.map((other) => this.#product(vertex, other)));
    this.#factorFrom(this.vertices.length - 1);
  }

  /** Moves to the point of least norm of the plane through the vertices, and drops vertices as long as it lies outside. */
  settle(): void {
    for (;;) {
      const affine = this.#leastNorm();
      if (affine.every((weight) => weight > 0)) {
        for (const [at, weight] of affine.entries()) this.weights[at] = weight;
        return;
      }
      // As far towards it as all weights stay above 0; the vertex that gets to 0 first leaves.
      let [step, leaving] = [1, -1];
      for (const [at, weight] of affine.entries()) {
        if (weight > 0) continue;
        const [own, reach] = [this.weights[at]!, this.weights[at]! - weight];
        const possible = reach > 0 ? own / reach : 0;
        if (leaving < 0 || possible < step) [step, leaving] = [possible, at];
      }
      for (const [at, weight] of affine.entries())
        this.weights[at] = Math.max(0, this.weights[at]! + step * (weight - this.weights[at]!));
      this.#drop(leaving);
      if (this.vertices.length === 1) this.weights[0] = 1;
    }
  }

  #drop(at: number): void {
    this.vertices.splice(at, 1);
    this.weights.splice(at, 1);
    this.#products.splice(at, 1);
    for (const row of this.#products.slice(at)) row.splice(at, 1);
    const total = this.weights.reduce((sum, weight) => sum + weight, 0);
    for (const [i, weight] of this.weights.entries()) this.weights[i] = total > 0 ? weight / total : 0;
    this.#factor.length = at;
    this.#factorFrom(at);
  }

  /** Rows of L from `start` on. A vertex in the plane of the others gives a pivot of 0, which is made small instead. */
  #factorFrom(start: number): void {
    for (let i = start; i < this.vertices.length; i++) {
      const row = new Array<number>(i + 1).fill(0);
      for (let j = 0; j <= i; j++) {
        let sum = this.#scale + this.#products[i]![j]!;
        const other = j === i ? row : this.#factor[j]!;
        for (let m = 0; m < j; m++) sum -= row[m]! * other[m]!;
        row[j] = j === i ? Math.sqrt(Math.max(sum, 1e-14 * this.#scale)) : sum / other[j]!;
      }
      this.#factor[i] = row;
    }
  }

  /** Weights that add up to 1 of the point of least norm of the plane: M u = 1, λ = u/Σu. */
  #leastNorm(): number[] {
    const [factor, count] = [this.#factor, this.vertices.length];
    const u = new Array<number>(count).fill(1);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < i; j++) u[i]! -= factor[i]![j]! * u[j]!;
      u[i]! /= factor[i]![i]!;
    }
    for (let i = count - 1; i >= 0; i--) {
      for (let j = i + 1; j < count; j++) u[i]! -= factor[j]![i]! * u[j]!;
      u[i]! /= factor[i]![i]!;
    }
    const total = u.reduce((sum, value) => sum + value, 0);
    return u.map((value) => value / total);
  }
}
