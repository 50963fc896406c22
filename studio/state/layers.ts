import type { NetworkState } from "./workbench.ts";

/** A layer as nabla's model file has it. */
export interface LayerRecord {
  readonly kind: string;
  readonly settings?: Readonly<Record<string, number | boolean | string>>;
}

/** Where a layer of the studio, which is a dense layer and its activation, is among the model's layers, from 1. */
export interface LayerPlace {
  readonly dense: number;
  /** The layer whose output it gives; the dense one itself where the activation is linear. */
  readonly output: number;
  /** Name of the dense layer in the model: its parameters are `${name}/weight` and `${name}/bias`. */
  readonly name: string;
}

export function layerRecords({ layers, l2 }: NetworkState): readonly LayerRecord[] {
  return layers.flatMap(({ units, activation, hasBias = true }): LayerRecord[] => {
    const dense = { kind: "dense", settings: { units, bias: hasBias, l2 } };
    return activation === "linear" ? [dense] : [dense, { kind: activation }];
  });
}

/** One place for each of the state's layers. */
export function layerPlaces({ layers }: Pick<NetworkState, "layers">): readonly LayerPlace[] {
  let at = 0;
  return layers.map(({ activation }, i) => {
    const dense = ++at;
    if (activation !== "linear") at++;
    return { dense, output: at, name: `dense ${i + 1}` };
  });
}

/** Of all weights and biases, as nabla calls them. */
export function parameterNames(network: Pick<NetworkState, "layers">): readonly string[] {
  return layerPlaces(network).flatMap(({ name }, i) =>
    network.layers[i]!.hasBias === false ? [`${name}/weight`] : [`${name}/weight`, `${name}/bias`],
  );
}

/** The sum spelled out: for each layer its inputs, units, and numbers. */
export function parameterSum(inputs: number, { layers }: Pick<NetworkState, "layers">) {
  const terms = layers.map(({ units, hasBias = true }, i) => {
    const from = i === 0 ? inputs : layers[i - 1]!.units;
    return { from, units, hasBias, count: from * units + (hasBias ? units : 0) };
  });
  return { terms, total: terms.reduce((sum, { count }) => sum + count, 0) };
}
