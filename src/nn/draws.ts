import { randomKey } from "../array/random.ts";
import { perStep, random, type Shape, type Tensor } from "../graph/index.ts";

/** A number that the host writes before each step; `step` counts from 0 over the whole run. */
export interface HostNumber {
  readonly leaf: Tensor;
  readonly value: (step: number) => number;
}

/** The random numbers of one graph. */
export interface Draws {
  /** Uniform in [0, 1), of a seed, a name, the step and the place. A name that is used twice gives other ones then. */
  draw(seed: number, name: string, shape: Shape): Tensor;
  /** The step, as the host has to write it. */
  readonly hostNumbers: readonly HostNumber[];
}

/** What a layer that draws has in its record. The scope brings no generator: programs without such layers do without. */
export function draws(): Draws {
  // 16 bits each: a float32 holds both exactly
  const [high, low] = [perStep("step, high word", []), perStep("step, low word", [])];
  const uses = new Map<string, number>();
  return {
    draw(seed, name, shape) {
      const count = (uses.get(name) ?? 0) + 1;
      uses.set(name, count);
      return random(shape, randomKey(seed, count === 1 ? name : `${name}, use ${count}`), [high, low]);
    },
    hostNumbers: [
      { leaf: high, value: (step) => Math.floor(step / 65_536) % 65_536 },
      { leaf: low, value: (step) => step % 65_536 },
    ],
  };
}
