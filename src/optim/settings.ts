import { checkNames, wrongOption } from "../errors.ts";
import type { Schedule } from "./optimizer.ts";

/**
 * What an optimizer is made with: `defaults`, and what is given instead. Throws OPTION for a bare number, which would not
 * say what it is of, and for names that are not among the defaults.
 */
export function settled<Settings extends object>(of: string, given: Partial<Settings>, defaults: Settings): Settings {
  if (Object(given) !== given) throw wrongOption(of, "its argument", given, "settings such as { learningRate: 0.1 }");
  checkNames(of, given, Object.keys(defaults));
  const isGiven = ([, value]: [string, unknown]): boolean => value !== undefined;
  return { ...defaults, ...Object.fromEntries(Object.entries(given).filter(isGiven)) };
}

/** A learning rate as it is given: a number above 0, or a schedule, whose rates are checked as they come. Throws OPTION. */
export function checkLearningRate(optimizer: string, learningRate: unknown): void {
  if (typeof learningRate === "function") return;
  checkSetting(optimizer, "learningRate", learningRate, "a number above 0", (x) => x > 0 && x < Infinity);
}

export const checkAboveZero = (of: string, setting: string, value: unknown): void =>
  checkSetting(of, setting, value, "a number above 0", (x) => x > 0 && x < Infinity);

export const checkNotNegative = (of: string, setting: string, value: unknown): void =>
  checkSetting(of, setting, value, "a number of at least 0", (x) => x >= 0 && x < Infinity);

/** A factor of what is kept from step to step: 0 ≤ x < 1. */
export const checkDecay = (of: string, setting: string, value: unknown): void =>
  checkSetting(of, setting, value, "a number from 0 to below 1", (x) => x >= 0 && x < 1);

function checkSetting(
  of: string,
  setting: string,
  value: unknown,
  expected: string,
  fits: (x: number) => boolean,
): void {
  if (!(typeof value === "number" && fits(value))) throw wrongOption(of, setting, value, expected);
}

/** The learning rate as it is shown and recorded. */
export const shownRate = (learningRate: number | Schedule): number | string =>
  typeof learningRate === "number" ? learningRate : "schedule";
