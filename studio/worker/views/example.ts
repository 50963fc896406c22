import { type Dataset, lossNamed, NablaError } from "nabla";
import type { ExplainOptions } from "nabla/explain";
import type { ExplanationArgs } from "./explained.ts";
import { inputAt, targetAt } from "./samples.ts";

/** An example as `explain` takes it: a row of the training data, or what was typed in its place. */
export function exampleOf(data: Dataset, args: ExplanationArgs): ExplainOptions {
  const { example, loss, learningRate, reduction } = args;
  if (!Number.isSafeInteger(example) || example < 0 || example >= data.size)
    throw new NablaError("OPTION", `there is no example ${example}`, {
      expected: `a row from 0 to ${data.size - 1}`,
      received: String(example),
      hint: "Choose one of the training examples.",
    });
  return {
    x: batchOf(data.shape, args.x ?? inputAt(data, example)),
    y: targetOf(data, example, args.t),
    loss: lossNamed(loss),
    // a rate of 0 changes nothing; `explain` wants one above 0
    learningRate: learningRate > 0 ? learningRate : Number.MIN_VALUE,
    reduction,
  };
}

function targetOf(data: Dataset, example: number, typed: ExplanationArgs["t"]): ExplainOptions["y"] {
  const numbers = typed ?? targetAt(data, example) ?? [];
  if (typeof numbers === "number") return [numbers];
  const shape = data.y?.kind === "values" ? data.y.shape : [numbers.length];
  return batchOf(shape, numbers);
}

const batchOf = (shape: readonly number[], numbers: ArrayLike<number>) => ({
  shape: [1, ...shape],
  data: Float32Array.from(numbers),
});
