import { checkNames } from "../errors.ts";
import { reshape } from "../graph/index.ts";
import type { Layer } from "./layer.ts";

/** Each sample as one row, in row-major order: [batch, …] → [batch, features]. A picture for `dense`. */
export function flatten(options: { readonly name?: string } = {}): Layer {
  checkNames("flatten", options, ["name"]);
  const { name } = options;
  return {
    kind: "flatten",
    ...(name === undefined ? {} : { name }),
    apply: (x) => reshape(x, [x.shape[0]!, -1]),
  };
}
