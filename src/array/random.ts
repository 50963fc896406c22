import { wrongOption } from "../errors.ts";

/**
 * Random numbers as a function of (seed, name, counter): the same everywhere, in any order, on any number of threads.
 *
 * The generator is Threefry-2×32 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as
 * 1, 2, 3"). A use has a name ("shuffle", "initialise hidden.weight"), so that adding one never changes another. The
 * counter is two 32-bit words: by convention the epoch or step first, then the index of the element.
 */

/** The key of a stream, two 32-bit words: what a kernel needs to draw the same numbers. */
export type RandomKey = readonly [number, number];

const INVERSE_2_32 = 1 / 4294967296;
const INVERSE_2_53 = 1 / 9007199254740992;

/**
 * Encrypts the counters (high, low), (high, low + 1), … under the key into pairs of words of `out`, as many as it holds.
 * Random123's `threefry2x32`, 20 rounds. Rotations are written out: the first numbers of a process are drawn by code
 * that nobody has optimised yet, and then a call costs as much as a round.
 */
export function threefry(key0: number, key1: number, high: number, low: number, out: Uint32Array): void {
  const parity = 0x1bd11bda ^ key0 ^ key1;
  for (let i = 0; i < out.length; i += 2) {
    let a = (high + key0) | 0;
    let b = (low + (i >>> 1) + key1) | 0;
    // Five groups of four rounds; the rotations alternate, a key word pair and the group's number follow each group.
    let keyA = key1 | 0;
    let keyB = parity;
    let keyC = key0 | 0;
    for (let group = 1; group <= 5; group += 1) {
      if ((group & 1) === 1) {
        a = (a + b) | 0;
        b = ((b << 13) | (b >>> 19)) ^ a;
        a = (a + b) | 0;
        b = ((b << 15) | (b >>> 17)) ^ a;
        a = (a + b) | 0;
        b = ((b << 26) | (b >>> 6)) ^ a;
        a = (a + b) | 0;
        b = ((b << 6) | (b >>> 26)) ^ a;
      } else {
        a = (a + b) | 0;
        b = ((b << 17) | (b >>> 15)) ^ a;
        a = (a + b) | 0;
        b = ((b << 29) | (b >>> 3)) ^ a;
        a = (a + b) | 0;
        b = ((b << 16) | (b >>> 16)) ^ a;
        a = (a + b) | 0;
        b = ((b << 24) | (b >>> 8)) ^ a;
      }
      a = (a + keyA) | 0;
      b = (b + keyB + group) | 0;
      const first = keyA;
      keyA = keyB;
      keyB = keyC;
      keyC = first;
    }
    out[i] = a;
    out[i + 1] = b;
  }
}

/** FNV-1a, 32 bits, over the UTF-16 code units of `name`, low byte first (Fowler, Noll & Vo). */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) {
    const unit = name.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

/** The key of the stream `name` under `seed`, any safe integer. Throws OPTION for anything else. */
export function randomKey(seed: number, name: string): RandomKey {
  if (!Number.isSafeInteger(seed)) throw wrongOption("random numbers", "seed", seed, "a whole number such as 7");
  // The seed's two's complement is the key that encrypts the name: near seeds and near names give unrelated keys.
  const out = new Uint32Array(2);
  threefry(seed >>> 0, Math.floor(seed * INVERSE_2_32) >>> 0, hashName(name), name.length, out);
  return [out[0]!, out[1]!];
}

/** Words that a permutation draws at a time, at most. */
const block = 65_536;

/**
 * One stream of random numbers, each at its counter (high, low): two integers taken modulo 2³².
 * Calls do not depend on one another; the same counter gives the same number again.
 */
export class Random {
  readonly key: RandomKey;
  readonly #words = new Uint32Array(2);
  /** Of the last permutation. */
  #block = this.#words;

  constructor(seed: number, name: string) {
    this.key = randomKey(seed, name);
  }

  /**
   * Uniform in [0, 1) with 53 bits. To draw many, call it for each: a short function that is called often is optimised
   * sooner than a long loop, and most programs draw their starting values in the first milliseconds of the process.
   */
  uniform(high: number, low: number): number {
    const words = this.#words;
    threefry(this.key[0], this.key[1], high, low, words);
    return ((words[0]! >>> 5) * 67108864 + (words[1]! >>> 6)) * INVERSE_2_53;
  }

  /** The numbers 0 … n−1 in random order, another one for each `epoch`. Every order is equally likely. */
  permutation(n: number, epoch = 0): Uint32Array {
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i += 1) order[i] = i;
    return this.shuffle(order, epoch);
  }

  /** Brings `order` into an order that depends on its length and `epoch`. */
  shuffle(order: Uint32Array, epoch: number): Uint32Array {
    const n = order.length;
    const size = Math.min(block, n + (n & 1)); // a word for each draw; more are made when they are needed
    if (this.#block.length !== size) this.#block = new Uint32Array(size);
    const words = this.#block;
    let used = words.length;
    let counter = 0;
    // Fisher & Yates, Durstenfeld's form. Taking the remainder of 32 bits would favour small numbers by up to n/2³²:
    // draws from the last, incomplete stretch of `bound` are thrown away.
    for (let bound = n; bound > 1; bound -= 1) {
      let draw = 0;
      do {
        if (used === words.length) {
          threefry(this.key[0], this.key[1], epoch, counter, words);
          counter += words.length / 2;
          used = 0;
        }
        draw = words[used]!;
        used += 1;
      } while (draw >= 4294967296 - bound && draw >= 4294967296 - (4294967296 % bound)); // seldom more than the first
      const picked = draw % bound;
      const last = order[bound - 1]!;
      order[bound - 1] = order[picked]!;
      order[picked] = last;
    }
    return order;
  }
}

/** 64 random bits of a stream at counter (high, low), as two unsigned 32-bit integers. */
export function randomBits({ key }: Random, high: number, low: number): Uint32Array {
  const words = new Uint32Array(2);
  threefry(key[0], key[1], high, low, words);
  return words;
}

/** The numbers 0 … n−1 in the order that `seed`, `name` and `epoch` determine. 60,000 take about 3 ms. */
export function permutation(n: number, seed: number, name: string, epoch = 0): Uint32Array {
  return new Random(seed, name).permutation(n, epoch);
}
