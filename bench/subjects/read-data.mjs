/** Reads what data.mjs wrote, for subjects that run in Node. */
import { readFileSync } from "node:fs";

/** The first `count` samples: features as float32 in 0 … 1 (points: as they are), labels as bytes. */
export function readData({ form, x, y, features, classes, count }) {
  const bytes = readFileSync(x);
  const labels = new Uint8Array(readFileSync(y).subarray(8, 8 + count));
  if (form === "f32")
    return {
      x: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
      y: labels,
      features,
      classes,
      count,
    };
  const data = new Float32Array(count * features);
  for (let i = 0; i < data.length; i++) data[i] = bytes[12 + i] / 255;
  return { x: data, y: labels, features, classes, count };
}

/** [count, classes], 1 at the label. */
export function oneHot({ y, classes, count }) {
  const rows = new Float32Array(count * classes);
  for (let i = 0; i < count; i++) rows[i * classes + y[i]] = 1;
  return rows;
}

/** Copies the rows `order[first]` … of a table into `out`. */
export function gather(table, width, order, first, rows, out) {
  for (let i = 0; i < rows; i++) {
    const from = order[first + i] * width;
    out.set(table.subarray(from, from + width), i * width);
  }
}

/** The indices of the first `count` samples. */
export const indices = (count) => Uint32Array.from({ length: count }, (_, i) => i);
