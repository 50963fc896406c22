import { type Samples, type Shape, sizeOf } from "../array/ndarray.ts";
import { toNdArray } from "../array/samples.ts";
import { NablaError, wrongOption } from "../errors.ts";
import { type SplitOptions, splitRows } from "./split.ts";
import { type Targets, toTargets } from "./targets.ts";

/** The samples' numbers, one sample after another. Bytes stay bytes: what the network sees is `data[i] * scale`. */
export interface Features {
  readonly data: Float32Array | Uint8Array;
  /** 1/255 for pictures of bytes, 1 for numbers. */
  readonly scale: number;
}

/** What a data set holds. `x` and `y` are tables that several data sets may share. */
export interface Table {
  /** Shape of one sample: [784], [28, 28]. */
  readonly shape: Shape;
  readonly x: Features;
  /** Absent where there are only samples and nothing to learn. */
  readonly y?: Targets;
  /** Names of the classes, in the order of the labels' numbers; absent where the targets are plain values. */
  readonly classes?: readonly string[];
  /** Names of the numbers of a sample, where they have some: the columns of a table. */
  readonly columns?: readonly string[];
  /** Sample i is row `rows[i]` of `x` and `y`; without `rows` it is row i. */
  readonly rows?: Uint32Array;
}

/** Samples with their labels or target values. Nothing in it changes; `take` and `split` give views on the same memory. */
export interface Dataset extends Table {
  /** Number of samples. */
  readonly size: number;
  /** The first `n` samples, or all where there are fewer. Throws OPTION unless `n` is a whole number from 1. */
  take(n: number): Dataset;
  /** A training and a test part without a sample in common. Throws OPTION where one of them would be empty. */
  split(options?: SplitOptions): { train: Dataset; test: Dataset };
}

const dimension = (table: Table): number => sizeOf(table.shape);

/** The samples `from` to `to` (exclusive) as a view. */
function slice(table: Table, from: number, to: number): Table {
  if (table.rows) return { ...table, rows: table.rows.subarray(from, to) };
  const cut = <Part extends { readonly data: TypedArray }>(part: Part, size: number): Part => ({
    ...part,
    data: part.data.subarray(from * size, to * size),
  });
  const { x, y } = table;
  const targets = y && cut<Targets>(y, y.kind === "labels" ? 1 : sizeOf(y.shape));
  return { ...table, x: cut(x, dimension(table)), ...(targets && { y: targets }) };
}

type TypedArray = Float32Array | Uint8Array | Int32Array;

/** A data set of a table whose parts are known to fit: for readers, which have checked what they read. */
export function fromTable(table: Table): Dataset {
  const size = table.rows ? table.rows.length : table.x.data.length / dimension(table);
  return {
    ...table,
    size,
    take(n) {
      if (!Number.isSafeInteger(n) || n < 1)
        throw wrongOption("take", "n", n, "the number of samples to take, 1 or more");
      return n >= size ? fromTable(table) : fromTable(slice(table, 0, n));
    },
    split(options = {}) {
      const parts = splitRows({ size, y: table.y, rows: table.rows }, options);
      const [train, test] =
        typeof parts === "number"
          ? [slice(table, 0, parts), slice(table, parts, size)]
          : parts.map((rows) => ({ ...table, rows }));
      return { train: fromTable(train!), test: fromTable(test!) };
    },
  };
}

/**
 * A data set of samples `x` and, where there is something to learn, targets `y`, one for each sample.
 *
 * `x`: rows (nested as deep as the sample's shape), an NdArray whose first axis counts samples, or flat numbers, each a
 * sample of shape [1]. A Float32Array is not copied: do not change it afterwards.
 *
 * `y` becomes labels, numbers of classes from 0, if it is
 * - strings: each a class name; the classes are the distinct names in the order of their UTF-16 units, or `classes`;
 * - flat whole numbers from 0 (any array type): each the number of a class; the classes are "0" … "largest", or `classes`.
 *
 * Otherwise `y` becomes values: flat numbers with a fraction or a sign give targets of shape [1], rows give targets of
 * the row's shape (with `classes`, one column per class). Whole numbers that are measurements go in as rows of one:
 * [[3], [5]].
 *
 * Throws DATA for NaN or infinity in `x` or `y` (row and column from 1), a number of targets that is not the number of
 * samples, a label outside the classes (row); SHAPE for rows of different sizes; OPTION for class names given twice.
 */
export function dataset(
  x: Samples,
  y?: Samples | readonly string[],
  options: { classes?: readonly string[] } = {},
): Dataset {
  const { shape, data } = toNdArray(x, "x");
  const [count = 0, ...sampleShape] = shape;
  const features = { data, scale: 1 };
  if (data.length === 0)
    throw new NablaError("DATA", "x holds no samples", {
      expected: "at least one sample",
      received: "0",
      hint: "Give rows of numbers, one row for each sample.",
    });
  const given = { shape: sampleShape.length === 0 ? [1] : sampleShape, x: features };
  if (y === undefined) {
    if (options.classes)
      throw new NablaError("OPTION", "classes are given, but no labels", {
        expected: "labels",
        received: "none",
        hint: "Give the labels, or leave the classes out.",
      });
    return fromTable(given);
  }
  const { targets, classes } = toTargets(y, count, options.classes);
  return fromTable({ ...given, y: targets, ...(classes ? { classes } : {}) });
}
