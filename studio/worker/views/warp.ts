import { activationsOf } from "nabla/explain";
import type { ServedSession } from "nabla/worker";
import { alignPlane, type Directions, place as placeOf, principalPlane } from "../geometry/principal-plane.ts";
import { inputsOf, meansOf, spread, widthOf } from "./samples.ts";

export interface WarpArgs {
  /** Layers of the model, from 0, the input, to the last. */
  readonly places: readonly number[];
  readonly plane: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  readonly columns: readonly [number, number];
  /** For each place the two units that are the axes; null for the plane in which the samples differ most. */
  readonly units: readonly (readonly [number, number] | null)[];
  /** Lines of the grid along each side, and points of each line. */
  readonly lines: number;
  readonly along: number;
  /** How many samples of each part are placed. */
  readonly most: number;
}

/** Where the grid and the samples lie as one layer sees them. */
export interface WarpStage {
  readonly place: number;
  readonly units: number;
  /** The units on the axes; null for the principal plane. */
  readonly axes: readonly [number, number] | null;
  /** Of the samples' variance, how much this plane shows. */
  readonly share: number;
  /** x, y of each point, from −1 to 1: of the grid, of the training samples, of the validation samples. */
  readonly grid: Float32Array<ArrayBuffer>;
  readonly training: Float32Array<ArrayBuffer>;
  readonly validation: Float32Array<ArrayBuffer>;
  /** What −1 and 1 of the axes stand for; where the axes are units. */
  readonly bounds: { readonly x: readonly [number, number]; readonly y: readonly [number, number] } | null;
}

export interface Warp {
  readonly stages: readonly WarpStage[];
  readonly lines: number;
  readonly along: number;
}

/** Directions of the last time, for each model and place: a plane that goes on from them does not jump. */
const before = new WeakMap<object, Map<number, Directions>>();

/** The plane of the input, and what each layer makes of it: its grid bent, its samples moved. */
export async function warp({ model, data, validation }: ServedSession, args: WarpArgs): Promise<Warp> {
  const { places, columns, lines, along, most } = args;
  const width = widthOf(data);
  const grid = gridOf(data, args);
  const training = inputsOf(data, most);
  const held = validation ? inputsOf(validation, most) : new Float32Array(0);
  const samples = new Float32Array(grid.length + training.length + held.length);
  samples.set(training);
  samples.set(held, training.length);
  samples.set(grid, training.length + held.length);
  const count = samples.length / width;
  const counts = [training.length / width, held.length / width] as const;
  const known = before.get(model) ?? new Map<number, Directions>();
  before.set(model, known);
  const stages: WarpStage[] = [];
  let last: Float32Array | undefined;
  for (const [i, layer] of places.entries()) {
    const { data: values } = await activationsOf(model, layer, { shape: [count, ...data.shape], data: samples });
    const units = values.length / count;
    const wanted = layer === 0 && units > 2 ? columns : (args.units[i] ?? null);
    const axes = units <= 2 ? ([0, Math.min(1, units - 1)] as const) : wanted;
    const flat = floats(values);
    const { points, share } = axes
      ? { points: byUnits(flat, units, axes), share: 1 }
      : onPlane(flat, units, counts[0] + counts[1], known, layer);
    if (!axes && last) alignPlane(points, last, counts[0] + counts[1]);
    const bounds = framed(points, axes !== null && units > 1);
    last = points.slice();
    const [first, second] = [2 * counts[0], 2 * (counts[0] + counts[1])];
    stages.push({
      place: layer,
      units,
      axes,
      share,
      training: points.slice(0, first),
      validation: points.slice(first, second),
      grid: points.slice(second),
      bounds: axes ? bounds : null,
    });
  }
  return { stages, lines, along };
}

const floats = (data: ArrayLike<number>): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data);

/** Lines across, then lines up, each of `along` points; of a net with one input the line itself. */
function gridOf(data: ServedSession["data"], { plane, columns, lines, along }: WarpArgs): Float32Array {
  const width = widthOf(data);
  if (width === 1) return Float32Array.from(spread(plane.x, along));
  const mean = meansOf(data);
  const out = new Float32Array(2 * lines * along * width);
  let at = 0;
  const put = (x: number, y: number): void => {
    if (width > 2) out.set(mean, at);
    out[at + columns[0]] = x;
    out[at + columns[1]] = y;
    at += width;
  };
  for (const y of spread(plane.y, lines)) for (const x of spread(plane.x, along)) put(x, y);
  for (const x of spread(plane.x, lines)) for (const y of spread(plane.y, along)) put(x, y);
  return out;
}

function byUnits(
  values: Float32Array,
  units: number,
  [first, second]: readonly [number, number],
): Float32Array<ArrayBuffer> {
  const out = new Float32Array((values.length / units) * 2);
  for (let i = 0; i < out.length / 2; i++) {
    out[2 * i] = values[i * units + first]!;
    out[2 * i + 1] = units === 1 ? 0 : values[i * units + second]!;
  }
  return out;
}

function onPlane(values: Float32Array, units: number, deciding: number, known: Map<number, Directions>, layer: number) {
  const start = known.get(layer);
  const isFit = start?.length === 2 * units;
  const { mean, directions, share } = principalPlane(values.subarray(0, deciding * units), units, {
    start: isFit ? start : undefined,
  });
  known.set(layer, directions);
  const points = new Float32Array((values.length / units) * 2);
  for (let i = 0; i < points.length / 2; i++) points.set(placeOf(values, i, units, mean, directions), 2 * i);
  return { points, share };
}

/** Moves and scales points into −1 to 1, the same for both axes unless they are units of their own. Gives what it was. */
function framed(points: Float32Array, isByAxis: boolean) {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < points.length; i++) {
    low[i % 2] = Math.min(low[i % 2]!, points[i]!);
    high[i % 2] = Math.max(high[i % 2]!, points[i]!);
  }
  const middle = [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2];
  const most = Math.max(high[0]! - low[0]!, high[1]! - low[1]!) / 2 || 1;
  const half = isByAxis ? [(high[0]! - low[0]!) / 2 || 1, (high[1]! - low[1]!) / 2 || 1] : [most, most];
  for (let i = 0; i < points.length; i++) points[i] = (points[i]! - middle[i % 2]!) / half[i % 2]!;
  const range = (axis: number) => [middle[axis]! - half[axis]!, middle[axis]! + half[axis]!] as const;
  return { x: range(0), y: range(1) };
}
