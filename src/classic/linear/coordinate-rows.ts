/** Samples as dual coordinate descent reads them: each row with the constant of the bias behind its features. */
export interface CoordinateRows {
  readonly size: number;
  /** Numbers of a weight vector: the features and the bias. */
  readonly width: number;
  /** ‖(xᵢ, s)‖² */
  readonly squaredNorms: Float64Array;
  /** A weight vector of zeros; there is room for as many as were asked for. */
  open(): WeightVector;
}

/** Weights w that follow the multipliers, w = Σ yᵢαᵢ(xᵢ, s). */
export interface WeightVector {
  /** w·(xᵢ, s) */
  dot(i: number): number;
  /** w += share · (xᵢ, s) */
  add(i: number, share: number): void;
  /** Puts other weights in. */
  write(weights: Float64Array): void;
  /** ‖w‖² */
  squaredNorm(): number;
}

/** Float32 samples [size, features], and what stands behind them in each row. */
export interface PlainSamples {
  readonly x: Float32Array;
  readonly size: number;
  readonly features: number;
  /** The constant s; 0 where there is no bias. */
  readonly constant: number;
}

/** Dense rows in float64: exact for small problems, and the reference of the other ones. */
export function denseRows({ x, size, features, constant }: PlainSamples): CoordinateRows {
  const width = features + 1;
  return {
    size,
    width,
    squaredNorms: squaredNorms({ x, size, features, constant }),
    open() {
      const w = new Float64Array(width);
      return {
        dot(i) {
          let sum = w[features]! * constant;
          for (let j = 0, at = i * features; j < features; j++, at++) sum += w[j]! * x[at]!;
          return sum;
        },
        add(i, share) {
          for (let j = 0, at = i * features; j < features; j++, at++) w[j]! += share * x[at]!;
          w[features]! += share * constant;
        },
        write: (weights) => void w.set(weights),
        squaredNorm: () => w.reduce((sum, value) => sum + value * value, 0),
      };
    },
  };
}

export function squaredNorms({ x, size, features, constant }: PlainSamples): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => {
    let sum = constant * constant;
    for (let at = i * features; at < (i + 1) * features; at++) sum += x[at]! * x[at]!;
    return sum;
  });
}
