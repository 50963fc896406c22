import { wrongOption } from "../errors.ts";

/** How a layer is called in messages before it has a place in a model. */
export const called = (kind: string, name: string | undefined): string =>
  name === undefined ? kind : `${kind} "${name}"`;

/** A whole number of at least `from`. Throws OPTION. */
export function checkCount(what: string, setting: string, value: unknown, from: number, example: string): void {
  if (Number.isSafeInteger(value) && (value as number) >= from) return;
  throw wrongOption(what, setting, value, `a whole number of at least ${from}`, `Write for example ${example}.`);
}

/** Weights of a penalty, 0 or more. Throws OPTION. */
export function checkPenalties(what: string, penalties: Readonly<Record<string, unknown>>): void {
  for (const [setting, value] of Object.entries(penalties))
    if (!(Number.isFinite(value) && (value as number) >= 0))
      throw wrongOption(
        what,
        setting,
        value,
        "a number of at least 0",
        `Give a small number such as 1e-4, or leave ${setting} out.`,
      );
}
