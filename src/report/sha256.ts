/**
 * The SHA-256 digest of a text's UTF-8 bytes, in base64 (FIPS 180-4, section 6.2).
 * `crypto.subtle` has it too, but only asynchronously and only in a secure context; a report is made by a plain function.
 */
export function sha256Base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor((bytes.length * 8) / 2 ** 32));
  view.setUint32(padded.length - 4, (bytes.length * 8) >>> 0);

  const primes = firstPrimes(64);
  const K = Uint32Array.from(primes, (prime) => rootFraction(prime, 3)); // section 4.2.2
  const hash = Uint32Array.from(primes.slice(0, 8), (prime) => rootFraction(prime, 2)); // section 5.3.3
  const W = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 16; t++) W[t] = view.getUint32(block + 4 * t);
    for (let t = 16; t < 64; t++) {
      const [x, y] = [W[t - 15]!, W[t - 2]!];
      const sigma0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const sigma1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      W[t] = W[t - 16]! + sigma0 + W[t - 7]! + sigma1;
    }
    let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number];
    for (let t = 0; t < 64; t++) {
      const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const T1 = (h + sum1 + ((e & f) ^ (~e & g)) + K[t]! + W[t]!) | 0;
      const T2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + T1) | 0, c, b, a, (T1 + T2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      hash[i] = hash[i]! + value;
    });
  }
  return btoa(
    Array.from(hash, (word) =>
      String.fromCharCode(word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255),
    ).join(""),
  );
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}

/** The first 32 bits of the fraction of a prime's square or cube root, exactly: the integer root of prime · 2^(32·degree). */
function rootFraction(prime: number, degree: 2 | 3): number {
  const power = (root: bigint) => (degree === 3 ? root * root * root : root * root);
  const target = BigInt(prime) << BigInt(32 * degree);
  let [low, high] = [0n, 1n << 38n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (power(middle) <= target) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}
