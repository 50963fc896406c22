import type { Program } from "nabla/compile";
import {
  add,
  argmax,
  broadcastTo,
  div,
  equal,
  flushTiny,
  gather,
  grad,
  index,
  logSoftmax,
  matmul,
  mean,
  mul,
  neg,
  perStep,
  relu,
  reshape,
  type Shape,
  sqrt,
  state,
  sub,
  sum,
  type Tensor,
  table,
  transpose,
} from "nabla/graph";

export interface NetOptions {
  /** Extents of the layers, the input's first: [784, 128, 10]. */
  readonly sizes: readonly number[];
  readonly batch: number;
  readonly activation?: (x: Tensor) => Tensor;
  readonly optimizer?: "sgd" | "adam";
  /** Rows of the data tables. */
  readonly samples?: number;
}

export interface Net {
  readonly program: Program;
  readonly parameters: readonly Tensor[];
  readonly gradients: readonly Tensor[];
  readonly loss: Tensor;
  readonly hits: Tensor;
  /** [batch, classes] */
  readonly logits: Tensor;
}

/**
 * A classifier of dense layers and one training step of it, out of graph functions alone: tables "x" (bytes) and "y",
 * per-step "rows" and "rate", states "1/weight", "1/bias" and so on, metrics "loss" and "hits".
 */
export function buildNet({ sizes, batch, activation = relu, optimizer = "sgd", samples = 1000 }: NetOptions): Net {
  const x = table("x", [samples, sizes[0]!], "u8");
  const y = table("y", [samples], "i32");
  const rows = perStep("rows", [batch], "i32");
  const rate = perStep("rate", []);
  const target = gather(y, rows);

  let logits = mul(gather(x, rows), 1 / 255);
  const parameters: Tensor[] = [];
  sizes.slice(1).forEach((units, layer) => {
    const features = sizes[layer]!;
    const weight = state(`${layer + 1}/weight`, [units, features], [1, 0]);
    const bias = state(`${layer + 1}/bias`, [units]);
    parameters.push(weight, bias);
    logits = add(matmul(layer === 0 ? logits : activation(logits), transpose(weight)), bias);
  });

  const classes = sizes.at(-1)!;
  const isTarget = equal(broadcastTo(reshape(target, [batch, 1]), [batch, classes]), index([batch, classes], 1));
  const loss = mean(neg(sum(mul(isTarget, logSoftmax(logits)), 1)));
  const hits = sum(equal(reshape(argmax(logits), [batch]), target));
  const gradients = grad(loss, parameters);
  const next = parameters.flatMap((parameter, i) =>
    optimizer === "sgd"
      ? [[parameter, sub(parameter, mul(rate, gradients[i]!))] as const]
      : adamStep(parameter, gradients[i]!, rate),
  );
  return { program: { next, metrics: { loss, hits } }, parameters, gradients, loss, hits, logits };
}

/** Adam without bias correction, which the rate of the step may hold. */
function adamStep(parameter: Tensor, gradient: Tensor, rate: Tensor): (readonly [Tensor, Tensor])[] {
  const { name, order } = parameter.attributes as { name: string; order: readonly number[] };
  const m = state(`${name}/m`, parameter.shape, order);
  const v = state(`${name}/v`, parameter.shape, order);
  const m2 = flushTiny(add(mul(m, 0.9), mul(gradient, 0.1)));
  const v2 = flushTiny(add(mul(v, 0.999), mul(mul(gradient, gradient), 0.001)));
  const step = div(mul(rate, m2), add(sqrt(v2), 1e-8));
  return [
    [m, m2],
    [v, v2],
    [parameter, sub(parameter, step)],
  ];
}

export const sizeOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);
