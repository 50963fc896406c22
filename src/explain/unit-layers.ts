import type { Shape } from "../array/ndarray.ts";
import type { Model } from "../train/model.ts";
import type { Network } from "../train/network.ts";
import { networkOf } from "../train/network-of.ts";
import { sampleShape } from "../train/trace.ts";
import { unitsAt } from "./find-layer.ts";

/** Units as a picture of a network counts them: where their sums are made, and what is then done with each. */
export interface UnitLayer {
  /** The layer that makes the sums ("scores", "pre-activations"), from 1. */
  readonly layer: number;
  readonly name: string;
  readonly kind: string;
  /** Layers after it that have no parameters and leave every unit a unit: activations, dropout. */
  readonly followers: readonly { readonly layer: number; readonly name: string; readonly kind: string }[];
  /** The last of them: whose output goes on to the next units. */
  readonly last: number;
  readonly units: number;
  readonly shape: Shape;
}

/**
 * The layers of units of a model: each layer with parameters, and with it the layers without parameters after it that
 * keep the number of outputs, so that `dense 1` and `relu 1` are one layer of units.
 */
export const unitLayers = (model: Model): readonly UnitLayer[] => unitLayersOf(networkOf(model, "unitLayers"));

export function unitLayersOf(network: Network): readonly UnitLayer[] {
  const groups: (UnitLayer & { followers: { layer: number; name: string; kind: string }[]; last: number })[] = [];
  network.probe.layers.forEach(({ name, kind, parameters, output }, i) => {
    const [layer, units] = [i + 1, unitsAt(network, i + 1)];
    const before = groups.at(-1);
    if (before && parameters.length === 0 && units === before.units) {
      before.followers.push({ layer, name, kind });
      before.last = layer;
    } else groups.push({ layer, name, kind, followers: [], last: layer, units, shape: sampleShape(output) });
  });
  return groups;
}
