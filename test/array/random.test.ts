import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { standardNormal, uniform32 } from "../../src/array/distributions.ts";
import { hashName, permutation, Random, randomBits, randomKey, threefry } from "../../src/array/random.ts";
import { NablaError } from "../../src/errors.ts";

function encrypt(counter: [number, number], key: [number, number]): number[] {
  const out = new Uint32Array(2);
  threefry(key[0], key[1], counter[0], counter[1], out);
  return [...out];
}

describe("threefry", () => {
  it("gives the published answers (Random123, kat_vectors, threefry2x32 20)", () => {
    expect(encrypt([0, 0], [0, 0])).toEqual([0x6b200159, 0x99ba4efe]);
    expect(encrypt([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff])).toEqual([0x1cb996fc, 0xbb002be7]);
    expect(encrypt([0x243f6a88, 0x85a308d3], [0x13198a2e, 0x03707344])).toEqual([0xc4923a9c, 0x483df7a0]);
  });
});

describe("random streams", () => {
  it("hash names with FNV-1a", () => {
    expect(hashName("")).toBe(0x811c9dc5);
    // "a" as the two bytes 61 00
    expect(hashName("a")).toBe(Math.imul(0xe40c292c, 0x01000193) >>> 0);
  });

  it("depend on seed, name and counter, and on nothing else", () => {
    const bits = (seed: number, name: string, high: number, low: number) =>
      randomBits(new Random(seed, name), high, low);
    const first = bits(7, "shuffle", 3, 9);
    expect(bits(7, "shuffle", 3, 9)).toEqual(first);
    for (const other of [
      bits(8, "shuffle", 3, 9),
      bits(-7, "shuffle", 3, 9),
      bits(7 + 2 ** 32, "shuffle", 3, 9),
      bits(7, "shuffled", 3, 9),
      bits(7, "shuffle", 4, 9),
      bits(7, "shuffle", 3, 10),
    ])
      expect(other).not.toEqual(first);
  });

  it("are pinned: same seed, same bits, in every version", () => {
    // computed by an independent program in Python
    expect(randomKey(0, "")).toEqual([1268413516, 945868397]);
    expect([...randomBits(new Random(Number.MAX_SAFE_INTEGER, "weights"), 1, 2)]).toEqual([2467153783, 3244316978]);
    expect([...permutation(10, 7, "shuffle", 1)]).toEqual([4, 8, 2, 1, 6, 9, 5, 0, 7, 3]);
    expect(standardNormal(new Random(7, "x"), 0, 0)).toBe(2.3999016134413633);
  });

  it("refuse seeds that are no safe integer", () => {
    for (const seed of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => new Random(seed, "x")).toThrow(NablaError);
  });

  it("uniform lies in [0, 1) with the mean, the variance and the resolution it should have", () => {
    const random = new Random(1, "uniform");
    const n = 100_000;
    let sum = 0;
    let squares = 0;
    let outside = 0;
    for (let i = 0; i < n; i += 1) {
      const u = random.uniform(0, i);
      const v = uniform32(random, 1, i);
      if (!(u >= 0 && u < 1 && v >= 0 && v < 1 && Math.fround(v) === v)) outside += 1;
      sum += u;
      squares += (v - 0.5) * (v - 0.5);
    }
    expect(outside).toBe(0);
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(squares / n - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n));
  });

  it("normal has mean 0, variance 1, kurtosis 3 and tails", () => {
    const random = new Random(2, "normal");
    const n = 100_000;
    let [sum, squares, fourth, beyond] = [0, 0, 0, 0];
    for (let i = 0; i < n; i += 1) {
      const z = standardNormal(random, 0, i);
      sum += z;
      squares += z * z;
      fourth += z ** 4;
      if (Math.abs(z) > 3) beyond += 1;
    }
    expect(Math.abs(sum / n)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(squares / n - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(fourth / n - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    expect(Math.abs(beyond / n - 0.0027)).toBeLessThan(4 * Math.sqrt(0.0027 / n));
  });
});

describe("permutation", () => {
  it("holds every index once", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.maxSafeInteger(), fc.string(), fc.nat(), (n, seed, name, epoch) => {
        const order = permutation(n, seed, name, epoch);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      { seed: 1 },
    );
  });

  it("takes every order of four about equally often", () => {
    const counts = new Map<string, number>();
    const n = 24_000;
    const random = new Random(3, "orders");
    for (let epoch = 0; epoch < n; epoch += 1) {
      const key = random.permutation(4, epoch).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    let chiSquare = 0;
    for (const count of counts.values()) chiSquare += (count - n / 24) ** 2 / (n / 24);
    expect(chiSquare).toBeLessThan(49.7); // 23 degrees of freedom, 99.9 %
  });

  it("puts each of 60,000 anywhere: displacement as uniform", () => {
    const order = permutation(60_000, 5, "shuffle", 0);
    let sum = 0;
    for (let i = 0; i < order.length; i += 1) sum += Math.abs(order[i]! - i);
    expect(Math.abs(sum / order.length / 20_000 - 1)).toBeLessThan(0.02);
  });
});
