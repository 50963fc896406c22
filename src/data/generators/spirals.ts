import { cos, sin } from "../../array/math64.ts";
import type { Dataset } from "../dataset.ts";
import { checkNumber, type GeneratorOptions, planePoints } from "./points.ts";

export interface SpiralOptions extends GeneratorOptions {
  /** How often an arm goes round the origin, 0.1 to 5. */
  readonly turns?: number;
}

const innermost = 0.1;

/**
 * Two spirals, "first" and "second", the second half a turn behind (after Lang & Witbrock 1988). A point at t, uniform in
 * [0.1, 1), lies at distance t from the origin and at the angle 2π · turns · t. 1.5 turns and no noise unless given.
 * Arms of different classes are 1/(2 · turns) apart. Throws OPTION for options out of their range.
 */
export function twoSpirals(options: SpiralOptions = {}): Dataset {
  return spirals("two-spirals", ["first", "second"], { turns: 1.5, ...options });
}

/**
 * Three arms of a spiral, "first" to "third", each a third of a turn behind the one before. Points as for `twoSpirals`.
 * 0.75 turns and noise of 0.03 unless given. Throws OPTION for options out of their range.
 */
export function threeSpirals(options: SpiralOptions = {}): Dataset {
  return spirals("three-spirals", ["first", "second", "third"], { turns: 0.75, noise: 0.03, ...options });
}

function spirals(name: string, arms: readonly string[], options: SpiralOptions & { turns: number }): Dataset {
  const { turns } = options;
  checkNumber("turns", turns, 0.1, 5);
  return planePoints(
    name,
    options,
    arms.map((arm, k) => [
      arm,
      (index, random) => {
        const t = innermost + (1 - innermost) * random.uniform(index, 0);
        const angle = 2 * Math.PI * (turns * t + k / arms.length);
        return [t * cos(angle), t * sin(angle)];
      },
    ]),
  );
}
