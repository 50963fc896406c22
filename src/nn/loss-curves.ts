import { evaluate, grad, input, sum } from "../graph/index.ts";
import type { CurvePoint } from "./activation-curves.ts";
import { type Loss, lossNamed, lossNames, sigmoid, softmax, zeroOne } from "./index.ts";

/** A loss as a lecture shows it. */
export interface LossCurve {
  readonly name: string;
  readonly formula: string;
  readonly citation: string;
  /** Whether a gradient can train by it; zero-one counts mistakes, and its slope is 0 wherever it has one. */
  readonly isTrainable: boolean;
  /** What x is on the curve, and what the target. */
  readonly shown: string;
  /** Loss of one example and its derivative at each x, computed by the graph that trains. */
  at(x: readonly number[]): readonly CurvePoint[];
}

type Words = Pick<LossCurve, "formula" | "citation">;

const words: Readonly<Record<string, Words>> = {
  crossEntropy: { formula: "−Σⱼ yⱼ log ŷⱼ, ŷ a softmax", citation: "Bridle 1990" },
  binaryCrossEntropy: { formula: "−y log ŷ − (1 − y) log(1 − ŷ), ŷ a sigmoid", citation: "Hinton 1989" },
  crossEntropyWithLogits: { formula: "log Σⱼ e^{zⱼ} − z_y", citation: "Bridle 1990" },
  halfSquared: { formula: "½ Σⱼ (yⱼ − ŷⱼ)²", citation: "Rumelhart, Hinton & Williams 1986, eq. 3" },
  squared: { formula: "Σⱼ (ŷⱼ − yⱼ)²", citation: "Legendre 1805" },
  meanSquared: { formula: "1/n Σⱼ (ŷⱼ − yⱼ)²", citation: "Legendre 1805" },
  absolute: { formula: "Σⱼ |ŷⱼ − yⱼ|", citation: "Laplace 1774" },
  euclidean: { formula: "√(Σⱼ (ŷⱼ − yⱼ)²)", citation: "the distance between two points" },
  huber: { formula: "½e² for |e| ≤ δ, else δ(|e| − ½δ)", citation: "Huber 1964" },
  hinge: { formula: "max(0, 1 − y·ŷ), y = ±1", citation: "Cortes & Vapnik 1995" },
  multiclassHinge: { formula: "Σ_{j≠y} max(0, 1 + sⱼ − s_y)", citation: "Weston & Watkins 1999" },
  "multiclassHinge(crammerSinger)": {
    formula: "max(0, 1 + max_{j≠y} sⱼ − s_y)",
    citation: "Crammer & Singer 2001, eq. 4",
  },
  zeroOne: { formula: "1 where ŷ ≠ y, else 0", citation: "a count of mistakes" },
};

/** All losses, and zero-one, which is a metric. */
export const lossCurveNames: readonly string[] = [...lossNames, "zeroOne"];

const twoScores = ["crossEntropyWithLogits", "multiclassHinge", "multiclassHinge(crammerSinger)"];

/** The curve of a loss by name. Throws OPTION for a name that is unknown. */
export function lossCurve(name: string): LossCurve {
  const loss: Loss = name === "zeroOne" ? zeroOne : lossNamed(name);
  const hasTwoScores = twoScores.includes(name) || name === "crossEntropy";
  const told = words[name.replace(/^huber\(.*/, "huber")]!;
  const width = hasTwoScores ? 2 : 1;
  return {
    name,
    ...told,
    isTrainable: name !== "zeroOne",
    shown: hasTwoScores
      ? "x = score of the right class, the other's is 0"
      : name === "binaryCrossEntropy"
        ? "x = score before the sigmoid, y = 1"
        : name === "hinge" || name === "zeroOne"
          ? "x = output, y = 1"
          : "x = output, y = 0",
    at(x) {
      const scores = input([x.length, width], "x");
      const target = input([x.length], "y");
      const output =
        name === "crossEntropy" ? softmax(scores) : name === "binaryCrossEntropy" ? sigmoid(scores) : scores;
      const value = loss(output, target);
      const [derivative] = grad(sum(value), [scores]);
      const isOne = !hasTwoScores && ["binaryCrossEntropy", "hinge", "zeroOne"].includes(name);
      const feed = new Map([
        [scores, { data: x.flatMap((at) => (hasTwoScores ? [at, 0] : [at])) }],
        [target, { data: x.map(() => (isOne ? 1 : 0)) }],
      ]);
      const [values, derivatives] = evaluate([value, derivative!], feed);
      return x.map((at, i) => ({ x: at, value: values!.data[i]!, derivative: derivatives!.data[i * width]! }));
    },
  };
}
