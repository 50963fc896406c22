import { isSameShape } from "../array/ndarray.ts";
import { MAX_BYTES, readBytes, tooLarge } from "../data/bytes.ts";
import { NablaError, quoted } from "../errors.ts";
import { type Layer, type Loss, lossNamed, lossNames } from "../nn/index.ts";
import { Model } from "./model.ts";
import type { DecodedModel, ModelHeader } from "./model-file.ts";
import { Network } from "./network.ts";
import { layerOf } from "./rebuild.ts";
import { nameLayers } from "./trace.ts";

export interface LoadOptions {
  /** Largest size to accept; default 512 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  /** Layers of your own that the model has: they are code, so the file holds their names only. */
  readonly layers?: readonly Layer[];
}

/**
 * The model of a file (in Node), a URL, a Blob or bytes, ready to predict or to be trained further. Throws FORMAT and
 * LIMIT for what is no model or too large, ENVIRONMENT where it cannot be read, UNSUPPORTED for custom layers not given.
 */
export async function load(source: string | URL | Blob | Uint8Array, options: LoadOptions = {}): Promise<Model> {
  const file = typeof source === "string" ? source : source instanceof URL ? source.href : undefined;
  const bytes = await bytesOf(source, options);
  const { decodeModel } = await import("./model-file.ts"); // models that are trained and used in place do without
  return modelOf(decodeModel(bytes, file), options.layers ?? [], file);
}

async function bytesOf(
  source: string | URL | Blob | Uint8Array,
  { maxBytes = MAX_BYTES, signal }: LoadOptions,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  if (typeof source === "string" || source instanceof URL)
    return readBytes(String(source), { maxBytes, ...(signal && { signal }) });
  if (source instanceof Uint8Array) {
    if (source.length > maxBytes) throw tooLarge("the model", source.length, maxBytes);
    return source;
  }
  if (typeof Blob !== "undefined" && source instanceof Blob) {
    if (source.size > maxBytes) throw tooLarge("the model", source.size, maxBytes);
    return new Uint8Array(await source.arrayBuffer());
  }
  throw new NablaError("OPTION", "load: there is nothing to load", {
    expected: "a path, a URL, a Blob or a Uint8Array",
    received: source === null ? "null" : typeof source,
    hint: 'Write for example load("digits.nabla").',
  });
}

function modelOf({ header, values }: DecodedModel, custom: readonly Layer[], file: string | undefined): Model {
  const broken = (received: string, cause?: unknown): NablaError =>
    new NablaError(
      "FORMAT",
      `${file === undefined ? "the model" : quoted(file)}: its layers and parameters do not fit together`,
      {
        where: file === undefined ? {} : { file },
        expected: "the parameters that its layers have",
        received,
        hint: "The file is broken, or a layer of your own has changed since it was saved.",
        ...(cause === undefined ? {} : { cause }),
      },
    );
  const network = build(header, custom, broken);
  const parameters = [...network.parameters];
  const fits = ({ name, shape }: (typeof header.parameters)[number], i: number): boolean =>
    parameters[i]?.name === name && isSameShape(parameters[i].tensor.shape, shape);
  if (parameters.length !== header.parameters.length || !header.parameters.every(fits))
    throw broken(`${header.parameters.length} others`);
  for (const [i, { name }] of header.parameters.entries()) network.engine.write(name, values[i]!);
  return new Model(network, header.seed, { classes: header.classes, loss: knownLoss(header.loss) });
}

function build(
  { layers, uses, input, seed }: ModelHeader,
  custom: readonly Layer[],
  broken: (received: string, cause: unknown) => NablaError,
): Network {
  try {
    return new Network(nameLayers(layers.map((record) => layerOf(record, custom))), input, seed, uses);
  } catch (error) {
    if (!(error instanceof NablaError) || error.code === "UNSUPPORTED") throw error;
    throw broken(error.message.slice(0, 200), error);
  }
}

/** The loss of that name; undefined for a loss of the user's own. */
function knownLoss(name: string | undefined): Loss | undefined {
  return name !== undefined && (lossNames.includes(name) || /^huber\(/.test(name)) ? lossNamed(name) : undefined;
}
