import { checkNames, NablaError, quoted, wrongOption } from "../../errors.ts";
import { type ReadOptions, readBytes, tooLarge } from "../bytes.ts";
import { type Dataset, fromTable } from "../dataset.ts";
import { gunzip, isGzip } from "../gzip.ts";
import { isMissing, missingValue, readNumber } from "./cells.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { decodeCsv, visitRows } from "./rows.ts";
import { type Task, targetsOfColumn } from "./target.ts";

export interface CsvOptions extends ReadOptions {
  /** The column to learn: its name, or its number from 1. Default the last one. null: there is none. */
  readonly target?: string | number | null;
  /** Whether the first row names the columns. Default: it does if no cell of it is a number. */
  readonly header?: boolean;
  /** What stands between cells, one character. Default: the one of , ; tab | that is most frequent in the first row. */
  readonly delimiter?: string;
  /** Names, or numbers from 1, of columns to leave out: a number of the row, a comment. */
  readonly ignore?: readonly (string | number)[];
  /** Names of the classes, in the order of their numbers. Default: what stands in the target column, sorted. */
  readonly classes?: readonly string[];
  /** Whether the target is a class or a number. Default: see `csv`. */
  readonly task?: Task;
  /** What to do with rows that have a gap: throw DATA with its place (default), or leave them out. */
  readonly missing?: "error" | "drop";
}

const names: readonly (keyof CsvReadOptions)[] = [
  "target",
  "header",
  "delimiter",
  "ignore",
  "classes",
  "task",
  "missing",
  "maxBytes",
  "signal",
  "columns",
  "file",
];

/** No table of text may be larger unless the caller says so: 256 MiB. */
const mostBytes = 268_435_456;

/**
 * A table of text as a data set: numbers in all columns but the target. `source` is the path of a file (gzip or not; a
 * URL in a page), its bytes, or the text itself: a string with a line break in it is text.
 *
 * The target column gives
 * - class names, sorted, if it holds text;
 * - classes named by their numbers, if it holds whole numbers of at most 20 different values that repeat;
 * - values of shape [1] otherwise. `task` decides where this guess is wrong.
 *
 * Quotes, line breaks in quotes, CRLF and byte order marks are understood (RFC 4180). Rows are counted as in the file,
 * the header being row 1. Throws FORMAT for text that is no table (ragged rows, open quotes, other encodings), DATA for a
 * cell without a value, without a number, or with one that float32 cannot hold, each with row and column; OPTION
 * for columns that are not there, LIMIT beyond `maxBytes`, ENVIRONMENT for files that cannot be read.
 */
export async function csv(source: string | Uint8Array, options: CsvOptions = {}): Promise<Dataset> {
  return (await readCsv(source, options)).data;
}

export interface CsvTable {
  readonly data: Dataset;
  /** Name of the target column; undefined where there is none. */
  readonly target: string | undefined;
  readonly hasHeader: boolean;
  /** Of each sample, its row in the file, from 1. */
  readonly rows: readonly number[];
  /** How many rows were left out because of gaps. */
  readonly dropped: number;
}

export interface CsvReadOptions extends CsvOptions {
  /** The columns that make a sample, by name and in this order, as a model knows them. The target may be absent. */
  readonly columns?: readonly string[] | undefined;
  /** Names the source in errors. */
  readonly file?: string;
}

/** As `csv`, with what else is known of the table. */
export async function readCsv(source: string | Uint8Array, options: CsvReadOptions = {}): Promise<CsvTable> {
  const { file = typeof source === "string" && !isText(source) ? source : "the table", missing = "error" } = options;
  checkOptions(options);
  if (typeof source !== "string" && !ArrayBuffer.isView(source))
    throw wrongOption("csv", "source", source, "a path, text, or the bytes of a file");
  const text = await textOf(source, file, options);
  let layout: Layout | undefined;
  let width = 0;
  let dropped = 0;
  const numbers = new Numbers();
  const targets: string[] = [];
  const rows: number[] = [];
  const read = (cells: readonly string[], row: number, { names, features, target }: Layout): void => {
    const place = (column: number) => ({ file, row, column: names[column]! });
    if (cells.length !== width) throw ragged(file, row, cells.length, width);
    const used = target === undefined ? features : [...features, target];
    const gap = used.find((column) => isMissing(cells[column]!));
    if (gap !== undefined) {
      if (missing === "error") throw missingValue(cells[gap]!, place(gap));
      dropped += 1;
      return;
    }
    for (const column of features) numbers.push(readNumber(cells[column]!, place(column)));
    if (target !== undefined) targets.push(cells[target]!);
    rows.push(row);
  };
  await visitRows(text, { delimiter: options.delimiter, file }, (cells, row) => {
    if (layout) return read(cells, row, layout);
    layout = layoutOf(cells, row, { ...options, file });
    width = cells.length;
    if (!layout.hasHeader) read(cells, row, layout);
  });
  if (!layout || rows.length === 0) throw empty(file, layout, dropped);
  const { names, features, target, hasHeader } = layout;
  const learned =
    target === undefined ? {} : targetsOfColumn({ name: names[target]!, file, cells: targets, rows }, options);
  const data = fromTable({
    shape: [features.length],
    x: { data: numbers.take(), scale: 1 },
    columns: features.map((column) => names[column]!),
    ...learned,
  });
  return { data, target: target === undefined ? undefined : names[target]!, hasHeader, rows, dropped };
}

const isText = (source: string): boolean => /[\r\n]/.test(source);

async function textOf(source: string | Uint8Array, file: string, options: CsvReadOptions): Promise<string> {
  const { maxBytes = mostBytes, signal } = options;
  if (typeof source === "string" && isText(source)) {
    if (source.length > maxBytes) throw tooLarge(file, source.length, maxBytes);
    return source;
  }
  const reading = { maxBytes, ...(signal ? { signal } : {}) };
  const bytes = typeof source === "string" ? await readBytes(source, reading) : source;
  if (bytes.length > maxBytes) throw tooLarge(file, bytes.length, maxBytes);
  return decodeCsv(typeof source !== "string" && isGzip(bytes) ? await gunzip(bytes, { file, maxBytes }) : bytes, file);
}

function checkOptions(options: CsvReadOptions): void {
  checkNames("csv", options, names);
  const { task, missing, classes } = options;
  const wrong = (name: string, value: unknown, expected: string) => wrongOption("csv", name, value, expected);
  if (task !== undefined && task !== "classification" && task !== "regression")
    throw wrong("task", task, '"classification" or "regression"');
  if (missing !== undefined && missing !== "error" && missing !== "drop")
    throw wrong("missing", missing, '"error" or "drop"');
  if (task === "regression" && classes)
    throw new NablaError("OPTION", "classes are named, and the task is regression", {
      expected: "one of the two",
      received: "both",
      hint: "Leave one of them out.",
    });
}

function ragged(file: string, row: number, received: number, expected: number): NablaError {
  return new NablaError("FORMAT", `row ${row} of ${quoted(file)} has ${received} cells, the first row ${expected}`, {
    where: { file, row },
    expected: `${expected} cells`,
    received: String(received),
    hint: "Give every row as many cells; put a cell with a delimiter in it in quotes.",
  });
}

function empty(file: string, layout: Layout | undefined, dropped: number): NablaError {
  const problem =
    layout === undefined ? "is empty" : dropped > 0 ? "has a gap in every row" : "has a header and no rows below it";
  return new NablaError("DATA", `${quoted(file)} ${problem}`, {
    where: { file },
    expected: "at least one row of numbers",
    received: dropped > 0 ? `${dropped} rows with gaps` : "none",
    hint:
      layout === undefined
        ? "Check that it is the right file."
        : dropped > 0
          ? "Fill the gaps, or leave columns with gaps out (ignore)."
          : "Add samples; where the first row is a sample itself, say so (header).",
  });
}

/** A list of float32 that grows by doubling. */
class Numbers {
  #values = new Float32Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float32Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  take(): Float32Array {
    return this.#values.slice(0, this.#length);
  }
}
