import { standardNormal } from "../array/distributions.ts";
import type { Random } from "../array/random.ts";
import { NablaError, wrongOption } from "../errors.ts";
import type { Initializer } from "./layer.ts";

/**
 * Starting values of parameters. Number i of a parameter is drawn at counter (0, i) of its own random stream, so it
 * depends on the seed, the parameter's name and i, and on nothing that was drawn before.
 */

/** U(−a, a) with a = √(6 / (fanIn + fanOut)): keeps variances alike forward and backward (Glorot & Bengio 2010, eq. 16). */
export const glorotUniform: Initializer = (size, { fanIn, fanOut }, random) => {
  const a = Math.sqrt(6 / (fanIn + fanOut));
  return drawUniform(-a, a, size, random);
};

/** N(0, 2 / (fanIn + fanOut)): the variance of Glorot & Bengio 2010, eq. 12. */
export const glorotNormal: Initializer = (size, { fanIn, fanOut }, random) =>
  normal(0, Math.sqrt(2 / (fanIn + fanOut)))(size, { fanIn, fanOut }, random);

/** U(−a, a) with a = √(6 / fanIn), the variance that `heNormal` has. */
export const heUniform: Initializer = (size, fan, random) =>
  drawUniform(-Math.sqrt(6 / fan.fanIn), Math.sqrt(6 / fan.fanIn), size, random);

/** N(0, 2 / fanIn): made for relu, which halves the variance (He, Zhang, Ren & Sun 2015, eq. 10). */
export const heNormal: Initializer = (size, fan, random) => normal(0, Math.sqrt(2 / fan.fanIn))(size, fan, random);

export const zeros: Initializer = (size) => new Float32Array(size);

/** The same number everywhere. Throws OPTION unless it is finite. */
export function constant(value: number): Initializer {
  requireFinite("constant", { value });
  return (size) => new Float32Array(size).fill(value);
}

/** Evenly spread over [low, high). Throws OPTION unless low < high, both finite. */
export function uniform(low: number, high: number): Initializer {
  requireFinite("uniform", { low, high });
  if (low >= high)
    throw new NablaError("OPTION", `uniform: low is ${low} and high is ${high}`, {
      expected: "low < high",
      received: `${low}, ${high}`,
      hint: "Give the smaller bound first.",
    });
  return (size, _fan, random) => drawUniform(low, high, size, random);
}

function drawUniform(low: number, high: number, size: number, random: Random): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = low + (high - low) * random.uniform(0, i);
  return values;
}

/** Normally distributed with this mean and standard deviation. Throws OPTION unless deviation ≥ 0, both finite. */
export function normal(mean = 0, deviation = 1): Initializer {
  requireFinite("normal", { mean, deviation });
  if (deviation < 0)
    throw new NablaError("OPTION", `normal: the standard deviation is ${deviation}`, {
      expected: "0 or more",
      received: `${deviation}`,
      hint: "Give a standard deviation such as 0.1.",
    });
  return (size, _fan, random) => {
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = mean + deviation * standardNormal(random, 0, i);
    return values;
  };
}

function requireFinite(initializer: string, settings: Readonly<Record<string, number>>): void {
  for (const [setting, value] of Object.entries(settings))
    if (!Number.isFinite(value)) throw wrongOption(initializer, setting, value, "a finite number");
}
