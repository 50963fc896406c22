import { quoted } from "../data/quoted.ts";
import { NablaError } from "../errors.ts";

/** The error for an option that cannot be used. `expected` completes "Give <option> as …". */
export function wrongOption(option: string, value: unknown, expected: string): NablaError {
  const received =
    typeof value === "number" || value === null || typeof value === "boolean"
      ? String(value)
      : typeof value === "string"
        ? quoted(value)
        : Array.isArray(value)
          ? "a list"
          : `a ${typeof value}`;
  return new NablaError("OPTION", `${option} is ${received}`, {
    expected,
    received,
    hint: `Give ${option} as ${expected}.`,
  });
}

/** Throws OPTION for names that are no options, so that a slip of the pen is not ignored. */
export function checkNames(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new NablaError("OPTION", `there is no option ${quoted(name)}`, {
        expected: known.join(", "),
        received: quoted(name),
        hint: `Known are ${known.join(", ")}.`,
      });
}

export const isWhole = (value: unknown, from: number, to = Number.MAX_SAFE_INTEGER): value is number =>
  Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;
