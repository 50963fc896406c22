/** Bytes as letters that a URL keeps as they are (RFC 4648, section 5), without padding. */

export function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Undefined for text that is none. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
    return bytes;
  } catch {
    return undefined;
  }
}

/** Float32 numbers, little-endian as every machine here has them. */
export const floatsToText = (values: Float32Array): string =>
  toBase64Url(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));

export function floatsFromText(text: string): Float32Array<ArrayBuffer> | undefined {
  const bytes = fromBase64Url(text);
  return bytes && bytes.length % 4 === 0 ? new Float32Array(bytes.buffer) : undefined;
}
