import { NablaError } from "../errors.ts";
import { generated } from "./leaves.ts";
import { meanings } from "./meanings.ts";
import { printShape, sizeOf, stridesOf } from "./shape.ts";
import { type Op, type Tensor, topologicalOrder, type Values } from "./tensor.ts";

/** Values for leaves that need feeding: anything indexable that holds Π shape numbers. */
export type Feed = ReadonlyMap<Tensor, { readonly data: ArrayLike<number> }>;

/**
 * The value of each output, in float64: the reference interpreter, slow, obvious, and the definition of correct.
 * Values already in `feed` are not computed again, whatever they are. Throws SHAPE, DATA.
 */
export function evaluate(outputs: readonly Tensor[], feed: Feed = new Map()): readonly Values[] {
  const values = evaluateAll(outputs, feed);
  return outputs.map((output) => values.get(output)!);
}

/** The value of every tensor that `outputs` depend on. */
export function evaluateAll(outputs: readonly Tensor[], feed: Feed = new Map()): ReadonlyMap<Tensor, Values> {
  const values = new Map<Tensor, Values>();
  for (const [tensor, { data }] of feed) {
    if (data.length !== sizeOf(tensor.shape))
      throw new NablaError("SHAPE", `evaluate: ${describe(tensor)} was fed ${data.length} numbers`, {
        expected: `${sizeOf(tensor.shape)} numbers`,
        received: `${data.length}`,
        hint: "Feed as many numbers as its shape holds.",
      });
    values.set(tensor, { shape: tensor.shape, data: Float64Array.from(data) });
  }
  for (const tensor of topologicalOrder(outputs)) {
    if (values.has(tensor)) continue;
    const inputs = tensor.inputs.map((x) => values.get(x)!); // inputs come earlier in the order
    values.set(tensor, apply(tensor, inputs));
  }
  return values;
}

const describe = (tensor: Tensor): string =>
  `${tensor.op.name} ${"name" in tensor.attributes ? `"${String(tensor.attributes["name"])}" ` : ""}${printShape(tensor.shape)}`;

function apply(tensor: Tensor, inputs: readonly Values[]): Values {
  const { op, attributes } = tensor;
  if (op.kind === "leaf") {
    const value = generated(tensor);
    if (!value)
      throw new NablaError("DATA", `evaluate: ${describe(tensor)} was not fed`, {
        hint: "Give its value in the feed.",
      });
    return value;
  }
  const out: Values = { shape: tensor.shape, data: new Float64Array(sizeOf(tensor.shape)) };
  const [a, b] = inputs;
  if (op.kind === "pointwise") applyPointwise(op, inputs, out);
  else if (op.kind === "view")
    forEachPosition(out.shape, (position, i) => {
      out.data[i] = a!.data[op.source(position, a!.shape, out.shape, attributes)]!;
    });
  else if (op.kind === "reduce") applyReduce(op, a!, out);
  else if (op.kind === "contract") applyMatmul(a!, b!, out);
  else applyGather(a!, b!, out);
  return out;
}

function applyPointwise(op: Extract<Op, { kind: "pointwise" }>, inputs: readonly Values[], out: Values): void {
  const x = inputs.map((input) => input.data);
  const meaning = meanings[op.name]!;
  for (let i = 0; i < out.data.length; i++) out.data[i] = meaning(...x.map((data) => data[i]!));
}

function applyReduce(op: Extract<Op, { kind: "reduce" }>, x: Values, out: Values): void {
  const strides = stridesOf(out.shape);
  out.data.fill(op.identity);
  forEachPosition(x.shape, (position, i) => {
    let at = 0; // folded axes have extent 1 in `out`
    for (let axis = 0; axis < position.length; axis++)
      if (out.shape[axis] !== 1) at += position[axis]! * strides[axis]!;
    out.data[at] = op.combine(out.data[at]!, x.data[i]!);
  });
}

/** C[m,n] = Σₖ A[m,k]·B[k,n] */
function applyMatmul(A: Values, B: Values, C: Values): void {
  const [M, N] = C.shape as [number, number];
  const K = A.shape[1]!;
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let total = 0;
      for (let k = 0; k < K; k++) total += A.data[m * K + k]! * B.data[k * N + n]!;
      C.data[m * N + n] = total;
    }
}

function applyGather(table: Values, rows: Values, out: Values): void {
  const size = sizeOf(table.shape.slice(1));
  rows.data.forEach((row, i) => {
    if (!Number.isInteger(row) || row < 0 || row >= table.shape[0]!)
      throw new NablaError("DATA", `gather: row ${row} of a table of ${table.shape[0]} rows`, {
        hint: "Rows count from 0.",
      });
    out.data.set(table.data.subarray(row * size, (row + 1) * size), i * size);
  });
}

/** Calls `visit` for every position of `shape` in row-major order; the position array is re-used. */
function forEachPosition(shape: readonly number[], visit: (position: readonly number[], flat: number) => void): void {
  const position = new Array<number>(shape.length).fill(0);
  const size = sizeOf(shape);
  for (let flat = 0; flat < size; flat++) {
    visit(position, flat);
    for (let axis = shape.length - 1; axis >= 0 && ++position[axis]! === shape[axis]; axis--) position[axis] = 0;
  }
}
