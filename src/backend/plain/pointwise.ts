import type { Primitive } from "../../graph/primitives.ts";
import { plainMachine } from "./machine.ts";
import type { Runs } from "./runs.ts";

const fround = Math.fround;

/** Applies an op along one run: `count` results from `at` on, operands from their starts at their strides. */
type BinaryRun = (
  out: Float32Array,
  at: number,
  a: Float32Array,
  startA: number,
  strideA: number,
  b: Float32Array,
  startB: number,
  strideB: number,
  count: number,
) => void;

/** The same as their primitives, without a call per number: an optimizer's update is made of these. */
const fastRuns: Readonly<Record<string, BinaryRun>> = {
  add(out, at, a, startA, strideA, b, startB, strideB, count) {
    for (let i = 0; i < count; i++) out[at + i] = fround(a[startA + i * strideA]! + b[startB + i * strideB]!);
  },
  sub(out, at, a, startA, strideA, b, startB, strideB, count) {
    for (let i = 0; i < count; i++) out[at + i] = fround(a[startA + i * strideA]! - b[startB + i * strideB]!);
  },
  mul(out, at, a, startA, strideA, b, startB, strideB, count) {
    for (let i = 0; i < count; i++) out[at + i] = fround(a[startA + i * strideA]! * b[startB + i * strideB]!);
  },
  div(out, at, a, startA, strideA, b, startB, strideB, count) {
    for (let i = 0; i < count; i++) out[at + i] = fround(a[startA + i * strideA]! / b[startB + i * strideB]!);
  },
};

/** A pointwise op over values: `nest` runs over the result, which is dense, and then over each operand. */
export function compilePointwise(
  op: string,
  primitive: Primitive,
  out: Float32Array,
  operands: readonly Float32Array[],
  nest: Runs,
): () => void {
  const { runs, count, starts, strides } = nest;
  const [a, b, c] = operands;
  const [, startsA, startsB, startsC] = starts;
  const [, strideA = 0, strideB = 0, strideC = 0] = strides;
  const fast = fastRuns[op];
  if (fast)
    return () => {
      for (let run = 0; run < runs; run++)
        fast(out, run * count, a!, startsA![run]!, strideA, b!, startsB![run]!, strideB, count);
    };
  if (operands.length === 1)
    return () => {
      for (let run = 0; run < runs; run++) {
        const startA = startsA![run]!;
        for (let i = 0; i < count; i++) out[run * count + i] = primitive(plainMachine, a![startA + i * strideA]!);
      }
    };
  if (operands.length === 2)
    return () => {
      for (let run = 0; run < runs; run++) {
        const startA = startsA![run]!;
        const startB = startsB![run]!;
        for (let i = 0; i < count; i++)
          out[run * count + i] = primitive(plainMachine, a![startA + i * strideA]!, b![startB + i * strideB]!);
      }
    };
  if (operands.length === 3)
    return () => {
      for (let run = 0; run < runs; run++)
        for (let i = 0; i < count; i++)
          out[run * count + i] = primitive(
            plainMachine,
            a![startsA![run]! + i * strideA]!,
            b![startsB![run]! + i * strideB]!,
            c![startsC![run]! + i * strideC]!,
          );
    };
  return () => {
    for (let run = 0; run < runs; run++)
      for (let i = 0; i < count; i++) {
        const x = operands.map((data, n) => data[starts[n + 1]![run]! + i * strides[n + 1]!]!);
        out[run * count + i] = primitive(plainMachine, ...x);
      }
  };
}
