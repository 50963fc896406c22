import { sizeOf } from "../array/ndarray.ts";
import { NablaError, quoted } from "../errors.ts";
import { activationNames } from "../nn/index.ts";
import type { Network } from "../train/network.ts";
import { sampleShape, type TracedLayer } from "../train/trace.ts";

/** A layer by its name, or by its place in the model: 1 is the first layer, and 0 stands for the input. */
export type LayerChoice = string | number;

/** The place of a layer, from 0 for the input. Throws OPTION with the names there are. */
export function findLayer(network: Network, layer: LayerChoice, asking: string): number {
  const { layers } = network.probe;
  const place =
    typeof layer === "number"
      ? layer
      : layers.findIndex(({ name }) => name === layer) + 1 || (layer === "input" ? 0 : Number.NaN);
  if (Number.isInteger(place) && place >= 0 && place <= layers.length) return place;
  const received = typeof layer === "string" ? quoted(layer) : String(layer);
  const names = layers.map(({ name }, i) => `${i + 1} ${quoted(name)}`).slice(0, 20);
  throw new NablaError("OPTION", `${asking}: there is no layer ${received}`, {
    expected: `a name, or a number from 0 (the input) to ${layers.length}`,
    received,
    hint: `The model has ${names.join(", ")}${layers.length > names.length ? ", …" : ""}.`,
  });
}

/** What the layer at a place gives for a batch: the tensor of the trace, or the batch itself for place 0. */
export const nameAt = (network: Network, place: number): string =>
  place === 0 ? "input" : network.probe.layers[place - 1]!.name;

/** How many numbers a sample has after the layer at a place. */
export const unitsAt = (network: Network, place: number): number =>
  place === 0 ? sizeOf(network.inputShape) : sizeOf(sampleShape(network.probe.layers[place - 1]!.output));

/** Checks that a layer has a unit of that number, from 0. Throws OPTION. */
export function checkUnit(network: Network, place: number, unit: number, asking: string): void {
  const units = unitsAt(network, place);
  if (Number.isInteger(unit) && unit >= 0 && unit < units) return;
  throw new NablaError("OPTION", `${asking}: layer ${quoted(nameAt(network, place))} has no unit ${String(unit)}`, {
    where: { layer: nameAt(network, place) },
    expected: `a whole number from 0 to ${units - 1}`,
    received: String(unit),
    hint: units === 1 ? "It has one unit, number 0." : `It has ${units} units, numbered from 0 to ${units - 1}.`,
  });
}

/** A layer whose only work is an activation function of the library, and which so has the units of the layer before it. */
export const isActivation = ({ kind, parameters }: TracedLayer): boolean =>
  parameters.length === 0 && activationNames.includes(kind);

/** The place where the numbers are made that the activation at `place`, or several in a row, takes: `place` where it is none. */
export function placeOfScores(network: Network, place: number): number {
  let at = place;
  while (at > 1 && isActivation(network.probe.layers[at - 1]!)) at = network.uses[at - 1]!.inputs[0]!;
  return at;
}
