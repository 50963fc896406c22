import { NablaError, quoted } from "../../errors.ts";
import { checkClasses, MAX_CLASSES, type Targets } from "../targets.ts";
import { numberIn, readNumber } from "./cells.ts";

export type Task = "classification" | "regression";

/** A column of targets as it was read: text, and the row of each. */
export interface TargetColumn {
  readonly name: string;
  readonly file: string;
  readonly cells: readonly string[];
  readonly rows: readonly number[];
}

/** So many different whole numbers may be classes; more are measurements. */
const mostNumberedClasses = 20;
const longestClassName = 200;

/**
 * Targets of a column. Text is a class name; whole numbers of at most 20 different values, some of them seen twice, are
 * classes; other numbers are values of shape [1]. `task` decides otherwise, and `classes` gives the names.
 * Throws DATA with row and column for a cell that does not fit, LIMIT for endless classes.
 */
export function targetsOfColumn(
  column: TargetColumn,
  { task, classes }: { readonly task?: Task | undefined; readonly classes?: readonly string[] | undefined },
): { readonly y: Targets; readonly classes?: readonly string[] } {
  if (classes) checkClasses(classes);
  const { name, file, cells, rows } = column;
  const place = (i: number) => ({ file, row: rows[i]!, column: name });
  if (task === "regression") {
    const data = Float32Array.from(cells, (cell, i) => readNumber(cell, place(i)));
    return { y: { kind: "values", data, shape: [1] } };
  }
  const numbers = cells.map(numberIn);
  const areNumbers = numbers.every((value) => value !== undefined);
  if (task === undefined && !classes && areNumbers && !areFewWholeNumbers(numbers as readonly number[]))
    return targetsOfColumn(column, { task: "regression" });
  // "1", "01" and "1.0" are one class.
  const labels = areNumbers && !classes ? numbers.map(String) : cells.map((cell) => cell.trim());
  const names = classes ?? namesOf(labels, areNumbers, { name, file });
  const known = new Map(names.map((label, i) => [label, i]));
  const data = Int32Array.from(labels, (label, i) => {
    const given = known.get(label) ?? known.get(String(numbers[i]));
    if (given !== undefined) return given;
    throw new NablaError(
      "DATA",
      `${quoted(label)} in row ${rows[i]}, column ${quoted(name)} of ${quoted(file)} is none of the ${names.length} classes`,
      {
        where: place(i),
        expected: names.slice(0, 20).map(quoted).join(", "),
        received: quoted(label),
        hint: "Correct it, or name all classes.",
      },
    );
  });
  return { y: { kind: "labels", data, classes: names.length }, classes: names };
}

function areFewWholeNumbers(numbers: readonly number[]): boolean {
  const distinct = new Set<number>();
  for (const value of numbers) {
    if (!Number.isSafeInteger(value)) return false;
    distinct.add(value);
    if (distinct.size > mostNumberedClasses) return false;
  }
  return distinct.size < numbers.length;
}

function namesOf(
  labels: readonly string[],
  areNumbers: boolean,
  { name, file }: { readonly name: string; readonly file: string },
): readonly string[] {
  const names = [...new Set(labels)];
  const long = names.find((label) => label.length > longestClassName);
  if (names.length > MAX_CLASSES || long !== undefined)
    throw new NablaError(
      "LIMIT",
      long === undefined
        ? `column ${quoted(name)} of ${quoted(file)} has ${names.length} classes`
        : `column ${quoted(name)} of ${quoted(file)} has a class name of ${long.length} characters`,
      {
        where: { file, column: name },
        expected: `at most ${MAX_CLASSES} classes with names of up to ${longestClassName} characters`,
        received: long === undefined ? String(names.length) : quoted(long),
        hint: "Choose the column with the classes as the target.",
      },
    );
  return names.sort(areNumbers ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
