import { type Shape, sizeOf } from "../array/ndarray.ts";
import type { Dataset } from "../data/index.ts";
import { checkDataset } from "../data/is-dataset.ts";
import { NablaError } from "../errors.ts";
import { input, type Tensor } from "../graph/index.ts";
import { Engine } from "./engine.ts";
import { Parameters } from "./parameters.ts";
import { type NamedLayer, sampleShape, type Trace, trace, type Use } from "./trace.ts";

/** What a model is made of: named layers, the parameters they asked for, and the memory these live in. */
export class Network {
  readonly layers: readonly NamedLayer[];
  /** How the layers are applied. */
  readonly uses: readonly Use[];
  /** Shape of one sample. */
  readonly inputShape: Shape;
  readonly parameters = new Parameters();
  readonly engine: Engine;
  /** The layers applied to a batch of two: enough to see every shape, and that the batch axis stays. */
  readonly probe: Trace;
  readonly #seed: number;

  /** `uses`: default one layer after the other. */
  constructor(
    layers: readonly NamedLayer[],
    inputShape: Shape,
    seed: number,
    uses: readonly Use[] = layers.map((_, i) => ({ layer: i, inputs: [i] })),
  ) {
    this.layers = layers;
    this.uses = uses;
    this.inputShape = inputShape;
    this.#seed = seed;
    this.probe = this.trace(input([2, ...inputShape]), false);
    this.engine = new Engine(this.parameters, seed);
  }

  /** The layers applied to a batch x [batch, …input]; `seed` is that of random numbers in training. */
  trace(x: Tensor, isTraining: boolean, seed = this.#seed): Trace {
    return trace(this.layers, this.uses, x, this.parameters, { isTraining, seed });
  }

  get outputShape(): Shape {
    return sampleShape(this.probe.output);
  }

  /** Throws OPTION unless it is a data set, SHAPE unless its samples have as many numbers as the first layer takes. */
  checkSamples(data: Dataset): void {
    checkDataset(data, "the model");
    const [takes, has] = [sizeOf(this.inputShape), sizeOf(data.shape)];
    if (takes === has) return;
    const [{ name } = { name: "" }] = this.layers;
    throw new NablaError(
      "SHAPE",
      `layer "${name}": the model takes ${takes} numbers a sample, the data have ${has} ([${data.shape.join(", ")}])`,
      {
        where: { layer: name },
        expected: `${takes} numbers a sample`,
        received: `${has}`,
        hint: `Build the model with input: ${has}, or give such data.`,
      },
    );
  }
}
