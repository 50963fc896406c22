import type { CoordinateRows, PlainSamples, WeightVector } from "./coordinate-rows.ts";

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
  /** Whether a sample still takes part. */
  readonly isActive: Uint8Array;
  passes = 0;
  /** Of the last check: P, and P − D. */
  objective = Number.POSITIVE_INFINITY;
  gap = Number.POSITIVE_INFINITY;
  readonly #samples: PlainSamples;
  readonly #rows: CoordinateRows;
  readonly #signs: Float64Array;
  readonly #bounds: Float64Array;
  readonly #isSquared: boolean;
  readonly #tolerance: number;
  readonly #weights: WeightVector;
  /** Σα and Σ ½Dα². */
  #sum = 0;
  #penalty = 0;
  /** Slopes of the last pass: a sample at a bound whose slope leads further out than these is settled. */
  #steepest = Number.POSITIVE_INFINITY;
  #lowest = Number.NEGATIVE_INFINITY;

  /** `signs` are yᵢ = ±1, `bounds` Cᵢ > 0; it is solved when P − D ≤ tolerance · P. */
  constructor(
    samples: PlainSamples,
    rows: CoordinateRows,
    signs: Float64Array,
    bounds: Float64Array,
    { loss, tolerance }: { readonly loss: SvcLoss; readonly tolerance: number },
  ) {
    this.#samples = samples;
    this.#rows = rows;
    this.#signs = signs;
    this.#bounds = bounds;
    this.#isSquared = loss === "squaredHinge";
    this.#tolerance = tolerance;
    this.#weights = rows.open();
    this.alpha = new Float64Array(rows.size);
    this.isActive = new Uint8Array(rows.size).fill(1);
  }

  /** Visits the samples in `order` that take part. Whether the problem is solved. */
  pass(order: Uint32Array): boolean {
    const [signs, bounds, alpha, isActive, weights] = [
      this.#signs,
      this.#bounds,
      this.alpha,
      this.isActive,
      this.#weights,
    ];
    const norms = this.#rows.squaredNorms;
    const isSquared = this.#isSquared;
    let [steepest, lowest, gap] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
    for (let k = 0; k < order.length; k++) {
      const i = order[k]!;
      if (isActive[i] === 0) continue;
      const [sign, C, old] = [signs[i]!, bounds[i]!, alpha[i]!];
      const margin = sign * weights.dot(i) - 1;
      const damping = isSquared ? 1 / (2 * C) : 0;
      const slope = margin + damping * old;
      if (old === 0 && slope >= 0) {
        if (slope > this.#steepest) isActive[i] = 0;
        if (steepest < 0) steepest = 0;
        if (lowest > 0) lowest = 0;
        continue;
      }
      if (margin < 0) gap += isSquared ? C * margin * margin : -C * margin;
      gap += old * margin + (damping * old * old) / 2;
      if (!isSquared && old === C && slope <= 0) {
        if (slope < this.#lowest) isActive[i] = 0;
        if (steepest < 0) steepest = 0;
        if (lowest > 0) lowest = 0;
        continue;
      }
      if (slope > steepest) steepest = slope;
      if (slope < lowest) lowest = slope;
      if (Math.abs(slope) <= 1e-12) continue;
      const free = Math.max(0, old - slope / (norms[i]! + damping));
      const value = isSquared ? free : Math.min(C, free);
      alpha[i] = value;
      this.#sum += value - old;
      this.#penalty += (damping * (value * value - old * old)) / 2;
      weights.add(i, sign * (value - old));
    }
    this.passes += 1;
    this.#steepest = steepest > 0 ? steepest : Number.POSITIVE_INFINITY;
    this.#lowest = lowest < 0 ? lowest : Number.NEGATIVE_INFINITY;
    const dual = this.#sum - weights.squaredNorm() / 2 - this.#penalty;
    return gap <= this.#tolerance * (dual + gap) && this.check();
  }

  /**
   * Measures the gap over all samples, with weights made anew from the multipliers: the running ones collect rounding.
   * Where it is not closed, all samples take part again.
   */
  check(): boolean {
    this.#weights.write(this.weights);
    const isSquared = this.#isSquared;
    let [gap, sum, penalty] = [0, 0, 0];
    for (let i = 0; i < this.alpha.length; i++) {
      const [C, value] = [this.#bounds[i]!, this.alpha[i]!];
      const margin = this.#signs[i]! * this.#weights.dot(i) - 1;
      const half = isSquared ? (value * value) / (4 * C) : 0;
      if (margin < 0) gap += isSquared ? C * margin * margin : -C * margin;
      gap += value * margin + half;
      sum += value;
      penalty += half;
    }
    const dual = sum - this.#weights.squaredNorm() / 2 - penalty;
    [this.#sum, this.#penalty, this.gap, this.objective] = [sum, penalty, gap, dual + gap];
    if (gap <= this.#tolerance * (dual + gap)) return true;
    this.isActive.fill(1);
    this.#steepest = Number.POSITIVE_INFINITY;
    this.#lowest = Number.NEGATIVE_INFINITY;
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
