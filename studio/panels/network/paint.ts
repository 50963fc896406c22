import type { Palette } from "../../view/palette.ts";
import type { Ramp } from "../../view/ramps.ts";
import type { UnitMaps } from "../../worker/geometry/bytes.ts";
import type { Fold } from "./layout.ts";

/** Paints a unit's map, one pixel for each point; the browser scales the canvas. */
export function paintMap(canvas: HTMLCanvasElement, { bytes, points }: UnitMaps, unit: number, ramp: Ramp): void {
  const side = Math.sqrt(points);
  const { context, image, pixels } = imageOf(canvas, side, side);
  const from = unit * points;
  for (let i = 0; i < points; i++) pixels[i] = ramp[bytes[from + i]!]!;
  context.putImageData(image, 0, 0);
}

/** A unit's value on one example as a filled square. */
export function paintValue(canvas: HTMLCanvasElement, byte: number, ramp: Ramp): void {
  const { context, image, pixels } = imageOf(canvas, 1, 1);
  pixels[0] = ramp[byte]!;
  context.putImageData(image, 0, 0);
}

/** A unit's curve over the line, with 0 as a hairline. */
export function paintCurve(
  canvas: HTMLCanvasElement,
  { bytes, points }: UnitMaps,
  unit: number,
  { css }: Palette,
  size: number,
): void {
  const scale = Math.min(3, devicePixelRatio || 1);
  sized(canvas, Math.round(size * scale), Math.round(size * scale));
  const context = canvas.getContext("2d")!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = css.zero;
  context.fillRect(0, 0, size, size);
  context.fillStyle = css.rule;
  context.fillRect(0, size / 2 - 0.5, size, 1);
  context.beginPath();
  for (let i = 0; i < points; i++) {
    const x = (i / (points - 1)) * size;
    const y = size / 2 - ((bytes[unit * points + i]! - 128) / 127) * (size / 2 - 4);
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.strokeStyle = css.value;
  context.lineWidth = size > 60 ? 2 : 1.5;
  context.stroke();
}

/** All units of a wide layer, each in its cell: its map seen from afar, or its value. */
export function paintFold(
  canvas: HTMLCanvasElement,
  { columns, rows, cell }: Fold,
  { bytes, points, units }: UnitMaps,
  kind: "plane" | "line" | "value",
  ramp: Ramp,
): void {
  const scale = cell >= 8 ? Math.min(2, Math.ceil(devicePixelRatio || 1)) : 1;
  const side = cell * scale;
  const width = columns * side;
  const { context, image, pixels } = imageOf(canvas, width, rows * side);
  pixels.fill(0);
  const inner = side - (cell >= 6 ? scale : 0);
  const grid = kind === "plane" ? Math.round(Math.sqrt(points)) : 1;
  for (let unit = 0; unit < units; unit++) {
    const left = (unit % columns) * side;
    const top = Math.floor(unit / columns) * side;
    for (let y = 0; y < inner; y++)
      for (let x = 0; x < inner; x++) {
        const at =
          kind === "plane"
            ? Math.floor((y * grid) / inner) * grid + Math.floor((x * grid) / inner)
            : kind === "line"
              ? Math.floor((x * points) / inner)
              : 0;
        pixels[(top + y) * width + left + x] = ramp[bytes[unit * points + at]!]!;
      }
  }
  context.putImageData(image, 0, 0);
}

const images = new WeakMap<HTMLCanvasElement, { readonly image: ImageData; readonly pixels: Uint32Array }>();

/** The canvas's own picture memory, kept from frame to frame. */
function imageOf(canvas: HTMLCanvasElement, width: number, height: number) {
  sized(canvas, width, height);
  const context = canvas.getContext("2d")!;
  let known = images.get(canvas);
  if (known?.image.width !== width || known.image.height !== height) {
    const image = new ImageData(width, height);
    known = { image, pixels: new Uint32Array(image.data.buffer) };
    images.set(canvas, known);
  }
  return { context, ...known };
}

function sized(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
