import { crossEntropy, type Dataset, dense, type FitOptions, type Model, relu, sequential, sgd, softmax } from "nabla";
import { fromIdx } from "nabla/data";
import { Random } from "../../src/array/random.ts";

/** Pictures of noise, 28 × 28 bytes each, in ten classes. */
export function pictures(count: number): Dataset {
  const random = new Random(3, "pixels");
  const bytes = Uint8Array.from({ length: count * 784 }, (_, i) => random.uniform(0, i) * 256);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  return fromIdx({ shape: [count, 784], data: bytes }, { shape: [count], data: labels });
}

/** A network whose steps are worth sharing. */
export const pictureModel = (): Model => sequential([dense(128), relu, dense(10), softmax], { input: 784, seed: 4 });

/** Trains it, by default for two epochs; gives the bytes of all its weights. */
export async function train(data: Dataset, options: FitOptions = {}, model: Model = pictureModel()): Promise<Buffer> {
  await model.fit(data, { loss: crossEntropy, optimizer: sgd({ learningRate: 0.1 }), epochs: 2, ...options }).done;
  return weightBytes(model);
}

export const weightBytes = ({ weights }: Model): Buffer =>
  Buffer.concat(weights.names().map((name) => new Uint8Array(weights.get(name).data.buffer)));
