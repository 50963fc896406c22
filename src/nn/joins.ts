import { NablaError } from "../errors.ts";
import { add, concatenate, mul, type Tensor } from "../graph/index.ts";
import { isSameShape } from "../graph/shape.ts";
import type { Layer } from "./layer.ts";

/** The layers in which branches of a network meet. They take several tensors of one batch. */
export const joins: readonly Layer[] = [
  alike("add", (all) => all.reduce((a, b) => add(a, b))),
  alike("multiply", (all) => all.reduce((a, b) => mul(a, b))),
  { kind: "concatenate", apply: (x, _scope, ...others) => concatenate([x, ...others]) },
];

/** A join of tensors of one shape; nothing is broadcast, which would hide a mistake. @__NO_SIDE_EFFECTS__ */
function alike(kind: string, of: (all: readonly Tensor[]) => Tensor): Layer {
  return {
    kind,
    apply(x, scope, ...others) {
      for (const other of others)
        if (!isSameShape(x.shape, other.shape))
          throw new NablaError("SHAPE", `layer "${scope.name}": cannot ${kind} [${x.shape}] and [${other.shape}]`, {
            where: { layer: scope.name },
            expected: `[${x.shape}]`,
            received: `[${other.shape}]`,
            hint: "Give both branches the same number of units, or concatenate them.",
          });
      return of([x, ...others]);
    },
  };
}
