import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { catalogEntry, cifar10, labelOf, parseCifar10, sampleOf } from "nabla/data";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { cifarBytes, cifarFolder, cifarNames } from "./cifar-bytes.ts";
import { failure } from "./failure.ts";
import { gzipped } from "./idx-bytes.ts";

let place = "";
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "nabla-cifar-"));
});
afterAll(() => rm(place, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("parseCifar10", () => {
  test("brings the planes together, pixel by pixel", () => {
    const { pixels, labels } = parseCifar10(cifarBytes([6, 9]));
    expect([...labels]).toEqual([6, 9]);
    expect(pixels.length).toBe(2 * 3072);
    expect([...pixels.subarray(0, 6)]).toEqual([0, 100, 200, 1, 100, 200]);
    expect([...pixels.subarray(3072 + 3 * 40, 3072 + 3 * 40 + 3)]).toEqual([41, 100, 200]); // row 1, column 8
    expect(parseCifar10(cifarBytes([6, 9]), { limit: 1 }).labels.length).toBe(1);
  });

  test("refuses what is cut short, too long, or labelled beyond 9", async () => {
    const good = cifarBytes([1, 2, 3]);
    for (const length of [0, 1, 3072, 3074, 9218])
      expect(await failure(() => parseCifar10(good.subarray(0, length), { file: "a.bin" }))).toMatchObject({
        code: "FORMAT",
        expected: "a multiple of 3073 bytes",
        where: { file: "a.bin" },
      });
    const cut = await failure(() => parseCifar10(good.subarray(0, 9218), { file: "a.bin" }));
    expect(cut.message).toContain('"a.bin" has 9218 bytes: 2 records of 3073 and 3072 over');
    const wrong = await failure(() => parseCifar10(cifarBytes([1, 10]), { file: "a.bin" }));
    expect(wrong).toMatchObject({ code: "DATA", where: { file: "a.bin", row: 2 } });
    expect(wrong.message).toContain("label 10 in record 2");
    expect(await failure(() => parseCifar10(good, { maxBytes: 100 }))).toMatchObject({ code: "LIMIT" });
  });
});

describe("cifar10", () => {
  test("reads the batches that are there, in order, with their names", async () => {
    const from = await cifarFolder(join(place, "some"), {
      "data_batch_4.bin": cifarBytes([0, 1]),
      "data_batch_2.bin.gz": gzipped(cifarBytes([5])),
    });
    const { train, test: held } = await cifar10({ from });
    expect(train).toMatchObject({ size: 6, shape: [32, 32, 3], classes: cifarNames, x: { scale: 1 / 255 } });
    expect(train.x.data).toBeInstanceOf(Uint8Array);
    expect([...train.y!.data]).toEqual([6, 9, 9, 5, 0, 1]);
    expect([...held.y!.data]).toEqual([3, 8]);
    expect(labelOf(train, 3)).toBe(5);
    const pixel = sampleOf(train, 2).data.subarray(0, 3);
    expect([...pixel]).toEqual([2, 100, 200].map((byte) => expect.closeTo(byte / 255, 6)));
    const few = await cifar10({ from, limit: 4 });
    expect([few.train.size, few.test.size]).toEqual([4, 2]);
  });

  test("is found in NABLA_DATA, in data, and in its own folder, and by the catalog", async () => {
    const root = join(place, "root");
    await cifarFolder(join(root, "cifar-10-batches-bin"));
    expect((await cifar10({ from: root })).train.size).toBe(3);
    vi.stubEnv("NABLA_DATA", root);
    expect((await cifar10()).train.size).toBe(3);
    const { train } = await catalogEntry("cifar10").load({ limit: 2 });
    expect(train).toMatchObject({ size: 2, shape: catalogEntry("cifar10").shape });
    expect(train.classes).toEqual(catalogEntry("cifar10").classes);
  });

  test.each([
    ["no folder", {}, "ENVIRONMENT", "no CIFAR-10 in"],
    ["no names", { "batches.meta.txt": undefined }, "ENVIRONMENT", "has no batches.meta.txt, which names the classes"],
    ["no test batch", { "test_batch.bin": undefined }, "ENVIRONMENT", "has no test_batch.bin, to test on"],
    ["nine names", { "batches.meta.txt": cifarNames.slice(1).join("\n") }, "FORMAT", "does not name 10 classes"],
    ["a name twice", { "batches.meta.txt": `${cifarNames.slice(1).join("\n")}\ncat` }, "OPTION", '"cat" twice'],
    ["a short batch", { "data_batch_3.bin": new Uint8Array(3000) }, "FORMAT", "has 3000 bytes"],
    ["a wrong label", { "test_batch.bin": cifarBytes([200]) }, "DATA", "label 200 in record 1"],
  ] as const)("refuses %s", async (name, files, code, message) => {
    const folder = join(place, name);
    if (name !== "no folder") await cifarFolder(folder, files);
    const error = await failure(() => cifar10({ from: folder }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  test("says where to look when there is none, and bounds what it reads", async () => {
    vi.stubEnv("NABLA_DATA", "");
    vi.spyOn(process, "cwd").mockReturnValue(place);
    const from = await cifarFolder(join(place, "bounded"));
    expect(await failure(() => cifar10({ from, maxBytes: 1000 }))).toMatchObject({ code: "LIMIT" });
    expect(await failure(() => cifar10({ from, limit: 0 }))).toMatchObject({ code: "OPTION" });
  });
});
