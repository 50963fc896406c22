import type { NetworkState } from "./workbench.ts";

/** A layer as nabla's model file has it. */
export interface LayerRecord {
  readonly kind: string;
  readonly name?: string;
  readonly settings?: Readonly<Record<string, number | boolean | string>>;
}

/** Where a layer of the studio, which is a dense layer and its activation, is among the model's layers, from 1. */
export interface LayerPlace {
  readonly dense: number;
  /** The layer whose output it gives; the dense one itself where the activation is linear. */
  readonly output: number;
  /** Name of the layer with the weights in the model. */
  readonly name: string;
  /** Names of the parameters that are drawn: of a maxout layer those of its first sum. */
  readonly weight: string;
  readonly bias: string;
}

/** Weighted sums of which a maxout unit gives the largest. */
const pieces = 2;

export function layerRecords({ layers, l2 }: NetworkState): readonly LayerRecord[] {
  return layers.flatMap(({ units, activation, hasBias = true }, i): LayerRecord[] => {
    const name = nameOf(i);
    if (activation === "maxout") return [{ kind: "maxout", name, settings: { units, pieces, bias: hasBias, l2 } }];
    const dense = { kind: "dense", name, settings: { units, bias: hasBias, l2 } };
    return activation === "linear" ? [dense] : [dense, { kind: activation }];
  });
}

/** One place for each of the state's layers. */
export function layerPlaces({ layers }: Pick<NetworkState, "layers">): readonly LayerPlace[] {
  let at = 0;
  return layers.map(({ activation }, i) => {
    const dense = ++at;
    if (activation !== "linear" && activation !== "maxout") at++;
    const name = nameOf(i);
    const piece = activation === "maxout" ? " 1" : "";
    return { dense, output: at, name, weight: `${name}/weight${piece}`, bias: `${name}/bias${piece}` };
  });
}

const nameOf = (i: number): string => `dense ${i + 1}`;

/** Of all weights and biases, as nabla calls them. */
export function parameterNames(network: Pick<NetworkState, "layers">): readonly string[] {
  return layerPlaces(network).flatMap(({ name }, i) => {
    const { activation, hasBias = true } = network.layers[i]!;
    const sums = activation === "maxout" ? Array.from({ length: pieces }, (_, piece) => ` ${piece + 1}`) : [""];
    return sums.flatMap((sum) => (hasBias ? [`${name}/weight${sum}`, `${name}/bias${sum}`] : [`${name}/weight${sum}`]));
  });
}

/** The sum spelled out: for each layer its inputs, units, and numbers. */
export function parameterSum(inputs: number, { layers }: Pick<NetworkState, "layers">) {
  const terms = layers.map(({ units, activation, hasBias = true }, i) => {
    const from = i === 0 ? inputs : layers[i - 1]!.units;
    const sums = activation === "maxout" ? pieces : 1;
    return { from, units, hasBias, sums, count: sums * (from * units + (hasBias ? units : 0)) };
  });
  return { terms, total: terms.reduce((sum, { count }) => sum + count, 0) };
}
