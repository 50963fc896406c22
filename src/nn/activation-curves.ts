import {
  equal,
  evaluate,
  grad,
  index,
  input,
  less,
  mul,
  reshape,
  softmax,
  sum,
  type Tensor,
  where,
} from "../graph/index.ts";
import { activationNamed, activationNames } from "./index.ts";

/** An activation as a lecture shows it: formula, derivative, where it comes from, and its curve. */
export interface ActivationCurve {
  readonly name: string;
  readonly formula: string;
  readonly derivative: string;
  readonly citation: string;
  /** What the curve shows, where it is one of several. */
  readonly shown?: string;
  /** Value and derivative at each x, computed by the graph that trains: in float64, by `evaluate` and `grad`. */
  at(x: readonly number[]): readonly CurvePoint[];
}

export interface CurvePoint {
  readonly x: number;
  readonly value: number;
  readonly derivative: number;
}

type Words = Omit<ActivationCurve, "name" | "at"> & { readonly of?: (x: Tensor) => Tensor };

const words: Readonly<Record<string, Words>> = {
  sigmoid: {
    formula: "σ(x) = 1 / (1 + e⁻ˣ)",
    derivative: "σ′ = σ(1 − σ)",
    citation: "Rumelhart, Hinton & Williams 1986, eq. 2",
  },
  tanh: {
    formula: "tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)",
    derivative: "tanh′ = 1 − tanh²",
    citation: "LeCun, Bottou, Orr & Müller 1998, section 4.4",
  },
  relu: {
    formula: "max(0, x)",
    derivative: "1 for x > 0, else 0",
    citation: "Nair & Hinton 2010; Glorot, Bordes & Bengio 2011",
  },
  leakyRelu: {
    formula: "max(0.1·x, x)",
    derivative: "1 for x > 0, else 0.1",
    citation: "Maas, Hannun & Ng 2013",
    shown: "slope 0.1",
  },
  elu: {
    formula: "x for x ≥ 0, else α(eˣ − 1)",
    derivative: "1 for x ≥ 0, else αeˣ",
    citation: "Clevert, Unterthiner & Hochreiter 2016, eq. 15",
    shown: "α = 1",
  },
  softplus: {
    formula: "log(1 + eˣ)",
    derivative: "σ(x)",
    citation: "Dugas, Bengio, Bélisle, Nadeau & Garcia 2001",
  },
  softmax: {
    formula: "yᵢ = e^{zᵢ} / Σⱼ e^{zⱼ}",
    derivative: "∂yᵢ/∂zⱼ = yᵢ(δᵢⱼ − yⱼ)",
    citation: "Bridle 1990",
    shown: "y₁ of the scores [x, 0], by x",
    of: softmaxOfTwo,
  },
  linear: { formula: "x", derivative: "1", citation: "no activation, said aloud" },
  maxout: {
    formula: "max(w₁ᵀx + b₁, w₂ᵀx + b₂)",
    derivative: "wₖ of the piece k that is largest",
    citation: "Goodfellow, Warde-Farley, Mirza, Courville & Bengio 2013, eq. 2",
    shown: "w₁ = 1, w₂ = −0.5, b = 0",
    of: (x) => where(less(x, mul(x, -0.5)), mul(x, -0.5), x),
  },
};

/** The names that `activationCurve` knows, in the order in which they are listed. */
export const curveNames: readonly string[] = [...activationNames, "maxout"];

/** The curve of an activation by name. Throws OPTION for a name that is unknown. */
export function activationCurve(name: string): ActivationCurve {
  const { of, ...told } = Object.hasOwn(words, name) ? words[name]! : ({} as Words);
  const apply = of ?? activationNamed(name);
  return {
    name,
    ...told,
    at(x) {
      const leaf = input([x.length], "x");
      const value = apply(leaf);
      const [derivative] = grad(sum(value), [leaf]);
      const [values, derivatives] = evaluate([value, derivative!], new Map([[leaf, { data: x }]]));
      return x.map((at, i) => ({ x: at, value: values!.data[i]!, derivative: derivatives!.data[i]! }));
    },
  };
}

function softmaxOfTwo(x: Tensor): Tensor {
  const size = x.shape[0]!;
  const isFirst = equal(index([size, 2], 1), 0);
  const scores = mul(isFirst, reshape(x, [size, 1])); // [x, 0]
  return sum(mul(softmax(scores), isFirst), 1);
}
