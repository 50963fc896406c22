import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { dataset, dense, elu, huber, layer, leakyRelu, load, type Model, sequential, softmax, tanh } from "nabla";
import { mul, sigmoid } from "nabla/graph";
import { afterAll, describe, expect, test } from "vitest";
import { failure } from "../data/failure.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-model-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const make = (): Model =>
  sequential(
    [dense(4, { name: "hidden", l2: 0.01 }), leakyRelu(0.2), dense(4, { bias: false }), elu(0.5), dense(3), softmax],
    { input: 2, seed: 3 },
  );
const x = [
  [1, 2],
  [-3, 4],
  [0.5, -0.25],
];

/** Bytes 0–11 and a header, then the numbers: a file as one would forge it. */
function forge(header: unknown, numbers: readonly number[] = [], { version = 1, length = -1 } = {}): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const padded = Math.ceil(json.length / 4) * 4;
  const bytes = new Uint8Array(12 + padded + 4 * numbers.length).fill(0x20, 12);
  bytes.set(new TextEncoder().encode("NABLA"));
  bytes[5] = version;
  bytes[6] = bytes[7] = 0;
  const view = new DataView(bytes.buffer);
  view.setUint32(8, length < 0 ? padded : length, true);
  bytes.set(json, 12);
  for (const [i, value] of numbers.entries()) view.setFloat32(12 + padded + 4 * i, value, true);
  return bytes;
}
const header = {
  input: [1],
  seed: 0,
  layers: [{ kind: "dense", settings: { units: 1, bias: false, l2: 0 } }],
  parameters: [{ name: "dense 1/weight", shape: [1, 1] }],
};

describe("a model that is saved and loaded", () => {
  test("predicts the same bits, and is trained on to the same bits", async () => {
    const model = make();
    const data = dataset(x, ["b", "a", "c"]);
    await model.fit(data, { epochs: 3 }).done;
    const path = join(folder, "model.nabla");
    await model.save(path);
    const back = await load(path);
    expect((await back.predict(x)).data).toEqual((await model.predict(x)).data);
    expect(String(back.summary())).toBe(String(model.summary()));
    expect(back.classes).toEqual(["a", "b", "c"]);
    expect(await back.evaluate(data)).toEqual(await model.evaluate(data));
    for (const one of [model, back]) await one.fit(data, { epochs: 2 }).done;
    expect(await back.toBytes()).toEqual(await model.toBytes());
    expect(readdirSync(folder)).toEqual(["model.nabla"]);
  });

  test("remembers its loss", async () => {
    const model = sequential([dense(1)], { input: 2 });
    const data = dataset(x, [[3], [9], [-4]]);
    await model.fit(data, { loss: huber(0.5), epochs: 1 }).done;
    const back = await load(await model.toBytes());
    expect(await back.evaluate(data)).toEqual(await model.evaluate(data));
  });

  test("comes from bytes, blobs, URLs and paths, and replaces an older file", async () => {
    const path = join(folder, "again.nabla");
    await sequential([tanh], { input: 9 }).save(path);
    const model = make();
    await model.save(path);
    const bytes = new Uint8Array(readFileSync(path));
    expect(bytes).toEqual(await model.toBytes());
    for (const source of [
      bytes,
      new Blob([bytes]),
      pathToFileURL(path),
      path,
      new Uint8Array([0, 0, 0, ...bytes]).subarray(3),
    ])
      expect((await (await load(source)).predict(x)).data).toEqual((await model.predict(x)).data);
  });

  test("goes into a stream", async () => {
    const chunks: Uint8Array[] = [];
    let isClosed = false;
    await make().save(
      new WritableStream<Uint8Array>({
        write: (chunk) => void chunks.push(chunk),
        close: () => void (isClosed = true),
      }),
    );
    expect(isClosed).toBe(true);
    expect((await load(new Uint8Array(Buffer.concat(chunks)))).weights.names()).toEqual(make().weights.names());
  });

  test("with layers of one's own needs them again", async () => {
    const swish = layer("swish", (t) => mul(t, sigmoid(t)));
    const model = sequential([dense(3), swish, dense(2), swish], { input: 2, seed: 1 });
    const bytes = await model.toBytes();
    const error = await failure(() => load(bytes));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toContain('"swish"');
    const back = await load(bytes, { layers: [swish] });
    expect((await back.predict(x)).data).toEqual((await model.predict(x)).data);
  });

  test("has the documented bytes", async () => {
    const model = sequential([dense(1, { bias: false })], { input: 2, seed: 5 });
    model.weights.set("dense 1/weight", [1.5, -2]);
    const bytes = await model.toBytes();
    const view = new DataView(bytes.buffer);
    expect(String.fromCharCode(...bytes.subarray(0, 5))).toBe("NABLA");
    expect([...bytes.subarray(5, 8)]).toEqual([1, 0, 0]);
    const start = 12 + view.getUint32(8, true);
    expect(start % 4).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(12, start)))).toEqual({
      input: [2],
      seed: 5,
      layers: [{ kind: "dense", settings: { units: 1, bias: false, l2: 0 } }],
      parameters: [{ name: "dense 1/weight", shape: [1, 2] }],
    });
    expect([view.getFloat32(start, true), view.getFloat32(start + 4, true), bytes.length]).toEqual([
      1.5,
      -2,
      start + 8,
    ]);
  });
});

describe("a file that cannot be written", () => {
  test.each([
    ["into a folder that is not there", join(folder, "no", "such", "model.nabla")],
    ["over a folder", folder],
    ["under a name too long", join(folder, "x".repeat(5000))],
  ])("%s", async (_, path) => {
    const before = readdirSync(folder);
    const error = await failure(() => make().save(path));
    expect(error.code).toBe("ENVIRONMENT");
    expect(error.where.file).toBe(path);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe("a hostile file", () => {
  test("forged as it should be loads", async () => {
    const { data } = await (await load(forge(header, [2]))).predict([21]);
    expect(data[0]).toBe(42);
  });

  const huge = Array.from({ length: 10_001 }, () => ({ kind: "relu" }));
  test.each<[string, Uint8Array, string]>([
    ["is empty", new Uint8Array(0), "FORMAT"],
    ["is something else", new TextEncoder().encode("PK\u0003\u0004 something else entirely"), "FORMAT"],
    ["has a newer version", forge(header, [2], { version: 2 }), "FORMAT"],
    ["claims a header of 4 GB", forge(header, [2], { length: 0xffffffff }), "LIMIT"],
    ["claims a header beyond its end", forge(header, [2], { length: 4000 }), "FORMAT"],
    ["has a header of odd length", forge(header, [2], { length: 5 }), "FORMAT"],
    ["has no JSON", forge("nonsense", [2]), "FORMAT"],
    ["has a deep JSON", forge("[".repeat(200_000), [2]), "FORMAT"],
    ["has null for a header", forge(null, [2]), "FORMAT"],
    ["has a list for a header", forge([], [2]), "FORMAT"],
    ["lacks a number", forge(header, []), "FORMAT"],
    ["has a number too many", forge(header, [1, 2]), "FORMAT"],
    ["holds NaN", forge(header, [Number.NaN]), "FORMAT"],
    ["holds infinity", forge(header, [Infinity]), "FORMAT"],
    ["has no layers", forge({ ...header, layers: [] }, [2]), "FORMAT"],
    ["has too many layers", forge({ ...header, layers: huge, parameters: [] }), "FORMAT"],
    ["has an input of 0", forge({ ...header, input: [0] }, [2]), "FORMAT"],
    ["has an absurd input", forge({ ...header, input: [1e9, 1e9] }, [2]), "FORMAT"],
    [
      "claims absurd shapes",
      forge({ ...header, parameters: [{ name: "dense 1/weight", shape: [1e5, 1e5] }] }, [2]),
      "FORMAT",
    ],
    [
      "claims more units than it holds",
      forge({ ...header, layers: [{ kind: "dense", settings: { units: 1e9, bias: false } }] }, [2]),
      "FORMAT",
    ],
    [
      "has units that are no number",
      forge({ ...header, layers: [{ kind: "dense", settings: { units: "many" } }] }, [2]),
      "FORMAT",
    ],
    ["has nested settings", forge({ ...header, layers: [{ kind: "dense", settings: { units: {} } }] }, [2]), "FORMAT"],
    ["has a seed that is text", forge({ ...header, seed: "7" }, [2]), "FORMAT"],
    ["has classes that are no names", forge({ ...header, classes: [1] }, [2]), "FORMAT"],
    ["has other parameters", forge({ ...header, parameters: [{ name: "__proto__", shape: [1] }] }, [2]), "FORMAT"],
    [
      "has a name with an escape sequence",
      forge({ ...header, layers: [{ ...header.layers[0], name: "\u001b[2J" }] }, [2]),
      "FORMAT",
    ],
    [
      "has one name twice",
      forge({ ...header, layers: [0, 1].map(() => ({ ...header.layers[0], name: "a" })) }, [2]),
      "FORMAT",
    ],
    ["has a layer of an unknown kind", forge({ ...header, layers: [{ kind: "toString" }] }, [2]), "UNSUPPORTED"],
  ])("that %s", async (_, bytes, code) => {
    const error = await failure(() => load(bytes));
    expect(error.code).toBe(code);
    expect(error.hint).not.toBe("");
    expect(error.message).not.toContain("\u001b");
  });

  test("cut anywhere is refused", async () => {
    const bytes = await make().toBytes();
    for (let length = 0; length < bytes.length; length += 7)
      expect((await failure(() => load(bytes.subarray(0, length)))).code).toBe("FORMAT");
  });

  test("that is larger than allowed is not read", async () => {
    const bytes = await make().toBytes();
    const path = join(folder, "large.nabla");
    writeFileSync(path, bytes);
    for (const source of [bytes, new Blob([bytes]), path])
      expect((await failure(() => load(source, { maxBytes: 100 }))).code).toBe("LIMIT");
  });

  test("with __proto__ in its header changes no object", async () => {
    const text = JSON.stringify(header).replace('"seed"', '"__proto__":{"polluted":1},"seed"');
    await load(forge(text, [2]));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("that is not there, or is nothing at all", async () => {
    expect((await failure(() => load(join(folder, "none.nabla")))).code).toBe("ENVIRONMENT");
    expect((await failure(() => load(folder))).code).toBe("ENVIRONMENT");
    expect((await failure(() => load(undefined as never))).code).toBe("OPTION");
    await expect(load("x", { signal: AbortSignal.abort("no") })).rejects.toBe("no");
  });
});
