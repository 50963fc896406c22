import type { Layer, Loss } from "../nn/index.ts";
import { encodeModel, type LayerRecord, type ModelHeader } from "./model-file.ts";
import type { Network } from "./network.ts";

/** The layer as a file keeps it. An initializer is not kept: the values it made are. */
function recordOf({ kind, name, settings }: Layer): LayerRecord {
  return { kind, ...(name === undefined ? {} : { name }), ...(settings && { settings }) };
}

/** What a model is, without what it has learned. */
export function describeModel({ layers, uses, inputShape, parameters }: Network, seed: number): ModelHeader {
  const isSequence =
    uses.length === layers.length && uses.every(({ layer, inputs }, i) => layer === i && inputs.join() === String(i));
  return {
    input: inputShape,
    seed,
    layers: layers.map(({ layer }) => recordOf(layer)),
    ...(isSequence ? {} : { uses }),
    parameters: [...parameters].map(({ name, tensor }) => ({ name, shape: tensor.shape })),
  };
}

/** A model in the bytes of a file. */
export function modelBytes(
  network: Network,
  seed: number,
  { classes, loss }: { readonly classes?: readonly string[] | undefined; readonly loss?: Loss | undefined },
): Uint8Array<ArrayBuffer> {
  const header = {
    ...describeModel(network, seed),
    ...(classes && { classes }),
    ...(loss?.name ? { loss: loss.name } : {}),
  };
  return encodeModel(
    header,
    network.parameters.names.map((name) => network.engine.read(name)),
  );
}
