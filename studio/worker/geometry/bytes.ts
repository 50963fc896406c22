/** Numbers as bytes for pictures: a byte is enough for a colour, and a quarter of the message. */

/** 0 is −scale, 128 is 0, 255 is scale; what lies beyond is cut off. Not a number is 0 too. */
export function signedByte(value: number, scale: number): number {
  const share = Math.max(-1, Math.min(1, value / scale));
  return Number.isNaN(share) ? 128 : Math.round(128 + 127 * share);
}

/** What the units of a layer give over a plane or a line. */
export interface UnitMaps {
  readonly units: number;
  /** Points of each unit. */
  readonly points: number;
  /** [units × points]; of each unit by its own scale. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What byte 255 stands for. */
  readonly scale: Float32Array<ArrayBuffer>;
  readonly low: Float32Array<ArrayBuffer>;
  readonly high: Float32Array<ArrayBuffer>;
}

/**
 * `values` is [units × points]; `bound` is the largest value the units can give, 0 where there is none. Units of one point
 * share the scale of the largest of them, for they are compared with each other.
 */
export function unitMaps(values: Float32Array, units: number, bound: number): UnitMaps {
  const points = values.length / units;
  const shared = points === 1 ? largest(values) : bound;
  const bytes = new Uint8Array(values.length);
  const scale = new Float32Array(units);
  const low = new Float32Array(units);
  const high = new Float32Array(units);
  for (let unit = 0; unit < units; unit++) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const from = unit * points;
    for (let i = from; i < from + points; i++) {
      const value = values[i]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    const size = shared || Math.max(Math.abs(least), Math.abs(most)) || 1;
    for (let i = from; i < from + points; i++) bytes[i] = signedByte(values[i]!, size);
    scale[unit] = size;
    low[unit] = least;
    high[unit] = most;
  }
  return { units, points, bytes, scale, low, high };
}

function largest(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}
