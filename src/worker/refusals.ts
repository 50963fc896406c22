import { NablaError } from "../errors.ts";

/** The fields of what came in a message, of which nothing is trusted. */
export type Fields = Readonly<Record<string, unknown>>;

/** Throws FORMAT for what is no record. */
export function fieldsOf(value: unknown, command: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw illFormed(`${command} with ${value === null ? "null" : typeof value} in place of its fields`);
}

/** For a command of a session that is no longer, or not yet, the one that the page wants. */
export const superseded = (): NablaError =>
  new NablaError("BUSY", "superseded: another load or an abort took its place", { hint: "Wait for the later load." });

export const nothingLoaded = (): NablaError =>
  new NablaError("OPTION", "nothing is loaded", {
    expected: "a job that was loaded",
    received: "none",
    hint: "Call load first, and wait for it.",
  });

export const illFormed = (what: string): NablaError =>
  new NablaError("FORMAT", `the training worker was sent ${what}`, {
    expected: "a command of trainingClient",
    received: what,
    hint: 'Use trainingClient of the same version of "nabla".',
  });
