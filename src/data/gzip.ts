import { NablaError, quoted } from "../errors.ts";
import { collect } from "./collect.ts";

/** A header of 10 bytes and a trailer of 8 (RFC 1952, 2.3). */
const SMALLEST = 18;

/** Whether bytes begin as a gzip file does: 1f 8b. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * The content of a gzip file of one member (RFC 1952). Inflating stops at `maxBytes`, whatever the file claims.
 * Throws FORMAT for a file that is cut short, damaged or followed by something else, LIMIT beyond `maxBytes`,
 * ENVIRONMENT where the engine cannot inflate. `file` names the source in errors.
 */
export async function gunzip(
  bytes: Uint8Array,
  options: { file?: string; maxBytes?: number } = {},
): Promise<Uint8Array> {
  const { file = "gzip data", maxBytes = 536_870_912 } = options;
  if (typeof DecompressionStream === "undefined")
    throw new NablaError("ENVIRONMENT", "this engine cannot inflate gzip", {
      where: { file },
      expected: "DecompressionStream",
      received: "none",
      hint: "Inflate the file before, or use a newer browser.",
    });
  if (!isGzip(bytes) || bytes.length < SMALLEST) throw broken(file, bytes.length);
  // The trailer ends with the size modulo 2³². It is only compared, never allocated: a file may claim what it likes.
  const claimed = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
  let content: Uint8Array;
  try {
    // Small pieces: a refused file is not inflated further than a few of them.
    const inflated = pieces(bytes).pipeThrough(new DecompressionStream("gzip"));
    content = await collect(inflated, maxBytes, (received) => inflatesTooFar(file, received, maxBytes));
  } catch (error) {
    if (error instanceof NablaError) throw error;
    throw broken(file, bytes.length, error);
  }
  // Engines differ in what they do with a second member or a missing end; the size settles it.
  if (content.length % 4294967296 !== claimed) throw broken(file, bytes.length);
  return content;
}

function pieces(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      // A copy: some engines take the buffer away from who wrote it.
      controller.enqueue(new Uint8Array(bytes.subarray(offset, offset + 65_536)));
      offset += 65_536;
    },
  });
}

function inflatesTooFar(file: string, received: number, maxBytes: number): NablaError {
  return new NablaError("LIMIT", `${quoted(file)} inflates to more than the ${maxBytes} bytes allowed`, {
    where: { file },
    expected: `at most ${maxBytes} bytes`,
    received: `at least ${received} bytes`,
    hint: "Check that it is the right file, or raise maxBytes.",
  });
}

function broken(file: string, size: number, cause?: unknown): NablaError {
  return new NablaError("FORMAT", `${quoted(file)} is not a complete gzip file: it is cut short or damaged`, {
    where: { file },
    expected: "one complete gzip member",
    received: `${size} bytes that do not inflate`,
    hint: "Fetch the file again.",
    cause,
  });
}
