import type { CoordinateRows, PlainSamples } from "./coordinate-rows.ts";

export type SvcLoss = "hinge" | "squaredHinge";

/**
 * Dual coordinate descent for one linear machine with a bias that counts in the norm (Hsieh, Chang, Lin, Keerthi &
 * Sundararajan 2008, algorithm 3; LIBLINEAR's solvers 1 and 3), with shrinking.
 *
 *     minimise ½‖w‖² + Σ Cᵢ ℓ(ξᵢ),  ξᵢ = max(0, 1 − yᵢw·(xᵢ, s)),  ℓ(ξ) = ξ or ξ²
 *     dual: maximise Σ αᵢ − ½‖Σ yᵢαᵢ(xᵢ, s)‖² − ½ Σ Dᵢαᵢ²,  0 ≤ αᵢ ≤ Uᵢ
 *
 * with U = C, D = 0 for the hinge and U = ∞, D = 1/(2C) for its square. One coordinate has a closed answer; a pass visits
 * all that are not settled. Where LIBLINEAR looks at the largest slope, this ends by the gap between primal and dual:
 *
 *     P − D = Σ [αᵢgᵢ + Cᵢℓ(ξᵢ) + ½Dᵢαᵢ²],  gᵢ = yᵢw·(xᵢ, s) − 1
 *
 * whose terms are never negative, and which a pass estimates on its way.
 */
export class CoordinateDescent {
  readonly alpha: Float64Array;
  passes = 0;
  /** Of the last check: P, and P − D. */
  objective = Number.POSITIVE_INFINITY;
  gap = Number.POSITIVE_INFINITY;
  readonly #samples: PlainSamples;
  readonly #rows: CoordinateRows;
  /** Which of the machines that share the rows. */
  readonly #machine: number;
  /** For each sample the machines in which it still takes part, a bit each; this one's bit. */
  readonly #taking: Uint32Array;
  readonly #bit: number;
  readonly #signs: Float64Array;
  readonly #bounds: Float64Array;
  readonly #isSquared: boolean;
  readonly #tolerance: number;
  /** Σα and Σ ½Dα². */
  #sum = 0;
  #penalty = 0;
  /** Slopes of the pass before: a sample at a bound whose slope leads further out than these is settled. */
  #steepestBefore = Number.POSITIVE_INFINITY;
  #lowestBefore = Number.NEGATIVE_INFINITY;
  /** Of this pass so far. */
  #steepest = Number.NEGATIVE_INFINITY;
  #lowest = Number.POSITIVE_INFINITY;
  #gapSeen = 0;
  readonly #norms: Float64Array;

  /** `signs` are yᵢ = ±1, `bounds` Cᵢ > 0; it is solved when P − D ≤ tolerance · P. */
  constructor(
    samples: PlainSamples,
    rows: CoordinateRows,
    machine: number,
    taking: Uint32Array,
    signs: Float64Array,
    bounds: Float64Array,
    { loss, tolerance }: { readonly loss: SvcLoss; readonly tolerance: number },
  ) {
    this.#samples = samples;
    this.#rows = rows;
    this.#machine = machine;
    this.#norms = rows.squaredNorms;
    this.#signs = signs;
    this.#bounds = bounds;
    this.#isSquared = loss === "squaredHinge";
    this.#tolerance = tolerance;
    this.alpha = new Float64Array(samples.size);
    this.#bit = 1 << machine;
    this.#taking = taking;
    for (let i = 0; i < signs.length; i++) taking[i]! |= this.#bit;
  }

  /**
   * Gives coordinate i its best value, where w·(xᵢ, s) is `output`. Returns how much of (xᵢ, s) the
   * weights have to gain.
   */
  visit(i: number, output: number): number {
    const isSquared = this.#isSquared;
    const [sign, C, old] = [this.#signs[i]!, this.#bounds[i]!, this.alpha[i]!];
    const margin = sign * output - 1;
    const damping = isSquared ? 1 / (2 * C) : 0;
    const slope = margin + damping * old;
    if (old === 0 && slope >= 0) {
      if (slope > this.#steepestBefore) this.#taking[i]! &= ~this.#bit;
      this.#seen(0);
      return 0;
    }
    this.#gapSeen += old * margin + (damping * old * old) / 2;
    if (margin < 0) this.#gapSeen += isSquared ? C * margin * margin : -C * margin;
    if (!isSquared && old === C && slope <= 0) {
      if (slope < this.#lowestBefore) this.#taking[i]! &= ~this.#bit;
      this.#seen(0);
      return 0;
    }
    this.#seen(slope);
    if (Math.abs(slope) <= 1e-12) return 0;
    const free = Math.max(0, old - slope / (this.#norms[i]! + damping));
    const value = isSquared ? free : Math.min(C, free);
    this.alpha[i] = value;
    this.#sum += value - old;
    this.#penalty += (damping * (value * value - old * old)) / 2;
    return sign * (value - old);
  }

  /** Ends a pass over the samples. Whether the problem is solved. */
  endPass(): boolean {
    this.passes += 1;
    const gap = this.#gapSeen;
    this.#steepestBefore = this.#steepest > 0 ? this.#steepest : Number.POSITIVE_INFINITY;
    this.#lowestBefore = this.#lowest < 0 ? this.#lowest : Number.NEGATIVE_INFINITY;
    this.#startPass();
    const dual = this.#sum - this.#rows.squaredNorm(this.#machine) / 2 - this.#penalty;
    return gap <= this.#tolerance * (dual + gap) && this.check();
  }

  /** Takes no part any more. */
  leave(): void {
    for (let i = 0; i < this.#taking.length; i++) this.#taking[i]! &= ~this.#bit;
  }

  #seen(slope: number): void {
    if (slope > this.#steepest) this.#steepest = slope;
    if (slope < this.#lowest) this.#lowest = slope;
  }

  #startPass(): void {
    this.#steepest = Number.NEGATIVE_INFINITY;
    this.#lowest = Number.POSITIVE_INFINITY;
    this.#gapSeen = 0;
  }

  /**
   * Measures the gap over all samples, with weights made anew from the multipliers: the running ones collect rounding.
   * Where it is not closed, all samples take part again.
   */
  check(): boolean {
    this.#rows.write(this.#machine, this.weights);
    const isSquared = this.#isSquared;
    let [gap, sum, penalty] = [0, 0, 0];
    for (let i = 0; i < this.alpha.length; i++) {
      const [C, value] = [this.#bounds[i]!, this.alpha[i]!];
      const margin = this.#signs[i]! * this.#rows.dot(this.#machine, i) - 1;
      const half = isSquared ? (value * value) / (4 * C) : 0;
      if (margin < 0) gap += isSquared ? C * margin * margin : -C * margin;
      gap += value * margin + half;
      sum += value;
      penalty += half;
    }
    const dual = sum - this.#rows.squaredNorm(this.#machine) / 2 - penalty;
    [this.#sum, this.#penalty, this.gap, this.objective] = [sum, penalty, gap, dual + gap];
    if (gap <= this.#tolerance * (dual + gap)) return true;
    for (let i = 0; i < this.#taking.length; i++) this.#taking[i]! |= this.#bit;
    this.#steepestBefore = Number.POSITIVE_INFINITY;
    this.#lowestBefore = Number.NEGATIVE_INFINITY;
    return false;
  }

  /** w = Σ yᵢαᵢ(xᵢ, s) in float64: the features' weights and, last, the bias's. */
  get weights(): Float64Array {
    const { x, size, features, constant } = this.#samples;
    const weights = new Float64Array(features + 1);
    for (let i = 0; i < size; i++) {
      const share = this.#signs[i]! * this.alpha[i]!;
      if (share === 0) continue;
      for (let j = 0, at = i * features; j < features; j++, at++) weights[j]! += share * x[at]!;
      weights[features]! += share * constant;
    }
    return weights;
  }
}
