import { activationsOf, decisionMaps } from "nabla/explain";
import type { ServedSession } from "nabla/worker";
import { type UnitMaps, unitMaps } from "../geometry/bytes.ts";
import { inputAt, spread, widthOf } from "./samples.ts";

interface Range {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface MapsArgs {
  /** Layers of the model, 0 the input. */
  readonly places: readonly number[];
  /** For each of them the largest value it can give; 0 where there is no such. */
  readonly bounds: readonly number[];
  /** The piece of the plane, or of the line: then `y` is not looked at. */
  readonly plane: Range;
  /** Points along each side. */
  readonly resolution: number;
  /** The example whose values stand for a map where a net has more than two inputs. */
  readonly example: number;
}

export interface Maps {
  /** What each unit shows: a picture of the plane, a curve over the line, or its value on the example. */
  readonly kind: "plane" | "line" | "value";
  readonly resolution: number;
  /** One for each place, in the order they were asked for. */
  readonly layers: readonly UnitMaps[];
}

/** What every unit gives over the plane (two inputs), over the line (one), or on the example (more). */
export async function maps(
  { model, data }: ServedSession,
  { places, bounds, plane, resolution, example }: MapsArgs,
): Promise<Maps> {
  const inputs = widthOf(data);
  if (inputs === 2) {
    const { layers } = await decisionMaps(model, { bounds: plane, resolution, layers: places });
    return {
      kind: "plane",
      resolution,
      layers: layers.map(({ values }, i) => unitMaps(floats(values.data), values.shape[0]!, bounds[i]!)),
    };
  }
  const kind = inputs === 1 ? "line" : "value";
  const x = kind === "line" ? Float32Array.from(spread(plane.x, resolution)) : inputAt(data, example);
  const count = kind === "line" ? resolution : 1;
  const layers: UnitMaps[] = [];
  for (const [i, place] of places.entries()) {
    const { data: values } = await activationsOf(model, place, { shape: [count, ...data.shape], data: x });
    const units = values.length / count;
    layers.push(unitMaps(byUnit(floats(values), count, units), units, bounds[i]!));
  }
  return { kind, resolution: count, layers };
}

/** [samples × units] as [units × samples]. */
function byUnit(values: Float32Array, count: number, units: number): Float32Array {
  if (count === 1) return values;
  const out = new Float32Array(values.length);
  for (let i = 0; i < count; i++)
    for (let unit = 0; unit < units; unit++) out[unit * count + i] = values[i * units + unit]!;
  return out;
}

const floats = (data: ArrayLike<number>): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data);

export interface UnitMapArgs extends Omit<MapsArgs, "places" | "bounds"> {
  readonly place: number;
  readonly unit: number;
  readonly bound: number;
}

/** The map of one unit alone, finer. */
export async function unitMap(session: ServedSession, { place, unit, bound, ...args }: UnitMapArgs): Promise<Maps> {
  const { kind, resolution, layers } = await maps(session, { ...args, places: [place], bounds: [bound] });
  const { points, bytes, scale, low, high } = layers[0]!;
  const one = {
    units: 1,
    points,
    bytes: bytes.slice(unit * points, (unit + 1) * points),
    scale: scale.slice(unit, unit + 1),
    low: low.slice(unit, unit + 1),
    high: high.slice(unit, unit + 1),
  };
  return { kind, resolution, layers: [one] };
}
