import { type Tensor, topologicalOrder, type Values } from "../graph/index.ts";
import { sizeOf, stridesOf } from "../graph/shape.ts";

/** One number of a tensor: `flat` counts in row-major order. */
export interface Place {
  readonly tensor: Tensor;
  readonly flat: number;
}

/** The position of the number along each axis, from 0. */
export function positionOf({ tensor: { shape }, flat }: Place): number[] {
  const strides = stridesOf(shape);
  return shape.map((extent, axis) => Math.floor(flat / strides[axis]!) % extent);
}

/** Views have no numbers of their own: the place where a view's number really stands. */
export function behindViews(place: Place): Place {
  let { tensor, flat } = place;
  while (tensor.op.kind === "view") {
    const [source] = tensor.inputs as [Tensor];
    flat = tensor.op.source(positionOf({ tensor, flat }), source.shape, tensor.shape, tensor.attributes);
    tensor = source;
  }
  return { tensor, flat };
}

/**
 * The numbers that one number is made of, with the number of the input each comes from: those at the same place for a
 * pointwise op, the members for a reduction, the row of A and then the column of B for a product of matrices. `tensor`
 * is no view.
 */
export function operandsOf(
  { tensor, flat }: Place,
  values: ReadonlyMap<Tensor, Values>,
): (Place & { input: number })[] {
  const { op, inputs } = tensor;
  if (op.kind === "pointwise") return inputs.map((x, input) => ({ tensor: x, flat, input }));
  if (op.kind === "reduce") return membersOf(tensor, flat).map((at) => ({ tensor: inputs[0]!, flat: at, input: 0 }));
  if (op.kind === "contract") {
    const [a, b] = inputs as [Tensor, Tensor];
    const [inner, columns] = b.shape as [number, number];
    const [row, column] = [Math.floor(flat / columns), flat % columns];
    const along = Array.from({ length: inner }, (_, k) => k);
    return [
      ...along.map((k) => ({ tensor: a, flat: row * inner + k, input: 0 })),
      ...along.map((k) => ({ tensor: b, flat: k * columns + column, input: 1 })),
    ];
  }
  if (op.kind === "gather") {
    const [table, rows] = inputs as [Tensor, Tensor];
    const width = sizeOf(table.shape.slice(1));
    const row = values.get(rows)!.data[Math.floor(flat / width)]!;
    return [{ tensor: table, flat: row * width + (flat % width), input: 0 }];
  }
  if (op.kind === "view") return [{ ...behindViews({ tensor, flat }), input: 0 }];
  return [];
}

/** Flat places of the numbers that a reduction folds into number `flat`. */
function membersOf(tensor: Tensor, flat: number): number[] {
  const [x] = tensor.inputs as [Tensor];
  const position = positionOf({ tensor, flat });
  const strides = stridesOf(x.shape);
  let places = [0];
  x.shape.forEach((extent, axis) => {
    const isFolded = tensor.shape[axis] !== extent;
    const at = isFolded ? Array.from({ length: extent }, (_, i) => i) : [position[axis]!];
    places = places.flatMap((before) => at.map((i) => before + i * strides[axis]!));
  });
  return places;
}

/**
 * Which numbers of each tensor depend on the chosen ones: 1 where they do. Tensors of which none does are missing.
 * Costs one pass over the numbers of the tensors between, and no more for a large net.
 */
export function dependents(
  cost: Tensor,
  chosen: ReadonlyMap<Tensor, Uint8Array>,
  active: ReadonlyMap<Tensor, readonly number[]>,
  values: ReadonlyMap<Tensor, Values>,
): ReadonlyMap<Tensor, Uint8Array> {
  const marks = new Map<Tensor, Uint8Array>(chosen);
  for (const tensor of topologicalOrder([cost])) {
    const inputs = (active.get(tensor) ?? []).filter((input) => marks.has(tensor.inputs[input]!));
    if (inputs.length > 0) marks.set(tensor, marksOf(tensor, inputs, marks, values));
  }
  return marks;
}

function marksOf(
  tensor: Tensor,
  inputs: readonly number[],
  marks: ReadonlyMap<Tensor, Uint8Array>,
  values: ReadonlyMap<Tensor, Values>,
): Uint8Array {
  const out = new Uint8Array(sizeOf(tensor.shape));
  const of = (input: number): Uint8Array => marks.get(tensor.inputs[input]!)!;
  const { op } = tensor;
  if (op.kind === "contract") {
    const [rows, columns] = tensor.shape as [number, number];
    const inner = tensor.inputs[0]!.shape[1]!;
    for (const input of inputs)
      of(input).forEach((mark, at) => {
        if (mark === 0) return;
        if (input === 0) out.fill(1, Math.floor(at / inner) * columns, (Math.floor(at / inner) + 1) * columns);
        else for (let row = 0; row < rows; row++) out[row * columns + (at % columns)] = 1;
      });
    return out;
  }
  if (op.kind === "pointwise") {
    for (const input of inputs) of(input).forEach((mark, at) => void (out[at]! |= mark));
    return out;
  }
  for (let flat = 0; flat < out.length; flat++) {
    const [first, ...others] =
      op.kind === "view"
        ? [{ flat: op.source(positionOf({ tensor, flat }), tensor.inputs[0]!.shape, tensor.shape, tensor.attributes) }]
        : operandsOf({ tensor, flat }, values);
    const mark = of(0);
    if (first && (mark[first.flat] === 1 || others.some((other) => mark[other.flat] === 1))) out[flat] = 1;
  }
  return out;
}
