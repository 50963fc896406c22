import { constant, input, type Shape, state, type Tensor } from "nabla/graph";
import type { Layer, ParameterOptions, Scope } from "../../src/nn/layer.ts";

/** A model without a trainer: layers applied one after the other, parameters named "layer1.weight" as in the fixtures. */
export interface Applied {
  readonly x: Tensor;
  /** What each layer made. */
  readonly values: readonly Tensor[];
  readonly output: Tensor;
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly options: ReadonlyMap<string, ParameterOptions>;
}

export function applyLayers(layers: readonly Layer[], shape: Shape): Applied {
  const parameters = new Map<string, Tensor>();
  const options = new Map<string, ParameterOptions>();
  const x = input(shape, "x");
  const values: Tensor[] = [];
  let dense = 0;
  for (const [i, layer] of layers.entries()) {
    if (layer.kind === "dense") dense++;
    const place = layer.kind === "dense" ? `layer${dense}` : `${layer.kind}${i + 1}`;
    const scope: Scope = {
      isTraining: true,
      name: layer.name ?? place,
      param(name, shape, given) {
        const tensor = state(`${place}.${name}`, shape, given.order);
        parameters.set(`${place}.${name}`, tensor);
        options.set(`${place}.${name}`, given);
        return tensor;
      },
      state: (name, shape) => state(`${place}.${name}`, shape),
      random: (name, shape) => input(shape, `${place}.${name}`),
      hyperparameter: (_, value) => constant(value),
    };
    values.push(layer.apply(values.at(-1) ?? x, scope));
  }
  return { x, values, output: values.at(-1) ?? x, parameters, options };
}
