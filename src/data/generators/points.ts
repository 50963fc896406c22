import { standardNormal } from "../../array/distributions.ts";
import { Random } from "../../array/random.ts";
import { NablaError } from "../../errors.ts";
import { type Dataset, fromTable } from "../dataset.ts";

/** What every generator takes. */
export interface GeneratorOptions {
  /** How many samples; a smaller set is the beginning of a larger one. Default 2,000. */
  readonly size?: number;
  /** The same seed gives the same samples everywhere. Default 0. */
  readonly seed?: number;
  /** Fresh samples of the same distribution and seed: the two parts share no draw. Default "train". */
  readonly part?: "train" | "test";
  /** Standard deviation of the normal noise that is added to each coordinate, after everything else. */
  readonly noise?: number;
}

/** A data set that regions of the plane are drawn from. */
export interface RegionOptions extends GeneratorOptions {
  /** Width of the empty strip along the border between two classes: no sample is nearer to the border than half of it. */
  readonly gap?: number;
}

/** Where sample `index` of a class lies; `random` may be read at any counter (index, n). */
export type Place = (index: number, random: Random) => readonly [x: number, y: number];

const mostSamples = 10_000_000;

export function wrongOption(name: string, value: unknown, expected: string, hint: string): NablaError {
  const received = typeof value === "number" ? String(value) : `a ${typeof value}`;
  return new NablaError("OPTION", `${name} is ${received}`, { expected, received, hint });
}

/** Throws OPTION unless `value` is a whole number in the range. */
export function checkCount(name: string, value: number, from: number, to: number): void {
  if (Number.isSafeInteger(value) && value >= from && value <= to) return;
  const expected = `a whole number from ${from} to ${to}`;
  throw wrongOption(name, value, expected, `Give ${name} as ${expected}.`);
}

/** Throws OPTION unless `value` is a number in the range. */
export function checkNumber(name: string, value: number, from: number, to: number): void {
  if (typeof value === "number" && value >= from && value <= to) return;
  const expected = `a number from ${from} to ${to}`;
  throw wrongOption(name, value, expected, `Give ${name} as ${expected}.`);
}

/** Checks the common options, and gives the two streams of random numbers: of places, and of noise. */
export function streamsOf(name: string, options: GeneratorOptions): { size: number; places: Random; noises: Random } {
  const { size = 2000, seed = 0, part = "train", noise = 0 } = options;
  checkCount("size", size, 1, mostSamples);
  checkNumber("noise", noise, 0, 100);
  if (part !== "train" && part !== "test")
    throw wrongOption("part", part, '"train" or "test"', 'Leave it out, or give "test" for fresh samples.');
  return { size, places: new Random(seed, `${name} ${part}`), noises: new Random(seed, `${name} ${part} noise`) };
}

/**
 * Points of the plane, one class after the other in turn: sample i is of class i mod k, so classes are balanced to one
 * sample, and the samples depend on (name, seed, part, i) alone.
 */
export function planePoints(
  name: string,
  options: GeneratorOptions,
  classes: readonly (readonly [name: string, place: Place])[],
): Dataset {
  const { size, places, noises } = streamsOf(name, options);
  const noise = options.noise ?? 0;
  const data = new Float32Array(2 * size);
  const labels = new Int32Array(size);
  for (let index = 0; index < size; index += 1) {
    const label = index % classes.length;
    const [x, y] = classes[label]![1](index, places);
    labels[index] = label;
    data[2 * index] = noise === 0 ? x : x + noise * standardNormal(noises, index, 0);
    data[2 * index + 1] = noise === 0 ? y : y + noise * standardNormal(noises, index, 1);
  }
  return fromTable({
    shape: [2],
    x: { data, scale: 1 },
    y: { kind: "labels", data: labels, classes: classes.length },
    classes: classes.map(([className]) => className),
  });
}
