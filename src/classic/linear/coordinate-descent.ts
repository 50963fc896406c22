import type { CoordinateRows, PlainSamples } from "./coordinate-rows.ts";

/** How far a coordinate is moved, in units of its best step: on digits 1.5 saves a third of the passes that 1 takes. */
const relaxation = 1.5;

/** What several machines have in common: a sample's numbers lie side by side for all of them. */
export interface SharedProblem {
  readonly samples: PlainSamples;
  readonly rows: CoordinateRows;
  readonly labels: Int32Array;
  /** Cᵢ > 0 */
  readonly bounds: Float64Array;
  readonly machines: number;
  /** α [size, machines] */
  readonly alpha: Float64Array;
  /** For each sample the machines in which it still takes part, a bit each. */
  readonly taking: Uint32Array;
}

export type SvcLoss = "hinge" | "squaredHinge";

/**
 * Dual coordinate descent for one linear machine with a bias that counts in the norm (Hsieh, Chang, Lin, Keerthi &
 * Sundararajan 2008, algorithm 3; LIBLINEAR's solvers 1 and 3), with shrinking.
 *
 *     minimise ½‖w‖² + Σ Cᵢ ℓ(ξᵢ),  ξᵢ = max(0, 1 − yᵢw·(xᵢ, s)),  ℓ(ξ) = ξ or ξ²
 *     dual: maximise Σ αᵢ − ½‖Σ yᵢαᵢ(xᵢ, s)‖² − ½ Σ Dᵢαᵢ²,  0 ≤ αᵢ ≤ Uᵢ
 *
 * with U = C, D = 0 for the hinge and U = ∞, D = 1/(2C) for its square. One coordinate has a closed answer, and is moved
 * beyond it by half (Mangasarian & Musicant 1999: any factor below 2 ascends). A pass visits all that are not settled.
 * Where LIBLINEAR looks at the largest slope, this ends by the gap between primal and dual:
 *
 *     P − D = Σ [αᵢgᵢ + Cᵢℓ(ξᵢ) + ½Dᵢαᵢ²],  gᵢ = yᵢw·(xᵢ, s) − 1
 *
 * whose terms are never negative, and which a pass estimates on its way.
 */
export class CoordinateDescent {
  passes = 0;
  /** Of the last check: P, and P − D. */
  objective = Number.POSITIVE_INFINITY;
  gap = Number.POSITIVE_INFINITY;
  readonly #shared: SharedProblem;
  /** Which of the machines that share the samples, and its bit. */
  readonly #machine: number;
  readonly #bit: number;
  readonly #positive: number;
  // What `visit` reads lies at hand: it is called some ten million times.
  readonly #alpha: Float64Array;
  readonly #stride: number;
  readonly #labels: Int32Array;
  readonly #bounds: Float64Array;
  readonly #norms: Float64Array;
  readonly #taking: Uint32Array;
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

  /** The machine of class `positive`; it is solved when P − D ≤ tolerance · P. */
  constructor(
    shared: SharedProblem,
    machine: number,
    positive: number,
    { loss, tolerance }: { readonly loss: SvcLoss; readonly tolerance: number },
  ) {
    this.#shared = shared;
    this.#machine = machine;
    this.#bit = 1 << machine;
    this.#positive = positive;
    this.#alpha = shared.alpha;
    this.#stride = shared.machines;
    this.#labels = shared.labels;
    this.#bounds = shared.bounds;
    this.#norms = shared.rows.squaredNorms;
    this.#taking = shared.taking;
    this.#isSquared = loss === "squaredHinge";
    this.#tolerance = tolerance;
    this.#takeAll();
  }

  /** α of each sample. */
  get multipliers(): Float64Array {
    return Float64Array.from(this.#labels, (_, i) => this.#alpha[i * this.#stride + this.#machine]!);
  }

  /**
   * Moves coordinate i, where w·(xᵢ, s) is `output`. Returns how much of (xᵢ, s) the
   * weights have to gain.
   */
  visit(i: number, output: number): number {
    const isSquared = this.#isSquared;
    const at = i * this.#stride + this.#machine;
    const sign = this.#labels[i] === this.#positive ? 1 : -1;
    const C = this.#bounds[i]!;
    const old = this.#alpha[at]!;
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
    const free = Math.max(0, old - (relaxation * slope) / (this.#norms[i]! + damping));
    const value = isSquared ? free : Math.min(C, free);
    this.#alpha[at] = value;
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
    const dual = this.#sum - this.#shared.rows.squaredNorm(this.#machine) / 2 - this.#penalty;
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
    const { rows } = this.#shared;
    rows.write(this.#machine, this.weights);
    let gap = 0;
    let sum = 0;
    let penalty = 0;
    for (let i = 0; i < this.#labels.length; i++) {
      const C = this.#bounds[i]!;
      const value = this.#alpha[i * this.#stride + this.#machine]!;
      const margin = this.#signOf(i) * rows.dot(this.#machine, i) - 1;
      const half = this.#isSquared ? (value * value) / (4 * C) : 0;
      if (margin < 0) gap += this.#isSquared ? C * margin * margin : -C * margin;
      gap += value * margin + half;
      sum += value;
      penalty += half;
    }
    const dual = sum - rows.squaredNorm(this.#machine) / 2 - penalty;
    this.#sum = sum;
    this.#penalty = penalty;
    this.gap = gap;
    this.objective = dual + gap;
    if (gap <= this.#tolerance * this.objective) return true;
    this.#takeAll();
    this.#steepestBefore = Number.POSITIVE_INFINITY;
    this.#lowestBefore = Number.NEGATIVE_INFINITY;
    return false;
  }

  #signOf(i: number): number {
    return this.#labels[i] === this.#positive ? 1 : -1;
  }

  #takeAll(): void {
    for (let i = 0; i < this.#taking.length; i++) this.#taking[i]! |= this.#bit;
  }

  /** w = Σ yᵢαᵢ(xᵢ, s) in float64: the features' weights and, last, the bias's. */
  get weights(): Float64Array {
    const { x, size, features, constant } = this.#shared.samples;
    const weights = new Float64Array(features + 1);
    for (let i = 0; i < size; i++) {
      const share = this.#signOf(i) * this.#alpha[i * this.#stride + this.#machine]!;
      if (share === 0) continue;
      for (let j = 0, at = i * features; j < features; j++, at++) weights[j]! += share * x[at]!;
      weights[features]! += share * constant;
    }
    return weights;
  }
}
