import type { EpochPoint } from "../../app/training.ts";

/** Where the curve of the losses lies, in pixels. Pure. */
export interface CurveScene {
  readonly lines: readonly CurveLine[];
  readonly yTicks: readonly Tick[];
  readonly xTicks: readonly Tick[];
  /** Epochs at the right edge. */
  readonly last: number;
}

export interface CurveLine {
  readonly part: "train" | "validation";
  /** x and y in turn, from the left. */
  readonly points: Float32Array;
  /** The newest loss. */
  readonly value: number;
  /** Height of its label, apart from the other's. */
  readonly labelY: number;
}

export interface Tick {
  readonly value: number;
  readonly at: number;
}

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Two labels need so many pixels between their lines. */
const labelGap = 14;
/** Of the width, what the newest epoch may take: its labels stand at the right of it. */
const filled = 0.68;

export function curveScene(epochs: readonly EpochPoint[], frame: Frame, isLog: boolean): CurveScene {
  const { left, right, top, bottom } = frame;
  const newest = epochs.at(-1)?.epoch ?? 0;
  const last = niceAbove(newest / filled);
  const x = (epoch: number): number => left + (epoch / last) * (right - left);
  const range = rangeOfLosses(epochs, isLog);
  const [low, high] = isLog ? [Math.log10(range[0]), Math.log10(range[1])] : range;
  const y = (loss: number): number => {
    const at = isLog ? Math.log10(Math.max(loss, range[0])) : loss;
    return bottom - ((Math.min(at, high) - low) / (high - low)) * (bottom - top);
  };
  const lines = (["train", "validation"] as const).flatMap((part): CurveLine[] => {
    const lossOf = (point: EpochPoint): number =>
      part === "train" ? point.loss : (point.validation?.["loss"] ?? Number.NaN);
    const points = path(epochs, lossOf, x, y);
    const value = epochs.findLast((point) => Number.isFinite(lossOf(point)));
    return value ? [{ part, points, value: lossOf(value), labelY: points.at(-1)! }] : [];
  });
  return {
    lines: apart(lines, top, bottom),
    yTicks: (isLog ? decades(range) : evenTicks(range[1])).map((value) => ({ value, at: y(value) })),
    xTicks: evenTicks(last).map((value) => ({ value, at: x(value) })),
    last,
  };
}

/** From 0 to a round number above the largest loss; for logarithms whole decades around all that are above 0. */
function rangeOfLosses(epochs: readonly EpochPoint[], isLog: boolean): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const { loss, validation } of epochs)
    for (const value of [loss, validation?.["loss"] ?? Number.NaN]) {
      if (!(value > 0 && value < Number.POSITIVE_INFINITY)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (high === 0) return isLog ? [0.1, 1] : [0, 1];
  if (!isLog) return [0, niceAbove(high * 1.02)];
  const bottom = 10 ** Math.floor(Math.log10(Math.max(low, high * 1e-9)));
  const top = 10 ** Math.ceil(Math.log10(high));
  return [bottom, top > bottom ? top : 10 * bottom];
}

/** The next of 1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10 times a power of ten. */
export function niceAbove(value: number): number {
  if (!(value > 0)) return 10;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10].find((part) => part * power >= value * (1 - 1e-9))!;
  return Number((step * power).toPrecision(3));
}

/** 0, the round number at the end, and one or two between: a third of 1.2, 1.5, 3 and 6, half of the others. */
function evenTicks(end: number): readonly number[] {
  const part = Number((end / 10 ** Math.floor(Math.log10(end))).toPrecision(3));
  const count = part === 1.2 || part === 1.5 || part === 3 || part === 6 ? 3 : 2;
  return Array.from({ length: count + 1 }, (_, i) => Number(((i * end) / count).toPrecision(6)));
}

function decades([low, high]: readonly [number, number]): readonly number[] {
  const first = Math.round(Math.log10(low));
  const last = Math.round(Math.log10(high));
  const step = Math.max(1, Math.ceil((last - first) / 4));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => Number(`1e${first + i * step}`));
}

/** Points of a line, at most four for each pixel across: the first, the lowest, the highest and the last that fall into it. */
function path(
  epochs: readonly EpochPoint[],
  lossOf: (point: EpochPoint) => number,
  x: (epoch: number) => number,
  y: (loss: number) => number,
): Float32Array {
  const out = new Float32Array(2 * epochs.length);
  let length = 0;
  let column: Place[] = [];
  const put = (): void => {
    if (column.length === 0) return;
    const lowest = column.reduce((best, place) => (place.y > best.y ? place : best));
    const highest = column.reduce((best, place) => (place.y < best.y ? place : best));
    const kept = new Set([column[0]!, lowest, highest, column.at(-1)!]);
    for (const place of column) {
      if (!kept.has(place)) continue;
      out[length++] = place.x;
      out[length++] = place.y;
    }
    column = [];
  };
  for (const point of epochs) {
    const loss = lossOf(point);
    if (!Number.isFinite(loss)) continue;
    const place = { x: x(point.epoch), y: y(loss) };
    if (column.length > 0 && Math.floor(column[0]!.x) !== Math.floor(place.x)) put();
    column.push(place);
  }
  put();
  return out.subarray(0, length);
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Labels of two lines that end close together are moved apart; all stay off the axis and within the frame. */
function apart(lines: readonly CurveLine[], top: number, bottom: number): readonly CurveLine[] {
  const sorted = [...lines].sort((a, b) => a.labelY - b.labelY);
  const places: number[] = [];
  for (const { labelY } of sorted)
    places.push(Math.max(labelY, top + 4, (places.at(-1) ?? Number.NEGATIVE_INFINITY) + labelGap));
  for (let i = places.length - 1; i >= 0; i--)
    places[i] = Math.min(places[i]!, bottom - labelGap / 2 - (places.length - 1 - i) * labelGap);
  return lines.map((line) => ({ ...line, labelY: places[sorted.indexOf(line)]! }));
}
