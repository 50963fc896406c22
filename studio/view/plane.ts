/** A piece of the plane on a picture: where a point is drawn, and what point is under the hand. No DOM. */

export interface Bounds {
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
}

/** From numbers to pixels and back; y grows upwards in the plane and downwards in the picture. */
export interface PlaneScale {
  readonly bounds: Bounds;
  readonly width: number;
  readonly height: number;
  x(value: number): number;
  y(value: number): number;
  valueX(pixel: number): number;
  valueY(pixel: number): number;
}

/** The whole picture shows `bounds`. */
export function planeScale(bounds: Bounds, width: number, height: number): PlaneScale {
  const [left, right] = bounds.x;
  const [bottom, top] = bounds.y;
  return {
    bounds,
    width,
    height,
    x: (value) => ((value - left) / (right - left)) * width,
    y: (value) => ((top - value) / (top - bottom)) * height,
    valueX: (pixel) => left + (pixel / width) * (right - left),
    valueY: (pixel) => top - (pixel / height) * (top - bottom),
  };
}

/** The range of some numbers, wider by `margin` of itself on each side; 1 wide around where it has no width. */
export function rangeOf(values: Iterable<number>, margin = 0.08): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [-1, 1];
  const wider = high > low ? margin * (high - low) : 0.5;
  return [low - wider, high + wider];
}

/** The box around points of `stride` numbers each, by two of them; a square where `isSquare`, so that a circle is one. */
export function boundsOf(
  values: ArrayLike<number>,
  { stride = 2, columns = [0, 1], isSquare = true }: BoundsOptions = {},
): Bounds {
  const column = function* (at: number) {
    for (let i = at; i < values.length; i += stride) yield values[i]!;
  };
  const x = rangeOf(column(columns[0]));
  const y = rangeOf(column(columns[1]));
  return isSquare ? squaredBounds({ x, y }) : { x, y };
}

interface BoundsOptions {
  readonly stride?: number;
  readonly columns?: readonly [number, number];
  readonly isSquare?: boolean;
}

/** The square around a box, so that a circle is one. */
export function squaredBounds({ x, y }: Bounds): Bounds {
  const half = Math.max(x[1] - x[0], y[1] - y[0]) / 2;
  const around = ([low, high]: readonly [number, number]) =>
    [(low + high) / 2 - half, (low + high) / 2 + half] as const;
  return { x: around(x), y: around(y) };
}

/** About `count` round numbers of a range: multiples of 1, 2 or 5 and a power of ten, the smallest first. */
export function ticksOf([low, high]: readonly [number, number], count = 4): readonly number[] {
  const step = roundStep((high - low) / Math.max(1, count));
  if (!(step > 0) || !Number.isFinite(step)) return [];
  const ticks: number[] = [];
  // counted in whole steps: added up, 0.1 would drift
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    ticks.push(Number((i * step).toPrecision(12)) + 0);
  return ticks;
}

function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const part = raw / power;
  return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}

/** A tick's text: a real minus sign, no more digits than the step between ticks has. */
export const tickText = (value: number): string => String(value).replace("-", "−");

/** The nearest of some points in pixels, if it is within `reach`; −1 else. */
export function nearestPoint(
  count: number,
  at: (i: number) => readonly [x: number, y: number],
  x: number,
  y: number,
  reach = 16,
): number {
  let best = -1;
  let least = reach * reach;
  for (let i = 0; i < count; i++) {
    const [px, py] = at(i);
    const distance = (px - x) * (px - x) + (py - y) * (py - y);
    if (distance > least) continue;
    least = distance;
    best = i;
  }
  return best;
}

/** The next point in a direction from one of them, as arrow keys walk: straight ahead counts more than sideways. */
export function pointTowards(
  count: number,
  at: (i: number) => readonly [x: number, y: number],
  from: number,
  direction: readonly [x: number, y: number],
): number {
  const [x, y] = at(from);
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    if (i === from) continue;
    const [px, py] = at(i);
    const ahead = (px - x) * direction[0] + (py - y) * direction[1];
    const aside = Math.abs((px - x) * direction[1] - (py - y) * direction[0]);
    if (ahead <= 0 || aside > 1.5 * ahead) continue; // every point lies in the cone of one of the four arrows
    const cost = ahead + 2.5 * aside;
    if (cost >= least) continue;
    least = cost;
    best = i;
  }
  return best;
}
