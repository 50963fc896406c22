import { classColour, type Palette } from "./palette.ts";

/** A shape around 0 of about radius 1; all cover about the same area, and all are closed, so that each can be hollow. */
export interface MarkerShape {
  readonly name: string;
  /** As of an SVG path, and of Path2D. */
  readonly path: string;
}

/** One for each colour: colour alone says nothing. */
export const markerShapes: readonly MarkerShape[] = [
  { name: "circle", path: "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z" },
  { name: "triangle", path: "M0 -1.25L1.15 0.8L-1.15 0.8Z" },
  { name: "square", path: "M-0.88 -0.88L0.88 -0.88L0.88 0.88L-0.88 0.88Z" },
  { name: "diamond", path: "M0 -1.3L1.1 0L0 1.3L-1.1 0Z" },
  { name: "triangle down", path: "M0 1.25L1.15 -0.8L-1.15 -0.8Z" },
  {
    name: "plus",
    path: "M-0.42 -1.2L0.42 -1.2L0.42 -0.42L1.2 -0.42L1.2 0.42L0.42 0.42L0.42 1.2L-0.42 1.2L-0.42 0.42L-1.2 0.42L-1.2 -0.42L-0.42 -0.42Z",
  },
  {
    name: "cross",
    path: "M0.587 -1.18L1.18 -0.587L0.594 -5.55e-17L1.18 0.587L0.587 1.18L5.55e-17 0.594L-0.587 1.18L-1.18 0.587L-0.594 5.55e-17L-1.18 -0.587L-0.587 -1.18L-5.55e-17 -0.594Z",
  },
  {
    name: "star",
    path: "M8.57e-17 -1.4L0.364 -0.502L1.33 -0.433L0.59 0.192L0.823 1.13L3.8e-17 0.62L-0.823 1.13L-0.59 0.192L-1.33 -0.433L-0.364 -0.502Z",
  },
  { name: "pentagon", path: "M7.04e-17 -1.15L1.09 -0.355L0.676 0.93L-0.676 0.93L-1.09 -0.355Z" },
  { name: "hexagon", path: "M1.12 0L0.56 0.97L-0.56 0.97L-1.12 1.37e-16L-0.56 -0.97L0.56 -0.97Z" },
];

/** The shape of a class. The second ten classes have the colours of the first with the next shape, and so on to 100. */
export const markerOf = (label: number): MarkerShape => markerShapes[(label + Math.floor(label / 10)) % 10]!;

/** A class's mark in text: in a legend, a table, on a button. Its name stands beside it, so it is not read aloud. */
export function Marker({ label, isHollow = false }: { readonly label: number; readonly isHollow?: boolean }) {
  return (
    <svg class="mark" viewBox="-1.6 -1.6 3.2 3.2" aria-hidden="true">
      <path
        d={markerOf(label).path}
        fill={isHollow ? "var(--paper)" : `var(--${classColour(label)})`}
        stroke={isHollow ? `var(--${classColour(label)})` : "var(--ink)"}
        stroke-width={isHollow ? 0.4 : 0.12}
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** How a point is drawn beside its class. */
export interface PointLook {
  /** Validation points are. */
  readonly isHollow?: boolean;
  /** The net decides otherwise. */
  readonly isWrong?: boolean;
  /** In place of the class's colour. */
  readonly fill?: string;
  /** Default 4 CSS pixels. */
  readonly radius?: number;
}

const shapes = new Map<string, Path2D>();

/** Draws a class's mark, a circle for −1, no class. Every mark has an outline, of ink where the net is wrong. */
export function drawMarker(
  context: CanvasRenderingContext2D,
  { css }: Palette,
  label: number,
  x: number,
  y: number,
  { isHollow = false, isWrong = false, radius = 4, fill }: PointLook = {},
): void {
  const { name, path } = markerOf(Math.max(0, label));
  let shape = shapes.get(name);
  if (!shape) {
    shape = new Path2D(path);
    shapes.set(name, shape);
  }
  const colour = fill ?? css[label < 0 ? "ink-2" : classColour(label)];
  // back by hand: save and restore cost as much as the drawing
  context.translate(x, y);
  context.scale(radius, radius);
  context.lineJoin = "round";
  if (isHollow) {
    context.fillStyle = css.paper;
    context.strokeStyle = isWrong ? css.ink : colour;
    context.lineWidth = (isWrong ? 1.8 : 1.5) / radius;
  } else {
    context.fillStyle = colour;
    context.strokeStyle = isWrong ? css.ink : css.paper;
    context.lineWidth = (isWrong ? 1.6 : 0.8) / radius;
  }
  context.fill(shape);
  context.stroke(shape);
  context.scale(1 / radius, 1 / radius);
  context.translate(-x, -y);
}
