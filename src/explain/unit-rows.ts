import { sizeOf } from "../array/ndarray.ts";
import { input, mul, reshape, sum, type Tensor } from "../graph/index.ts";

/**
 * Many units at a time: row i of a batch belongs to unit i of a list, so the sum over the rows of "the number that row i
 * has at its unit" has, at row i, the gradient of that unit alone. One plan serves every unit of a layer.
 */
export interface UnitRows {
  /** What the unit of each row gives, [rows]. */
  readonly values: Tensor;
  /** Their sum, one number to differentiate. */
  readonly total: Tensor;
}

/** The name of the input that says which unit each row belongs to: [rows × units], 1 at the unit and else 0. */
export const chosenUnits = "chosen units";

/** `output` is what the layer gives for the batch, [rows, …]. */
export function unitRows(output: Tensor): UnitRows {
  const [rows = 1] = output.shape;
  const units = sizeOf(output.shape.slice(1));
  const chosen = input([rows, units], chosenUnits);
  const values = sum(mul(reshape(output, [rows, units]), chosen), 1);
  return { values: reshape(values, [rows]), total: sum(values) };
}

/** The value of that input for a list of units; rows beyond the list choose none. */
export function oneHot(units: readonly number[], rows: number, width: number): Float32Array {
  const chosen = new Float32Array(rows * width);
  for (const [row, unit] of units.entries()) chosen[row * width + unit] = 1;
  return chosen;
}

/** A few units at a time bound the memory of a plan; no result depends on it. */
export const mostRows = 64;

/** The list in parts of at most `mostRows`. */
export function inParts(units: readonly number[]): readonly (readonly number[])[] {
  return Array.from({ length: Math.ceil(units.length / mostRows) }, (_, i) =>
    units.slice(i * mostRows, (i + 1) * mostRows),
  );
}
