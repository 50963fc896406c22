import { matmul } from "./contract.ts";
import { index } from "./leaves.ts";
import { equal } from "./pointwise.ts";
import { printShape, shapeError, sizeOf } from "./shape.ts";
import { type GatherOp, Tensor } from "./tensor.ts";
import { broadcastTo, reshape } from "./view.ts";

const gatherOp: GatherOp = {
  name: "gather",
  kind: "gather",
  /** Row r of the table gets the sum of the gradients of the places that read it: Tᵀ·dy with T one-hot. */
  vjp(dy, _y, [table, rows]) {
    const [extent, ...rest] = table!.shape;
    if (table!.op.kind === "leaf" && table!.op.name === "table") return [null, null];
    const reads = rows!.shape[0]!;
    const oneHot = equal(broadcastTo(reshape(rows!, [1, reads]), [extent!, reads]), index([extent!, reads], 0));
    return [reshape(matmul(oneHot, reshape(dy, [reads, sizeOf(rest)])), table!.shape), null];
  },
};

/** Rows of `table` [n, …rest] in the order of `rows` [m], which holds whole numbers 0 … n − 1: [m, …rest]. Throws SHAPE. */
export function gather(table: Tensor, rows: Tensor): Tensor {
  if (table.shape.length < 1 || rows.shape.length !== 1)
    throw shapeError(
      `gather: rows of shape ${printShape(rows.shape)} from a table of shape ${printShape(table.shape)}`,
      "Give a table [n, …] and a list of row numbers [m].",
    );
  return new Tensor(gatherOp, [table, rows], [rows.shape[0]!, ...table.shape.slice(1)]);
}
