import type { NdArray, Samples } from "../array/ndarray.ts";
import type { Dataset } from "../data/index.ts";
import { quoted } from "../data/quoted.ts";
import { NablaError } from "../errors.ts";
import type { Layer } from "../nn/index.ts";
import { load } from "./load.ts";
import type { Model } from "./model.ts";
import { decodeModel, encodeModel } from "./model-file.ts";

export interface Activations {
  /** Name of the layer whose output this is. */
  readonly layer: string;
  /** [n, …outputs of the layer] */
  readonly values: NdArray;
}

/**
 * What a layer makes of samples. A name means that layer's output; a number N means the N-th layer with parameters, with
 * the activation that follows it: 1 is the first hidden layer. `layers`: layers of your own that the model has.
 * Throws OPTION for a layer that is not there.
 */
export async function activations(
  model: Model,
  x: Samples | Dataset,
  layer: string | number,
  { layers = [] }: { readonly layers?: readonly Layer[] } = {},
): Promise<Activations> {
  const rows = model.summary().layers;
  const at = positionOf(rows, layer);
  const { header, values } = decodeModel(await model.toBytes());
  const names = new Set(rows.slice(0, at + 1).map(({ name }) => name));
  const kept = header.parameters.map(({ name }) => names.has(name.slice(0, name.lastIndexOf("/"))));
  const part = encodeModel(
    {
      input: header.input,
      seed: header.seed,
      layers: header.layers.slice(0, at + 1),
      parameters: header.parameters.filter((_, i) => kept[i]),
    },
    values.filter((_, i) => kept[i]),
  );
  const first = await load(part, { layers });
  return { layer: rows[at]!.name, values: await first.predict(x) };
}

type Row = { readonly name: string; readonly parameters: number };

function positionOf(rows: readonly Row[], layer: string | number): number {
  const learned = rows.flatMap(({ parameters }, i) => (parameters > 0 ? [i] : []));
  const named = rows.findIndex(({ name }) => name === layer);
  if (named >= 0) return named;
  const first = typeof layer === "number" ? learned[layer - 1] : undefined;
  if (first !== undefined) {
    const next = rows[first + 1];
    return next !== undefined && next.parameters === 0 ? first + 1 : first;
  }
  const said = typeof layer === "number" ? String(layer) : quoted(layer);
  throw new NablaError("OPTION", `the model has no layer ${said}`, {
    expected: `1 to ${learned.length}, or a name`,
    received: said,
    hint: `Give a number from 1 to ${learned.length}, or one of ${rows.map(({ name }) => quoted(name)).join(", ")}.`,
  });
}
