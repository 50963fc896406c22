import { cos, sin } from "../../array/math64.ts";
import type { Random } from "../../array/random.ts";
import type { Dataset } from "../dataset.ts";
import { checkNumber, type Place, planePoints, type RegionOptions } from "./points.ts";

/** The three pictures of the lecture that no line can tell apart, with the classes balanced. */

const defaultGap = 0.1;

/** The gap, checked: every region below is wider than 0.5. */
function gapOf({ gap = defaultGap }: RegionOptions): number {
  checkNumber("gap", gap, 0, 0.5);
  return gap;
}

/**
 * Two classes in the square [−1, 1]²: "same" where x and y have the same sign, "opposite" where not (XOR). Uniform in
 * each quadrant, a quarter of the samples in each, and none within gap/2 of an axis.
 *
 * The best line is x + y = ±2/3 (or its mirror image x − y = ±2/3): it has three quadrants mostly right and gives up the
 * fourth. It gets ¾ − ¾·((⅓ − g)/(1 − g))² with g = gap/2: 66.7 % without a gap, 68.3 % with 0.1, 69.96 % with 0.2.
 * Throws OPTION for options out of their range.
 */
export function quadrants(options: RegionOptions = {}): Dataset {
  const nearest = gapOf(options) / 2;
  const away = (index: number, random: Random, n: number) => nearest + (1 - nearest) * random.uniform(index, n);
  const within =
    (isSame: boolean): Place =>
    (index, random) => {
      const x = away(index, random, 0) * ((index >> 1) & 1 ? -1 : 1); // each class takes its two quadrants in turn
      const y = away(index, random, 1);
      return [x, x > 0 === isSame ? y : -y];
    };
  return planePoints("quadrants", options, [
    ["same", within(true)],
    ["opposite", within(false)],
  ]);
}

/**
 * Two classes in the disc ‖x‖₂ ≤ √6: "ring" where 1 ≤ ‖x‖₂ ≤ 2, "rest" inside and outside of it. Uniform by area in each
 * class, and none within gap/2 of ‖x‖₂ = 1 or 2. √6 makes the two areas equal, 3π each: without a gap the
 * whole disc is covered evenly. Throws OPTION for options out of their range.
 */
export function annulus(options: RegionOptions = {}): Dataset {
  const nearest = gapOf(options) / 2;
  const squared = (radius: number) => radius * radius;
  const [inner, outer] = [squared(1 - nearest), squared(2 + nearest)];
  const [from, to] = [squared(1 + nearest), squared(2 - nearest)];
  return planePoints("annulus", options, [
    ["ring", (index, random) => around(from + (to - from) * random.uniform(index, 0), random.uniform(index, 1))],
    [
      "rest",
      (index, random) => {
        // Areas are differences of squared radii: one draw falls into the inner disc or beyond the ring.
        const area = (inner + 6 - outer) * random.uniform(index, 0);
        return around(area < inner ? area : outer + (area - inner), random.uniform(index, 1));
      },
    ],
  ]);
}

const modeRadius = 0.7;
/** Middles at distance 1.2 from the origin, at 90°, 210° and 330°. */
const modes = [
  [0, 1.2],
  [-1.0392304845413265, -0.6],
  [1.0392304845413265, -0.6],
] as const;

/**
 * Two classes in the square [−2, 2]²: "modes", three discs of radius 0.7 about the points at distance 1.2 from the origin
 * at 90°, 210° and 330°, and "rest" around them. Uniform by area, a third of the modes' samples in each disc, and none
 * within gap/2 of a disc's edge. Throws OPTION for options out of their range.
 */
export function threeModes(options: RegionOptions = {}): Dataset {
  const nearest = gapOf(options) / 2;
  const [inside, outside] = [modeRadius - nearest, modeRadius + nearest];
  return planePoints("three-modes", options, [
    [
      "modes",
      (index, random) => {
        const [x, y] = around(inside * inside * random.uniform(index, 0), random.uniform(index, 1));
        const [middleX, middleY] = modes[(index >> 1) % modes.length]!;
        return [middleX + x, middleY + y];
      },
    ],
    [
      "rest",
      (index, random) => {
        for (let draw = 0; ; draw += 2) {
          const x = 4 * random.uniform(index, draw) - 2;
          const y = 4 * random.uniform(index, draw + 1) - 2;
          // The discs take less than half of the square: a few draws are enough.
          const isOutside = modes.every(
            ([middleX, middleY]) => (x - middleX) * (x - middleX) + (y - middleY) * (y - middleY) >= outside * outside,
          );
          if (isOutside) return [x, y];
        }
      },
    ],
  ]);
}

/** The point at the angle `turn` · 360° whose distance to the origin is the root of `area`. */
function around(area: number, turn: number): readonly [number, number] {
  const radius = Math.sqrt(area);
  return [radius * cos(2 * Math.PI * turn), radius * sin(2 * Math.PI * turn)];
}
