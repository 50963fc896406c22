import { NablaError, quoted } from "../../errors.ts";
import { numberIn } from "./cells.ts";

/** Which column is what. */
export interface Layout {
  /** Names of all columns; "1", "2", … where the file has none. */
  readonly names: readonly string[];
  readonly hasHeader: boolean;
  /** Places of the columns that make a sample, in order. */
  readonly features: readonly number[];
  /** Place of the target; undefined where it is not there and not asked for. */
  readonly target: number | undefined;
}

export interface LayoutWishes {
  readonly file: string;
  readonly header?: boolean | undefined;
  /** Name of the target, or its number from 1; null: there is none. Default the last column. */
  readonly target?: string | number | null | undefined;
  /** Names, or numbers from 1, of columns to leave out. */
  readonly ignore?: readonly (string | number)[] | undefined;
  /** Names of exactly the columns that make a sample, in this order; the target may be absent then. */
  readonly columns?: readonly string[] | undefined;
}

/**
 * Reads the first row. It is the header if `header` says so; unless told, if none of its cells is a number.
 * Throws FORMAT for names that stand twice, OPTION for columns that are not there; DATA where a model needs them.
 */
export function layoutOf(first: readonly string[], row: number, wishes: LayoutWishes): Layout {
  const { file, header, target, ignore = [], columns } = wishes;
  const hasHeader = header ?? first.every((cell) => numberIn(cell) === undefined);
  const names = hasHeader ? first.map((cell, i) => cell.trim() || String(i + 1)) : first.map((_, i) => String(i + 1));
  const places = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const twin = places.get(name);
    if (twin !== undefined)
      throw new NablaError(
        "FORMAT",
        `${quoted(file)} has two columns called ${quoted(name)}: ${twin + 1} and ${i + 1}`,
        {
          where: { file, row, column: name },
          expected: "a name of its own for each column",
          received: `${quoted(name)} twice`,
          hint: "Rename one of them in the first row.",
        },
      );
    places.set(name, i);
  }
  const find = (said: string | number, what: string): number => {
    const place =
      places.get(String(said)) ?? (hasHeader || columns === undefined ? byNumber(said, names.length) : undefined);
    if (place !== undefined) return place;
    throw unknownColumn(said, what, { file, names, isAsked: columns === undefined });
  };
  if (columns) {
    // A model of a table without names knows its columns as "1", "2", …, and so does this table.
    const areNamed = hasHeader || columns.every((name) => places.has(name));
    const features = areNamed
      ? columns.map((name) => find(name, "column"))
      : withoutNames(names, columns.length, { file });
    if (target === null || target === undefined) return { names, hasHeader, features, target: undefined };
    const last = !areNamed && names.length === columns.length + 1 ? names.length - 1 : undefined;
    return { names, hasHeader, features, target: areNamed ? places.get(String(target)) : last };
  }
  const targetPlace =
    target === null ? undefined : target === undefined ? names.length - 1 : find(target, "target column");
  const left = new Set(ignore.map((said) => find(said, "column to ignore")));
  if (targetPlace !== undefined && left.has(targetPlace))
    throw new NablaError("OPTION", `column ${quoted(names[targetPlace]!)} is the target and is to be ignored`, {
      where: { file },
      expected: "another target",
      received: quoted(names[targetPlace]!),
      hint: "Name the target, or do not ignore it.",
    });
  const features = names.map((_, i) => i).filter((i) => i !== targetPlace && !left.has(i));
  if (features.length === 0)
    throw new NablaError("FORMAT", `${quoted(file)} has no column besides the target`, {
      where: { file },
      expected: "at least one column of numbers",
      received: `${names.length} ${names.length === 1 ? "column" : "columns"}`,
      hint: "Check the delimiter, which can be given.",
    });
  return { names, hasHeader, features, target: targetPlace };
}

/** "3" or 3 as a column's place, counted from 1. */
function byNumber(said: string | number, count: number): number | undefined {
  const number = typeof said === "number" ? said : /^\d{1,9}$/.test(said) ? Number(said) : 0;
  return Number.isSafeInteger(number) && number >= 1 && number <= count ? number - 1 : undefined;
}

/** Without a header the columns are known by their order: as many as there should be, with or without a target after. */
function withoutNames(names: readonly string[], count: number, { file }: { readonly file: string }): readonly number[] {
  if (names.length === count || names.length === count + 1) return Array.from({ length: count }, (_, i) => i);
  throw new NablaError("FORMAT", `${quoted(file)} has ${names.length} columns and no header`, {
    where: { file },
    expected: `${count} columns, or ${count + 1} with the target last`,
    received: `${names.length}`,
    hint: "Give the columns that the model was trained on, or a first row with their names.",
  });
}

function unknownColumn(
  said: string | number,
  what: string,
  { file, names, isAsked }: { readonly file: string; readonly names: readonly string[]; readonly isAsked: boolean },
): NablaError {
  const shown = names.slice(0, 20).map(quoted).join(", ");
  const known = names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
  // A column that the user names is an option; one that a model needs is data.
  return new NablaError(isAsked ? "OPTION" : "DATA", `${quoted(file)} has no ${what} ${quoted(String(said))}`, {
    where: { file, column: String(said) },
    expected: isAsked ? `a name, or a number from 1 to ${names.length}` : "the columns that the model was trained on",
    received: quoted(String(said)),
    hint: `Its columns are ${known}.`,
  });
}
