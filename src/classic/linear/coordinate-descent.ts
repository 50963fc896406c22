import type { CoordinateRows, PlainSamples } from "./coordinate-rows.ts";
import { type DescentState, register, registers } from "./descent-state.ts";

/** How far a coordinate is moved, in units of its best step: on digits 1.5 saves a third of the passes that 1 takes. */
export const relaxation = 1.5;
/** A slope that is as good as none. */
export const flat = 1e-12;

/** What several machines have in common: a sample's numbers lie side by side for all of them. */
export interface SharedProblem {
  readonly samples: PlainSamples;
  readonly rows: CoordinateRows;
  readonly labels: Int32Array;
  /** Cᵢ > 0 */
  readonly bounds: Float64Array;
  /** The class of each machine. */
  readonly positives: readonly number[];
  readonly loss: SvcLoss;
  readonly state: DescentState;
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
  readonly #registers: Float64Array;
  readonly #isSquared: boolean;
  readonly #tolerance: number;

  /** It is solved when P − D ≤ tolerance · P. */
  constructor(shared: SharedProblem, machine: number, tolerance: number) {
    const { alpha, taking, registers: all } = shared.state;
    this.#shared = shared;
    this.#machine = machine;
    this.#bit = 1 << machine;
    this.#positive = shared.positives[machine]!;
    this.#alpha = alpha;
    this.#stride = shared.positives.length;
    this.#labels = shared.labels;
    this.#bounds = shared.bounds;
    this.#norms = shared.rows.squaredNorms;
    this.#taking = taking[machine % taking.length]!;
    this.#registers = all.subarray(registers * machine, registers * (machine + 1));
    this.#isSquared = shared.loss === "squaredHinge";
    this.#tolerance = tolerance;
    this.#takeAll();
    this.#startPass();
  }

  /** α of each sample. */
  get multipliers(): Float64Array {
    return Float64Array.from(this.#labels, (_, i) => this.#alpha[i * this.#stride + this.#machine]!);
  }

  /**
   * Moves coordinate i, where w·(xᵢ, s) is `output`. Returns how much of (xᵢ, s) the weights have to gain. Its twin in
   * generated code, for many samples, is in `emit-visits.ts`.
   */
  visit(i: number, output: number): number {
    const [isSquared, own] = [this.#isSquared, this.#registers];
    const at = i * this.#stride + this.#machine;
    const sign = this.#labels[i] === this.#positive ? 1 : -1;
    const C = this.#bounds[i]!;
    const old = this.#alpha[at]!;
    const margin = sign * output - 1;
    const damping = isSquared ? 1 / (2 * C) : 0;
    const slope = margin + damping * old;
    if (old === 0 && slope >= 0) {
      if (slope > own[register.steepestBefore]!) this.#taking[i]! &= ~this.#bit;
      this.#seen(0);
      return 0;
    }
    own[register.gap]! += old * margin + (damping * old * old) / 2;
    if (margin < 0) own[register.gap]! += isSquared ? C * margin * margin : -C * margin;
    if (!isSquared && old === C && slope <= 0) {
      if (slope < own[register.lowestBefore]!) this.#taking[i]! &= ~this.#bit;
      this.#seen(0);
      return 0;
    }
    this.#seen(slope);
    if (Math.abs(slope) <= flat) return 0;
    const free = Math.max(0, old - (relaxation * slope) / (this.#norms[i]! + damping));
    const value = isSquared ? free : Math.min(C, free);
    this.#alpha[at] = value;
    own[register.sum]! += value - old;
    own[register.penalty]! += (damping * (value * value - old * old)) / 2;
    return sign * (value - old);
  }

  /** Ends a pass over the samples. Whether the problem is solved. */
  endPass(): boolean {
    this.passes += 1;
    const own = this.#registers;
    const gap = own[register.gap]!;
    const [steepest, lowest] = [own[register.steepest]!, own[register.lowest]!];
    this.#startPass();
    own[register.steepestBefore] = steepest > 0 ? steepest : Number.POSITIVE_INFINITY;
    own[register.lowestBefore] = lowest < 0 ? lowest : Number.NEGATIVE_INFINITY;
    const dual = own[register.sum]! - this.#shared.rows.squaredNorm(this.#machine) / 2 - own[register.penalty]!;
    return gap <= this.#tolerance * (dual + gap) && this.check();
  }

  /** Takes no part any more. */
  leave(): void {
    for (let i = 0; i < this.#taking.length; i++) this.#taking[i]! &= ~this.#bit;
  }

  #seen(slope: number): void {
    const own = this.#registers;
    if (slope > own[register.steepest]!) own[register.steepest] = slope;
    if (slope < own[register.lowest]!) own[register.lowest] = slope;
  }

  /** No slope seen, and none to go by. */
  #startPass(): void {
    const own = this.#registers;
    own[register.steepestBefore] = Number.POSITIVE_INFINITY;
    own[register.lowestBefore] = Number.NEGATIVE_INFINITY;
    own[register.steepest] = Number.NEGATIVE_INFINITY;
    own[register.lowest] = Number.POSITIVE_INFINITY;
    own[register.gap] = 0;
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
    this.#registers[register.sum] = sum;
    this.#registers[register.penalty] = penalty;
    this.gap = gap;
    this.objective = dual + gap;
    if (gap <= this.#tolerance * this.objective) return true;
    this.#takeAll();
    this.#startPass();
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
