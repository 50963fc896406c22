import { quoted } from "../data/quoted.ts";
import { NablaError } from "../errors.ts";
import { activationNamed, activationNames, dense, type Layer, radialBasis } from "../nn/index.ts";
import type { LayerRecord } from "./model-file.ts";

/** The layer as a file keeps it. An initializer is not kept: the values it made are. */
export function recordOf({ kind, name, settings }: Layer): LayerRecord {
  return { kind, ...(name === undefined ? {} : { name }), ...(settings && { settings }) };
}

/**
 * The layer that a file describes. A custom layer is code, which no file holds: it is taken from `custom`, by its name.
 * Throws UNSUPPORTED for one that is not there or a kind that is not known, OPTION for impossible settings.
 */
export function layerOf({ kind, name, settings = {} }: LayerRecord, custom: readonly Layer[]): Layer {
  if (kind === "dense") {
    const { units, bias, l2 } = settings;
    return dense(units as number, {
      ...(name === undefined ? {} : { name }),
      ...(bias === undefined ? {} : { bias: bias === true }),
      ...(l2 === undefined ? {} : { l2: l2 as number }),
    });
  }
  if (kind === "radialBasis")
    return radialBasis(settings["units"] as number, {
      gamma: settings["gamma"] as number,
      ...(name === undefined ? {} : { name }),
    });
  if (activationNames.includes(kind)) return activationNamed(kind, settings);
  const found = custom.find((layer) => layer.kind === kind && layer.name === name);
  if (found) return found;
  const called = quoted(name ?? kind);
  throw new NablaError("UNSUPPORTED", `the model has a layer of your own, ${called}, which a file cannot hold`, {
    expected: `a layer called ${called} among { layers }`,
    received: custom.length === 0 ? "none" : custom.map((layer) => quoted(layer.name ?? layer.kind)).join(", "),
    hint: "Pass the layers of your own: load(file, { layers: [mine] }).",
  });
}
