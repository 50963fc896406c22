import type { KernelCache } from "./kernel-cache.ts";

/**
 * Sequential minimal optimisation of one soft-margin machine (Platt 1998), with the working set chosen by second-order
 * information (Fan, Chen & Lin 2005) and shrinking (Joachims 1998). The bias is free: it is not part of the norm.
 *
 * The problem in signed multipliers βᵢ = yᵢαᵢ, with f(x) = Σ βᵢ k(xᵢ, x) + b:
 *
 *     maximise  D(β) = Σ yᵢβᵢ − ½ Σᵢⱼ βᵢβⱼ k(xᵢ, xⱼ)   subject to   Σ βᵢ = 0,  0 ≤ yᵢβᵢ ≤ Cᵢ
 *
 * With the error without bias, Eᵢ = Σⱼ βⱼ k(xⱼ, xᵢ) − yᵢ, a step moves weight from j to i: βᵢ += t, βⱼ −= t,
 * t = (Eⱼ − Eᵢ)/(kᵢᵢ + kⱼⱼ − 2kᵢⱼ), cut off at the bounds, and every E follows. At the optimum no i that may grow has a
 * smaller E than a j that may shrink.
 *
 * The gap between primal and dual is a sum of terms that are never negative, one for each sample:
 *
 *     P − D = Σ [βᵢ(Eᵢ + b) + Cᵢ max(0, −yᵢ(Eᵢ + b))]
 *
 * Samples that are rightly shrunk contribute 0, so the sum over the others says when to look at all again.
 */
export class Smo {
  /** βᵢ = yᵢαᵢ */
  readonly beta: Float64Array;
  /** Steps so far. */
  iterations = 0;
  /** D(β) */
  dual = 0;
  readonly #rows: KernelCache;
  readonly #signs: Float64Array;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;
  readonly #errors: Float64Array;
  readonly #tolerance: number;
  /** Samples that still take part: the first `#active` entries. */
  readonly #indices: Int32Array;
  #active: number;
  /** Of the samples that take part: the smallest error among those that may grow, the largest of those that may shrink. */
  #growing = -1;
  #smallest = Number.POSITIVE_INFINITY;
  #largest = Number.NEGATIVE_INFINITY;
  #untilCheck: number;
  readonly #leastCurvature: number;

  /** `signs` are yᵢ = ±1, `bounds` Cᵢ > 0; it is solved when P − D ≤ tolerance · P. */
  constructor(rows: KernelCache, signs: Float64Array, bounds: Float64Array, tolerance: number) {
    const { size } = rows;
    this.#rows = rows;
    this.#signs = signs;
    this.#tolerance = tolerance;
    this.beta = new Float64Array(size);
    this.#errors = signs.map((sign) => -sign);
    this.#lower = signs.map((sign, i) => (sign > 0 ? 0 : -bounds[i]!));
    this.#upper = signs.map((sign, i) => (sign > 0 ? bounds[i]! : 0));
    this.#indices = Int32Array.from({ length: size }, (_, i) => i);
    this.#active = size;
    this.#untilCheck = this.#checkEvery;
    this.#leastCurvature = 1e-12 * rows.diagonal.reduce((most, value) => Math.max(most, value), 1e-300);
    this.#findEnds();
  }

  /** Makes at most `steps` steps. Whether the problem is solved. */
  run(steps: number): boolean {
    for (let step = 0; step < steps; step++) {
      if (!this.#step()) {
        if (!this.#bringBack()) return true; // no pair of samples gives an ascent that float64 can see
        continue;
      }
      this.#untilCheck -= 1;
      if (this.#untilCheck > 0) continue;
      this.#untilCheck = this.#checkEvery;
      if (this.#isClosed() && (!this.#bringBack() || this.#isClosed())) return true;
      this.#shrink();
    }
    return false;
  }

  /** b: what makes free support vectors lie on the margin, on average; without any, the middle of what is possible. */
  get bias(): number {
    let [sum, free] = [0, 0];
    for (let i = 0; i < this.beta.length; i++)
      if (this.beta[i]! > this.#lower[i]! && this.beta[i]! < this.#upper[i]!) {
        sum += this.#errors[i]!;
        free += 1;
      }
    return free > 0 ? -sum / free : -(this.#smallest + this.#largest) / 2;
  }

  /** P − D over the samples that take part, which are all once `run` says that it is solved. */
  get gap(): number {
    const [bias, signs] = [this.bias, this.#signs];
    let gap = 0;
    for (let k = 0; k < this.#active; k++) {
      const i = this.#indices[k]!;
      const output = this.#errors[i]! + bias;
      const missing = -signs[i]! * output;
      gap += this.beta[i]! * output;
      if (missing > 0) gap += (signs[i]! > 0 ? this.#upper[i]! : -this.#lower[i]!) * missing;
    }
    return gap;
  }

  /** Σᵢⱼ βᵢβⱼkᵢⱼ = ‖w‖², once all samples take part. */
  get squaredNorm(): number {
    return this.beta.reduce((sum, value, i) => sum + value * (this.#errors[i]! + this.#signs[i]!), 0);
  }

  /** Brings back what was set aside: bias, gap and norm are of all samples after that, also where it is not solved. */
  settle(): void {
    this.#bringBack();
  }

  #isClosed(): boolean {
    const { gap } = this;
    return gap <= this.#tolerance * (this.dual + gap);
  }

  get #checkEvery(): number {
    return Math.min(Math.max(this.#active, 10), 1000);
  }

  /** One step along the best pair. False where no pair violates the optimality conditions. */
  #step(): boolean {
    const [indices, errors, beta, lower, upper] = [this.#indices, this.#errors, this.beta, this.#lower, this.#upper];
    const [i, smallest, active] = [this.#growing, this.#smallest, this.#active];
    if (i < 0 || this.#largest - smallest <= 1e-12 * Math.max(1, Math.abs(smallest), Math.abs(this.#largest)))
      return false;
    const rowI = this.#rows.row(i, () => this.#likely("growing"));
    const { diagonal } = this.#rows;
    const ownI = diagonal[i]!;
    let [j, best] = [-1, 0];
    for (let k = 0; k < active; k++) {
      const t = indices[k]!;
      const difference = errors[t]! - smallest;
      if (difference <= 0 || beta[t]! <= lower[t]!) continue;
      const curvature = Math.max(ownI + diagonal[t]! - 2 * rowI[t]!, this.#leastCurvature);
      const gain = (difference * difference) / curvature;
      if (gain > best) {
        best = gain;
        j = t;
      }
    }
    if (j < 0) return false;
    const rowJ = this.#rows.row(j, () => this.#likely("shrinking"));
    const difference = errors[j]! - smallest;
    const curvature = Math.max(ownI + diagonal[j]! - 2 * rowI[j]!, this.#leastCurvature);
    const [roomI, roomJ] = [upper[i]! - beta[i]!, beta[j]! - lower[j]!];
    const moved = Math.min(difference / curvature, roomI, roomJ);
    beta[i] = moved === roomI ? upper[i]! : beta[i]! + moved;
    beta[j] = moved === roomJ ? lower[j]! : beta[j]! - moved;
    this.dual += moved * (difference - (curvature * moved) / 2);
    this.iterations += 1;
    // All errors follow; on the way, the ends for the next step.
    let [growing, least, most] = [-1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = 0; k < active; k++) {
      const t = indices[k]!;
      const error = errors[t]! + moved * (rowI[t]! - rowJ[t]!);
      errors[t] = error;
      if (error < least && beta[t]! < upper[t]!) {
        least = error;
        growing = t;
      }
      if (error > most && beta[t]! > lower[t]!) most = error;
    }
    this.#growing = growing;
    this.#smallest = least;
    this.#largest = most;
    return true;
  }

  #findEnds(): void {
    this.#growing = -1;
    this.#smallest = Number.POSITIVE_INFINITY;
    this.#largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < this.#active; k++) {
      const t = this.#indices[k]!;
      const error = this.#errors[t]!;
      if (error < this.#smallest && this.beta[t]! < this.#upper[t]!) {
        this.#smallest = error;
        this.#growing = t;
      }
      if (error > this.#largest && this.beta[t]! > this.#lower[t]!) this.#largest = error;
    }
  }

  /** Sets samples aside that lie at a bound and would have to cross the margin to leave it. */
  #shrink(): void {
    let kept = 0;
    for (let k = 0; k < this.#active; k++) {
      const t = this.#indices[k]!;
      const [error, value] = [this.#errors[t]!, this.beta[t]!];
      const isSettled =
        (value >= this.#upper[t]! && error < this.#smallest) || (value <= this.#lower[t]! && error > this.#largest);
      if (isSettled) continue;
      this.#indices[k] = this.#indices[kept]!;
      this.#indices[kept] = t;
      kept += 1;
    }
    this.#active = kept;
  }

  /** Brings back what was set aside, with errors made anew. False where nothing was. */
  #bringBack(): boolean {
    const { size } = this.#rows;
    if (this.#active === size) return false;
    const aside = this.#indices.subarray(this.#active);
    const errors = this.#errors;
    for (const t of aside) errors[t] = -this.#signs[t]!;
    for (let s = 0; s < size; s++) {
      const value = this.beta[s]!;
      if (value === 0) continue;
      const row = this.#rows.row(s, () => this.#supports(s));
      for (let k = 0; k < aside.length; k++) errors[aside[k]!]! += value * row[aside[k]!]!;
    }
    this.#active = size;
    this.#indices.sort();
    this.#findEnds();
    return true;
  }

  *#supports(from: number): Iterable<number> {
    for (let s = from + 1; s < this.beta.length; s++) if (this.beta[s] !== 0) yield s;
  }

  /** The samples that violate most at one end and whose rows are missing: they are likely to be next. */
  #likely(end: "growing" | "shrinking"): readonly number[] {
    const most = 32;
    const sign = end === "growing" ? 1 : -1;
    const found: { t: number; error: number }[] = [];
    for (let k = 0; k < this.#active; k++) {
      const t = this.#indices[k]!;
      const error = sign * this.#errors[t]!;
      const mayMove = sign > 0 ? this.beta[t]! < this.#upper[t]! : this.beta[t]! > this.#lower[t]!;
      if (!mayMove || (found.length === most && error >= found.at(-1)!.error) || this.#rows.has(t)) continue;
      if (found.length === most) found.pop();
      let at = found.length;
      while (at > 0 && found[at - 1]!.error > error) at -= 1;
      found.splice(at, 0, { t, error });
    }
    return found.map(({ t }) => t);
  }
}
