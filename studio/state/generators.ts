import {
  annulus,
  blobs,
  type Dataset,
  moons,
  quadrants,
  regressionCurve,
  threeModes,
  threeSpirals,
  twoSpirals,
} from "nabla/data";
import type { DrawnData, GeneratorName } from "./workbench.ts";

interface Options {
  readonly size: number;
  readonly seed: number;
  readonly noise: number;
}

/** What draws each set, and where its points lie. */
interface Generator {
  readonly draw: (options: Options) => Dataset;
  readonly classes: number;
  /** How much noise is usual. */
  readonly noise: number;
}

const curve = (name: "sine" | "step" | "bump" | "hinge" | "line"): Generator => ({
  draw: (options) => regressionCurve({ ...options, curve: name }),
  classes: 0,
  noise: 0.05,
});

export const generators: Readonly<Record<GeneratorName, Generator>> = {
  // the spread of a cloud is its noise
  blobs: { draw: ({ noise, ...options }) => blobs({ ...options, spread: noise }), classes: 3, noise: 0.4 },
  quadrants: { draw: quadrants, classes: 2, noise: 0 },
  annulus: { draw: annulus, classes: 2, noise: 0 },
  "three-modes": { draw: threeModes, classes: 2, noise: 0 },
  "two-spirals": { draw: twoSpirals, classes: 2, noise: 0.02 },
  moons: { draw: moons, classes: 2, noise: 0.08 },
  "three-spirals": { draw: threeSpirals, classes: 3, noise: 0.02 },
  "curve-sine": curve("sine"),
  "curve-step": curve("step"),
  "curve-bump": curve("bump"),
  "curve-hinge": curve("hinge"),
  "curve-line": curve("line"),
};

/** All samples of a drawn set, before the split. */
export function draw({ generator, size, noise, seed }: DrawnData): Dataset {
  return generators[generator].draw({ size, seed, noise });
}
