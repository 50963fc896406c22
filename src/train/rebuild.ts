import { NablaError, quoted } from "../errors.ts";
import {
  activation,
  activationNames,
  batchNormalization,
  dense,
  dropout,
  flatten,
  joins,
  type Layer,
  maxout,
  radialBasis,
} from "../nn/index.ts";
import type { LayerRecord } from "./model-file.ts";

/** Makes a layer of its settings and its name. */
type Maker = (settings: Readonly<Record<string, never>>) => Layer;

const makers: ReadonlyMap<string, Maker> = byKind();

/* @__NO_SIDE_EFFECTS__ */
function byKind(): ReadonlyMap<string, Maker> {
  return new Map<string, Maker>([
    ["dense", ({ units, ...options }) => dense(units!, options)],
    ["maxout", ({ units, pieces, ...options }) => maxout(units!, pieces, options)],
    ["dropout", ({ rate, ...options }) => dropout(rate, options)],
    ["batchNormalization", (options) => batchNormalization(options)],
    ["radialBasis", ({ units, gamma, ...options }) => radialBasis(units!, { gamma: gamma!, ...options })],
    ["flatten", (options) => flatten(options)],
    ...joins.map((join): [string, Maker] => [join.kind, () => join]),
    ...activationNames.map((kind): [string, Maker] => [kind, (options) => activation(kind, options)]),
  ]);
}

/**
 * The layer that a file describes. A custom layer is code, which no file holds: it is taken from `custom`, by its name.
 * Throws UNSUPPORTED for one that is not there or a kind that is not known, OPTION for impossible settings.
 */
export function layerOf({ kind, name, settings = {} }: LayerRecord, custom: readonly Layer[]): Layer {
  const make = makers.get(kind);
  // what stands in a file is checked by the layer itself
  if (make) return make({ ...settings, ...(name !== undefined && { name }) } as Record<string, never>);
  const found = custom.find((layer) => layer.kind === kind && layer.name === name);
  if (found) return found;
  const called = quoted(name ?? kind);
  throw new NablaError("UNSUPPORTED", `the model has a layer of your own, ${called}, which a file cannot hold`, {
    expected: `a layer called ${called} among { layers }`,
    received: custom.length === 0 ? "none" : custom.map((layer) => quoted(layer.name ?? layer.kind)).join(", "),
    hint: "Pass the layers of your own: load(file, { layers: [mine] }).",
  });
}
