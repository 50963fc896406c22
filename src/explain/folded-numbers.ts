import { type Tensor, topologicalOrder, type Values } from "../graph/index.ts";
import { constantValue } from "../graph/leaves.ts";
import { sizeOf } from "../graph/shape.ts";
import { notationOf } from "./notation.ts";
import { behindViews, type Place } from "./scalars.ts";

/**
 * Sums, means and maxima of several numbers that formulas should read as one number with a name: those that several
 * others read, or that go into a function that bends, as Σ exp z goes into a logarithm. A sum that is merely scaled and
 * added on, as the squares of a loss are, stays written out.
 */
export function foldedNumbers(cost: Tensor, values: ReadonlyMap<Tensor, Values>): readonly Place[] {
  const order = topologicalOrder([cost]);
  const readers = new Map<Tensor, Tensor[]>();
  for (const tensor of order)
    for (const x of new Set(tensor.inputs)) readers.set(x, [...(readers.get(x) ?? []), tensor]);
  const ends = new Set<Tensor>();
  for (const tensor of order) {
    if (tensor.op.kind !== "reduce" || sizeOf(tensor.shape) > 64) continue;
    if (sizeOf(tensor.inputs[0]!.shape) === sizeOf(tensor.shape)) continue;
    const end = alongTheWay(tensor, readers, values);
    if (end) ends.add(end);
  }
  return [...ends].flatMap((tensor) =>
    Array.from({ length: sizeOf(tensor.shape) }, (_, flat) => behindViews({ tensor, flat })),
  );
}

/** Follows a number through what only scales, shifts or moves it; where it is read as one number, or undefined. */
function alongTheWay(
  start: Tensor,
  readers: ReadonlyMap<Tensor, readonly Tensor[]>,
  values: ReadonlyMap<Tensor, Values>,
): Tensor | undefined {
  let tensor = start;
  for (;;) {
    const next = readers.get(tensor) ?? [];
    if (next.length === 0) return undefined; // the loss itself
    const [reader] = next as [Tensor];
    if (next.length > 1 || sizeOf(reader.shape) > sizeOf(tensor.shape)) return tensor;
    if (reader.op.kind === "view") tensor = reader;
    else if (reader.op.kind !== "pointwise") return undefined;
    else if (!isStraight(reader, tensor, values)) return tensor;
    else if (reader.inputs.some((x) => x !== tensor && constantValue(x) === undefined)) return undefined;
    else tensor = reader;
  }
}

/** Whether an op scales or shifts an operand and does no more. */
function isStraight(reader: Tensor, operand: Tensor, values: ReadonlyMap<Tensor, Values>): boolean {
  const { slope } = notationOf(reader.op);
  if (!slope) return true; // as detach, which passes the number on
  const operands = reader.inputs.map((x) =>
    x.op.name === "constant"
      ? ({ kind: "number", value: values.get(x)?.data[0] ?? 0 } as const)
      : ({ kind: "symbol", symbol: { letter: "x", below: [] }, value: 0 } as const),
  );
  const [value] = operands as [(typeof operands)[number]];
  return slope(reader.inputs.indexOf(operand), operands, value).kind === "number";
}
