import { NablaError, wrongOption } from "../errors.ts";
import type { Shape } from "./shape.ts";
import { type LeafOp, Tensor, type Values } from "./tensor.ts";

/** Anything an op takes: a tensor, or a number that stands for a constant. */
export type TensorLike = Tensor | number;

/* @__NO_SIDE_EFFECTS__ */
const leaf = (name: string, generate?: LeafOp["generate"]): LeafOp => ({
  name,
  kind: "leaf",
  vjp: () => [],
  ...(generate ? { generate } : {}),
});

const inputOp = leaf("input");
const stateOp = leaf("state");
const tableOp = leaf("table");
const perStepOp = leaf("perStep");
const constantOp = leaf("constant", (out, { value }) => void out.data.fill(value as number));
const indexOp = leaf("index", (out, { axis }) => {
  const inner = out.shape.slice((axis as number) + 1).reduce((product, extent) => product * extent, 1);
  const extent = out.shape[axis as number] ?? 1;
  for (let i = 0; i < out.data.length; i++) out.data[i] = Math.floor(i / inner) % extent;
});

/** A value the host writes before a run: a batch to predict. */
export function input(shape: Shape, name = "input"): Tensor {
  return new Tensor(inputOp, [], checked(name, shape), { name });
}

/**
 * A value that lives in the store from step to step: a parameter, a moment.
 * `order` lists its axes from outermost to innermost as they lie in memory; default as in `shape`.
 * A dense layer's weight [units, features] lies features first, as its forward product reads it.
 */
export function state(name: string, shape: Shape, order: readonly number[] = shape.map((_, axis) => axis)): Tensor {
  return new Tensor(stateOp, [], checked(name, shape), { name, order });
}

/** Rows of data in the store, read only through `gather`: float32, bytes or 32-bit integers. */
export function table(name: string, shape: Shape, type: TableType = "f32"): Tensor {
  return new Tensor(tableOp, [], checked(name, shape), { name, type });
}

export type TableType = "f32" | "u8" | "i32";

/** A value the host gives for each step of a run ahead of time: the rows of a batch, a scheduled learning rate. */
export function perStep(name: string, shape: Shape, type: "f32" | "i32" = "f32"): Tensor {
  return new Tensor(perStepOp, [], checked(name, shape), { name, type });
}

/** The same number everywhere. */
export function constant(value: number, shape: Shape = []): Tensor {
  return new Tensor(constantOp, [], shape, { value });
}

/** Each place holds its own position along `axis`: 0, 1, 2, … */
export function index(shape: Shape, axis: number): Tensor {
  return new Tensor(indexOp, [], shape, { axis });
}

/** A number becomes a constant of `shape`; a tensor stays as it is. Throws OPTION for anything else. */
export function lift(x: TensorLike, shape: Shape = []): Tensor {
  if (typeof x === "number") return constant(x, shape);
  if (x instanceof Tensor) return x;
  throw wrongOption("an operation", "x", x, "a tensor or a number; in a list of layers write relu, not relu()");
}

/** The constant a tensor is, seen through views; undefined when it is none. */
export function constantValue(tensor: Tensor): number | undefined {
  if (tensor.op === constantOp) return tensor.attributes["value"] as number;
  return tensor.op.kind === "view" ? constantValue(tensor.inputs[0]!) : undefined;
}

/** The value of a leaf that needs no feeding; undefined for one that does. */
export function generated(tensor: Tensor): Values | undefined {
  if (tensor.op.kind !== "leaf" || !tensor.op.generate) return undefined;
  const size = tensor.shape.reduce((product, extent) => product * extent, 1);
  const out: Values = { shape: tensor.shape, data: new Float64Array(size) };
  tensor.op.generate(out, tensor.attributes);
  return out;
}

function checked(name: string, shape: Shape): Shape {
  for (const extent of shape)
    if (!Number.isInteger(extent) || extent < 1)
      throw new NablaError("SHAPE", `"${name}" was given the shape [${shape.join(",")}]`, {
        hint: "Extents are whole numbers of at least 1.",
      });
  return shape;
}
