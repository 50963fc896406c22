import { standardNormal } from "../../array/distributions.ts";
import { cos, sin } from "../../array/math64.ts";
import type { Dataset } from "../dataset.ts";
import { checkCount, checkNumber, type GeneratorOptions, planePoints } from "./points.ts";

export interface BlobsOptions extends Omit<GeneratorOptions, "noise"> {
  /** How many blobs, 2 to 26. Default 3. */
  readonly classes?: number;
  /** Standard deviation of a blob in each direction. Default 0.4. */
  readonly spread?: number;
}

const letters = "abcdefghijklmnopqrstuvwxyz";

/**
 * Classes "a", "b", … in the plane, each a round normal cloud of standard deviation `spread`. Their middles stand evenly
 * on the circle of radius 2 about the origin, from [2, 0] counter-clockwise. Throws OPTION for options out of their range.
 */
export function blobs(options: BlobsOptions = {}): Dataset {
  const { classes = 3, spread = 0.4 } = options;
  checkCount("classes", classes, 2, letters.length);
  checkNumber("spread", spread, 0, 100);
  const { size, seed, part } = options;
  const common = { ...(size === undefined ? {} : { size }), ...(seed === undefined ? {} : { seed }) };
  return planePoints(
    "blobs",
    { ...common, ...(part === undefined ? {} : { part }), noise: 0 },
    Array.from({ length: classes }, (_, k) => {
      const angle = (2 * Math.PI * k) / classes;
      const middle = [2 * cos(angle), 2 * sin(angle)] as const;
      return [
        letters[k]!,
        (index, random) => [
          middle[0] + spread * standardNormal(random, index, 0),
          middle[1] + spread * standardNormal(random, index, 1),
        ],
      ] as const;
    }),
  );
}
