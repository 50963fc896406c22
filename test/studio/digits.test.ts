import fc from "fast-check";
import { NablaError } from "nabla";
import { type Dataset, fromIdx, mnist16, type TrainAndTest } from "nabla/data";
import { describe, expect, test } from "vitest";
import { packDigits } from "../../src/cli/studio-server/pack-digits.ts";
import { unpackDigits } from "../../studio/digits/packed-digits.ts";

const plain = ({ shape, x, y, classes, size }: Dataset) => ({ shape, x, y, classes, size });

function inkOf(count: number, [height, width]: readonly [number, number], seed: number, classes = 10): Dataset {
  let state = seed >>> 0;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
  const data = Uint8Array.from({ length: count * height * width }, () => next() & 1);
  const labels = Uint8Array.from({ length: count }, () => next() % classes);
  const names = Array.from({ length: classes }, (_, i) => String(i));
  return fromIdx(
    { shape: [count, height, width], data },
    { shape: [count], data: labels },
    { classes: names, scale: 1 },
  );
}

/** What reading tells of bytes: an error of ours, and none of the engine's. */
function outcome(bytes: Uint8Array): TrainAndTest | NablaError {
  try {
    return unpackDigits(bytes);
  } catch (error) {
    if (error instanceof NablaError) return error;
    throw error;
  }
}

describe("packed digits", () => {
  test("are MNIST of 16 × 16: all 70,000, to the bit", async () => {
    const ink = await mnist16();
    const bytes = packDigits(ink);
    expect(bytes.length).toBe(24 + 70_000 * 33);
    const { train, test: held } = unpackDigits(bytes);
    expect([train.size, held.size]).toEqual([60_000, 10_000]);
    for (const [read, made] of [
      [train, ink.train],
      [held, ink.test],
    ] as const) {
      expect(read.x.data).toBeInstanceOf(Uint8Array);
      expect(read.x.scale).toBe(made.x.scale);
      expect(Buffer.compare(read.x.data as Uint8Array, made.x.data as Uint8Array)).toBe(0);
      expect(read.y).toEqual(made.y);
      expect({ shape: read.shape, classes: read.classes }).toEqual({ shape: made.shape, classes: made.classes });
    }
    expect(train.take(100).split({ test: 0.2 }).test.size).toBe(20); // a data set like any other
  });

  test("come back as they were, whatever their sides, also out of the middle of a buffer", () => {
    const side = fc.integer({ min: 1, max: 20 });
    const count = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(side, side, count, count, fc.nat(), fc.integer({ min: 1, max: 255 }), (h, w, n, m, seed, classes) => {
        const parts = { train: inkOf(n, [h, w], seed, classes), test: inkOf(m, [h, w], seed + 1, classes) };
        const bytes = packDigits(parts);
        const within = new Uint8Array(bytes.length + 5);
        within.set(bytes, 3);
        const read = unpackDigits(within.subarray(3, 3 + bytes.length));
        expect(plain(read.train)).toEqual(plain(parts.train));
        expect(plain(read.test)).toEqual(plain(parts.test));
      }),
      { numRuns: 200 },
    );
  });

  test("of any other bytes get a sentence, and allocate nothing that is not there", () => {
    const good = packDigits({ train: inkOf(3, [5, 7], 1), test: inkOf(2, [5, 7], 2) });
    const change = fc.record({ at: fc.nat(good.length - 1), value: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(good.length + 3), (changes, length) => {
        const bytes = new Uint8Array(length);
        bytes.set(good.subarray(0, length));
        for (const { at, value } of changes) if (at < length) bytes[at] = value;
        const found = outcome(bytes);
        if (found instanceof NablaError) expect(["FORMAT", "LIMIT", "DATA"]).toContain(found.code);
        else
          expect(bytes.length).toBe(
            24 +
              (found.train.size + found.test.size) * (Math.ceil(found.train.x.data.length / found.train.size / 8) + 1),
          );
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const found = outcome(bytes);
        expect(found).toBeInstanceOf(NablaError);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["a byte too few", (bytes: Uint8Array) => bytes.subarray(0, -1), "FORMAT", /are not as many as they say/],
    ["another kind", (bytes: Uint8Array) => bytes.fill(0, 0, 1), "FORMAT", /of another kind/],
    ["another version", (bytes: Uint8Array) => bytes.fill(2, 8, 9), "FORMAT", /of another version/],
    ["no classes", (bytes: Uint8Array) => bytes.fill(0, 9, 10), "FORMAT", /a header that cannot be/],
    ["a side of 2048", (bytes: Uint8Array) => bytes.fill(8, 11, 12), "FORMAT", /a header that cannot be/],
    ["billions of pictures", (bytes: Uint8Array) => bytes.fill(255, 16, 24), "LIMIT", /claim 8589934590 pictures/],
    ["a bit behind the last pixel", (bytes: Uint8Array) => bytes.fill(255, 28, 29), "FORMAT", /bits behind picture 1/],
    ["a label of no class", (bytes: Uint8Array) => bytes.fill(10, 40, 41), "DATA", /label 10 in row 2/],
  ] as const)("with %s", (_, damage, code, message) => {
    const bytes = packDigits({ train: inkOf(3, [5, 7], 1), test: inkOf(2, [5, 7], 2) });
    const found = outcome(damage(bytes));
    expect(found).toBeInstanceOf(NablaError);
    expect(found).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

test("fromIdx says what a byte counts for, and refuses what is no scale", () => {
  const images = { shape: [1, 1, 2], data: Uint8Array.of(0, 1) };
  const labels = { shape: [1], data: Uint8Array.of(0) };
  expect(fromIdx(images, labels).x.scale).toBe(1 / 255);
  expect(fromIdx(images, labels, { scale: 1 }).x.scale).toBe(1);
  for (const scale of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => fromIdx(images, labels, { scale })).toThrow(/^fromIdx: scale is/);
});
