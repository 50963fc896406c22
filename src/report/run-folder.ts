/** A moment as the caller's calendar has it; the library reads no clock. */
export interface DateParts {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const longestSlug = 60;
// Windows opens a device for these, whatever stands behind a dot.
const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/**
 * The name of a run's folder: `2026-11-23-123605-mnist`, so that names sort by time.
 * `attempt` from 2 on gives `…-mnist-2`: a caller whose folder exists tries the next, and overwrites nothing.
 */
export function folderName(date: DateParts, name: string, attempt = 1): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${String(date.year).padStart(4, "0")}-${two(date.month)}-${two(date.day)}`;
  const time = `${two(date.hour)}${two(date.minute)}${two(date.second)}`;
  return `${day}-${time}-${slug(name)}${attempt > 1 ? `-${attempt}` : ""}`;
}

/**
 * A name as a file name that every system takes: small ASCII letters, figures and single hyphens, 1 to 60 of them,
 * no path, no dot, no name that Windows reserves. Accents fall off; what has no ASCII form leaves `run`.
 */
export function slug(name: string): string {
  const plain = name.slice(0, 1000).normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "");
  const short = words.slice(0, longestSlug).replace(/-+$/, "");
  if (short === "") return "run";
  return reserved.test(short) ? `run-${short}` : short;
}
