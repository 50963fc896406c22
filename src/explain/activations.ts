import type { NdArray, Samples } from "../array/ndarray.ts";
import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import type { Model } from "../train/model.ts";
import { networkOf } from "../train/network-of.ts";
import { sampleShape } from "../train/trace.ts";
import { findLayer, type LayerChoice, nameAt, unitsAt } from "./find-layer.ts";
import { observe } from "./observe.ts";

/** 1 GiB of float32: all of them are held at once. */
const mostNumbers = 2 ** 28;

/**
 * What a layer gives for each sample: [n, …outputs of the layer], or […outputs] for one sample without a batch axis.
 *
 * `layer` is a name, or a number as `model.summary()` lists them from 1; 0 is the input itself. Computed in batches by
 * the engine that predicts, with its threads. Throws OPTION for a layer that is not there, SHAPE and DATA for samples
 * that do not fit, LIMIT for more than 2²⁸ numbers.
 */
export async function activationsOf(model: Model, layer: LayerChoice, data: Samples | Dataset): Promise<NdArray> {
  const network = networkOf(model, "activationsOf");
  const place = findLayer(network, layer, "activationsOf");
  const units = unitsAt(network, place);
  const { count, isSingle, observations } = observe(network, [place], data);
  if (count * units > mostNumbers)
    throw new NablaError("LIMIT", `activationsOf: ${count} samples of ${units} numbers are too many at once`, {
      where: { layer: nameAt(network, place) },
      expected: `at most ${mostNumbers} numbers`,
      received: `${count * units}`,
      hint: `Give at most ${Math.floor(mostNumbers / units)} samples at a time, such as data.take(${Math.min(10_000, Math.floor(mostNumbers / units))}).`,
    });
  const values = new Float32Array(count * units);
  for await (const { first, outputs } of observations) values.set(outputs[0]!, first * units);
  const shape = place === 0 ? network.inputShape : sampleShape(network.probe.layers[place - 1]!.output);
  return { shape: isSingle ? shape : [count, ...shape], data: values };
}
