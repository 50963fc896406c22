import type { Samples } from "../../array/ndarray.ts";
import type { Dataset } from "../../data/index.ts";
import { NablaError, quoted } from "../../errors.ts";
import { inputsOf } from "../answers.ts";
import { type Linear, type LinearFunctions, linearFunctions } from "./linear-functions.ts";

/** The plane w·x + b = 0. */
export interface Hyperplane {
  /** Class on its positive side. */
  readonly positive: string;
  /** Class on its other side, where it lies between two; undefined for the plane of one score. */
  readonly negative: string | undefined;
  /** w [features]: it points to the positive side. */
  readonly weights: Float64Array;
  readonly bias: number;
  /** ‖w‖ */
  readonly norm: number;
  /** Distance from the plane to where the score is 1 or −1: 1/‖w‖, half the street of a maximum-margin machine. */
  readonly margin: number;
  /** Distance of the origin from the plane, above 0 on the positive side: b/‖w‖. */
  readonly offset: number;
  /** (w·x + b)/‖w‖ for each sample: how far it lies from the plane, above 0 on the positive side. Throws SHAPE, DATA. */
  distances(x: Samples | Dataset): Float64Array;
}

/** The plane of each row: where its score is 0. Throws UNSUPPORTED for what is not linear. */
export function hyperplanes(of: Linear): readonly Hyperplane[] {
  const functions = linearFunctions(of);
  return functions.names.map((name, k) => {
    const { weights, bias } = rowOf(functions, k);
    return hyperplane(name, undefined, weights, bias);
  });
}

/**
 * The plane between two classes, where their scores are equal: (w_a − w_b)·x + b_a − b_b = 0, with class `a` on its
 * positive side. Throws OPTION for a class that has no score, UNSUPPORTED for what is not linear.
 */
export function planeBetween(of: Linear, a: string, b: string): Hyperplane {
  const functions = linearFunctions(of);
  const [first, second] = [a, b].map((name) => {
    const k = functions.names.indexOf(name);
    if (k >= 0) return rowOf(functions, k);
    const known = functions.names
      .slice(0, 20)
      .map((known) => quoted(known))
      .join(", ");
    throw new NablaError("OPTION", `planeBetween: no score is that of ${quoted(name)}`, {
      expected: known,
      received: quoted(name),
      hint: `There are scores of ${known}.`,
    });
  }) as [Row, Row];
  return hyperplane(
    a,
    b,
    first.weights.map((weight, j) => weight - second.weights[j]!),
    first.bias - second.bias,
  );
}

interface Row {
  readonly weights: Float64Array;
  readonly bias: number;
}

function rowOf({ weights, bias }: LinearFunctions, k: number): Row {
  const features = weights.shape[1]!;
  return { weights: Float64Array.from(weights.data.subarray(k * features, (k + 1) * features)), bias: bias.data[k]! };
}

function hyperplane(positive: string, negative: string | undefined, weights: Float64Array, bias: number): Hyperplane {
  const norm = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
  return {
    positive,
    negative,
    weights,
    bias,
    norm,
    margin: 1 / norm,
    offset: bias / norm,
    distances(x) {
      const { data, count } = inputsOf(x, weights.length);
      return Float64Array.from({ length: count }, (_, i) => {
        let score = bias;
        for (let j = 0, at = i * weights.length; j < weights.length; j++, at++) score += weights[j]! * data[at]!;
        return score / norm;
      });
    },
  };
}
