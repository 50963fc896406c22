import { type NdArray, sizeOf } from "../array/ndarray.ts";
import { compile } from "../compile/index.ts";
import { grad, input, type Tensor, topologicalOrder } from "../graph/index.ts";
import { linear } from "../nn/index.ts";
import type { Model } from "../train/model.ts";
import type { Network } from "../train/network.ts";
import { networkOf } from "../train/network-of.ts";
import { trace } from "../train/trace.ts";
import { checkUnit, findLayer, isActivation, type LayerChoice, placeOfScores, unitsAt } from "./find-layer.ts";
import { chosenUnits, inParts, oneHot, unitRows } from "./unit-rows.ts";

export interface WeightPictureOptions {
  /** A name, or a number as `model.summary()` lists them from 1. */
  readonly layer: LayerChoice;
  /** From 0. */
  readonly unit: number;
}

/** What a unit makes of each number of the input. */
export interface WeightPicture {
  readonly unit: number;
  /** One number for each of the input, in the input's shape: above 0 where more input excites the unit. */
  readonly weights: NdArray;
  /** The largest |weight|: the end of the scale on which it is drawn. */
  readonly largest: number;
  /**
   * - `weights`: the unit's own weights, exactly.
   * - `product`: the weights of all layers up to it, multiplied as if there were no activations between them. An
   *   approximation: it shows what a unit of a deeper layer sees through units that are active.
   * - `slope`: the gradient at an input of zeros, for a layer that is not linear in itself. An approximation.
   */
  readonly kind: "weights" | "product" | "slope";
}

/**
 * The weights of a unit as a picture of the input. For a unit of the first dense layer they are its weights; further on
 * they are an approximation, and `kind` says which. For an activation layer: of the sums it takes. Throws OPTION.
 */
export async function weightPicture(model: Model, options: WeightPictureOptions): Promise<WeightPicture> {
  const { layer, unit } = { ...options }; // none at all is a user's mistake
  const network = networkOf(model, "weightPicture");
  const place = findLayer(network, layer, "weightPicture");
  checkUnit(network, place, unit, "weightPicture");
  const [picture] = await weightPicturesOf(network, place, [unit]);
  return picture!;
}

/**
 * The pictures of several units of the layer at a place. It is ∂(sum of the unit)/∂(input) with every activation
 * function replaced by f(x) = x, at an input of zeros: for dense layers, the product of their weights.
 */
export async function weightPicturesOf(
  network: Network,
  place: number,
  units: readonly number[],
): Promise<readonly WeightPicture[]> {
  const scores = placeOfScores(network, place);
  const uses = network.uses.slice(0, scores);
  const bent = new Set(uses.flatMap((use, i) => (isActivation(network.probe.layers[i]!) ? [use.layer] : [])));
  const layers = network.layers.map((named, i) => (bent.has(i) ? { ...named, layer: linear } : named));
  const width = unitsAt(network, scores);
  const size = sizeOf(network.inputShape);
  const store = await network.engine.open();
  const pictures: WeightPicture[] = [];
  for (const part of inParts(units)) {
    const x = input([part.length, ...network.inputShape], "samples");
    const { output } = trace(layers, uses, x, network.parameters, { isTraining: false, seed: 0 });
    const [gradient] = grad(unitRows(output).total, [x]);
    const kind = dependsOn(gradient!, x) ? "slope" : bent.size > 0 ? "product" : "weights";
    const executable = await store.load(compile({ outputs: { gradient: gradient! } }));
    try {
      if (kind === "slope") executable.setInput("samples", new Float32Array(sizeOf(x.shape)));
      executable.setInput(chosenUnits, oneHot(part, part.length, width));
      executable.run(0, 1);
      const all = new Float32Array(part.length * size);
      executable.getOutput("gradient", all);
      for (const [row, unit] of part.entries()) {
        const data = all.slice(row * size, (row + 1) * size);
        pictures.push({ unit, weights: { shape: network.inputShape, data }, largest: largestOf(data), kind });
      }
    } finally {
      executable[Symbol.dispose]();
    }
  }
  return pictures;
}

const dependsOn = (tensor: Tensor, leaf: Tensor): boolean => topologicalOrder([tensor]).includes(leaf);

const largestOf = (values: Float32Array): number =>
  values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
