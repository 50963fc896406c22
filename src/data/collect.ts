/**
 * All bytes of a stream. Stops reading at the first byte beyond `maxBytes` and throws what `refuse` makes of the number
 * of bytes seen: memory is bounded by `maxBytes` plus one chunk, whatever the stream claims.
 */
export async function collect(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
  refuse: (received: number) => Error,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const reader = stream.getReader();
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel().catch(() => undefined); // the refusal is what matters
      throw refuse(size);
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
