import { add, maximum, type Primitive } from "../graph/primitives.ts";

/** How a reduction folds two partial results. */
export const combiners: Readonly<Record<string, { readonly identity: number; readonly combine: Primitive }>> = {
  sum: { identity: 0, combine: add },
  max: { identity: -Infinity, combine: maximum },
};
