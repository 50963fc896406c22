import { sizeOf } from "../array/ndarray.ts";
import { type Dataset, sampleOf } from "../data/index.ts";
import { decisionMaps, type MaximizedActivation, maximizeActivations, type UnitLayer } from "../explain/index.ts";
import { activitiesOf, type UnitActivity } from "../explain/top-examples.ts";
import { type WeightPicture, weightPicturesOf } from "../explain/weight-picture.ts";
import type { Model } from "../index.ts";
import { formatNumber, type Picture, signedPicture, signedRange, weightBars } from "../plot/index.ts";
import type { LayersExample, LayersLayer, LayersMaximum, LayersUnit } from "../report/index.ts";
import { networkOf } from "../train/network-of.ts";
import { pictureOf } from "./judge.ts";
import { type TableRecord, unscale } from "./table-data.ts";

/** What is to be shown of a model. */
export interface LayersWishes {
  readonly layers: readonly UnitLayer[];
  /** One unit, or the first `units` of each layer that are alive. */
  readonly unit?: number | undefined;
  readonly units: number;
  /** Examples for each unit. */
  readonly examples: number;
  readonly data: Dataset;
  /** Of the pictures, from 0 to 1. */
  readonly background: number;
  /** Of the data, where they are a table: names of the inputs, and their scale. */
  readonly table?: TableRecord | undefined;
  readonly classes: readonly string[];
  readonly seed: number;
  /** Told before each part of the work: what, and how much is done, from 0 to 1. */
  readonly tell: (text: string, done: number) => void;
}

/** How an input is shown: as a picture, as a point of the plane, or as a row of numbers. */
type Form = "picture" | "plane" | "row";

const mapResolution = 48;

/** Looks at every layer: one pass over the data, and then weights and searches for the units that are shown. */
export async function lookAtLayers(model: Model, wishes: LayersWishes): Promise<readonly LayersLayer[]> {
  const { layers, data, examples, tell } = wishes;
  const network = networkOf(model, "layers");
  tell("showing the examples", 0);
  const places = layers.flatMap(({ layer, last }) => [layer, last]);
  const activities = await activitiesOf(network, places, data, examples);
  const form = formOf(data, wishes.background);
  const looked: LayersLayer[] = [];
  for (const [i, group] of layers.entries()) {
    const [sums, outputs] = [activities[2 * i]!, activities[2 * i + 1]!];
    const units = wishes.unit === undefined ? unitsToShow(outputs, wishes.units) : [wishes.unit];
    tell(`looking at ${group.name}`, (i + 1) / (layers.length + 1));
    const weights = form === "plane" ? [] : await weightPicturesOf(network, group.layer, units);
    const maxima = form === "plane" ? [] : await searchFor(model, group, units, wishes, form);
    const maps = form === "plane" ? await mapsOf(model, group, units, data) : [];
    const names = group.units === wishes.classes.length && i === layers.length - 1 ? wishes.classes : [];
    const isProbability = group.followers.some(({ kind }) => kind === "softmax");
    looked.push({
      layer: group.layer,
      name: group.name,
      kind: group.kind,
      followers: group.followers.map(({ kind }) => kind),
      units: group.units,
      dead: outputs.filter(({ isDead }) => isDead).map(({ unit }) => unit),
      weights: weights[0]?.kind ?? "weights",
      hasActive: !isProbability,
      shown: units.map(
        (unit, position): LayersUnit => ({
          unit,
          stands: names[unit],
          ...activityOf(sums[unit]!, outputs[unit]!),
          weights: weights[position] && weightsScene(weights[position], group, data, wishes),
          map: maps[position],
          maximum: maxima[position] && maximumOf(maxima[position], group, data, wishes),
          examples: sums[unit]!.examples.map((example) => exampleOf(example, wishes, form)),
        }),
      ),
    });
  }
  return looked;
}

function formOf(data: Dataset, background: number): Form {
  if (sizeOf(data.shape) === 2) return "plane";
  return pictureOf(data.shape, sampleOf(data, 0).data, background) ? "picture" : "row";
}

/** The first that are alive, and dead ones where there is room; in the order of their numbers. */
function unitsToShow(outputs: readonly UnitActivity[], most: number): readonly number[] {
  const alive = outputs.filter(({ isDead }) => !isDead);
  const dead = outputs.filter(({ isDead }) => isDead);
  return [...alive, ...dead]
    .slice(0, most)
    .map(({ unit }) => unit)
    .sort((a, b) => a - b);
}

/** Its sums say when a unit is at work and what excites it; what it passes on says whether it lives. */
function activityOf({ active, smallest, largest }: UnitActivity, { mean, isDead }: UnitActivity) {
  return { active, mean, smallest, largest, isDead };
}

/** A picture that has an ink-and-paper look pulls towards its paper, a colour picture towards middle grey. */
async function searchFor(
  model: Model,
  { layer }: UnitLayer,
  units: readonly number[],
  { data, background, seed }: LayersWishes,
  form: Form,
): Promise<readonly MaximizedActivation[]> {
  if (form === "picture") {
    const isColour = data.shape.length === 3 && data.shape[2] === 3;
    const neutral = isColour ? 0.5 : Math.min(1, Math.max(0, background));
    const options = { layer, units, seed, bounds: [0, 1], neutral, shape: data.shape, steps: 200 } as const;
    // For 28 × 28: steps of length 1, and penalties that leave about as much ink as a digit has. Steps and penalties
    // change together with the size, so that a step against the roughest part stays as safe as it is there.
    const scale = Math.sqrt(sizeOf(data.shape)) / 28;
    return maximizeActivations(model, {
      ...options,
      l2: 0.06 / scale,
      totalVariation: 0.03 / scale,
      learningRate: scale,
    });
  }
  const bounds = rangeOf(data);
  if (!bounds) return maximizeActivations(model, { layer, units, seed });
  // Weak enough that the bounds of the data hold the strong inputs, and the pull the weak ones.
  const l2 = 1 / (Math.sqrt(sizeOf(data.shape)) * (bounds[1] - bounds[0]));
  return maximizeActivations(model, { layer, units, seed, bounds, l2, steps: 200 });
}

/** Smallest and largest number of the data; undefined where they are the same. */
function rangeOf(data: Dataset): readonly [number, number] | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.size; i += 1)
    for (const value of sampleOf(data, i).data) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  return high > low ? [low, high] : undefined;
}

function weightsScene(
  { unit, weights, kind }: WeightPicture,
  { name }: UnitLayer,
  data: Dataset,
  { background, table }: LayersWishes,
): NonNullable<LayersUnit["weights"]> {
  const range = signedRange(weights.data);
  const words = {
    title: `Weights of unit ${unit} of ${name}`,
    description: `From ${range}${kind === "weights" ? "" : ", an approximation"}.`,
  };
  const picture = pictureOf(data.shape, weights.data, background);
  if (!picture)
    return { form: "bars", scene: weightBars({ weights: weights.data, names: table?.columns, ...words }), range };
  const { width, height, channels = 1 } = picture;
  return { form: "picture", scene: signedPicture({ values: weights.data, width, height, channels, ...words }), range };
}

function maximumOf(
  { unit, picture, activation, startActivation, ending }: MaximizedActivation,
  { name }: UnitLayer,
  data: Dataset,
  { background, table }: LayersWishes,
): LayersMaximum {
  const shown: Picture | undefined = pictureOf(data.shape, picture.data, background);
  const figures = { activation, start: startActivation, ending };
  if (shown) return { picture: shown, ...figures };
  const title = `Made input that drives unit ${unit} of ${name}`;
  const scene = weightBars({
    weights: picture.data,
    names: table?.columns,
    title,
    description: `From ${signedRange(picture.data)}.`,
  });
  return { scene, ...figures };
}

/** Of the sums, whose zero is where the unit begins to be active. */
async function mapsOf(model: Model, { layer, name }: UnitLayer, units: readonly number[], data: Dataset) {
  const { layers, bounds } = await decisionMaps(model, { data, resolution: mapResolution, layers: [layer] });
  const { values } = layers[0]!;
  const points = mapResolution * mapResolution;
  const side = ([low, high]: readonly [number, number]) => `from ${formatNumber(low, 2)} to ${formatNumber(high, 2)}`;
  const extent = `x ${side(bounds.x)} rightwards, y ${side(bounds.y)} upwards`;
  return units.map((unit) => {
    const shown = values.data.subarray(unit * points, (unit + 1) * points);
    const range = signedRange(shown);
    const description = `What it gives for ${extent}: from ${range}.`;
    const title = `Map of unit ${unit} of ${name}`;
    const scene = signedPicture({ values: shown, width: mapResolution, height: mapResolution, title, description });
    return { scene, range, extent };
  });
}

function exampleOf(
  { index, value, label }: UnitActivity["examples"][number],
  { data, background, table }: LayersWishes,
  form: Form,
): LayersExample {
  const named = label === undefined ? { index, value } : { index, value, label };
  const sample = sampleOf(data, index).data;
  if (form !== "picture") return { ...named, values: table ? unscale(sample, table) : sample };
  return { ...named, picture: pictureOf(data.shape, sample, background) };
}
