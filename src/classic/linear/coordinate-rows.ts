/**
 * Samples as dual coordinate descent reads them, each with the constant of the bias behind its features, and the weights
 * of several machines that read them in turn.
 */
export interface CoordinateRows {
  /** ‖(xᵢ, s)‖² */
  readonly squaredNorms: Float64Array;
  /** w·(xᵢ, s) with the weights of a machine. */
  dot(machine: number, i: number): number;
  /** w += share · (xᵢ, s) */
  add(machine: number, i: number, share: number): void;
  /** Replaces the weights of a machine, features and bias. */
  write(machine: number, weights: Float64Array): void;
  /** ‖w‖² */
  squaredNorm(machine: number): number;
}

/** Float32 samples [size, features], and what stands behind them in each row. */
export interface PlainSamples {
  readonly x: Float32Array;
  readonly size: number;
  readonly features: number;
  /** The constant s; 0 where there is no bias. */
  readonly constant: number;
}

/** Everything in float64: exact for small problems. */
export function exactRows(samples: PlainSamples, machines: number): CoordinateRows {
  const { x, features, constant } = samples;
  const weights = Array.from({ length: machines }, () => new Float64Array(features + 1));
  return {
    squaredNorms: squaredNorms(samples),
    dot(machine, i) {
      const w = weights[machine]!;
      let sum = w[features]! * constant;
      for (let j = 0, at = i * features; j < features; j++, at++) sum += w[j]! * x[at]!;
      return sum;
    },
    add(machine, i, share) {
      const w = weights[machine]!;
      for (let j = 0, at = i * features; j < features; j++, at++) w[j]! += share * x[at]!;
      w[features]! += share * constant;
    },
    write: (machine, values) => void weights[machine]!.set(values),
    squaredNorm: (machine) => squaredNormOf(weights[machine]!),
  };
}

export function squaredNormOf(weights: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) sum += weights[j]! * weights[j]!;
  return sum;
}

export function squaredNorms({ x, size, features, constant }: PlainSamples): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => {
    let sum = constant * constant;
    for (let at = i * features; at < (i + 1) * features; at++) sum += x[at]! * x[at]!;
    return sum;
  });
}
