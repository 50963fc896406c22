/** Where layers and neurons stand in the drawing of a net, in CSS pixels. No DOM. */

export interface Tile {
  readonly x: number;
  readonly y: number;
}

/** A layer that is too wide for a tile each: all its units in one picture. */
export interface Fold {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
  /** Side of one unit's cell. */
  readonly cell: number;
}

export interface Column {
  /** 0 is the input. */
  readonly layer: number;
  readonly units: number;
  /** Middle of the column. */
  readonly middle: number;
  /** One for each unit, its upper left corner; empty where the layer is folded. */
  readonly tiles: readonly Tile[];
  readonly fold: Fold | undefined;
}

export interface NetLayout {
  readonly columns: readonly Column[];
  readonly width: number;
  /** Of the neurons, without the heads above them. */
  readonly height: number;
  readonly tile: number;
  /** From column to column. */
  readonly pitch: number;
}

/** Layers of more units than this become one picture. */
export const mostTiles = 12;
/** Columns stand at least so far apart; where there is less room, the drawing is wider than its panel and scrolls. */
const leastPitch = 128;
const margins = { left: 64, right: 110 };
const gapOfTiles = { roomy: 12, close: 6 };

/** `units` begins with the number of inputs; `width` is what the panel has. */
export function netLayout(units: readonly number[], width: number): NetLayout {
  const most = Math.max(...units.filter((count) => count <= mostTiles), 1);
  const tile = most <= 8 && width >= 480 ? 44 : 34;
  const step = tile + (most <= 8 ? gapOfTiles.roomy : gapOfTiles.close);
  const pitch = Math.max(leastPitch, (width - margins.left - margins.right) / Math.max(1, units.length - 1));
  const folds = units.map((count) => (count > mostTiles ? foldOf(count, pitch) : undefined));
  const heights = units.map((count, i) => (folds[i] ? folds[i].rows * folds[i].cell : count * step - (step - tile)));
  const height = Math.max(...heights, 5 * tile);
  return {
    tile,
    pitch,
    height,
    width: Math.max(width, margins.left + margins.right + pitch * (units.length - 1)),
    columns: units.map((count, layer): Column => {
      const middle = margins.left + layer * pitch;
      const top = (height - heights[layer]!) / 2;
      const fold = folds[layer];
      if (fold)
        return {
          layer,
          units: count,
          middle,
          tiles: [],
          fold: { ...fold, x: middle - (fold.columns * fold.cell) / 2, y: top },
        };
      const tiles = Array.from({ length: count }, (_, i) => ({ x: middle - tile / 2, y: top + i * step }));
      return { layer, units: count, middle, tiles, fold: undefined };
    }),
  };
}

/** Pictures of digits are square; other layers are twice as high as wide. */
function foldOf(units: number, pitch: number): Omit<Fold, "x" | "y"> {
  const side = Math.sqrt(units);
  const wanted = Number.isInteger(side) && units > 64 ? side : Math.max(4, Math.ceil(Math.sqrt(units / 4)));
  const columns = Math.min(wanted, Math.floor((pitch - 48) / 2));
  const cell = Math.max(2, Math.min(20, Math.floor(Math.min(pitch - 48, 132) / columns)));
  return { columns, rows: Math.ceil(units / columns), cell };
}

/** Where a line to or from a unit ends; of a folded layer its cell, or the middle of its side for no unit. */
export function anchor({ tile }: Pick<NetLayout, "tile">, column: Column, unit: number, side: "left" | "right"): Tile {
  const { fold } = column;
  if (!fold) {
    const { x, y } = column.tiles[unit]!;
    return { x: side === "left" ? x : x + tile, y: y + tile / 2 };
  }
  const edge = side === "left" ? fold.x : fold.x + fold.columns * fold.cell;
  return { x: edge, y: fold.y + (Math.floor(unit / fold.columns) + 0.5) * fold.cell };
}

/** A line from one neuron to another, level at both ends. */
export function edgePath(from: Tile, to: Tile): string {
  const bend = (to.x - from.x) * 0.5;
  return `M${round(from.x)} ${round(from.y)}C${round(from.x + bend)} ${round(from.y)} ${round(to.x - bend)} ${round(to.y)} ${round(to.x)} ${round(to.y)}`;
}

/** All lines between two layers at once, where they would be too many: the area that they fill. */
export function bundlePath(layout: NetLayout, from: Column, to: Column): string {
  const [a, b] = [anchor(layout, from, 0, "right"), anchor(layout, from, from.units - 1, "right")];
  const [c, d] = [anchor(layout, to, 0, "left"), anchor(layout, to, to.units - 1, "left")];
  const bend = (c.x - a.x) * 0.5;
  return `${edgePath(a, c)}L${round(d.x)} ${round(d.y)}C${round(d.x - bend)} ${round(d.y)} ${round(b.x + bend)} ${round(b.y)} ${round(b.x)} ${round(b.y)}Z`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** How far a point is from the line of `edgePath`, by 16 straight pieces. */
export function distanceToEdge(from: Tile, to: Tile, at: Tile): number {
  const bend = (to.x - from.x) * 0.5;
  let least = Number.POSITIVE_INFINITY;
  let last = from;
  for (let i = 1; i <= 16; i++) {
    const t = i / 16;
    const s = 1 - t;
    const x = s * s * s * from.x + 3 * s * s * t * (from.x + bend) + 3 * s * t * t * (to.x - bend) + t * t * t * to.x;
    const y = s * s * (s + 3 * t) * from.y + t * t * (t + 3 * s) * to.y;
    least = Math.min(least, distanceToPiece(last, { x, y }, at));
    last = { x, y };
  }
  return least;
}

function distanceToPiece(a: Tile, b: Tile, { x, y }: Tile): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const along = Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - a.x - along * dx, y - a.y - along * dy);
}

/** Width of a weight's line: at least a pixel, in quarters, so that few changes are worth drawing. */
export const edgeWidth = (weight: number, largest: number): number =>
  1 + Math.round(10 * Math.min(1, Math.abs(weight) / Math.max(largest, 1e-9))) / 4;
