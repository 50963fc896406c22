import { type Shape, sizeOf } from "../../array/ndarray.ts";
import { NablaError } from "../../errors.ts";
import { type Linear, linearFunctions } from "./linear-functions.ts";

/** A row of W in the shape of a sample: what its class looks for (above 0) and what speaks against it (below). */
export interface Template {
  readonly name: string;
  /** Shape of one sample, such as [28, 28]. */
  readonly shape: Shape;
  /** The weights in that shape. */
  readonly data: Float32Array;
  readonly bias: number;
  /** Largest |weight| of all templates: with the same range for all, they can be compared. */
  readonly largest: number;
}

/**
 * The rows of W as pictures: w·x is large for a sample that is bright where the template is above 0 and dark where it is
 * below. `shape` says how the numbers of a sample lie where the classifier does not know, as [28, 28].
 *
 * Throws UNSUPPORTED for what is not linear, SHAPE for a shape of another number of features.
 */
export function templates(of: Linear, { shape }: { readonly shape?: Shape } = {}): readonly Template[] {
  const { weights, bias, names, shape: own } = linearFunctions(of);
  const features = weights.shape[1]!;
  const used = shape ?? own;
  if (sizeOf(used) !== features)
    throw new NablaError("SHAPE", `templates: [${used.join(", ")}] are not the ${features} features`, {
      expected: `a shape of ${features} numbers`,
      received: `[${used.join(", ")}]`,
      hint: "Give the shape of one sample.",
    });
  const largest = weights.data.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  return names.map((name, k) => ({
    name,
    shape: used,
    data: weights.data.slice(k * features, (k + 1) * features),
    bias: bias.data[k]!,
    largest,
  }));
}
