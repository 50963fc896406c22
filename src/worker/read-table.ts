import { areFinite } from "../array/finite.ts";
import { sizeOf } from "../array/ndarray.ts";
import { type Dataset, fromTable, type Table } from "../data/dataset.ts";
import { checkClasses, type Targets } from "../data/targets.ts";
import { NablaError } from "../errors.ts";

/**
 * The data set whose plain fields were sent: shape, x, y, classes, columns, rows. Nothing is copied, and everything is
 * checked. Throws FORMAT for fields that are not what they should be, DATA for numbers that cannot be.
 */
export function readTable(given: unknown): Dataset {
  const { shape, x, y, classes, columns, rows } = fieldsOf(given) ?? {};
  if (!isShape(shape)) throw wrong("shape", "the shape of one sample, such as [28, 28]");
  const { data, scale } = fieldsOf(x) ?? {};
  if (!(data instanceof Float32Array || data instanceof Uint8Array))
    throw wrong("x.data", "a Float32Array or a Uint8Array");
  if (typeof scale !== "number" || !Number.isFinite(scale)) throw wrong("x.scale", "a finite number");
  const width = sizeOf(shape);
  const count = data.length / width;
  if (!Number.isInteger(count) || count < 1) throw wrong("x.data", `${width} numbers for each sample`);
  if (data instanceof Float32Array && !areFinite(data)) throw notFinite("x.data");
  if (rows !== undefined && !(rows instanceof Uint32Array && rows.length > 0 && rows.every((row) => row < count)))
    throw wrong("rows", `a Uint32Array of rows below ${count}`);
  if (columns !== undefined && !areTexts(columns)) throw wrong("columns", "a list of names");
  if (classes !== undefined) {
    if (!areTexts(classes)) throw wrong("classes", "a list of names");
    checkClasses(classes);
  }
  const table: Table = {
    shape,
    x: { data, scale },
    ...(y !== undefined && { y: readTargets(y, count) }),
    ...(classes && { classes }),
    ...(columns && { columns }),
    ...(rows && { rows }),
  };
  if (table.y?.kind === "labels" && table.classes && table.classes.length !== table.y.classes)
    throw wrong("classes", `${table.y.classes} names, one for each class`);
  return fromTable(table);
}

function readTargets(y: unknown, count: number): Targets {
  const { kind, data, classes, shape } = fieldsOf(y) ?? {};
  if (kind === "labels") {
    if (!Number.isSafeInteger(classes) || (classes as number) < 1) throw wrong("y.classes", "the number of classes");
    const isLabel = (label: number): boolean => label >= 0 && label < (classes as number);
    if (!(data instanceof Int32Array) || data.length !== count || !data.every(isLabel))
      throw wrong("y.data", `an Int32Array of ${count} labels from 0 to ${(classes as number) - 1}`);
    return { kind, data, classes: classes as number };
  }
  if (kind !== "values") throw wrong("y.kind", '"labels" or "values"');
  if (!isShape(shape)) throw wrong("y.shape", "the shape of one target, such as [1]");
  if (!(data instanceof Float32Array) || data.length !== count * sizeOf(shape))
    throw wrong("y.data", `a Float32Array of ${count} targets`);
  if (!areFinite(data)) throw notFinite("y.data");
  return { kind, data, shape };
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null ? (value as Fields) : undefined;

const isShape = (value: unknown): value is readonly number[] =>
  Array.isArray(value) &&
  value.length >= 1 &&
  value.length <= 8 &&
  value.every((extent) => Number.isSafeInteger(extent) && extent >= 1) &&
  sizeOf(value) < 2 ** 31;

const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length <= 1_000_000 && value.every((text) => typeof text === "string");

const wrong = (field: string, expected: string): NablaError =>
  new NablaError("FORMAT", `the data's ${field} is not what it should be`, {
    expected,
    received: "something else",
    hint: "Send the plain fields of a data set: shape, x, y, classes, columns, rows.",
  });

const notFinite = (field: string): NablaError =>
  new NablaError("DATA", `the data's ${field} holds NaN or infinity`, {
    expected: "finite numbers",
    received: "NaN or infinity",
    hint: "Leave out or fill in what is missing.",
  });
