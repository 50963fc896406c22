import { NablaError, shown } from "../errors.ts";
import { isSameShape, type NdArray, type Samples, type Shape, sizeOf } from "./ndarray.ts";

/** Samples laid out one after another: `data.length` = count · Π sampleShape. */
export interface Batch {
  readonly data: Float32Array;
  readonly count: number;
  /** The caller gave one sample without a batch axis and gets its result back without one. */
  readonly isSingle: boolean;
}

const MAX_RANK = 8;

type Numbers = ArrayLike<unknown>;

const isNumbers = (x: unknown): x is Numbers => Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView));

/** Tells an array with a shape from plain numbers and rows. */
export const isNdArray = (x: unknown): x is NdArray =>
  typeof x === "object" && x !== null && !isNumbers(x) && "shape" in x && "data" in x;

/** `[2, 3]` as the errors print it. */
const printed = (shape: Shape): string => `[${shape.join(", ")}]`;

/** The error for a value that cannot be computed with, at a flat index; `size` numbers make a row. */
function badNumber(what: string, value: unknown, index: number, size: number): NablaError {
  const row = Math.floor(index / size) + 1;
  const column = (index % size) + 1;
  const received = shown(value);
  return new NablaError("DATA", `${what} holds ${received} in row ${row}, column ${column}`, {
    where: { row, column: String(column) },
    expected: "a finite number",
    received,
    hint: Number.isFinite(value)
      ? "Float32 ends at 3.4e38: rescale the column."
      : "Remove the sample, or fill the gap with a number.",
  });
}

/**
 * Throws DATA with row and column (from 1) at the first NaN or infinity.
 * `size` numbers make a row. Costs 1 ms for 4 million numbers.
 */
export function checkFinite(data: Float32Array, size: number, what: string): void {
  for (let i = 0; i < data.length; i += 1) {
    const value = data[i]!;
    if (value - value !== 0) throw badNumber(what, value, i, size);
  }
}

/** Float32 copy of `source` at `offset`; DATA for anything but finite numbers that float32 can hold. */
function copyNumbers(source: Numbers, target: Float32Array, offset: number, size: number, what: string): void {
  for (let i = 0; i < source.length; i += 1) {
    const value = source[i];
    if (typeof value !== "number") throw badNumber(what, value, offset + i, size);
    target[offset + i] = value;
    const stored = target[offset + i]!;
    if (stored - stored !== 0) throw badNumber(what, value, offset + i, size);
  }
}

function wrongShape(what: string, problem: string, expected: string, received: string): NablaError {
  return new NablaError("SHAPE", `${what} ${problem}`, {
    expected,
    received,
    hint: "Give one sample, an array of samples of equal size, or an object with shape and data.",
  });
}

/** The shape of nested arrays, read along their first elements. */
function shapeOfNested(x: Numbers, what: string): number[] {
  const shape: number[] = [];
  for (let inner: unknown = x; isNumbers(inner); inner = inner[0]) {
    if (shape.length === MAX_RANK)
      throw wrongShape(what, `is nested more than ${MAX_RANK} deep`, `at most ${MAX_RANK} axes`, "more");
    shape.push(inner.length);
    if (inner.length === 0) break;
  }
  return shape;
}

/** Copies nested arrays row by row; SHAPE where one is shorter or longer than the first. */
function copyNested(x: Numbers, shape: Shape, size: number, what: string): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  let offset = 0;
  const visit = (inner: unknown, axis: number, row: number): void => {
    const length = isNumbers(inner) ? inner.length : undefined;
    if (length !== shape[axis]) {
      const received = length === undefined ? shown(inner) : `${length} numbers`;
      throw new NablaError("SHAPE", `${what} has rows of different sizes: row ${row} has ${received}`, {
        where: { row },
        expected: `${shape[axis]} numbers, as in the first row`,
        received,
        hint: "Give every row the same number of entries.",
      });
    }
    const values = inner as Numbers;
    if (axis === shape.length - 1) {
      copyNumbers(values, data, offset, size, what);
      offset += values.length;
    } else for (let i = 0; i < values.length; i += 1) visit(values[i], axis + 1, axis === 0 ? i + 1 : row);
  };
  visit(x, 0, 1);
  return data;
}

/**
 * The numbers of `x` with their shape: flat numbers give [n], rows [n, m], deeper nesting more axes.
 * A Float32Array is taken as it is, without a copy; everything else is copied. `sizeOfSample` places errors in rows;
 * without it the first axis counts rows. Throws SHAPE for ragged rows or a shape that does not fit its data, DATA for
 * anything but finite numbers.
 */
export function toNdArray(x: Samples, what: string, sizeOfSample?: number): NdArray {
  if (isNdArray(x)) {
    const { shape, data } = x as { shape: unknown; data: unknown };
    const isShape =
      Array.isArray(shape) && shape.length <= MAX_RANK && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!isShape || !isNumbers(data) || sizeOf(shape as Shape) !== data.length)
      throw wrongShape(
        what,
        `has ${isNumbers(data) ? data.length : "no"} numbers, which do not fill its shape`,
        "the product of its extents",
        isShape ? printed(shape as Shape) : "no shape",
      );
    return withShape(data, shape as Shape, what, sizeOfSample);
  }
  if (!isNumbers(x)) throw wrongShape(what, `is ${shown(x)}`, "numbers, rows of numbers, or an NdArray", shown(x));
  const shape = shapeOfNested(x, what);
  if (shape.length === 1) return withShape(x, shape, what, sizeOfSample);
  const size = sizeOfSample ?? sizeOf(shape.slice(1));
  return { shape, data: copyNested(x, shape, size, what) };
}

function withShape(data: Numbers, shape: Shape, what: string, sizeOfSample?: number): NdArray {
  const size = sizeOfSample ?? Math.max(1, sizeOf(shape.slice(1)));
  if (data instanceof Float32Array) {
    checkFinite(data, size, what);
    return { shape, data };
  }
  const copy = new Float32Array(data.length);
  copyNumbers(data, copy, 0, size, what);
  return { shape, data: copy };
}

/**
 * One or many samples of `sampleShape` as one batch. A shape equal to `sampleShape`, or as many numbers as one sample
 * has, is a single sample; otherwise the first axis counts samples, and flat numbers are cut into samples in order.
 * A Float32Array is not copied. Throws SHAPE that names both sizes, and DATA with row and column for NaN and infinity.
 * `what` names the value in errors: "x", "the input".
 */
export function toBatch(x: Samples, sampleShape: Shape, what: string): Batch {
  const size = sizeOf(sampleShape);
  const { shape, data } = toNdArray(x, what, size);
  // With samples of one number, [[5]] is a batch of one and [5] is a sample.
  const isSingle = isSameShape(shape, sampleShape) || (data.length === size && shape[0] !== 1);
  if (isSingle) return { data, count: 1, isSingle };
  const [count = 0, ...rest] = shape;
  const isFlat = shape.length === 1 && size > 0 && count % size === 0;
  const isBatch = isFlat || (sizeOf(rest) === size && rest.length > 0);
  if (data.length === 0) throw wrongShape(what, "holds no samples", `samples of ${size} numbers`, printed(shape));
  if (!isBatch)
    throw wrongShape(
      what,
      `expects ${size} numbers a sample, got ${rest.length === 0 ? count : sizeOf(rest)}`,
      `${printed(sampleShape)} or [n, ${sampleShape.join(", ")}]`,
      printed(shape),
    );
  return { data, count: data.length / size, isSingle };
}
