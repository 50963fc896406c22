import { NablaError } from "../errors.ts";
import {
  expm1,
  softmax as graphSoftmax,
  less,
  minimum,
  mul,
  relu as reluOf,
  sigmoid as sigmoidOf,
  softplus as softplusOf,
  type Tensor,
  type TensorLike,
  tanh as tanhOf,
  where,
} from "../graph/index.ts";
import { lift } from "../graph/leaves.ts";
import type { Activation, Layer } from "./layer.ts";
import { binaryCrossEntropy, crossEntropy } from "./losses.ts";
import { noteScores, originOf } from "./scores.ts";

/** σ(x) = 1 / (1 + e⁻ˣ), σ′ = σ(1 − σ). The logistic function of Rumelhart, Hinton & Williams 1986, eq. 2. */
export const sigmoid = define("sigmoid", (x, layer) => {
  const scores = lift(x);
  return noteScores(sigmoidOf(scores), { activation: "sigmoid", scores, loss: binaryCrossEntropy, layer });
});

/** tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), tanh′ = 1 − tanh². LeCun, Bottou, Orr & Müller 1998, "Efficient BackProp", section 4.4. */
export const tanh = define("tanh", tanhOf);

/** relu x = max(0, x), relu′ = 1 for x > 0, else 0. Nair & Hinton 2010; Glorot, Bordes & Bengio 2011. */
export const relu = define("relu", reluOf);

/** f(x) = x, f′ = 1: no activation, said aloud. */
export const linear = define("linear", (x) => lift(x));

/** log(1 + eˣ), its derivative is σ(x): a smooth relu. Dugas, Bengio, Bélisle, Nadeau & Garcia 2001. */
export const softplus = define("softplus", softplusOf);

/**
 * yᵢ = e^{zᵢ} / Σⱼ e^{zⱼ} over the last axis: scores become probabilities; ∂yᵢ/∂zⱼ = yᵢ(δᵢⱼ − yⱼ). Bridle 1990.
 *
 * The loss `crossEntropy` on its output is computed from the scores, in the stable form. Throws OPTION when it is given
 * the output of another softmax: twice is nearly uniform and hardly learns. Throws SHAPE for a tensor without axes.
 */
export const softmax = define("softmax", (x, layer) => {
  const scores = lift(x);
  const before = originOf(scores);
  const called = (name: string | undefined): string => (name === undefined ? "softmax" : `softmax (layer "${name}")`);
  if (before?.activation === "softmax")
    throw new NablaError("OPTION", `${called(layer)}: its input is already the output of ${called(before.layer)}`, {
      where: layer === undefined ? {} : { layer },
      expected: "scores",
      received: "probabilities",
      hint: "Two softmaxes in a row flatten the probabilities: remove one of them.",
    });
  return noteScores(graphSoftmax(scores), { activation: "softmax", scores, loss: crossEntropy, layer });
});

/**
 * x for x > 0, else slope·x; the derivative is 1 for x > 0, else slope. For slopes from 0 to 1 this is max(slope·x, x).
 * Maas, Hannun & Ng 2013 (with slope 0.01). Throws OPTION unless the slope is finite.
 */
export function leakyRelu(slope = 0.1): Activation {
  const s = finite("leakyRelu", "slope", slope);
  return define("leakyRelu", (x) => where(less(0, x), x, mul(x, s)), { slope: s });
}

/**
 * x for x ≥ 0, else α(eˣ − 1); the derivative is 1 for x ≥ 0, else αeˣ. Clevert, Unterthiner & Hochreiter 2016, eq. 15.
 * Throws OPTION unless α is finite.
 */
export function elu(alpha = 1): Activation {
  const a = finite("elu", "alpha", alpha);
  // expm1 sees no positive x: it would overflow in the branch that is not taken, and spoil its gradient by 0·∞.
  return define("elu", (x) => where(less(x, 0), mul(expm1(minimum(x, 0)), a), x), { alpha: a });
}

/**
 * A function of a tensor that is a layer too. `layer` is the name of the layer, undefined in an expression.
 * Bundlers leave out those that a program does not use: to make one has no side effect.
 * @__NO_SIDE_EFFECTS__
 */
function define(
  kind: string,
  f: (x: TensorLike, layer?: string) => Tensor,
  settings: NonNullable<Layer["settings"]> = {},
): Activation {
  const properties: Layer = { kind, settings, apply: (x, scope) => f(x, scope.name) };
  const call = (x: TensorLike): Tensor => f(x);
  // A function has a name of its own, which is not the layer's: an activation is named by its place in the model.
  return Object.defineProperty(Object.assign(call, properties), "name", { value: undefined }) as unknown as Activation;
}

function finite(kind: string, setting: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const received = typeof value === "number" ? String(value) : `a ${typeof value}`;
  throw new NablaError("OPTION", `${kind}: ${setting} is ${received}`, {
    expected: "a finite number",
    received,
    hint: `Write ${kind}() in the list of layers, or ${kind}(0.2) with a ${setting}.`,
  });
}
