import { type Dataset, lossNamed, NablaError } from "nabla";
import type { ExplainOptions } from "nabla/explain";
import type { ExplanationArgs } from "./explained.ts";

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
    x: args.x ? batchOf(data.shape, args.x) : batchOf(data.shape, inputsOf(data, example)),
    y: targetOf(data, example, args.t),
    loss: lossNamed(loss),
    // a rate of 0 changes nothing; `explain` wants one above 0
    learningRate: learningRate > 0 ? learningRate : Number.MIN_VALUE,
    reduction,
  };
}

/** The numbers of an example as the net sees them. */
export function inputsOf(data: Dataset, example: number): Float32Array {
  const size = data.shape.reduce((a, b) => a * b, 1);
  const row = data.rows ? data.rows[example]! : example;
  return Float32Array.from(data.x.data.subarray(row * size, (row + 1) * size), (value) => value * data.x.scale);
}

/** Its target: the number of its class, or values. */
export function targetNumbersOf(data: Dataset, example: number): number | Float32Array {
  const row = data.rows ? data.rows[example]! : example;
  const { y } = data;
  if (!y) return new Float32Array(0);
  if (y.kind === "labels") return Number(y.data[row]);
  const size = y.shape.reduce((a, b) => a * b, 1);
  return Float32Array.from(y.data.subarray(row * size, (row + 1) * size));
}

function targetOf(data: Dataset, example: number, typed: ExplanationArgs["t"]): ExplainOptions["y"] {
  const numbers = typed ?? targetNumbersOf(data, example);
  if (typeof numbers === "number") return [numbers];
  const shape = data.y?.kind === "values" ? data.y.shape : [numbers.length];
  return batchOf(shape, numbers);
}

const batchOf = (shape: readonly number[], numbers: ArrayLike<number>) => ({
  shape: [1, ...shape],
  data: Float32Array.from(numbers),
});
