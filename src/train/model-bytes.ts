import type { Layer, Loss } from "../nn/index.ts";
import { type LayerRecord, type ModelHeader, magic, preamble, version } from "./model-file.ts";
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

/** The layout is told in model-file.ts, where it is read. */
export function encodeModel(header: ModelHeader, values: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 4) * 4;
  const start = preamble + headerBytes;
  const bytes = new Uint8Array(start + 4 * values.reduce((total, { length }) => total + length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  bytes[5] = version;
  view.setUint32(8, headerBytes, true);
  bytes.fill(0x20, preamble, start);
  bytes.set(json, preamble);
  let offset = start;
  for (const data of values) for (let i = 0; i < data.length; i++, offset += 4) view.setFloat32(offset, data[i]!, true);
  return bytes;
}
