import { type WeightPicture, weightPicture } from "nabla/explain";
import type { ServedSession } from "nabla/worker";

export interface TemplatesQuestion {
  /** Place of a dense layer among the model's layers, from 1, its weights, and how many units it has. */
  readonly dense: number;
  readonly weight: string;
  readonly units: number;
}

export interface Templates {
  readonly step: number;
  readonly units: number;
  /** Numbers of one picture. */
  readonly size: number;
  /** Unit after unit, −127 … 127: a colour needs no more, and a message of 100 KB in place of 400 is sooner there. */
  readonly shades: Int8Array;
  /** The |weight| that is 127. */
  readonly largest: number;
}

/** More units than this have pictures too small to see. */
const mostUnits = 512;

/**
 * The weights of each unit of a layer as a picture of the input. Those of the first layer are its weights themselves,
 * read in one go; further on `weightPicture` multiplies the layers up to it, unit by unit.
 */
export async function digitTemplates(
  { model, position }: ServedSession,
  { dense, weight, units }: TemplatesQuestion,
): Promise<Templates> {
  const { step } = position;
  const count = Math.min(units, mostUnits);
  const weights = dense === 1 ? model.weights.get(weight).data : await products(model, dense, count);
  const size = weights.length / (dense === 1 ? units : count);
  const shown = weights.subarray(0, count * size);
  // a few weights are far larger than the rest: beyond this they are all drawn in full colour
  const largest = ceiling(shown);
  const shades = new Int8Array(shown.length);
  for (let i = 0; i < shown.length; i++)
    shades[i] = Math.max(-127, Math.min(127, Math.round((127 * shown[i]!) / largest)));
  return { step, units: count, size, shades, largest };
}

async function products(model: ServedSession["model"], layer: number, units: number): Promise<Float32Array> {
  let all = new Float32Array(0);
  for (let unit = 0; unit < units; unit++) {
    const { data } = (await weightPicture(model, { layer, unit })).weights;
    if (unit === 0) all = new Float32Array(units * data.length);
    all.set(data, unit * data.length);
  }
  return all;
}

/** Four times the root mean square, or the largest size where that is less; 1 where all are 0. */
function ceiling(weights: Float32Array): number {
  let [squares, largest] = [0, 0];
  for (const weight of weights) {
    squares += weight * weight;
    largest = Math.max(largest, Math.abs(weight));
  }
  return Math.min(largest, 4 * Math.sqrt(squares / Math.max(1, weights.length))) || 1;
}

export interface TemplateQuestion {
  readonly dense: number;
  /** Its biases; undefined where it has none. */
  readonly bias: string | undefined;
  readonly unit: number;
}

export interface Template {
  readonly step: number;
  readonly weights: Float32Array;
  readonly largest: number;
  /** As of `weightPicture`: only where it is "weights" do picture and template give the score exactly. */
  readonly kind: WeightPicture["kind"];
  readonly bias: number;
}

/** One unit's template in full. */
export async function digitTemplate(
  { model, position }: ServedSession,
  { dense, bias, unit }: TemplateQuestion,
): Promise<Template> {
  const { step } = position;
  const { weights, largest, kind } = await weightPicture(model, { layer: dense, unit });
  return {
    step,
    weights: weights.data,
    largest,
    kind,
    bias: bias === undefined ? 0 : model.weights.get(bias).data[unit]!,
  };
}
