import { areFinite } from "../array/finite.ts";
import { isSameShape, type Shape, sizeOf } from "../array/ndarray.ts";
import { Random } from "../array/random.ts";
import { NablaError } from "../errors.ts";
import { state, type Tensor } from "../graph/index.ts";
import type { ParameterOptions } from "../nn/index.ts";

/** A tensor that a model keeps: one that is trained, or a state such as a running mean. */
export interface Parameter {
  /** `dense 1/weight`. */
  readonly name: string;
  readonly layer: string;
  /** The state leaf, the same in every graph of the model, so that all its plans share one value. */
  readonly tensor: Tensor;
  readonly options: ParameterOptions;
  readonly isTrained: boolean;
}

/** The parameters of a model by name, in the order in which its layers first asked for them. */
export class Parameters implements Iterable<Parameter> {
  readonly #byName = new Map<string, Parameter>();

  [Symbol.iterator](): Iterator<Parameter> {
    return this.#byName.values();
  }

  get(name: string): Parameter | undefined {
    return this.#byName.get(name);
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** Number of trainable numbers. */
  get count(): number {
    return [...this].reduce((total, { tensor, isTrained }) => total + (isTrained ? sizeOf(tensor.shape) : 0), 0);
  }

  /** The parameter `short` of a layer, made on first use. Throws SHAPE when it is asked for as something else. */
  find(layer: string, short: string, shape: Shape, options: ParameterOptions, isTrained: boolean): Parameter {
    const name = `${layer}/${short}`;
    const known = this.#byName.get(name);
    if (!known) {
      const parameter = { name, layer, tensor: state(name, shape, options.order), options, isTrained };
      this.#byName.set(name, parameter);
      return parameter;
    }
    if (!isSameShape(known.tensor.shape, shape) || known.isTrained !== isTrained)
      throw new NablaError(
        "SHAPE",
        `layer "${layer}": asks for "${short}" of shape [${shape}], which has shape [${known.tensor.shape}]`,
        {
          where: { layer },
          expected: `[${known.tensor.shape}]`,
          received: `[${shape}]`,
          hint: "Give each a name of its own, and a shape that does not depend on the batch.",
        },
      );
    return known;
  }
}

/**
 * Starting values of a parameter. Its random numbers depend on the seed and its name only, so that another layer more
 * or less changes nothing. Throws OPTION for an initializer that gives another number of values, or not finite ones.
 */
export function initialValues({ name, layer, tensor, options }: Parameter, seed: number): Float32Array {
  const size = sizeOf(tensor.shape);
  const { fanIn = size, fanOut = size } = options;
  const values = options.initializer(size, { fanIn, fanOut }, new Random(seed, name));
  if (values.length === size && areFinite(values)) return values;
  throw new NablaError("OPTION", `layer "${layer}": the initializer of "${name}" gave ${values.length} values`, {
    where: { layer },
    expected: `${size} finite numbers`,
    received: values.length === size ? "NaN or infinity among them" : `${values.length}`,
    hint: "Return a Float32Array with one finite number for each element.",
  });
}
