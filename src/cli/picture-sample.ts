import { formatShape } from "../report/index.ts";
import type { PngPicture } from "./picture-file.ts";

/** The pictures that a model was trained on. */
export interface ModelPictures {
  readonly height: number;
  readonly width: number;
  /** What lies around what they show, from 0 to 1. */
  readonly background: number;
  /** Whether pixels are 0 or 1: `mnist-16x16`, whose digits are cropped, too. */
  readonly isBinary: boolean;
}

export interface PictureSample {
  /** [height, width] row by row, from 0 to 1. */
  readonly values: Float32Array;
  /** What was done to the picture, in words. */
  readonly steps: readonly string[];
}

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** How much of a pixel must be ink to be called ink, as in `mnist-16x16`. */
const inkShare = 0.3;

/**
 * A picture as the model knows pictures: laid on paper where it is clear, turned round where its background is light and
 * the model's are dark (or the other way), filled up to the model's proportions, and resized by area averaging.
 */
export function toSample(picture: PngPicture, model: ModelPictures): PictureSample {
  const steps: string[] = [];
  if (picture.isColored) steps.push("made grey");
  let plane: Plane = { ...picture, values: layOnPaper(picture, steps) };
  let background = median(border(plane));
  if (background > 0.5 !== model.background > 0.5) {
    plane = { ...plane, values: plane.values.map((value) => 1 - value) };
    background = 1 - background;
    steps.push(`inverted, since its background is ${model.background > 0.5 ? "dark" : "light"}`);
  }
  if (model.isBinary && plane.width === 28 && plane.height === 28) {
    plane = crop(plane, 4);
    steps.push("cropped to its middle 20 × 20, as mnist-16x16 is");
  }
  if (plane.width * model.height !== plane.height * model.width) {
    plane = fillUp(plane, model.width / model.height, background);
    steps.push(`filled up to ${formatShape([plane.height, plane.width])}`);
  }
  if (plane.width !== model.width || plane.height !== model.height) {
    steps.push(
      `resized from ${formatShape([plane.height, plane.width])} to ${formatShape([model.height, model.width])}`,
    );
    plane = resize(plane, model.width, model.height);
  }
  if (model.isBinary && plane.values.some((value) => value !== 0 && value !== 1)) {
    plane = { ...plane, values: plane.values.map((value) => (value >= inkShare ? 1 : 0)) };
    steps.push("made ink or no ink");
  }
  return { values: plane.values, steps };
}

/**
 * A picture as a model of colour pictures knows them, [height, width, 3]: laid on white where it is clear, filled up to the
 * model's proportions with the colours of its border, and resized by area averaging. Colours are never turned round.
 */
export function toColorSample(
  picture: PngPicture,
  { height, width }: Pick<ModelPictures, "height" | "width">,
): PictureSample {
  const { cover, colors = [picture.light, picture.light, picture.light] } = picture;
  const steps: string[] = [];
  if (cover) steps.push("laid on white, since it is partly clear");
  const values = new Float32Array(3 * width * height);
  for (const [c, color] of colors.entries()) {
    const opaque = cover ? color.map((value, i) => value * cover[i]! + 1 - cover[i]!) : color;
    let plane: Plane = { width: picture.width, height: picture.height, values: opaque };
    if (plane.width * height !== plane.height * width) plane = fillUp(plane, width / height, median(border(plane)));
    if (c === 0 && (plane.width !== picture.width || plane.height !== picture.height))
      steps.push(`filled up to ${formatShape([plane.height, plane.width])}`);
    if (plane.width !== width || plane.height !== height) {
      if (c === 0)
        steps.push(`resized from ${formatShape([plane.height, plane.width])} to ${formatShape([height, width])}`);
      plane = resize(plane, width, height);
    }
    for (let i = 0; i < width * height; i += 1) values[3 * i + c] = plane.values[i]!;
  }
  return { values, steps };
}

/** Clear parts get the paper that what is drawn stands out from: white for dark ink, black for light ink. */
function layOnPaper({ light, cover }: PngPicture, steps: string[]): Float32Array {
  if (!cover) return light;
  let [ink, weight] = [0, 0];
  for (const [i, value] of cover.entries()) {
    ink += value * light[i]!;
    weight += value;
  }
  const paper = weight > 0 && ink / weight > 0.5 ? 0 : 1;
  steps.push(`laid on ${paper === 1 ? "white" : "black"}, since it is partly clear`);
  return light.map((value, i) => value * cover[i]! + paper * (1 - cover[i]!));
}

/** The outermost pixels. */
export function border({ width, height, values }: Plane): readonly number[] {
  const edge: number[] = [];
  for (let y = 0; y < height; y += 1) {
    const isWholeRow = y === 0 || y === height - 1;
    for (let x = 0; x < width; x += isWholeRow || width === 1 ? 1 : width - 1) edge.push(values[y * width + x]!);
  }
  return edge;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function crop({ width, height, values }: Plane, margin: number): Plane {
  const [w, h] = [width - 2 * margin, height - 2 * margin];
  const middle = new Float32Array(w * h);
  for (let y = 0; y < h; y += 1)
    middle.set(values.subarray((y + margin) * width + margin, (y + margin) * width + margin + w), y * w);
  return { width: w, height: h, values: middle };
}

/** The picture in the middle of a larger one of the wanted proportions. */
function fillUp({ width, height, values }: Plane, proportions: number, background: number): Plane {
  const w = Math.max(width, Math.round(height * proportions));
  const h = Math.max(height, Math.round(width / proportions));
  const larger = new Float32Array(w * h).fill(background);
  const [left, top] = [(w - width) >> 1, (h - height) >> 1];
  for (let y = 0; y < height; y += 1) larger.set(values.subarray(y * width, (y + 1) * width), (y + top) * w + left);
  return { width: w, height: h, values: larger };
}

/** Each new pixel is the mean of the area that it covers: first along rows, then along columns. */
export function resize({ width, height, values }: Plane, toWidth: number, toHeight: number): Plane {
  const narrow = new Float32Array(toWidth * height);
  for (let y = 0; y < height; y += 1)
    averageLine(
      width,
      toWidth,
      (x) => values[y * width + x]!,
      (x, mean) => {
        narrow[y * toWidth + x] = mean;
      },
    );
  const small = new Float32Array(toWidth * toHeight);
  for (let x = 0; x < toWidth; x += 1)
    averageLine(
      height,
      toHeight,
      (y) => narrow[y * toWidth + x]!,
      (y, mean) => {
        small[y * toWidth + x] = mean;
      },
    );
  return { width: toWidth, height: toHeight, values: small };
}

function averageLine(
  from: number,
  to: number,
  read: (i: number) => number,
  write: (i: number, mean: number) => void,
): void {
  const length = from / to;
  for (let i = 0; i < to; i += 1) {
    const [start, end] = [i * length, (i + 1) * length];
    let sum = 0;
    for (let k = Math.floor(start); k < Math.min(from, Math.ceil(end)); k += 1)
      sum += read(k) * (Math.min(k + 1, end) - Math.max(k, start));
    write(i, Math.min(1, Math.max(0, sum / length)));
  }
}
