import type { Samples } from "../array/ndarray.ts";
import { type Dataset, labelOf } from "../data/index.ts";
import { isDataset } from "../data/is-dataset.ts";
import { NablaError } from "../errors.ts";
import type { Model } from "../train/model.ts";
import type { Network } from "../train/network.ts";
import { networkOf } from "../train/network-of.ts";
import { checkUnit, findLayer, type LayerChoice, unitsAt } from "./find-layer.ts";
import { observe } from "./observe.ts";

export interface TopExamplesOptions {
  /** A name, or a number as `model.summary()` lists them from 1; 0 is the input. */
  readonly layer: LayerChoice;
  /** One unit, counted from 0. Default: all of the layer. */
  readonly unit?: number;
  /** The examples to choose from. */
  readonly data: Samples | Dataset;
  /** How many to keep for each unit. Default 9. */
  readonly count?: number;
}

/** One of the examples that excite a unit most. */
export interface UnitExample {
  /** Of the example in the data, from 0. */
  readonly index: number;
  /** What the unit gives for it. */
  readonly value: number;
  /** Its class, where the data have classes. */
  readonly label?: string;
}

/** What a unit does on a set of examples. */
export interface UnitActivity {
  /** From 0. */
  readonly unit: number;
  readonly mean: number;
  readonly smallest: number;
  readonly largest: number;
  /** Share of the examples for which it gives more than 0. */
  readonly active: number;
  /** Whether it gives the same number for every example, and so tells the layers after it nothing. */
  readonly isDead: boolean;
  /** Those with the largest values, largest first; equal ones in the order of the data. */
  readonly examples: readonly UnitExample[];
}

/**
 * The real examples that excite each unit of a layer most, and how often and how much it is excited at all.
 *
 * One pass over the data; memory for one batch and `count` examples a unit. Nothing is drawn at random. A unit is dead
 * when its largest and smallest value on at least two examples differ by no more than 10⁻⁶ of the larger: a relu that is
 * never above 0, or a sigmoid that is always at its end. Values that are not finite are no examples.
 * Throws OPTION, SHAPE, DATA.
 */
export async function topExamples(model: Model, options: TopExamplesOptions): Promise<readonly UnitActivity[]> {
  const { layer, unit, data, count = 9 } = { ...options }; // none at all is a user's mistake
  const network = networkOf(model, "topExamples");
  const place = findLayer(network, layer, "topExamples");
  if (unit !== undefined) checkUnit(network, place, unit, "topExamples");
  const [activities] = await activitiesOf(network, [place], data, count);
  return unit === undefined ? activities! : [activities![unit]!];
}

const mostExamples = 1000;

/** The same for several layers, by their places, in one pass. */
export async function activitiesOf(
  network: Network,
  places: readonly number[],
  data: Samples | Dataset,
  count: number,
): Promise<readonly (readonly UnitActivity[])[]> {
  if (!Number.isInteger(count) || count < 0 || count > mostExamples)
    throw new NablaError("OPTION", `topExamples: count is ${String(count)}`, {
      expected: `a whole number from 0 to ${mostExamples}`,
      received: String(count),
      hint: "Say how many examples to keep for each unit, such as 9.",
    });
  const tallies = places.map((place) => Array.from({ length: unitsAt(network, place) }, () => new Tally(count)));
  const { observations, count: size } = observe(network, places, data);
  for await (const { first, count: taken, outputs } of observations)
    for (const [layer, units] of tallies.entries())
      for (let i = 0; i < taken; i++)
        for (let unit = 0; unit < units.length; unit++)
          units[unit]!.add(outputs[layer]![i * units.length + unit]!, first + i);
  const classOf = classNames(data);
  return tallies.map((units) => units.map((tally, unit) => tally.activity(unit, size, classOf)));
}

function classNames(data: Samples | Dataset): (index: number) => string | undefined {
  if (!isDataset(data)) return () => undefined;
  return (index) => {
    const label = labelOf(data, index);
    return label === undefined ? undefined : (data.classes?.[label] ?? String(label));
  };
}

/** What is known of one unit so far; its examples are kept sorted, so that most values cost one comparison. */
class Tally {
  #sum = 0;
  #smallest = Number.POSITIVE_INFINITY;
  #largest = Number.NEGATIVE_INFINITY;
  #active = 0;
  #kept = 0;
  readonly #values: Float32Array;
  readonly #indices: Float64Array;

  constructor(count: number) {
    this.#values = new Float32Array(count);
    this.#indices = new Float64Array(count);
  }

  add(value: number, index: number): void {
    this.#sum += value;
    if (value > 0) this.#active++;
    if (value < this.#smallest) this.#smallest = value;
    if (value > this.#largest) this.#largest = value;
    const [values, indices] = [this.#values, this.#indices];
    const isFull = this.#kept === values.length;
    if (!Number.isFinite(value) || (isFull && !(value > values[this.#kept - 1]!))) return;
    let at = isFull ? this.#kept - 1 : this.#kept++;
    // A later example has to be larger to go before an earlier one.
    for (; at > 0 && value > values[at - 1]!; at--) {
      values[at] = values[at - 1]!;
      indices[at] = indices[at - 1]!;
    }
    values[at] = value;
    indices[at] = index;
  }

  activity(unit: number, size: number, classOf: (index: number) => string | undefined): UnitActivity {
    const [smallest, largest] = [this.#smallest, this.#largest];
    const examples = Array.from({ length: this.#kept }, (_, i): UnitExample => {
      const [index, value] = [this.#indices[i]!, this.#values[i]!];
      const label = classOf(index);
      return label === undefined ? { index, value } : { index, value, label };
    });
    const isDead = size > 1 && largest - smallest <= 1e-6 * Math.max(Math.abs(smallest), Math.abs(largest));
    return { unit, mean: this.#sum / size, smallest, largest, active: this.#active / size, isDead, examples };
  }
}
