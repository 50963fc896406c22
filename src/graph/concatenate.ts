import { index } from "./leaves.ts";
import { less, maximum, minimum, sub, where } from "./pointwise.ts";
import { printShape, resolveAxes, type Shape, shapeError } from "./shape.ts";
import { type GatherOp, Tensor } from "./tensor.ts";
import { transpose } from "./view.ts";

/**
 * Rows of a table, moved by a distance that is known: y[i] = x[i − offset]. Places without a row repeat the nearest one.
 * Invariant: what uses it masks those places, so they never send back a gradient, and the gradient of each row is found
 * at one place. So it costs a read, where that of a gather with free row numbers costs a product.
 */
const moveOp: GatherOp = {
  name: "moveRows",
  kind: "gather",
  vjp(dy, _y, [x], { offset }) {
    const [rows] = x!.shape as [number];
    return [place(dy, -(offset as number), rows), null];
  },
};

function moveRows(x: Tensor, offset: number, rows: number): Tensor {
  const [extent, ...rest] = x.shape as [number, ...number[]];
  const row = minimum(maximum(sub(index([rows], 0), offset), 0), extent - 1);
  return new Tensor(moveOp, [x, row], [rows, ...rest], { offset });
}

/** The same with 0 where `x` has no such row. */
function place(x: Tensor, offset: number, rows: number): Tensor {
  const moved = moveRows(x, offset, rows);
  const end = offset + x.shape[0]!;
  const along = index(moved.shape, 0);
  const fromStart = offset > 0 ? where(less(along, offset), 0, moved) : moved;
  return end < rows ? where(less(along, end), fromStart, 0) : fromStart;
}

/**
 * Tensors side by side along `axis` (default the last), of which they may have different extents and of the others
 * equal ones. Throws SHAPE.
 */
export function concatenate(parts: readonly Tensor[], axis = -1): Tensor {
  const [first] = parts;
  if (!first || first.shape.length === 0)
    throw shapeError("concatenate: expects tensors with axes", "Give at least one.");
  const [along] = resolveAxes("concatenate", first.shape, axis) as [number];
  const others = ({ shape }: Tensor): Shape => shape.filter((_, i) => i !== along);
  for (const part of parts)
    if (part.shape.length !== first.shape.length || others(part).join() !== others(first).join())
      throw shapeError(
        `concatenate: ${printShape(first.shape)} and ${printShape(part.shape)} side by side along axis ${along}`,
        "All other axes must have the same extents.",
      );
  if (parts.length === 1) return first;
  const total = parts.reduce((sum, { shape }) => sum + shape[along]!, 0);
  // the axis comes first, where rows are, and goes back in the end
  const order = [along, ...first.shape.flatMap((_, i) => (i === along ? [] : [i]))];
  let offset = 0;
  let joined: Tensor | undefined;
  for (const part of parts) {
    const turned = transpose(part, order);
    const moved = moveRows(turned, offset, total);
    joined = joined ? where(less(index(moved.shape, 0), offset), joined, moved) : moved;
    offset += turned.shape[0]!;
  }
  return transpose(
    joined!,
    order.map((_, i) => order.indexOf(i)),
  );
}
