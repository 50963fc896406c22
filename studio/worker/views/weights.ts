import type { ServedSession } from "nabla/worker";

export interface WeightsArgs {
  /** Dense layers. */
  readonly layers: readonly {
    /** Names of its parameters; without a bias undefined. */
    readonly weight: string;
    readonly bias: string | undefined;
    /** Whether all of its weights are drawn. */
    readonly isWhole: boolean;
    /** The unit whose weights in are wanted, and the input whose weights out are; −1 for none. */
    readonly row: number;
    readonly column: number;
  }[];
}

/** The weights of a dense layer that are shown. */
export interface ShownWeights {
  readonly units: number;
  readonly inputs: number;
  /** [units × inputs], where all are wanted. */
  readonly all: Float32Array | undefined;
  readonly row: Float32Array | undefined;
  readonly column: Float32Array | undefined;
  readonly bias: Float32Array | undefined;
  /** Of all, the largest by size. */
  readonly largest: number;
}

/** What the drawing needs of the weights: of a large layer not all of them. */
export function weights({ model }: ServedSession, { layers }: WeightsArgs): readonly ShownWeights[] {
  return layers.map(({ weight, bias, isWhole, row, column }) => {
    const { shape, data } = model.weights.get(weight);
    const all = data instanceof Float32Array ? data : Float32Array.from(data);
    const [units, inputs] = [shape[0]!, shape[1]!];
    let largest = 0;
    for (const value of all) if (Math.abs(value) > largest) largest = Math.abs(value);
    return {
      units,
      inputs,
      all: isWhole ? all : undefined,
      row: row >= 0 && row < units ? all.slice(row * inputs, (row + 1) * inputs) : undefined,
      column:
        column >= 0 && column < inputs
          ? Float32Array.from({ length: units }, (_, i) => all[i * inputs + column]!)
          : undefined,
      bias: bias === undefined ? undefined : Float32Array.from(model.weights.get(bias).data),
      largest,
    };
  });
}
