import type { StudioData } from "../../state/data.ts";
import { type BoardKind, type BoardPoint, boardKindOf } from "../../state/own-points.ts";
import { type Bounds, type PlaneScale, rangeOf, ticksOf } from "../../view/plane.ts";

/** What lies where on the board. Pure. */
export interface BoardScene {
  readonly kind: BoardKind | undefined;
  readonly size: number;
  /** Of each point, in its own numbers. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Of each point; −1 where there are no classes. */
  readonly labels: Int32Array;
  readonly isValidation: Uint8Array;
  readonly bounds: Bounds;
}

/** `axes` are the two columns that are shown of data with more. */
export function boardScene(data: StudioData, axes: readonly [number, number]): BoardScene {
  const { all, inputs, validationRows } = data;
  const { size } = all;
  const kind = boardKindOf(data);
  const x = new Float32Array(size);
  const y = new Float32Array(size);
  const [across, up] = kind === "plane" ? [0, 1] : axes;
  const labels = all.y?.kind === "labels" ? all.y.data : new Int32Array(size).fill(-1);
  const answers = all.y?.kind === "values" ? all.y.data : undefined;
  for (let i = 0; i < size; i++) {
    x[i] = all.x.data[i * inputs + Math.min(across, inputs - 1)]!;
    // one number a point: its answer is the other; where that is a class, all lie on a line
    y[i] = inputs > 1 ? all.x.data[i * inputs + up]! : (answers?.[(i * answers.length) / size] ?? 0);
  }
  const isValidation = new Uint8Array(size);
  for (const row of validationRows) isValidation[row] = 1;
  const isAlike = kind === "plane";
  return { kind, size, x, y, labels, isValidation, bounds: steadyBounds(x, y, isAlike) };
}

/**
 * A window whose edges are round numbers, so that painting in it does not move it. A square of equal scales for points of
 * the plane; each axis by itself for a curve and for columns of a table.
 */
export function steadyBounds(x: ArrayLike<number>, y: ArrayLike<number>, isSquare: boolean): Bounds {
  const ranges = [rangeOf(values(x), 0.04), rangeOf(values(y), 0.04)] as const;
  if (!isSquare) return { x: rounded(ranges[0]), y: rounded(ranges[1]) };
  const half = Math.max(...ranges.map(([low, high]) => Math.max(Math.abs(low), Math.abs(high))));
  const isCentred = ranges.every(([low, high]) => Math.abs(low + high) < 1.5 * (high - low));
  if (isCentred) {
    const edge = rounded([-half, half]);
    return { x: edge, y: edge };
  }
  const width = Math.max(...ranges.map(([low, high]) => high - low));
  const around = ([low, high]: readonly [number, number]) =>
    rounded([(low + high - width) / 2, (low + high + width) / 2]);
  const wide = ranges.map(around);
  const widest = Math.max(...wide.map(([low, high]) => high - low));
  const [first, second] = wide.map(([low]) => [low, low + widest] as const);
  return { x: first!, y: second! };
}

const values = (list: ArrayLike<number>): Iterable<number> => Array.from(list);

function rounded([low, high]: readonly [number, number]): readonly [number, number] {
  const ticks = ticksOf([low, high], 5);
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : high - low || 1;
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

/** Rows of the points within `reach` pixels of a place. */
export function pointsNear(
  { size, x, y }: BoardScene,
  scale: PlaneScale,
  at: BoardPoint,
  reach: number,
): readonly number[] {
  const rows: number[] = [];
  const [px, py] = [scale.x(at.x), scale.y(at.y)];
  for (let i = 0; i < size; i++) {
    const dx = scale.x(x[i]!) - px;
    const dy = scale.y(y[i]!) - py;
    if (dx * dx + dy * dy <= reach * reach) rows.push(i);
  }
  return rows;
}

/** Pixels between two points of a stroke, and how far a brush scatters them. */
const strokeStep = 9;
const scatter = 11;

/**
 * The next points of a stroke that goes on from `from` to `to`, both in pixels; none while it has not gone far enough.
 * A brush scatters them around its way by the golden angle: evenly, and the same each time. `count` is how many there
 * are. A curve is drawn by a pencil, which does not scatter.
 */
export function strokePoints(
  from: BoardPoint,
  to: BoardPoint,
  count: number,
  isScattered: boolean,
): readonly BoardPoint[] {
  const steps = Math.min(64, Math.floor(Math.hypot(to.x - from.x, to.y - from.y) / strokeStep));
  return Array.from({ length: steps }, (_, i) => {
    const way = (i + 1) / steps;
    const turn = 2.399963 * (count + i);
    const far = isScattered ? scatter * Math.sqrt(((count + i) * 0.618034) % 1) : 0;
    return {
      x: from.x + way * (to.x - from.x) + far * Math.cos(turn),
      y: from.y + way * (to.y - from.y) + far * Math.sin(turn),
    };
  });
}
