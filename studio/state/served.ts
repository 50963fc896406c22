import type { DigitsData } from "./workbench.ts";

/** What `studio.json` beside the page says: which pictures of digits are served with it, and which run. */
export interface Served {
  readonly digits: Readonly<Partial<Record<DigitsData["set"], ServedDigits>>>;
  readonly run: ServedRun | null;
}

/** Paths from the page: of one packed file, or of a folder with four IDX files. */
export interface ServedDigits {
  readonly file?: string;
  readonly folder?: string;
  /** To fetch. */
  readonly bytes: number;
}

export interface ServedRun {
  readonly name: string;
  readonly isLive: boolean;
  readonly state: string;
  /** Paths from the page of what is there. */
  readonly files: Readonly<Partial<Record<"config" | "model" | "report", string>>>;
  readonly events: string | undefined;
}

export const nothingServed: Served = { digits: {}, run: null };

/** Only what is used is looked at; what has another form is left out, and paths that lead elsewhere are. */
export function servedOf(given: unknown): Served {
  const { digits, run } = fieldsOf(given);
  const sets = fieldsOf(digits);
  return {
    digits: {
      ...known("mnist", servedDigits(sets["mnist"])),
      ...known("mnist-16x16", servedDigits(sets["mnist-16x16"])),
    },
    run: servedRunOf(run),
  };
}

export function servedRunOf(given: unknown): ServedRun | null {
  const { name, isLive, state, files, events } = fieldsOf(given);
  if (typeof name !== "string") return null;
  const { config, model, report } = fieldsOf(files);
  return {
    name: name.slice(0, 200),
    isLive: isLive === true,
    state: typeof state === "string" ? state.slice(0, 40) : "",
    files: {
      ...known("config", pathOf(config)),
      ...known("model", pathOf(model)),
      ...known("report", pathOf(report)),
    },
    events: pathOf(events),
  };
}

function servedDigits(given: unknown): ServedDigits | undefined {
  const { file, folder, bytes } = fieldsOf(given);
  const paths = { ...known("file", pathOf(file)), ...known("folder", pathOf(folder)) };
  if (Object.keys(paths).length !== 1) return undefined;
  return { ...paths, bytes: typeof bytes === "number" && bytes >= 0 ? bytes : 0 };
}

/** A path below the page: no other host, nothing above. */
const pathOf = (value: unknown): string | undefined =>
  typeof value === "string" && /^[\w-][\w./-]{0,200}$/.test(value) && !value.includes("..") ? value : undefined;

const known = <K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, T>);

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
