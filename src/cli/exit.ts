import picocolors from "picocolors";
import { NablaError } from "../errors.ts";
import { escapeTerminal } from "../report/index.ts";
import { jsonLine } from "./json.ts";
import { allowsColor } from "./output.ts";

/** 0: done. 1: failed. 2: wrong usage. 130: ended by Ctrl-C (128 + SIGINT). */
export const exitCodes = { done: 0, failed: 1, wrongUsage: 2, interrupted: 130 } as const;

/**
 * Tells a failure on stderr, as a sentence or with `--json` as one JSON line, and gives the exit code.
 * A mistake of the user is a NablaError; anything else is a defect of nabla, and says so. A stack appears only with
 * NABLA_DEBUG set.
 */
export function tellFailure(failure: unknown, isJson: boolean): number {
  const isDebugging = Boolean(process.env["NABLA_DEBUG"]);
  const stack = isDebugging && failure instanceof Error ? `${failure.stack}\n` : "";
  if (isJson) process.stderr.write(`${jsonLine({ ...failureEvent(failure), ...(stack && { stack }) })}\n`);
  else {
    const { bold, red } = picocolors.createColors(allowsColor(process.stderr));
    process.stderr.write(`${bold(red("nabla:"))} ${escapeTerminal(failureEvent(failure).message, 4000)}\n${stack}`);
  }
  return failure instanceof NablaError && failure.code === "OPTION" ? exitCodes.wrongUsage : exitCodes.failed;
}

export interface FailureEvent {
  readonly kind: "error";
  readonly code: string;
  readonly message: string;
  readonly where?: NablaError["where"];
  readonly expected?: string;
  readonly received?: string;
  readonly hint?: string;
}

/** A failure as an event, for stderr and `metrics.jsonl`. */
export function failureEvent(failure: unknown): FailureEvent {
  if (failure instanceof NablaError) {
    const { code, message, where, expected, received, hint } = failure;
    return {
      kind: "error",
      code,
      message: /[.?!]$/.test(message) ? message : `${message}.`,
      ...(Object.keys(where).length > 0 ? { where } : {}),
      expected,
      received,
      hint,
    };
  }
  const message = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure);
  const hint = "Run it again with NABLA_DEBUG=1 and report what it prints.";
  return { kind: "error", code: "DEFECT", message: `this is a defect of nabla: ${message}. ${hint}`, hint };
}
