/** One maximum-margin machine: it tells one class from another, or from all others. */
export interface Machine {
  /** Class on the positive side. */
  readonly positive: string;
  /** Class on the negative side; "the rest" with more than two classes. */
  readonly negative: string;
  /** Number of each support vector among the samples it was fitted to, from 0, in their order. */
  readonly supports: Uint32Array;
  /** α of each support vector: 0 < α ≤ C times its class's weight. */
  readonly multipliers: Float64Array;
  /** y = ±1 of each support vector. */
  readonly signs: Int8Array;
  /** Whether each multiplier is at its bound: the sample lies inside the street or on its wrong side. */
  readonly isBound: readonly boolean[];
  /** w [features] of f(x) = w·x + b; undefined for a kernel that has none. */
  readonly weights: Float64Array | undefined;
  /** b */
  readonly bias: number;
  /** ‖w‖, in the kernel's space. */
  readonly norm: number;
  /** Width of the street, 2/‖w‖. */
  readonly width: number;
  /** What was made small: ½‖w‖² + Σ Cᵢξᵢ. */
  readonly objective: number;
  /** How far above the optimum that is, at most. */
  readonly gap: number;
  readonly iterations: number;
  /** False where `maxIterations` came before the tolerance. */
  readonly isConverged: boolean;
}

/** What a solver found, before it is a machine. */
export interface Solution {
  /** βᵢ = yᵢαᵢ for all samples. */
  readonly beta: Float64Array;
  /** With the samples shifted to their mean. */
  readonly bias: number;
  /** Σᵢⱼ βᵢβⱼkᵢⱼ */
  readonly squaredNorm: number;
  readonly objective: number;
  readonly gap: number;
  readonly iterations: number;
  readonly isConverged: boolean;
}

/** w = Σ βᵢxᵢ over points [size, features]. */
export function weightsOf(beta: Float64Array, data: Float64Array, features: number): Float64Array {
  const weights = new Float64Array(features);
  for (let i = 0; i < beta.length; i++) {
    const share = beta[i]!;
    if (share === 0) continue;
    for (let j = 0, at = i * features; j < features; j++, at++) weights[j]! += share * data[at]!;
  }
  return weights;
}

/** The machine of a solution. `bounds` are Cᵢ; weights and bias are those of the samples as they were given. */
export function machineOf(
  { beta, bias, squaredNorm, objective, gap, iterations, isConverged }: Solution,
  names: Pick<Machine, "positive" | "negative">,
  bounds: Float64Array,
  weights: Float64Array | undefined,
  mean: Float64Array,
): Machine {
  const supports = Uint32Array.from([...beta.keys()].filter((i) => beta[i] !== 0));
  const norm = weights ? Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0)) : Math.sqrt(Math.max(0, squaredNorm));
  return {
    ...names,
    supports,
    multipliers: Float64Array.from(supports, (i) => Math.abs(beta[i]!)),
    signs: Int8Array.from(supports, (i) => Math.sign(beta[i]!)),
    isBound: Array.from(supports, (i) => Math.abs(beta[i]!) >= bounds[i]!),
    weights,
    bias: weights ? bias - weights.reduce((sum, w, j) => sum + w * mean[j]!, 0) : bias,
    norm,
    width: 2 / norm,
    objective,
    gap,
    iterations,
    isConverged,
  };
}
