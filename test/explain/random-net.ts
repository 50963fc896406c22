import {
  absolute,
  crossEntropy,
  dense,
  dropout,
  elu,
  halfSquared,
  huber,
  type Layer,
  type Loss,
  layer,
  leakyRelu,
  type Model,
  maxout,
  meanSquared,
  multiclassHinge,
  network,
  relu,
  sequential,
  sigmoid,
  softmax,
  softplus,
  squared,
  tanh,
} from "nabla";
import { add, exp, mul, neg, sub } from "nabla/graph";
import { Random } from "../../src/array/random.ts";

export interface RandomNet {
  readonly model: Model;
  readonly x: number[];
  readonly y: number[] | number;
  readonly loss: Loss;
  readonly reduction: "mean" | "sum";
}

const half = (size: number): Float32Array => new Float32Array(size).fill(0.5);

/** Layers that users write: branches, parameters used twice, products of two branches. */
const own: readonly ((size: number, i: number) => Layer)[] = [
  (_, i) => layer(`swish ${i}`, (x) => mul(x, tanh(x))),
  (size, i) => layer(`skip ${i}`, (x, scope) => add(x, mul(x, scope.param("gain", [size], { initializer: half })))),
  (size, i) =>
    layer(`gate ${i}`, (x, scope) => {
      const gain = scope.param("gain", [size], { initializer: half });
      return add(mul(sigmoid(mul(x, gain)), x), mul(sub(1, sigmoid(mul(x, gain))), gain)); // gain goes two ways
    }),
  (_, i) => layer(`bump ${i}`, (x) => exp(neg(mul(x, x)))),
];

/** A net of random depth, widths, activations and loss; the same number gives the same net. */
export function randomNet(seed: number): RandomNet {
  const random = new Random(seed, "random net");
  let drawn = 0;
  const draw = (n: number): number => Math.floor(random.uniform(0, drawn++) * n);
  const real = (): number => 2 * random.uniform(1, drawn++) - 1;
  const activations: readonly (() => Layer)[] = [
    () => sigmoid,
    () => tanh,
    () => relu,
    () => softplus,
    () => elu(0.7),
    () => leakyRelu(),
  ];
  const input = 1 + draw(3);
  const layers: Layer[] = [];
  const hidden = draw(3);
  for (let i = 0; i < hidden; i++) {
    const size = 1 + draw(3);
    if (draw(4) === 0) layers.push(maxout(size, 2 + draw(2)));
    else layers.push(dense(size, { bias: draw(3) > 0, l2: draw(4) === 0 ? 0.1 : 0 }));
    layers.push(draw(3) === 0 ? own[draw(own.length)]!(size, i) : activations[draw(activations.length)]!());
    if (draw(4) === 0) layers.push(dropout(0.3));
  }
  const outputs = 1 + draw(3);
  layers.push(dense(outputs));
  const isClassifier = outputs > 1 && draw(2) === 0;
  const labels = [crossEntropy, multiclassHinge(), multiclassHinge("crammerSinger")];
  const values = [halfSquared, squared, meanSquared, absolute, huber(0.5)];
  const loss = isClassifier ? labels[draw(labels.length)]! : values[draw(values.length)]!;
  if (loss === crossEntropy || draw(5) === 0) layers.push(outputs > 1 ? softmax : sigmoid);
  const hasBranch = draw(4) === 0;
  const model = hasBranch
    ? network({ input, seed }, (x, { add, multiply, concatenate }) => {
        const [one, other] = [x.to(dense(2), tanh), x.to(dense(2))];
        const join = [add, multiply, concatenate][draw(3)]!;
        return join(one, other).to(...layers);
      })
    : sequential(layers, { input, seed });
  for (const name of model.weights.names())
    model.weights.set(
      name,
      Array.from(model.weights.get(name).data, () => 1.5 * real()),
    );
  const isHinge = isClassifier && loss !== crossEntropy;
  return {
    model,
    x: Array.from({ length: input }, real),
    y: isClassifier || isHinge ? draw(outputs) : Array.from({ length: outputs }, () => 0.5 + 2 * real()),
    loss,
    reduction: draw(2) === 0 ? "mean" : "sum",
  };
}
