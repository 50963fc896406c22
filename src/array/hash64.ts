/**
 * 64 bits that tell sequences of bytes apart, the same on every machine: two lanes of 32 bits with the multipliers and
 * the final mixing of MurmurHash3 (Appleby, x86, 128-bit form). It finds accidents, not forgeries. 1 GB takes about 1 s.
 */
export class Hash64 {
  #a = 0x9e3779b9 | 0;
  #b = 0x7f4a7c15 | 0;
  #length = 0;

  /** Adds 32-bit words. */
  words(data: Uint32Array): this {
    let [a, b] = [this.#a, this.#b];
    for (let i = 0; i < data.length; i++) {
      const word = data[i]!;
      a ^= Math.imul(rotate(Math.imul(word, 0x239b961b), 15), 0xab0e9789);
      a = (Math.imul(rotate(a, 19), 5) + 0x561ccd1b) | 0;
      b ^= Math.imul(rotate(Math.imul(word, 0x38b34ae5), 17), 0xa1e38b93);
      b = (Math.imul(rotate(b, 13), 5) + 0x32ac3b17) | 0;
    }
    this.#a = a;
    this.#b = b;
    this.#length += 4 * data.length;
    return this;
  }

  /** Adds bytes, taken as little-endian words and filled up with zeros. */
  bytes(data: Uint8Array): this {
    const whole = data.length >>> 2;
    if (isLittleEndian && data.byteOffset % 4 === 0) this.words(new Uint32Array(data.buffer, data.byteOffset, whole));
    else this.#unaligned(data, whole);
    let last = 0;
    for (let i = 4 * whole; i < data.length; i++) last |= data[i]! << (8 * (i % 4));
    if (data.length % 4 > 0) this.words(Uint32Array.of(last));
    this.#length += data.length - 4 * Math.ceil(data.length / 4);
    return this;
  }

  text(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }

  /** Of all that was added so far, as two words. */
  get digest(): readonly [number, number] {
    let [a, b] = [this.#a ^ this.#length, this.#b ^ this.#length];
    a = (a + b) | 0;
    b = (b + a) | 0;
    [a, b] = [mix(a), mix(b)];
    a = (a + b) | 0;
    return [a >>> 0, (b + a) >>> 0];
  }

  /** The digest as 16 hexadecimal digits. */
  toString(): string {
    return this.digest.map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  #unaligned(data: Uint8Array, whole: number): void {
    const words = new Uint32Array(Math.min(whole, 16_384));
    for (let first = 0; first < whole; first += words.length) {
      const count = Math.min(words.length, whole - first);
      for (let i = 0, at = 4 * first; i < count; i++, at += 4)
        words[i] = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
      this.words(words.subarray(0, count));
    }
  }
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

function mix(word: number): number {
  let x = word ^ (word >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

const isLittleEndian = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ Uint32Array.of(1).buffer)[0] === 1;
