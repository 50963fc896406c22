/** Where each of many small square pictures lies on a sheet of some width. All in CSS pixels. */
export interface Tiles {
  readonly columns: number;
  readonly rows: number;
  /** Side of a picture. */
  readonly side: number;
  /** From the corner of one to that of the next. */
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
}

const gap = 6;
/** Under each picture: a space, the bar that says how loudly the unit answers, and space again. */
export const barHeight = 3;
const below = 5 + barHeight + 7;
/** A picture is a target for a finger too. */
const smallest = 28;

/** At most ten in a row where there are few, so that they are large; more where there are many. */
export function tilesOf(count: number, width: number): Tiles {
  const most = count <= 40 ? 10 : count <= 160 ? 16 : 24;
  const columns = Math.max(1, Math.min(most, count, Math.floor((width + gap) / (smallest + gap))));
  const side = Math.min(96, (width + gap) / columns - gap);
  const rows = Math.ceil(count / columns);
  return { columns, rows, side, stepX: side + gap, stepY: side + below, width, height: rows * (side + below) };
}

export const placeOf = (i: number, { columns, stepX, stepY }: Tiles): { readonly x: number; readonly y: number } => ({
  x: (i % columns) * stepX,
  y: Math.floor(i / columns) * stepY,
});
