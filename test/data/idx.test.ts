import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gunzip, idxDataset, parseIdx, sampleOf } from "../../src/data/index.ts";
import { NablaError } from "../../src/errors.ts";
import { failure } from "./failure.ts";
import { gzipped, idxBytes } from "./idx-bytes.ts";

const pictures = idxBytes([3, 2, 2], [0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8]);
const labels = idxBytes([3], [2, 0, 1]);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-idx-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** A header alone, claiming what it likes. */
function header(shape: readonly number[]): Uint8Array {
  return idxBytes(shape, []);
}

describe("parseIdx", () => {
  it("reads shape and bytes without copying them", () => {
    const { shape, data } = parseIdx(pictures);
    expect(shape).toEqual([3, 2, 2]);
    expect([...data]).toEqual([0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(data.buffer).toBe(pictures.buffer);
    const inside = new Uint8Array([9, 9, ...labels]).subarray(2);
    expect([...parseIdx(inside).data]).toEqual([2, 0, 1]);
  });

  const changed = (at: number, value: number) => {
    const bytes = pictures.slice();
    bytes[at] = value;
    return bytes;
  };
  const cases: [string, Uint8Array, string, string][] = [
    ["nothing", new Uint8Array(0), "FORMAT", "too short"],
    ["three bytes", pictures.subarray(0, 3), "FORMAT", "too short"],
    ["a wrong magic number", changed(0, 0x89), "FORMAT", "89 00 08 03"],
    ["an unknown type", changed(2, 0x0a), "FORMAT", "00 00 0a 03"],
    ["no axes", changed(3, 0), "FORMAT", "00 00 08 00"],
    ["floats", changed(2, 0x0d), "UNSUPPORTED", "float32"],
    ["too many axes", changed(3, 200), "UNSUPPORTED", "200 axes"],
    ["a header cut short", pictures.subarray(0, 9), "FORMAT", "within its header"],
    ["data cut short", pictures.subarray(0, 27), "FORMAT", "28 bytes by its header, 27 in the file"],
    ["trailing bytes", new Uint8Array([...pictures, 0]), "FORMAT", "28 bytes by its header, 29 in the file"],
    ["an absurd count", header([0xffffffff, 28, 28]), "LIMIT", "4294967295 × 28 × 28"],
    ["absurd sizes", header([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]), "LIMIT", "4294967295"],
    ["an absurd size of nothing", header([0, 0xffffffff, 0xffffffff]), "LIMIT", "0 × 4294967295"],
  ];
  for (const [what, bytes, code, says] of cases)
    it(`refuses ${what}`, async () => {
      const error = await failure(() => parseIdx(bytes, { file: "a\u001b]b.idx" }));
      expect(error.code).toBe(code);
      expect(error.message).toContain(says);
      expect(error.message).toContain('"a\\u{1b}]b.idx"');
      expect(error.where.file).toBe("a\u001b]b.idx");
    });
});

describe("idxDataset", () => {
  it("reads pictures and labels, gzip or not, whatever they are called", async () => {
    const plain = [await file("p", pictures), await file("l", labels)] as const;
    const zipped = [await file("p.gz", gzipped(pictures)), await file("l.idx", gzipped(labels))] as const;
    for (const [images, classes] of [plain, zipped, [plain[0], zipped[1]]]) {
      const data = await idxDataset(images!, classes!);
      expect(data).toMatchObject({ size: 3, shape: [2, 2], classes: ["0", "1", "2"], x: { scale: 1 / 255 } });
      expect(data.y).toEqual({ kind: "labels", data: Int32Array.of(2, 0, 1), classes: 3 });
      expect(data.x.data).toBeInstanceOf(Uint8Array);
      expect([...sampleOf(data, 0).data]).toEqual([0, Math.fround(51 / 255), Math.fround(102 / 255), 1]);
    }
    expect((await idxDataset(plain[0], plain[1], { classes: ["a", "b", "c", "d"] })).classes).toHaveLength(4);
    expect((await idxDataset(`file://${plain[0]}`, plain[1])).size).toBe(3);
  });

  it("refuses counts that differ", async () => {
    const error = await failure(async () =>
      idxDataset(await file("p", pictures), await file("l", idxBytes([2], [0, 1]))),
    );
    expect(error).toMatchObject({ code: "DATA", expected: "3 labels", received: "2 labels" });
  });

  it("refuses labels outside the classes, with file and row", async () => {
    const paths = [await file("p", pictures), await file("l", idxBytes([3], [2, 0, 10]))] as const;
    const error = await failure(() => idxDataset(...paths, { classes: ["a", "b", "c"] }));
    expect(error).toMatchObject({ code: "DATA", where: { file: paths[1], row: 3 } });
    expect(error.message).toContain("label 10 in row 3");
  });

  it("refuses files that are each other's, and empty ones", async () => {
    const paths = [await file("p", pictures), await file("l", labels)] as const;
    expect(await failure(() => idxDataset(paths[1], paths[0]))).toMatchObject({ code: "FORMAT" });
    expect(await failure(() => idxDataset(paths[0], paths[0]))).toMatchObject({ code: "FORMAT" });
    const empty = [await file("p0", idxBytes([0, 2, 2], [])), await file("l0", idxBytes([0], []))] as const;
    expect(await failure(() => idxDataset(...empty))).toMatchObject({ code: "DATA" });
  });

  it("refuses paths that do not exist, folders, and names that are none", async () => {
    const p = await file("p", pictures);
    for (const path of [
      join(folder, "missing"),
      folder,
      join(p, "below"),
      "a\u0000b",
      "",
      "x".repeat(10_000),
      "file:///%00",
      "file://[",
    ]) {
      const error = await failure(() => idxDataset(path, p));
      expect(error.code, path.slice(0, 50)).toBe("ENVIRONMENT");
      expect(error.where.file).toBe(path);
      expect(error.message).toContain("cannot read");
    }
  });

  it("refuses files and inflated content beyond maxBytes", async () => {
    const big = idxBytes([1, 1000, 1000], new Uint8Array(1_000_000));
    const paths = [await file("big", big), await file("one", idxBytes([1], [0]))] as const;
    expect(await failure(() => idxDataset(...paths, { maxBytes: 1000 }))).toMatchObject({ code: "LIMIT" });
    const bomb = await file("bomb", gzipped(big));
    expect(await failure(() => idxDataset(bomb, paths[1], { maxBytes: 5000 }))).toMatchObject({ code: "LIMIT" });
    expect((await idxDataset(bomb, paths[1])).size).toBe(1);
  });

  it("stops on a signal with its reason", async () => {
    const paths = [await file("p", pictures), await file("l", labels)] as const;
    const reason = new Error("enough");
    await expect(idxDataset(...paths, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("gunzip", () => {
  it("inflates", async () => {
    expect(await gunzip(gzipped(pictures))).toEqual(pictures);
    expect(await gunzip(gzipped(new Uint8Array(0)))).toEqual(new Uint8Array(0));
  });

  it("refuses a file cut short at any place", async () => {
    const whole = gzipped(pictures);
    for (let length = 0; length < whole.length; length += 1)
      expect(await failure(() => gunzip(whole.subarray(0, length))), `${length}`).toMatchObject({ code: "FORMAT" });
  });

  it("refuses damage, trailing bytes and a second member", async () => {
    const whole = gzipped(pictures);
    const damaged = whole.slice();
    damaged[whole.length - 6]! ^= 1; // checksum
    for (const bytes of [damaged, new Uint8Array([...whole, 0]), new Uint8Array([...whole, ...whole])])
      expect(await failure(() => gunzip(bytes))).toMatchObject({ code: "FORMAT" });
  });

  it("stops inflating at the limit: 64 MiB of zeros in 64 KiB", async () => {
    const bomb = gzipped(new Uint8Array(1 << 26));
    const before = process.memoryUsage().arrayBuffers;
    const error = await failure(() => gunzip(bomb, { maxBytes: 1 << 20 }));
    expect(error).toMatchObject({ code: "LIMIT" });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 24);
  });
});

describe("hostile bytes", () => {
  const onlyNablaError = (error: unknown) => expect(error).toBeInstanceOf(NablaError);
  /** A valid file with some bytes changed, cut or extended. */
  const mutated = (valid: Uint8Array) =>
    fc
      .tuple(
        fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(valid.length),
        fc.uint8Array({ maxLength: 4 }),
      )
      .map(([changes, cut, tail]) => {
        const bytes = valid.slice();
        for (const [at, value] of changes) bytes[at] = value;
        return new Uint8Array([...bytes.subarray(0, cut % 3 === 0 ? cut : valid.length), ...tail]);
      });

  it("parseIdx gives an array that fits, or a NablaError", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), mutated(pictures)), (bytes) => {
        try {
          const { shape, data } = parseIdx(bytes);
          expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
        } catch (error) {
          onlyNablaError(error);
        }
      }),
      { seed: 6, numRuns: 2000 },
    );
  });

  it("gunzip gives the content, or a NablaError", async () => {
    const valid = gzipped(pictures);
    const random = fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array([0x1f, 0x8b, 8, ...bytes]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(random, mutated(valid)), async (bytes) => {
        await gunzip(bytes, { maxBytes: 1000 }).then(
          (content) => expect(content.length).toBeLessThanOrEqual(1000),
          onlyNablaError,
        );
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  it("idxDataset gives data, or a NablaError", async () => {
    const good = await file("labels", labels);
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated(pictures), mutated(gzipped(pictures))), async (bytes) => {
        const path = await file("fuzzed", bytes);
        await idxDataset(path, good, { maxBytes: 10_000 }).then((data) => expect(data.size).toBe(3), onlyNablaError);
      }),
      { seed: 8, numRuns: 200 },
    );
  });
});
