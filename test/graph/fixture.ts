import { readFileSync } from "node:fs";
import { expect } from "vitest";

/** Reading of `fixtures/*.json`, and the comparison that every numeric test uses. */

export interface FixtureArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url), "utf8")) as T;
}

/** |a − b| ≤ tolerance · max(1, |a|, |b|) for each pair of numbers, which must be equally many and finite. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  expect(actual.length, `${what}: how many numbers`).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!;
    const b = expected[i]!;
    const isClose = Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
    if (!isClose) expect.fail(`${what}: number ${i} is ${a}, expected ${b} (off by ${Math.abs(a - b)})`);
  }
}
