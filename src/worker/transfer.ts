/** Small arrays are copied faster than handed over. */
const fewestBytes = 1024;

/** The memory of all typed arrays in a message that own all of theirs, each once: what can be given away in place of copied. */
export function buffersOf(message: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== "object" || value === null || depth > 8) return;
    if (ArrayBuffer.isView(value)) {
      const { buffer, byteLength } = value;
      if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength && byteLength >= fewestBytes)
        found.add(buffer);
    } else if (Array.isArray(value)) {
      if (typeof value[0] === "object") for (const item of value) visit(item, depth + 1);
    } else {
      for (const item of Object.values(value)) visit(item, depth + 1);
    }
  };
  visit(message, 0);
  return [...found];
}
