import { type NdArray, sizeOf } from "../array/ndarray.ts";
import { type Dataset, sampleOf } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import type { Model } from "../train/model.ts";
import type { Network } from "../train/network.ts";
import { networkOf } from "../train/network-of.ts";
import { findLayer, type LayerChoice, nameAt, unitsAt } from "./find-layer.ts";
import { observe } from "./observe.ts";

/** The part of the plane that is looked at. */
export interface PlaneBounds {
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
}

export interface DecisionMapOptions {
  /** Default: the smallest box around `data`, a tenth wider on each side; without data [−1, 1] each. */
  readonly bounds?: PlaneBounds;
  readonly data?: Dataset;
  /** Points along each axis. Default 64. */
  readonly resolution?: number;
  /** Which layers. Default: all. */
  readonly layers?: readonly LayerChoice[];
}

/** What the units of one layer give over the plane. */
export interface LayerMap {
  /** From 1; 0 is the input. */
  readonly layer: number;
  readonly name: string;
  /** [units, rows, columns]: row 0 is at the largest y, column 0 at the smallest x, as in a picture. */
  readonly values: NdArray;
}

export interface DecisionMaps {
  readonly bounds: PlaneBounds;
  /** Of the columns, from left to right. */
  readonly x: readonly number[];
  /** Of the rows, from top to bottom. */
  readonly y: readonly number[];
  readonly layers: readonly LayerMap[];
}

const mostNumbers = 2 ** 26;

/**
 * The decision function of a net with two inputs, layer by layer: the number that each unit of each layer gives at each
 * point of a grid over the plane. Where a unit of a first dense layer is 0 is a line; the lines of later ones bend.
 * Throws UNSUPPORTED for a model of another number of inputs, OPTION for impossible settings, LIMIT above 2²⁶ numbers.
 */
export async function decisionMaps(
  model: Model,
  { bounds, data, resolution = 64, layers }: DecisionMapOptions = {},
): Promise<DecisionMaps> {
  const network = networkOf(model, "decisionMaps");
  checkPlane(network);
  if (!Number.isInteger(resolution) || resolution < 2 || resolution > 1024)
    throw new NablaError("OPTION", `decisionMaps: resolution is ${String(resolution)}`, {
      expected: "a whole number from 2 to 1024",
      received: String(resolution),
      hint: "Say how many points to take along each axis, such as 64.",
    });
  const places = layers
    ? layers.map((layer) => findLayer(network, layer, "decisionMaps"))
    : network.layers.map((_, i) => i + 1);
  const points = resolution * resolution;
  const numbers = points * places.reduce((sum, place) => sum + unitsAt(network, place), 0);
  if (numbers > mostNumbers)
    throw new NablaError("LIMIT", `decisionMaps: ${numbers} numbers are too many at once`, {
      expected: `at most ${mostNumbers}`,
      received: `${numbers}`,
      hint: "Ask for fewer layers, or a smaller resolution.",
    });
  const box = bounds ?? (data ? boxAround(network, data) : { x: [-1, 1], y: [-1, 1] });
  checkBounds(box);
  const x = spread(box.x, resolution);
  const y = spread(box.y, resolution).reverse();
  const grid = new Float32Array(2 * points);
  for (let i = 0; i < points; i++) {
    grid[2 * i] = x[i % resolution]!;
    grid[2 * i + 1] = y[Math.floor(i / resolution)]!;
  }
  const maps = places.map((place) => new Float32Array(points * unitsAt(network, place)));
  const { observations } = observe(network, places, { shape: [points, ...network.inputShape], data: grid });
  for await (const { first, count, outputs } of observations)
    for (const [layer, out] of outputs.entries()) {
      const units = out.length / count;
      for (let i = 0; i < count; i++)
        for (let unit = 0; unit < units; unit++) maps[layer]![unit * points + first + i] = out[i * units + unit]!;
    }
  return {
    bounds: box,
    x,
    y,
    layers: places.map((layer, i) => ({
      layer,
      name: nameAt(network, layer),
      values: { shape: [unitsAt(network, layer), resolution, resolution], data: maps[i]! },
    })),
  };
}

function checkPlane(network: Network): void {
  const inputs = sizeOf(network.inputShape);
  if (inputs === 2) return;
  throw new NablaError("UNSUPPORTED", `decisionMaps: the model takes ${inputs} numbers, and a plane has two`, {
    expected: "a model with input: 2",
    received: `input: ${inputs}`,
    hint: "For other models look at weightPicture, topExamples and maximizeActivation.",
  });
}

function checkBounds(bounds: PlaneBounds): void {
  for (const axis of ["x", "y"] as const) {
    const range: unknown = bounds?.[axis];
    const isRange =
      Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && (range[0] as number) < range[1];
    if (isRange) continue;
    throw new NablaError("OPTION", `decisionMaps: bounds.${axis} is no range`, {
      expected: "two numbers, the smaller first, such as [-1, 1]",
      received: Array.isArray(range) ? `[${range.map(String).join(", ").slice(0, 60)}]` : typeof range,
      hint: "Give bounds as { x: [-1, 1], y: [-1, 1] }.",
    });
  }
}

/** The smallest box around the samples, a tenth of its width wider on each side; 1 wide where it has no width. */
function boxAround(network: Network, data: Dataset): PlaneBounds {
  network.checkSamples(data);
  const range = (axis: number): readonly [number, number] => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < data.size; i++) {
      const value = sampleOf(data, i).data[axis]!;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const margin = high > low ? 0.1 * (high - low) : 0.5;
    return [low - margin, high + margin];
  };
  return { x: range(0), y: range(1) };
}

const spread = ([low, high]: readonly [number, number], count: number): number[] =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
