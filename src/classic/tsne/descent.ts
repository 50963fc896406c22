import { standardNormal } from "../../array/distributions.ts";
import { Random } from "../../array/random.ts";
import type { Observations } from "../observations.ts";
import { Pca } from "../pca/pca.ts";
import type { Stride } from "./attraction.ts";
import type { ForceSums } from "./forces.ts";

/** How far the points are from each other at first: so near that they can still pass. */
const startDeviation = 1e-4;
const smallestGain = 0.01;

/** The points of a map and how they move. */
export class Descent {
  readonly positions: Float32Array;
  readonly #stride: Stride;
  readonly #count: number;
  readonly #velocities: Float32Array;
  readonly #gains: Float32Array;

  constructor(positions: Float32Array, stride: Stride) {
    this.positions = positions;
    this.#stride = stride;
    this.#count = positions.length / stride;
    this.#velocities = new Float32Array(positions.length);
    this.#gains = new Float32Array(positions.length).fill(1);
  }

  /**
   * One step along the gradient ¼∂C/∂yᵢ = exaggeration · pullᵢ − pushᵢ / Z, with momentum, and a gain for each number
   * that grows while it keeps its direction (Jacobs 1988), as in van der Maaten's code. Then the mean is taken off.
   */
  step({ pulls, pushes, normalizer }: ForceSums, exaggeration: number, learningRate: number, momentum: number): void {
    const [y, velocities, gains, stride] = [this.positions, this.#velocities, this.#gains, this.#stride];
    const share = 1 / normalizer;
    for (let i = 0; i < y.length; i++) {
      const gradient = exaggeration * pulls[i]! - share * pushes[i]!;
      const velocity = velocities[i]!;
      const gain = velocity * gradient < 0 ? gains[i]! + 0.2 : Math.max(smallestGain, gains[i]! * 0.8);
      gains[i] = gain;
      velocities[i] = momentum * velocity - learningRate * gain * gradient;
      y[i]! += velocities[i]!;
    }
    for (let axis = 0; axis < stride; axis++) {
      let sum = 0;
      for (let i = axis; i < y.length; i += stride) sum += y[i]!;
      const mean = sum / this.#count;
      for (let i = axis; i < y.length; i += stride) y[i]! -= mean;
    }
  }

  /** Forgets how the points moved: what they are drawn by has changed. */
  rest(): void {
    this.#velocities.fill(0);
    this.#gains.fill(1);
  }

  isFinite(): boolean {
    let sum = 0;
    for (const value of this.positions) sum += 0 * value;
    return sum === 0;
  }
}

/** Where the points begin: the first principal components, or normal numbers, of standard deviation 0.0001. */
export async function startPositions(
  x: Observations,
  components: 2 | 3,
  start: "pca" | "random",
  seed: number,
): Promise<Float32Array> {
  const stride = components === 2 ? 2 : 4;
  const y = new Float32Array(x.count * stride);
  const random = new Random(seed, "start of the map");
  const found = start === "pca" ? Math.min(components, x.features) : 0;
  for (let i = 0; i < x.count; i++)
    for (let axis = found; axis < components; axis++)
      y[i * stride + axis] = startDeviation * standardNormal(random, axis, i);
  if (found === 0) return y;
  const table = { shape: [x.count, x.features], data: x.data };
  const pca = new Pca({ nComponents: found, seed });
  const { data } = await pca.fitTransform(table);
  const scale = startDeviation / Math.sqrt(pca.explainedVariance[0]!);
  for (let i = 0; i < x.count; i++)
    for (let axis = 0; axis < found; axis++) y[i * stride + axis] = data[i * found + axis]! * scale;
  return y;
}
