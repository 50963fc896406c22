import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { dense, load, NablaError, relu, sequential, softmax } from "nabla";
import { csv, gunzip, parseCifar10, parseIdx } from "nabla/data";
import { beforeAll, describe, expect, test } from "vitest";
import { cifarBytes } from "./cifar-bytes.ts";
import { idxBytes } from "./idx-bytes.ts";

// Every reader gets bytes that mean nothing, and good files that were cut, changed and mixed up. It gives a result or a
// NablaError, soon, and holds little memory: a size in a header is never believed.

const bound = 1 << 20;

const random = fc.uint8Array({ maxLength: 400 });

/** A good file after a few accidents. */
function damaged(good: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat({ max: Math.max(0, good.length - 1) });
  // Beginnings hold the headers: half of the accidents happen there.
  const near = fc.oneof(fc.nat({ max: Math.min(good.length - 1, 63) }), place);
  const accident = fc.oneof(
    fc.record({ kind: fc.constant("flip" as const), at: near, bit: fc.nat({ max: 7 }) }),
    fc.record({
      kind: fc.constant("set" as const),
      at: near,
      value: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x22, 0x2c),
    }),
    fc.record({ kind: fc.constant("cut" as const), at: place }),
    fc.record({ kind: fc.constant("insert" as const), at: near, bytes: fc.uint8Array({ maxLength: 8 }) }),
  );
  return fc.array(accident, { minLength: 1, maxLength: 6 }).map((accidents) => {
    let bytes = good.slice();
    for (const one of accidents) {
      if (one.kind === "flip" && one.at < bytes.length) bytes[one.at]! ^= 1 << one.bit;
      else if (one.kind === "set" && one.at < bytes.length) bytes[one.at] = one.value;
      else if (one.kind === "cut") bytes = bytes.slice(0, one.at);
      else if (one.kind === "insert")
        bytes = Uint8Array.from([...bytes.slice(0, one.at), ...one.bytes, ...bytes.slice(one.at)]);
    }
    return bytes;
  });
}

/** Reads, and gives how many bytes the result holds; a mistake of the file is told by a NablaError and counts as none. */
type Read = (bytes: Uint8Array) => number | Promise<number>;

async function survives(
  read: Read,
  files: fc.Arbitrary<Uint8Array>,
  most: (bytes: Uint8Array) => number,
  runs: number,
) {
  let [read_, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(files, async (bytes) => {
      try {
        expect(await read(bytes)).toBeLessThanOrEqual(most(bytes));
        read_ += 1;
      } catch (error) {
        if (!(error instanceof NablaError)) throw error;
        expect(error.message.length).toBeLessThan(1500);
        expect(error.message).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        refused += 1;
      }
    }),
    { numRuns: runs },
  );
  return { read: read_, refused };
}

let model = new Uint8Array();
beforeAll(async () => {
  model = await sequential([dense(3), relu, dense(2), softmax], { input: 2, seed: 1 }).toBytes();
});

const table = 'a,b,"c ""d"""\r\n1,2.5e-3,x\r\n-3,.5,"y, z"\r\n"4",5,"two\nlines"\r\n6,7,=1+1\r\n';

const readers: [string, () => Uint8Array, Read, (bytes: Uint8Array) => number, number][] = [
  [
    "IDX",
    () => idxBytes([3, 4, 4], new Uint8Array(48).fill(7)),
    (bytes) => parseIdx(bytes, { maxBytes: bound }).data.length,
    (bytes) => bytes.length,
    1200,
  ],
  [
    "gzip",
    () => new Uint8Array(gzipSync(new Uint8Array(20_000).fill(65))),
    async (bytes) => (await gunzip(bytes, { maxBytes: bound })).length,
    () => bound,
    400,
  ],
  [
    "CIFAR-10",
    () => cifarBytes([1, 9]),
    (bytes) => parseCifar10(bytes, { maxBytes: bound }).pixels.length,
    (bytes) => bytes.length,
    500,
  ],
  [
    "a table",
    () => new TextEncoder().encode(table),
    async (bytes) => (await csv(bytes, { maxBytes: bound })).x.data.length,
    (bytes) => bytes.length,
    1200,
  ],
  [
    "a table in UTF-16",
    () => new Uint8Array(Buffer.from(`\ufeff${table}`, "utf16le")),
    async (bytes) => (await csv(bytes, { maxBytes: bound })).x.data.length,
    (bytes) => bytes.length,
    500,
  ],
  [
    "a model",
    () => model,
    async (bytes) => {
      const loaded = await load(bytes, { maxBytes: bound });
      return 4 * loaded.summary().parameters;
    },
    (bytes) => bytes.length,
    300,
  ],
];

describe.each(readers)("%s", (_, good, read, most, runs) => {
  test("the good file is read", async () => {
    expect(await read(good())).toBeGreaterThan(0);
  });

  test("bytes that mean nothing", async () => {
    const { refused } = await survives(read, random, most, runs / 2);
    expect(refused).toBeGreaterThan(0);
  });

  test("a good file with something after its beginning", async () => {
    const start = good().slice(0, 16);
    const files = random.map((rest) => Uint8Array.from([...start, ...rest]));
    await survives(read, files, most, runs / 4);
  });

  test("every shorter file", async () => {
    const whole = good();
    const step = Math.max(1, Math.floor(whole.length / 300));
    for (let length = 0; length < whole.length; length += step) {
      const outcome = await Promise.resolve(whole.subarray(0, length))
        .then(read)
        .catch((error: unknown) => error);
      if (typeof outcome !== "number") expect(outcome).toBeInstanceOf(NablaError);
    }
  });

  test("a good file after accidents", async () => {
    const { refused } = await survives(read, damaged(good()), most, runs);
    expect(refused).toBeGreaterThan(0);
  });
});

describe("sizes that are claimed", () => {
  test("an IDX header of 2³² pictures allocates nothing", () => {
    const bytes = idxBytes([1, 1, 1], [1]);
    new DataView(bytes.buffer).setUint32(4, 0xffffffff);
    expect(() => parseIdx(bytes, { maxBytes: bound })).toThrow("claims 4294967295 × 1 × 1 bytes");
  });

  test("a gzip of 64 MiB of zeros stops at the limit", async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(64 << 20), { level: 9 }));
    const before = process.memoryUsage().arrayBuffers;
    const error: unknown = await gunzip(bomb, { maxBytes: bound }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "LIMIT" });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
  });

  test("many open quotes, delimiters and line breaks end soon", async () => {
    for (const part of ['"', ",", '",', '""', "\n", "\r", '"\n', "1,", "=,", "\u2028"]) {
      const outcome: unknown = await csv(new TextEncoder().encode(part.repeat(40_000))).catch(
        (error: unknown) => error,
      );
      expect(outcome).toBeInstanceOf(NablaError);
    }
  });
});
