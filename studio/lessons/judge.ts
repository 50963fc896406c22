import type { LessonCheck } from "./lesson.ts";
import { type Facts, measure } from "./measure.ts";

/** Whether what a check asks for has come about. */
export function isReached(
  { quantity, atLeast, atMost }: Extract<LessonCheck, { kind: "reach" }>,
  facts: Facts,
): boolean {
  const value = measure(quantity, facts);
  if (value === undefined || Number.isNaN(value)) return false;
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

/** Right, wrong, or not yet to be told, for a number that was worked out by hand; either sign of minus is understood. */
export function judge(
  { quantity, within }: Extract<LessonCheck, { kind: "answer" }>,
  facts: Facts,
  text: string,
): "right" | "wrong" | "unreadable" | "unknown" {
  const given = Number(text.trim().replace("−", "-").replace(",", "."));
  if (text.trim() === "" || Number.isNaN(given)) return "unreadable";
  const value = measure(quantity, facts);
  if (value === undefined) return "unknown";
  return Math.abs(given - value) <= within + 1e-9 * Math.abs(value) ? "right" : "wrong";
}
