import { isSameShape, type Samples, type Shape, sizeOf } from "../array/ndarray.ts";
import { isNdArray, toNdArray } from "../array/samples.ts";
import { NablaError, quoted, shown } from "../errors.ts";

/** What there is to learn: a class for each sample, or numbers. */
export type Targets =
  | {
      readonly kind: "labels";
      /** Class of each row, from 0. */
      readonly data: Int32Array;
      /** Number of classes; every label is smaller. */
      readonly classes: number;
    }
  | {
      readonly kind: "values";
      /** One row of Π shape numbers after another. */
      readonly data: Float32Array;
      readonly shape: Shape;
    };

/** More than this many classes of numbered labels are taken for a mistake. */
export const MAX_CLASSES = 65_536;

/**
 * "0", "1", … as names of numbered classes.
 * @__NO_SIDE_EFFECTS__
 */
export function numberedClasses(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

/** Throws OPTION unless the names are at least one string, each once. */
export function checkClasses(classes: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of classes) {
    if (typeof name !== "string") throw wrongClasses(shown(name));
    if (seen.has(name)) throw wrongClasses(`${quoted(name)} twice`);
    seen.add(name);
  }
  if (seen.size === 0) throw wrongClasses("an empty list");
}

const wrongClasses = (received: string): NablaError =>
  new NablaError("OPTION", `classes are different names, got ${received}`, {
    expected: "at least one name, each once",
    received,
    hint: "Give every class a name of its own, or leave classes out.",
  });

/** The error for a label that is no class; `row` from 1. */
export function labelOutOfRange(label: number | string, row: number, classes: number, file?: string): NablaError {
  const shown = typeof label === "string" ? quoted(label) : String(label);
  const expected =
    typeof label === "string" ? `one of the ${classes} class names` : `a whole number from 0 to ${classes - 1}`;
  return new NablaError("DATA", `label ${shown} in row ${row} is none of the ${classes} classes`, {
    where: { ...(file === undefined ? {} : { file }), row },
    expected,
    received: shown,
    hint: "Correct the label, or give all class names as classes.",
  });
}

/** Targets for `count` samples, and the names of the classes where there are some. The rules are told at `dataset`. */
export function toTargets(
  y: Samples | readonly string[],
  count: number,
  classes?: readonly string[],
): { targets: Targets; classes?: readonly string[] } {
  if (classes) checkClasses(classes);
  if (isNames(y)) {
    checkCount(y.length, count);
    return fromNames(y, classes);
  }
  const { shape, data } = toNdArray(y, "y");
  checkCount(shape[0] ?? 1, count);
  if (shape.length > 1) {
    const rowShape = shape.slice(1);
    if (classes && !isSameShape(rowShape, [classes.length]))
      throw new NablaError("DATA", `rows of y have ${sizeOf(rowShape)} numbers for ${classes.length} classes`, {
        expected: `${classes.length} numbers in each row`,
        received: `${sizeOf(rowShape)}`,
        hint: "Give one number for each class, or the class numbers as a flat list.",
      });
    return { targets: { kind: "values", data, shape: rowShape }, ...(classes ? { classes } : {}) };
  }
  // Float32 keeps whole numbers apart only to 2²⁴; labels are far below, so `data` serves for both kinds.
  const isWhole = data.every((value) => value >= 0 && Number.isInteger(value));
  if (!isWhole && !classes) return { targets: { kind: "values", data, shape: [1] } };
  return fromNumbers(data, classes, isNdArray(y) ? y.data : (y as ArrayLike<number>));
}

function isNames(y: Samples | readonly string[]): y is readonly string[] {
  return Array.isArray(y) && typeof y[0] === "string";
}

function checkCount(labels: number, samples: number): void {
  if (labels === samples) return;
  throw new NablaError("DATA", `x has ${samples} samples, y has ${labels} targets`, {
    expected: `${samples} targets`,
    received: `${labels}`,
    hint: "Give one target for each sample.",
  });
}

function fromNames(
  names: readonly string[],
  given?: readonly string[],
): { targets: Targets; classes: readonly string[] } {
  for (const [i, name] of names.entries())
    if (typeof name !== "string")
      throw new NablaError("DATA", `label in row ${i + 1} is a ${typeof name} among names`, {
        where: { row: i + 1 },
        expected: "a string, as in the first row",
        received: `a ${typeof name}`,
        hint: "Give all labels as strings, or all as numbers.",
      });
  const classes = given ?? [...new Set(names)].sort();
  const numbers = new Map(classes.map((name, i) => [name, i]));
  const data = Int32Array.from(names, (name, i) => {
    const label = numbers.get(name);
    if (label === undefined) throw labelOutOfRange(name, i + 1, classes.length);
    return label;
  });
  return { targets: { kind: "labels", data, classes: classes.length }, classes };
}

function fromNumbers(
  data: Float32Array,
  given: readonly string[] | undefined,
  shown: ArrayLike<number>,
): { targets: Targets; classes: readonly string[] } {
  let largest = 0;
  for (let i = 0; i < data.length; i += 1) {
    const label = data[i]!;
    if (given && !(Number.isInteger(label) && label >= 0 && label < given.length))
      throw labelOutOfRange(shown[i]!, i + 1, given.length);
    if (label >= MAX_CLASSES)
      throw new NablaError("LIMIT", `label ${shown[i]} in row ${i + 1} would mean ${label + 1} classes`, {
        where: { row: i + 1 },
        expected: `a class number below ${MAX_CLASSES}`,
        received: String(shown[i]),
        hint: "Give measurements as rows of one number, [[3], [5]]; give names of classes as strings.",
      });
    largest = Math.max(largest, label);
  }
  const classes = given ?? numberedClasses(largest + 1);
  return { targets: { kind: "labels", data: Int32Array.from(data), classes: classes.length }, classes };
}
