import { NablaError } from "../errors.ts";
import type { PlainError } from "./messages.ts";

/** An error as plain data; what is thrown and no error becomes its text. */
export function toPlainError(error: unknown): PlainError {
  if (error instanceof NablaError) {
    const { code, message, where, expected, received, hint } = error;
    return {
      code,
      message,
      where,
      hint,
      ...(expected !== undefined && { expected }),
      ...(received !== undefined && { received }),
    };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}

/** The error that was sent: a NablaError with all it had, or an Error. */
export function fromPlainError({ code, message, where, expected, received, hint = "" }: PlainError): Error {
  if (code === undefined) return new Error(message);
  const end = hint && message.endsWith(`. ${hint}`) ? hint.length + 2 : 0;
  const problem = message.slice(0, message.length - end);
  return new NablaError(code, problem, {
    hint,
    ...(where && { where }),
    ...(expected !== undefined && { expected }),
    ...(received !== undefined && { received }),
  });
}
