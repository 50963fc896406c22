import { NablaError, quoted } from "../errors.ts";
import { formatCount } from "../report/index.ts";
import { guess } from "./nearest.ts";

/**
 * Reads one value of an option, a word of the command line or an entry of a JSON file, or throws OPTION.
 * `said` is how the user knows it: `--epochs`, or `"epochs" in config.json`.
 */
export type ReadValue<T> = (value: unknown, said: string) => T;

export function wrongValue(said: string, value: unknown, expected: string, hint: string): NablaError {
  const received = shown(value);
  return new NablaError("OPTION", `${said} expects ${expected}, got ${received}`, { expected, received, hint });
}

function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return Array.isArray(value) ? `${value.length} of them` : `a ${typeof value}`;
}

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** `Number` takes "", " 1", "0x10" and "1_0" in its own ways; here a number is written as one, or it is none. */
function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && numberPattern.test(value) ? Number(value) : Number.NaN;
}

export function wholeNumber({
  from,
  to = Number.MAX_SAFE_INTEGER,
}: {
  readonly from: number;
  readonly to?: number;
}): ReadValue<number> {
  const range = to === Number.MAX_SAFE_INTEGER ? (from <= -to ? "" : ` from ${from}`) : ` from ${from} to ${to}`;
  return (value, said) => {
    const number = toNumber(value);
    if (Number.isSafeInteger(number) && number >= from && number <= to) return number;
    throw wrongValue(said, value, `a whole number${range}`, `Write for example ${Math.max(from, Math.min(to, 10))}.`);
  };
}

export const numberAboveZero =
  (example: string): ReadValue<number> =>
  (value, said) => {
    const number = toNumber(value);
    if (number > 0 && number < Number.POSITIVE_INFINITY) return number;
    throw wrongValue(said, value, "a number above 0", `Write for example ${example}.`);
  };

export function numberFrom({ from, to }: { readonly from: number; readonly to: number }): ReadValue<number> {
  return (value, said) => {
    const number = toNumber(value);
    if (number >= from && number <= to) return number;
    throw wrongValue(said, value, `a number from ${from} to ${to}`, "Write for example 0.1.");
  };
}

/** What another reader reads, or one of some words. */
export const orWords =
  <T, const Word extends string>(read: ReadValue<T>, ...known: readonly Word[]): ReadValue<T | Word> =>
  (value, said) => {
    const word = known.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    if (typeof value !== "string" || numberPattern.test(value)) return read(value, said);
    const expected = `a number above 0, or ${known.join(" or ")}`;
    throw wrongValue(said, value, expected, `${guess(value, known)}Write for example ${known[0]}.`);
  };

export const numberFromZero: ReadValue<number> = (value, said) => {
  const number = toNumber(value);
  if (number >= 0 && number < Number.POSITIVE_INFINITY) return number;
  throw wrongValue(said, value, "a number of at least 0", "Write for example 1e-4.");
};

/** 0 ≤ x < 1. */
export const shareFromZero: ReadValue<number> = (value, said) => {
  const number = toNumber(value);
  if (number >= 0 && number < 1) return number;
  throw wrongValue(said, value, "a number from 0 to below 1", "Write for example 0.5.");
};

/** An option without a value; true or false in a file. */
export const flag: ReadValue<boolean> = (value, said) => {
  if (typeof value === "boolean") return value;
  throw wrongValue(said, value, "true or false", "Write true, or leave it out.");
};

export const share: ReadValue<number> = (value, said) => {
  const number = toNumber(value);
  if (number > 0 && number < 1) return number;
  throw wrongValue(said, value, "a share between 0 and 1", "Write for example 0.1 for a tenth.");
};

/** One of the known names; the message lists them and guesses. */
export const nameAmong =
  (what: string, known: readonly string[]): ReadValue<string> =>
  (value, said) => {
    if (typeof value === "string" && known.includes(value)) return value;
    const received = shown(value);
    const near = typeof value === "string" ? guess(value, known) : "";
    throw new NablaError("OPTION", `${said}: unknown ${what} ${received}`, {
      expected: known.join(", "),
      received,
      hint: `${near}Known are ${known.join(", ")}.`,
    });
  };

/** As `nameAmong`, for names that the compiler knows. */
export const oneOf =
  <Name extends string>(what: string, known: readonly Name[]): ReadValue<Name> =>
  (value, said) =>
    nameAmong(what, known)(value, said) as Name;

/** Names of columns: words of the command line, each of which may be several with commas between them. */
export const nameList: ReadValue<readonly string[]> = (value, said) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.length <= 10_000 && list.every((name) => typeof name === "string" && name !== ""))
    return (list as readonly string[]).flatMap((name) => name.split(",").map((part) => part.trim()));
  throw wrongValue(said, value, "names of columns, with commas between them", "Write for example id,name.");
};

const mostLayers = 50;
const mostUnits = 100_000;

/** Sizes of layers: `128`, `128,64`, `[128, 64]`, or `none`. */
export const layerSizes: ReadValue<readonly number[]> = (value, said) => {
  if (value === "none") return [];
  const words: readonly unknown[] =
    typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [value];
  const sizes = words.map((word) => toNumber(typeof word === "string" ? word.trim() : word));
  const isGood = sizes.every((size) => Number.isSafeInteger(size) && size >= 1 && size <= mostUnits);
  if (isGood && sizes.length <= mostLayers) return sizes;
  const expected = `up to ${mostLayers} whole numbers from 1 to ${formatCount(mostUnits)}, with commas between them`;
  throw wrongValue(said, value, expected, "Write for example 128, or 128,64 for two layers, or none.");
};

export const threadCount: ReadValue<number | "auto"> = (value, said) => {
  if (value === "auto") return value;
  const number = toNumber(value);
  if (Number.isSafeInteger(number) && number >= 1 && number <= 256) return number;
  throw wrongValue(said, value, '"auto" or a whole number from 1 to 256', "Write for example auto.");
};

/** A text of 1 to `longest` characters. */
export const text =
  (longest: number): ReadValue<string> =>
  (value, said) => {
    if (typeof value === "string" && value.trim() !== "" && value.length <= longest) return value;
    throw wrongValue(said, value, `a text of 1 to ${longest} characters`, "Give it a short one.");
  };

/** One or two words for what to train on, or exactly two files. */
export const words =
  (counts: readonly number[], expected: string): ReadValue<readonly string[]> =>
  (value, said) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const isGood = counts.includes(list.length) && list.every((word) => typeof word === "string" && word !== "");
    if (isGood) return list as readonly string[];
    throw wrongValue(said, list.length === 1 ? list[0] : list, expected, "Write for example images.idx labels.idx.");
  };

/** Epochs, or seconds such as "30s", or none. */
export type CheckpointEvery = number | `${number}s` | "none";

export const checkpointEvery: ReadValue<CheckpointEvery> = (value, said) => {
  if (value === "none") return value;
  const epochs = toNumber(value);
  if (Number.isSafeInteger(epochs) && epochs >= 1) return epochs;
  const seconds = typeof value === "string" && value.endsWith("s") ? toNumber(value.slice(0, -1)) : Number.NaN;
  if (seconds > 0 && seconds < Number.POSITIVE_INFINITY) return `${seconds}s`;
  const expected = 'a whole number of epochs, seconds such as 30s, or "none"';
  throw wrongValue(said, value, expected, "Write for example 30s.");
};
