import { readBytes } from "../data/bytes.ts";
import { NablaError, quoted } from "../errors.ts";

/** The text of a file of at most `maxBytes`, without a byte order mark. Throws ENVIRONMENT, LIMIT, FORMAT (not UTF-8). */
export async function readText(file: string, maxBytes: number): Promise<string> {
  return decodeText(await readBytes(file, { maxBytes }), file);
}

export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NablaError("FORMAT", `${quoted(file)} is no text in UTF-8`, {
      where: { file },
      expected: "text in UTF-8",
      received: "other bytes",
      hint: "Check that it is the right file.",
      cause,
    });
  }
}

/** The value in a text of JSON. Throws FORMAT with what the parser minds. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NablaError("FORMAT", `${quoted(file)} is no valid JSON`, {
      where: { file },
      expected: "JSON",
      received: cause instanceof Error ? quoted(cause.message) : "something else",
      hint: "Check it with a JSON editor; it may be cut short.",
      cause,
    });
  }
}

/** A plain JSON object; anything else is undefined. Its keys are its own: `__proto__` is a key like others. */
export const asObject = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
