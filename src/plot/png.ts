/**
 * A PNG file (ISO/IEC 15948) of 8-bit samples, grey (1 channel) or RGB (3); two-valued grey takes one bit a pixel.
 * Its zlib stream is stored, not compressed: pictures here are a few hundred bytes, and compressing them in the browser
 * would make every caller asynchronous.
 */
export function encodePng(bytes: Uint8Array, width: number, height: number, channels: 1 | 3): Uint8Array {
  const isTwoValued = channels === 1 && bytes.every((value) => value === 0 || value === 255);
  const rowLength = isTwoValued ? Math.ceil(width / 8) : width * channels;
  const rows = new Uint8Array(height * (rowLength + 1)); // each row behind its filter type, 0 = none
  for (let y = 0; y < height; y++) {
    const start = y * (rowLength + 1) + 1;
    const row = bytes.subarray(y * width * channels, (y + 1) * width * channels);
    if (!isTwoValued) rows.set(row, start);
    else {
      for (let x = 0; x < width; x++) rows[start + (x >> 3)]! |= (row[x]! & 1) << (7 - (x & 7));
    }
  }
  const header = new Uint8Array(13); // compression, filter and interlace methods stay 0
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = isTwoValued ? 1 : 8;
  header[9] = channels === 3 ? 2 : 0;
  return join([signature, chunk("IHDR", header), chunk("IDAT", storedZlib(rows)), chunk("IEND", new Uint8Array(0))]);
}

/** The first bytes of every PNG file. */
export const signature = /* @__PURE__ */ Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export function chunk(type: string, body: Uint8Array): Uint8Array {
  const named = join([Uint8Array.from(type, (letter) => letter.charCodeAt(0)), body]);
  return join([bigEndian(body.length), named, bigEndian(crc32(named))]);
}

/** RFC 1950 around stored blocks of RFC 1951: each has its length, the length's complement, then the bytes. */
export function storedZlib(bytes: Uint8Array): Uint8Array {
  const longest = 0xffff;
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let start = 0; start < bytes.length; start += longest) {
    const block = bytes.subarray(start, start + longest);
    const isLast = start + longest >= bytes.length ? 1 : 0;
    const [low, high] = [block.length & 0xff, block.length >> 8];
    parts.push(Uint8Array.of(isLast, low, high, ~low & 0xff, ~high & 0xff), block);
  }
  return join([...parts, bigEndian(adler32(bytes))]);
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** The checksum of ISO 3309, bit by bit: the pictures are small, and a table would be longer than the loop. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
