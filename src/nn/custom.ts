import { NablaError } from "../errors.ts";
import { Tensor } from "../graph/index.ts";
import { draws } from "./draws.ts";
import type { Layer, Scope } from "./layer.ts";

/**
 * A layer of your own: `apply` is a function from tensor to tensor, [batch, …] → [batch, …], that asks its scope for the
 * parameters it needs. It is differentiated, fused and explained like the built-in ones.
 *
 * `apply` runs whenever a graph is built, so it must give the same graph for the same shape. Throws OPTION when it
 * returns no tensor, SHAPE when the result is not one entry for each sample.
 */
export function layer(name: string, apply: (x: Tensor, scope: Scope) => Tensor): Layer {
  if (typeof name !== "string" || name === "" || typeof apply !== "function")
    throw new NablaError("OPTION", "layer: expects a name and a function", {
      expected: "layer(name, (x, scope) => tensor)",
      received: `layer(${typeof name}, ${typeof apply})`,
      hint: 'Write for example layer("swish", (x) => mul(x, sigmoid(x))).',
    });
  return {
    kind: "custom",
    name,
    draws,
    apply(x, scope) {
      const y: unknown = apply(x, scope);
      if (!(y instanceof Tensor))
        throw new NablaError(
          "OPTION",
          `layer "${scope.name}": its function returned ${y === null ? "null" : typeof y}`,
          {
            where: { layer: scope.name },
            expected: "a tensor",
            received: y === null ? "null" : typeof y,
            hint: "Return the tensor that the ops gave, and do not use async.",
          },
        );
      if (y.shape[0] !== x.shape[0])
        throw new NablaError("SHAPE", `layer "${scope.name}": made shape [${y.shape}] of shape [${x.shape}]`, {
          where: { layer: scope.name },
          expected: `[${x.shape[0]}, …]`,
          received: `[${y.shape}]`,
          hint: "The first axis counts the samples of the batch and has to stay.",
        });
      return y;
    },
  };
}
