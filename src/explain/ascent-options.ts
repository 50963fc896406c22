import { isSameShape, type Shape, sizeOf } from "../array/ndarray.ts";
import { NablaError, wrongOption } from "../errors.ts";
import type { LayerChoice } from "./find-layer.ts";
import { checkStability, type Penalties } from "./penalties.ts";

export interface MaximizeOptions {
  /** A name, or a number as `model.summary()` lists them from 1. */
  readonly layer: LayerChoice;
  /** Default 100. */
  readonly steps?: number;
  /**
   * How far a step goes, as a length: the gradient of the unit is divided by its norm first. Default: 1/28 of √inputs,
   * times the width of `bounds` (1 for a picture of 28 × 28 from 0 to 1).
   */
  readonly learningRate?: number;
  /**
   * Pull towards `neutral`, as a share of the gradient: without bounds the picture of a linear unit ends with the length
   * 1/l2. Simonyan, Vedaldi & Zisserman 2014, eq. 1. Default 3 / (√inputs · width of `bounds`), 0.107 for that picture.
   */
  readonly l2?: number;
  /** Pull that makes neighbouring pixels alike (Mahendran & Vedaldi 2015, eq. 3). Default 0; needs pictures. */
  readonly totalVariation?: number;
  /** What the numbers of the input may be. Default: anything. */
  readonly bounds?: readonly [low: number, high: number];
  /** The number that stands for nothing, and where the search starts. Default 0, or what is nearest to it in `bounds`. */
  readonly neutral?: number;
  /** Height and width, and channels, of a picture that the model takes as a row. Default: the model's input shape. */
  readonly shape?: Shape;
  /** Of the little noise at the start. Default 0. */
  readonly seed?: number;
}

/** The settings of a search, checked and complete. */
export interface AscentSettings extends Penalties {
  readonly steps: number;
  readonly learningRate: number;
  /** float32, as the search computes with them; infinite where there are none. */
  readonly bounds: readonly [low: number, high: number];
  readonly shape: Shape;
  readonly seed: number;
}

const mostSteps = 100_000;

/** Throws OPTION, SHAPE for a shape of another size than the input. */
export function checkAscentOptions(
  options: Omit<MaximizeOptions, "layer">,
  inputShape: Shape,
  asking: string,
): AscentSettings {
  const { steps = 100, totalVariation = 0, bounds, shape = inputShape, seed = 0 } = options;
  const wrong = (option: string, value: unknown, expected: string): NablaError =>
    wrongOption(asking, option, value, expected);
  const areBounds =
    bounds === undefined ||
    (Array.isArray(bounds) && bounds.length === 2 && bounds.every(Number.isFinite) && bounds[0]! < bounds[1]!);
  if (!areBounds) throw wrong("bounds", bounds, "two numbers, the smaller first, such as [0, 1]");
  const diagonal = Math.sqrt(sizeOf(inputShape)) * (bounds === undefined ? 1 : bounds[1] - bounds[0]);
  const { learningRate = diagonal / 28, l2 = 3 / diagonal } = options;
  if (!Number.isInteger(steps) || steps < 1 || steps > mostSteps)
    throw wrong("steps", steps, `a whole number from 1 to ${mostSteps}`);
  if (!(Number.isFinite(learningRate) && learningRate > 0))
    throw wrong("learningRate", learningRate, "a number above 0");
  for (const [name, value] of Object.entries({ l2, totalVariation }))
    if (!(Number.isFinite(value) && value >= 0)) throw wrong(name, value, "a number of at least 0");
  if (!Number.isSafeInteger(seed)) throw wrong("seed", seed, "a whole number");
  const [low, high] = (bounds ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]).map(Math.fround) as [
    number,
    number,
  ];
  const { neutral = Math.min(high, Math.max(low, 0)) } = options;
  if (!(neutral >= low && neutral <= high))
    throw wrong("neutral", neutral, bounds === undefined ? "a number" : `a number from ${low} to ${high}`);
  if (!Array.isArray(shape) || !shape.every((extent) => Number.isInteger(extent) && extent >= 1))
    throw wrong("shape", shape, "the extents of a picture, such as [28, 28]");
  if (!isSameShape(shape, inputShape) && sizeOf(shape) !== sizeOf(inputShape))
    throw new NablaError("SHAPE", `${asking}: shape [${shape}] holds ${sizeOf(shape)} numbers`, {
      expected: `${sizeOf(inputShape)} numbers, as the model takes`,
      received: `${sizeOf(shape)}`,
      hint: "Give the height, the width and, for colours, the channels of a picture.",
    });
  if (totalVariation > 0 && shape.length !== 2 && shape.length !== 3)
    throw new NablaError("OPTION", `${asking}: totalVariation needs pictures, the input is [${shape}]`, {
      expected: "[height, width] or [height, width, channels]",
      received: `[${shape}]`,
      hint: "Say what picture the row of numbers is, such as shape: [28, 28], or leave totalVariation out.",
    });
  const settings = { steps, learningRate, l2, totalVariation, bounds: [low, high] as const, neutral, shape, seed };
  checkStability(learningRate, settings, asking);
  return settings;
}
