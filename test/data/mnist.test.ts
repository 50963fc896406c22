import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  catalog,
  catalogEntry,
  classCounts,
  majorityBaseline,
  mnist,
  mnist16,
  sampleOf,
} from "../../src/data/index.ts";
import { failure } from "./failure.ts";
import { gzipped, idxBytes } from "./idx-bytes.ts";

/** Share of full ink from which a pixel of `mnist16` is ink. */
const THRESHOLD = 0.3;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-mnist-"));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A folder with the four files of a tiny MNIST: all pixels of picture i are `shade(i)`. */
async function tiny(
  name: string,
  options: { side?: number; labels?: readonly number[]; isZipped?: boolean; names?: (name: string) => string } = {},
): Promise<string> {
  const { side = 28, labels = [3, 9], isZipped = false, names = (given: string) => given } = options;
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  for (const part of ["train", "t10k"]) {
    const pixels = Uint8Array.from({ length: 2 * side * side }, (_, i) => (i < side * side ? 0 : 255));
    const files = {
      "images-idx3-ubyte": idxBytes([2, side, side], pixels),
      "labels-idx1-ubyte": idxBytes([2], labels),
    };
    for (const [kind, bytes] of Object.entries(files))
      await writeFile(join(path, names(`${part}-${kind}${isZipped ? ".gz" : ""}`)), isZipped ? gzipped(bytes) : bytes);
  }
  return path;
}

describe("mnist", () => {
  it("is the real one, from the npm package", async () => {
    const { train, test } = await mnist();
    expect(train).toMatchObject({ size: 60_000, shape: [28, 28], x: { scale: 1 / 255 } });
    expect(test).toMatchObject({ size: 10_000, shape: [28, 28] });
    expect(train.classes).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    // The published counts of each digit, and the first labels.
    expect(classCounts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(classCounts(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect([...train.y!.data.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect(majorityBaseline(test)).toBe(0.1135);
    // The mean that everyone standardises with.
    const pixels = train.x.data;
    let sum = 0;
    for (let i = 0; i < pixels.length; i += 1) sum += pixels[i]!;
    expect(sum / pixels.length / 255).toBeCloseTo(0.1307, 4);
    expect(pixels).toBeInstanceOf(Uint8Array);
  });

  it("takes the first ones with a limit", async () => {
    const from = await tiny("limited");
    const { train, test } = await mnist({ from, limit: 1 });
    expect([train.size, test.size]).toEqual([1, 1]);
    expect(await failure(() => mnist({ from, limit: 0 }))).toMatchObject({ code: "OPTION" });
  });

  it("reads a folder with either spelling, gzip or not, and the one NABLA_DATA names", async () => {
    const folders = [
      await tiny("plain"),
      await tiny("zipped", { isZipped: true }),
      await tiny("dotted", { names: (name) => name.replace("-idx", ".idx") }),
    ];
    for (const from of folders) {
      const { train } = await mnist({ from });
      expect([...train.y!.data]).toEqual([3, 9]);
      expect(sampleOf(train, 1).data.every((value) => value === 1)).toBe(true);
    }
    vi.stubEnv("NABLA_DATA", folders[0]!);
    expect((await mnist()).train.size).toBe(2);
    await tiny("root/mnist");
    vi.stubEnv("NABLA_DATA", join(folder, "root"));
    expect((await mnist()).train.size).toBe(2);
    vi.stubEnv("NABLA_DATA", join(folder, "nothing there"));
    expect((await mnist({ limit: 5 })).train.size).toBe(5);
  });

  it("fetches from a URL", async () => {
    const from = await tiny("served", { isZipped: false });
    const { readFile } = await import("node:fs/promises");
    const server = createServer((request, response) => {
      readFile(join(from, request.url!)).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect((await mnist({ from: base })).train.size).toBe(2);
      expect((await mnist({ from: `${base}/` })).test.size).toBe(2);
      const missing = await failure(() => mnist({ from: `${base}/missing` }));
      expect(missing).toMatchObject({ code: "ENVIRONMENT" });
      expect(missing.message).toContain("404");
      expect(await failure(() => mnist({ from: base, maxBytes: 100 }))).toMatchObject({ code: "LIMIT" });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await failure(() => mnist({ from: base }))).toMatchObject({ code: "ENVIRONMENT" });
  });

  it("says what to do where it is not found", async () => {
    const error = await failure(() => mnist({ from: join(folder, "missing") }));
    expect(error).toMatchObject({ code: "ENVIRONMENT", received: "not found" });
    expect(error.expected).toContain("t10k-labels-idx1-ubyte");
  });

  it("refuses other pictures and labels beyond 9", async () => {
    expect(await failure(async () => mnist({ from: await tiny("small", { side: 8 }) }))).toMatchObject({
      code: "FORMAT",
    });
    const error = await failure(async () => mnist({ from: await tiny("ten", { labels: [1, 10] }) }));
    expect(error).toMatchObject({ code: "DATA", where: { row: 2 } });
    expect(error.message).toContain("label 10");
  });
});

describe("mnist16", () => {
  it("is ink or no ink in 16 × 16", async () => {
    const { train, test } = await mnist16({ limit: 200 });
    expect(train).toMatchObject({ size: 200, shape: [16, 16], x: { scale: 1 } });
    expect(test.shape).toEqual([16, 16]);
    expect(train.x.data.every((value) => value === 0 || value === 1)).toBe(true);
  });

  it("agrees with the area average computed directly", async () => {
    const [{ train: grey }, { train: ink }] = await Promise.all([mnist({ limit: 50 }), mnist16({ limit: 50 })]);
    const overlap = (i: number, j: number) => Math.max(0, Math.min((i + 1) * 1.25, j + 1) - Math.max(i * 1.25, j));
    for (let sample = 0; sample < 50; sample += 1)
      for (let y = 0; y < 16; y += 1)
        for (let x = 0; x < 16; x += 1) {
          let mean = 0;
          for (let r = 0; r < 20; r += 1)
            for (let c = 0; c < 20; c += 1)
              mean += (overlap(y, r) * overlap(x, c) * grey.x.data[(sample * 28 + r + 4) * 28 + c + 4]!) / 255 / 1.5625;
          const found = ink.x.data[(sample * 16 + y) * 16 + x];
          if (Math.abs(mean - THRESHOLD) > 1e-9) expect(found).toBe(mean >= THRESHOLD ? 1 : 0);
        }
  });
});

describe("catalog", () => {
  it("describes what it loads", async () => {
    const from = await tiny("catalog");
    for (const entry of catalog.filter(({ name }) => name.startsWith("mnist"))) {
      const { train, test } = await entry.load({ from });
      expect(train.shape).toEqual(entry.shape);
      expect(test.classes).toEqual(entry.classes);
      expect(catalogEntry(entry.name)).toBe(entry);
    }
  });

  it("lists the known names for an unknown one", async () => {
    for (const name of ["minst", "__proto__", "\u001b[2J"]) {
      const error = await failure(() => catalogEntry(name));
      expect(error).toMatchObject({ code: "OPTION", expected: catalog.map((entry) => entry.name).join(", ") });
      expect(error.message).not.toContain("\u001b");
    }
  });
});
