import { sizeOf } from "../array/ndarray.ts";
import { NablaError, quoted } from "../errors.ts";
import { guess } from "./nearest.ts";
import { type ReadValue, wrongValue } from "./read-values.ts";

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const mostNumbers = 1 << 20;

/** `1,-1` or `0.5`: numbers with commas between them. */
export const numberList: ReadValue<readonly number[]> = (value, said) => {
  const words = typeof value === "string" ? value.replaceAll("−", "-").split(",", mostNumbers + 1) : [];
  const trimmed = words.map((word) => word.trim());
  if (trimmed.length > 0 && trimmed.length <= mostNumbers && trimmed.every((word) => numberPattern.test(word)))
    return trimmed.map(Number);
  throw wrongValue(said, value, "numbers with commas between them", "Write for example 1,-1.");
};

/** `0,1`: the position of one number in a parameter, from 0. */
export const indexList: ReadValue<readonly number[]> = (value, said) => {
  const words = typeof value === "string" ? value.split(",", 9) : [];
  if (words.length > 0 && words.length <= 8 && words.every((word) => /^\d{1,9}$/.test(word.trim())))
    return words.map(Number);
  throw wrongValue(
    said,
    value,
    "positions from 0, with commas between them",
    "Write for example 0,1 for row 0, column 1.",
  );
};

export interface AskedNumber {
  readonly name: string;
  readonly index: readonly number[];
}

/**
 * The one number that `--parameter` and `--index` ask for. The index may be left out where the parameter has one
 * number. Throws OPTION with what there is.
 */
export function askedNumber(
  parameter: string | undefined,
  index: readonly number[] | undefined,
  shapes: ReadonlyMap<string, readonly number[]>,
): AskedNumber | undefined {
  if (parameter === undefined) {
    if (index === undefined) return undefined;
    throw new NablaError("OPTION", "--index needs --parameter", {
      expected: [...shapes.keys()].join(", "),
      received: "no --parameter",
      hint: `Write for example --parameter ${quoted([...shapes.keys()][0] ?? "dense 1/weight")} --index ${index.join(",")}.`,
    });
  }
  const shape = shapes.get(parameter);
  if (!shape) {
    const known = [...shapes.keys()];
    throw new NablaError("OPTION", `--parameter: there is no ${quoted(parameter)}`, {
      expected: known.join(", "),
      received: quoted(parameter),
      hint: `${guess(parameter, known)}The model has ${known.map(quoted).join(", ")}.`,
    });
  }
  if (index !== undefined) return { name: parameter, index };
  if (sizeOf(shape) === 1) return { name: parameter, index: shape.map(() => 0) };
  throw new NablaError(
    "OPTION",
    `--parameter ${quoted(parameter)} has ${sizeOf(shape)} numbers, of which one has to be said`,
    {
      expected: "--index with a position for each axis, from 0",
      received: "no --index",
      hint: `Its shape is [${shape.join(", ")}]: write for example --index ${shape.map(() => 0).join(",")}.`,
    },
  );
}
