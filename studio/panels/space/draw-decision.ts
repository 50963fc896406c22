import type { Points } from "../../state/points.ts";
import { drawMarker } from "../../view/markers.tsx";
import { classColour, type Palette } from "../../view/palette.ts";
import type { PlaneScale } from "../../view/plane.ts";
import { mix, signedRamp, tintRamp } from "../../view/ramps.ts";
import type { DecisionView } from "../../worker/views/decision.ts";

/** Paints what the net decides, from the worker's bytes; kept from frame to frame, as its memory is. */
export class DecisionPainter {
  readonly #canvas = document.createElement("canvas");
  #image: ImageData | undefined;
  #pixels = new Uint32Array(0);
  #ramps: { readonly of: Palette; readonly tints: Uint32Array[]; readonly signed: Uint32Array } | undefined;

  /** The areas, and the line between them. */
  paintMap(context: CanvasRenderingContext2D, colours: Palette, view: DecisionView, scale: PlaneScale): void {
    if (view.kind === "curves") return;
    const { size } = view;
    if (this.#image?.width !== size) {
      this.#canvas.width = size;
      this.#canvas.height = size;
      this.#image = new ImageData(size, size);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    }
    if (this.#ramps?.of !== colours) this.#ramps = { of: colours, tints: [], signed: signedRamp(colours) };
    const { tints, signed } = this.#ramps;
    const pixels = this.#pixels;
    if (view.kind === "values") for (let i = 0; i < pixels.length; i++) pixels[i] = signed[view.bytes[i]!]!;
    else {
      const { winner, margin } = view;
      for (let label = tints.length; label < view.shares.length; label++) tints.push(tintRamp(colours, label));
      for (let i = 0; i < pixels.length; i++) pixels[i] = tints[winner[i]!]![margin[i]!]!;
    }
    this.#canvas.getContext("2d")!.putImageData(this.#image, 0, 0);
    // a pixel of the map stands for its middle: the outermost half pixels lie beyond the picture
    context.drawImage(this.#canvas, 0.5, 0.5, size - 1, size - 1, 0, 0, scale.width, scale.height);
    const { boundary } = view;
    context.beginPath();
    for (let i = 0; i < boundary.length; i += 4) {
      context.moveTo(boundary[i]! * scale.width, boundary[i + 1]! * scale.height);
      context.lineTo(boundary[i + 2]! * scale.width, boundary[i + 3]! * scale.height);
    }
    context.strokeStyle = colours.css.ink;
    context.lineWidth = 1.5;
    context.lineCap = "round";
    context.stroke();
  }
}

/** The curves of a net with one input: one for each output. */
export function drawCurves(
  context: CanvasRenderingContext2D,
  colours: Palette,
  view: DecisionView & { readonly kind: "curves" },
  scale: PlaneScale,
  isClasses: boolean,
): void {
  const points = view.x.length;
  context.lineWidth = 2;
  context.lineJoin = "round";
  for (let output = 0; output < view.outputs; output++) {
    context.beginPath();
    for (let i = 0; i < points; i++) {
      const x = scale.x(view.x[i]!);
      const y = scale.y(view.y[output * points + i]!);
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.strokeStyle = isClasses ? colours.css[classColour(output)] : colours.css.value;
    context.setLineDash(isClasses ? (dashes[output % dashes.length] as number[]) : []);
    context.stroke();
  }
  context.setLineDash([]);
}

/** Curves of classes differ by dash too: colour alone says nothing. */
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [10, 3, 2, 3], [1, 4]];

export interface DrawnPoints {
  readonly points: Points;
  readonly wrong: Uint8Array | undefined;
  readonly isValidation: boolean;
  /** Fill of samples whose targets are values, by their size. */
  readonly valueScale: number;
}

/** The samples of one part; those the net has wrong last, so that none hides them. */
export function drawPoints(
  context: CanvasRenderingContext2D,
  colours: Palette,
  { points, wrong, isValidation, valueScale }: DrawnPoints,
  at: (i: number) => readonly [x: number, y: number],
): void {
  const radius = points.size > 1500 ? 2.5 : points.size > 600 ? 3.2 : 4;
  for (const isWrong of [false, true]) {
    for (let i = 0; i < points.size; i++) {
      if ((wrong?.[i] === 1) !== isWrong) continue;
      const [x, y] = at(i);
      const label = points.labels[i]!;
      const fill = label < 0 && valueScale > 0 ? valueColour(colours, points.values[i]! / valueScale) : undefined;
      drawMarker(context, colours, label, x, y, {
        isHollow: isValidation,
        isWrong: isWrong || fill !== undefined,
        radius: isWrong ? radius * 1.1 : radius,
        ...(fill !== undefined && !isValidation && { fill }),
      });
    }
    if (!wrong) return;
  }
}

function valueColour({ rgb }: Palette, share: number): string {
  const [red, green, blue] = mix(rgb.zero, share < 0 ? rgb.neg : rgb.pos, Math.min(1, Math.abs(share)));
  return `rgb(${red} ${green} ${blue})`;
}

/** A ring around the example that is looked at, and its number. */
export function drawRing(
  context: CanvasRenderingContext2D,
  { css, font }: Palette,
  [x, y]: readonly [number, number],
  text: string,
  width: number,
): void {
  context.beginPath();
  context.arc(x, y, 9, 0, 2 * Math.PI);
  context.strokeStyle = css.paper;
  context.lineWidth = 4;
  context.stroke();
  context.strokeStyle = css.ink;
  context.lineWidth = 1.75;
  context.stroke();
  const isLeft = x > width - 44;
  context.font = `500 12px ${font}`;
  context.textAlign = isLeft ? "right" : "left";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = css.paper;
  context.strokeText(text, x + (isLeft ? -13 : 13), y + 4);
  context.fillStyle = css.ink;
  context.fillText(text, x + (isLeft ? -13 : 13), y + 4);
}
