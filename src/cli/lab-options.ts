import { type ReadValue, wrongValue } from "./read-values.ts";

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const toNumber = (word: string): number => (numberPattern.test(word.trim()) ? Number(word) : Number.NaN);

/** A number in a range; `example` is one that would do. */
export const number =
  ({
    from,
    to,
    example,
  }: {
    readonly from: number;
    readonly to: number;
    readonly example: string;
  }): ReadValue<number> =>
  (value, said) => {
    const number = typeof value === "string" ? toNumber(value) : Number.NaN;
    if (number >= from && number <= to) return number;
    throw wrongValue(said, value, `a number from ${from} to ${to}`, `Write for example ${example}.`);
  };

interface ListOptions {
  readonly most: number;
  readonly example: string;
  readonly what: string;
  readonly isGood: (value: number) => boolean;
}

/** Numbers with commas between them, each once. */
export const numberList =
  ({ most, example, what, isGood }: ListOptions): ReadValue<readonly number[]> =>
  (value, said) => {
    const words = typeof value === "string" ? value.split(",") : [];
    const numbers = words.map(toNumber);
    const isWhole = numbers.length >= 1 && numbers.length <= most && numbers.every(isGood);
    if (isWhole && new Set(numbers).size === numbers.length) return numbers;
    const expected = `1 to ${most} ${what} with commas between them, each once`;
    throw wrongValue(said, value, expected, `Write for example ${example}.`);
  };

/** Two numbers in order, "from,to". */
export const interval: ReadValue<readonly [number, number]> = (value, said) => {
  const [from = Number.NaN, to = Number.NaN, ...others] =
    typeof value === "string" ? value.split(",").map(toNumber) : [];
  const isGood = others.length === 0 && from < to && Math.max(Math.abs(from), Math.abs(to)) <= 1e6;
  if (isGood) return [from, to];
  throw wrongValue(said, value, "two numbers in order, up to a million in size", "Write for example -1,1.");
};
