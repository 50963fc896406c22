/** The kinds of mistake nabla reports. Stable under semantic versioning: programs may switch on them. */
export type ErrorCode =
  | "SHAPE"
  | "DATA"
  | "OPTION"
  | "FORMAT"
  | "LIMIT"
  | "UNSUPPORTED"
  | "DIVERGED"
  | "NOT_SEPARABLE"
  | "BUSY"
  | "ENVIRONMENT";

/** Where a mistake was found; only what is known is set. Rows and columns count from 1 as a person would. */
export interface ErrorPlace {
  readonly layer?: string;
  readonly file?: string;
  readonly row?: number;
  readonly column?: string;
  readonly epoch?: number;
  readonly step?: number;
}

export interface ErrorDetails {
  readonly where?: ErrorPlace;
  readonly expected?: string | undefined;
  readonly received?: string | undefined;
  /** What to do about it, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The one error class: `message` says what was given, what was expected and where, then what to do.
 * `code`, `where`, `expected`, `received` and `hint` carry the same for programs.
 */
export class NablaError extends Error {
  override readonly name = "NablaError";
  readonly code: ErrorCode;
  readonly where: ErrorPlace;
  readonly expected: string | undefined;
  readonly received: string | undefined;
  readonly hint: string;

  constructor(code: ErrorCode, problem: string, details: ErrorDetails = {}) {
    const { where = {}, expected, received, hint = "" } = details;
    super(hint ? `${problem}. ${hint}` : problem, details); // which has the cause, if there is one
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.received = received;
    this.hint = hint;
  }
}

const MAX_SHOWN = 120;

/** Characters that could change how a line is read: controls, escapes, bidirectional marks, half pairs, line separators. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}"\\]/gu;

function escaped(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** Text from a file, a path or a user in double quotes, one line, hidden characters visible, cut after 120 characters. */
export function quoted(text: string): string {
  const shown = text.slice(0, MAX_SHOWN).replace(HIDDEN, escaped);
  return `"${shown}${text.length > MAX_SHOWN ? "…" : ""}"`;
}

/** A value as errors show it: numbers as they are, text and things by their kind, since what they say may be hostile. */
export function shown(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return typeof value === "string" || typeof value === "function" ? `a ${typeof value}` : String(value);
}

/**
 * The error for a setting that cannot be used: `fit: epochs is 0`. `expected` completes "Give epochs as …", which is the
 * hint unless there is a better one.
 */
export function wrongOption(
  of: string,
  option: string,
  value: unknown,
  expected: string,
  hint = `Give ${option} as ${expected}.`,
): NablaError {
  const text = typeof value === "string" ? quoted(value) : shown(value);
  const received = value === undefined ? "missing" : text;
  return new NablaError("OPTION", `${of}: ${option} is ${received}`, { expected, received, hint });
}

/** Throws OPTION for names that are no options, so that a slip of the pen is not ignored. No options have no names. */
export function checkNames(of: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys({ ...options })) {
    if (known.includes(name)) continue;
    const [expected, received] = [known.join(", "), quoted(name)];
    throw new NablaError("OPTION", `${of}: there is no option ${received}`, {
      expected,
      received,
      hint: `Known are ${expected}.`,
    });
  }
}
