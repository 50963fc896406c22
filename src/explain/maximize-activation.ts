import type { NdArray } from "../array/ndarray.ts";
import type { Model } from "../train/model.ts";
import { networkOf } from "../train/network-of.ts";
import { type Ascent, ascend } from "./ascent.ts";
import { checkAscentOptions, type MaximizeOptions } from "./ascent-options.ts";
import { checkUnit, findLayer, nameAt, placeOfScores } from "./find-layer.ts";

/**
 * How a search ended:
 * - `settled`: one more step would change nothing that can be seen.
 * - `bounded`: every number of the input is at its bound: the answer is as large as the bounds allow.
 * - `rising`: it was still rising; more steps would go on.
 * - `flat`: the unit did not respond to any small change of the start, so there was no way to go.
 * - `lower`: it ended no higher than it began: steps that are too long, or penalties that are too strong.
 */
export type Ending = "settled" | "bounded" | "rising" | "flat" | "lower";

export interface MaximizedActivation {
  readonly unit: number;
  /** The layer whose output was made large: for an activation layer, the one that makes its sums. */
  readonly layer: string;
  /** The input that was found, in the input's shape (or `shape`). */
  readonly picture: NdArray;
  readonly start: NdArray;
  /** What the unit gives for the picture, and gave for the start; without the penalties. */
  readonly activation: number;
  readonly startActivation: number;
  /** Activation before each step, and after the last: steps + 1 numbers. */
  readonly history: readonly number[];
  readonly ending: Ending;
}

/**
 * An input that excites a unit as much as it can: gradient ascent on the input (Erhan, Bengio, Courville & Vincent 2009).
 *
 * Each step is x ← clip(x + learningRate · (g/‖g‖ − l2·(x − neutral) − totalVariation·∂(roughness)/∂x)), where g is the
 * gradient of the unit's sum (its "pre-activation", whose slope is never cut off by the activation itself). Because g is
 * divided by its norm, the same settings suit every unit of every net; where the search settles, g is in balance with
 * the penalties, as at a maximum under a constraint on them. It finds a maximum near the start, not the largest of all.
 *
 * The same seed gives the same picture, on any number of threads; training meanwhile does not disturb it.
 * Throws OPTION for settings that cannot be.
 */
export async function maximizeActivation(
  model: Model,
  options: MaximizeOptions & { readonly unit: number },
): Promise<MaximizedActivation> {
  const { unit, ...others } = { ...options }; // none at all is a user's mistake
  const [found] = await maximizeAll(model, { ...others, units: [unit] }, "maximizeActivation");
  return found!;
}

/** The same for several units of one layer, side by side in the same steps; each as if it were alone. */
export async function maximizeActivations(
  model: Model,
  options: MaximizeOptions & { readonly units: readonly number[] },
): Promise<readonly MaximizedActivation[]> {
  return maximizeAll(model, options, "maximizeActivations");
}

async function maximizeAll(
  model: Model,
  { layer, units, ...options }: MaximizeOptions & { readonly units: readonly number[] },
  asking: string,
): Promise<readonly MaximizedActivation[]> {
  const network = networkOf(model, asking);
  const place = findLayer(network, layer, asking);
  for (const unit of units) checkUnit(network, place, unit, asking);
  const settings = checkAscentOptions(options, network.inputShape, asking);
  const scores = placeOfScores(network, place);
  const found = await ascend(network, scores, units, settings);
  return found.map((ascent): MaximizedActivation => {
    const { unit, history } = ascent;
    return {
      unit,
      layer: nameAt(network, scores),
      picture: { shape: settings.shape, data: ascent.picture },
      start: { shape: settings.shape, data: ascent.start },
      activation: history.at(-1)!,
      startActivation: history[0]!,
      history,
      ending: endingOf(ascent, settings.bounds),
    };
  });
}

function endingOf({ picture, history, isFlat, lastMove }: Ascent, [low, high]: readonly [number, number]): Ending {
  if (isFlat) return "flat";
  if (!(history.at(-1)! > history[0]!)) return "lower";
  if (picture.every((value) => value === low || value === high)) return "bounded";
  return lastMove <= 1e-3 ? "settled" : "rising";
}
