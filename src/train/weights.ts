import { isSameShape, type NdArray, type Samples, sizeOf } from "../array/ndarray.ts";
import { toNdArray } from "../array/samples.ts";
import { NablaError, quoted } from "../errors.ts";
import { busy } from "./busy.ts";
import type { Network } from "./network.ts";
import type { Parameter } from "./parameters.ts";

/** The parameters of a model by name, such as `dense 1/weight`, which is [units, features]. */
export interface Weights {
  names(): readonly string[];
  /** A copy. Throws OPTION for a name there is not. */
  get(name: string): NdArray;
  /**
   * Replaces the values. Throws SHAPE unless they have the parameter's shape or come flat, DATA unless all are finite,
   * BUSY while the model is being trained.
   */
  set(name: string, value: Samples): void;
}

export function weightsOf(network: Network, isBusy: () => boolean): Weights {
  const { parameters, engine } = network;
  const find = (name: string): Parameter => {
    const parameter = parameters.get(name);
    if (parameter) return parameter;
    const known = parameters.names.join(", ") || "none";
    throw new NablaError("OPTION", `weights: there is no parameter ${quoted(String(name))}`, {
      expected: known,
      received: quoted(String(name)),
      hint: `The model has ${known}.`,
    });
  };
  return {
    names: () => parameters.names,
    get(name) {
      const { tensor } = find(name);
      return { shape: tensor.shape, data: engine.read(name) };
    },
    set(name, value) {
      const { tensor, layer } = find(name);
      if (isBusy()) throw busy("weights.set");
      const { shape, data } = toNdArray(value, `the new value of "${name}"`);
      const isFlat = shape.length === 1 && data.length === sizeOf(tensor.shape);
      if (!isFlat && !isSameShape(shape, tensor.shape))
        throw new NablaError("SHAPE", `weights.set: "${name}" has shape [${tensor.shape}], got [${shape}]`, {
          where: { layer },
          expected: `[${tensor.shape}]`,
          received: `[${shape}]`,
          hint: "Weights of a dense layer are [units, features], one row for each unit.",
        });
      engine.write(name, data);
    },
  };
}
