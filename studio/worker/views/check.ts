import { type Dataset, type Model, NablaError } from "nabla";
import { explain } from "nabla/explain";
import { exampleOf } from "./example.ts";
import type { ExplanationArgs } from "./explained.ts";

/** A gradient beside the slope between two losses. */
export interface DifferenceCheck {
  /** The weight was moved by so much up and down; float32 rounds what was asked for. */
  readonly h: number;
  readonly above: number;
  readonly below: number;
  /** (L(w + h) − L(w − h)) / 2h. */
  readonly difference: number;
  readonly gradient: number;
}

/** 2⁻¹³: small enough for the curve to look straight, large enough for the losses to differ. */
const step = 2 ** -13;

/**
 * The central difference of the loss in one weight. Both losses are computed in float64 by the reference interpreter,
 * at weights that float32 can hold, on a copy of the model: what trains stays as it is.
 */
export function check(
  { model, data }: { readonly model: Model; readonly data: Dataset },
  args: ExplanationArgs & { readonly name: string; readonly index: readonly number[] },
): DifferenceCheck {
  const { name, index, ...example } = args;
  const options = exampleOf(data, example);
  const whole = explain(model, options);
  const parameter = whole.scalar(name, index).parameters[0]!;
  const copy = model.clone();
  const values = copy.weights.get(name);
  const flat = index.reduce((at, i, axis) => at * values.shape[axis]! + i, 0);
  const w = values.data[flat]!;
  const h = step * Math.max(1, 2 ** Math.round(Math.log2(Math.abs(w) || 1)));
  const lossAt = (value: number): { readonly at: number; readonly loss: number } => {
    const moved = Float32Array.from(values.data);
    moved[flat] = value;
    copy.weights.set(name, { shape: values.shape, data: moved });
    return { at: moved[flat]!, loss: explain(copy, options).about.lossBefore };
  };
  const [high, low] = [lossAt(w + h), lossAt(w - h)];
  if (high.at === low.at)
    throw new NablaError("DATA", `a step of ${h} does not change this weight`, {
      expected: "a weight that float32 can move",
      received: String(w),
      hint: "The weight is too large; train again from the start with a smaller learning rate.",
    });
  return {
    h: (high.at - low.at) / 2,
    above: high.loss,
    below: low.loss,
    difference: (high.loss - low.loss) / (high.at - low.at),
    gradient: parameter.gradient,
  };
}
