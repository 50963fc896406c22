/** Smaller arrays are copied faster than they are handed over, bytes. */
const least = 4096;
/** So deep and so many are results of views looked into for arrays; what lies deeper is copied. */
const mostDepth = 8;
const mostValues = 10_000;

/**
 * The buffers of large typed arrays in a message, to be handed over and not copied; those of `mine` stay. Only arrays
 * that are all of their buffer: what else lies there may be somebody's.
 */
export function transferable(message: unknown, mine: ReadonlySet<unknown>): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  let left = mostValues;
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== "object" || value === null || depth > mostDepth || left-- <= 0) return;
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteLength } = value;
      const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
      if (isWhole && byteLength >= least && !mine.has(buffer)) found.add(buffer);
    } else if (Array.isArray(value)) {
      if (typeof value[0] === "object") for (const item of value) visit(item, depth + 1);
    } else for (const item of Object.values(value)) visit(item, depth + 1);
  };
  visit(message, 0);
  return [...found];
}
