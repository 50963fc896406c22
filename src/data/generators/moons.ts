import { cos, sin } from "../../array/math64.ts";
import type { Dataset } from "../dataset.ts";
import { type GeneratorOptions, planePoints } from "./points.ts";

const PI = Math.PI;

/**
 * Two half circles of radius 1 that reach into each other, as scikit-learn's `make_moons` draws them: "upper"
 * [cos t, sin t] and "lower" [1 − cos t, ½ − sin t], t uniform in [0, π). `noise` is 0.1 unless given.
 * Throws OPTION for options out of their range.
 */
export function moons(options: GeneratorOptions = {}): Dataset {
  return planePoints("moons", { ...options, noise: options.noise ?? 0.1 }, [
    [
      "upper",
      (index, random) => {
        const t = PI * random.uniform(index, 0);
        return [cos(t), sin(t)];
      },
    ],
    [
      "lower",
      (index, random) => {
        const t = PI * random.uniform(index, 0);
        return [1 - cos(t), 0.5 - sin(t)];
      },
    ],
  ]);
}
