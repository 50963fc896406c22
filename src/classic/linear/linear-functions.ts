import type { NdArray, Shape } from "../../array/ndarray.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../train/model.ts";
import type { Svm } from "../svm/svm.ts";
import type { LinearClassifier } from "./linear-classifier.ts";
import type { LinearSvc } from "./linear-svc.ts";

/** One score f(x) = w·x + b for each row. */
export interface LinearFunctions {
  /** [rows, features], a row of weights for each score. */
  readonly weights: NdArray;
  /** [rows] */
  readonly bias: NdArray;
  /** What each row speaks for. */
  readonly names: readonly string[];
  /** Shape of one sample: that of a picture, where known. */
  readonly shape: Shape;
}

/** Anything that scores by linear functions. */
export type Linear = LinearClassifier | LinearSvc | Svm | Model | LinearFunctions;

/**
 * The linear functions of a fitted classifier: W [rows, features] and b [rows]. A classifier of two classes with one
 * machine has one row, which speaks for the second class.
 *
 * Throws UNSUPPORTED for what is not linear: an RBF kernel, a network with a hidden layer; OPTION before a fit.
 */
export function linearFunctions(of: Linear): LinearFunctions {
  if ("names" in of) return of;
  if ("machines" in of) return ofMachines(of);
  return "model" in of ? { ...ofModel(of.model), shape: of.shape } : ofModel(of);
}

interface Fitted {
  readonly machines: readonly {
    readonly positive: string;
    readonly weights: Float64Array | undefined;
    readonly bias: number;
  }[];
  readonly shape: Shape;
}

function ofMachines({ machines, shape }: Fitted): LinearFunctions {
  const rows = machines.map(({ weights }) => {
    if (weights) return weights;
    throw notLinear("this machine has the RBF kernel, whose weights live in a space of their own", "the RBF kernel");
  });
  const features = rows[0]!.length;
  const data = new Float32Array(rows.length * features);
  for (const [k, row] of rows.entries()) data.set(row, k * features);
  return {
    weights: { shape: [rows.length, features], data },
    bias: { shape: [rows.length], data: Float32Array.from(machines, ({ bias }) => bias) },
    names: machines.map(({ positive }) => positive),
    shape,
  };
}

/** A network of one dense layer, with what its scores may go through after it. */
function ofModel(model: Model): LinearFunctions {
  const { input, layers } = model.summary();
  const [first, ...others] = layers;
  const isOne = first?.kind === "dense" && others.every(({ kind }) => ["softmax", "linear", "sigmoid"].includes(kind));
  if (!first || !isOne || others.length > 1)
    throw notLinear(
      `the model has the layers ${layers.map(({ kind }) => kind).join(", ")}`,
      layers.map(({ kind }) => kind).join(", "),
    );
  const weights = model.weights.get(`${first.name}/weight`);
  const rows = weights.shape[0]!;
  const hasBias = model.weights.names().includes(`${first.name}/bias`);
  const bias = hasBias ? model.weights.get(`${first.name}/bias`) : { shape: [rows], data: new Float32Array(rows) };
  const names = Array.from({ length: rows }, (_, k) => model.classes?.[k] ?? String(k));
  return { weights, bias, names, shape: input };
}

const notLinear = (problem: string, received: string): NablaError =>
  new NablaError("UNSUPPORTED", `${problem}; templates and hyperplanes are of linear classifiers`, {
    expected: "a linear classifier: one dense layer, LinearSvc, or Svm with the linear kernel",
    received,
    hint: "Train a linear one, for example with new LinearClassifier() or nabla train mnist --kind linear.",
  });
