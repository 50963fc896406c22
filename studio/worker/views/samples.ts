import type { Compiled, Model } from "nabla";
import type { Dataset } from "nabla/data";

/** How many numbers a sample has. */
export const widthOf = ({ shape }: Pick<Dataset, "shape">): number => shape.reduce((a, b) => a * b, 1);

/** Where sample `i` is in the tables of a data set. */
const rowOf = ({ rows }: Dataset, i: number): number => (rows ? rows[i]! : i);

/** The first `most` samples as the net sees them, [n × width] flat. */
export function inputsOf(data: Dataset, most = data.size): Float32Array<ArrayBuffer> {
  const width = widthOf(data);
  const count = Math.min(most, data.size);
  const { data: numbers, scale } = data.x;
  const out = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const from = rowOf(data, i) * width;
    for (let j = 0; j < width; j++) out[i * width + j] = numbers[from + j]! * scale;
  }
  return out;
}

/** One sample, as the net sees it; the first where there is none at that place. */
export function inputAt(data: Dataset, i: number): Float32Array<ArrayBuffer> {
  const width = widthOf(data);
  const from = rowOf(data, i < data.size ? i : 0) * width;
  return Float32Array.from({ length: width }, (_, j) => data.x.data[from + j]! * data.x.scale);
}

/** What a sample should give: a class's number, or values. Undefined where there is nothing to learn. */
export function targetAt(data: Dataset, i: number): number | readonly number[] | undefined {
  const { y } = data;
  const row = rowOf(data, i < data.size ? i : 0);
  if (!y) return undefined;
  if (y.kind === "labels") return y.data[row]!;
  const width = y.shape.reduce((a, b) => a * b, 1);
  return Array.from(y.data.subarray(row * width, (row + 1) * width));
}

/** Class of sample `i`; −1 where the targets are values. */
export const labelAt = (data: Dataset, i: number): number =>
  data.y?.kind === "labels" ? data.y.data[rowOf(data, i)]! : -1;

const means = new WeakMap<Dataset, Float32Array>();

/** The mean of each number over the data, kept: the data does not change. */
export function meansOf(data: Dataset): Float32Array {
  const known = means.get(data);
  if (known) return known;
  const width = widthOf(data);
  const sums = new Float64Array(width);
  const all = inputsOf(data, 10_000);
  for (let i = 0; i < all.length; i++) sums[i % width]! += all[i]!;
  const mean = Float32Array.from(sums, (sum) => (sum * width) / all.length);
  means.set(data, mean);
  return mean;
}

const batch = 1024;
const compiled = new WeakMap<Model, Map<number, Promise<Compiled>>>();

/** What the net gives for samples, [n × outputs] flat: made ready once for a model, then without waiting for a compiler. */
export async function outputsOf(
  model: Model,
  samples: Float32Array,
  width: number,
): Promise<Float32Array<ArrayBuffer>> {
  const count = samples.length / width;
  const size = count <= 1 ? 1 : batch;
  const known = compiled.get(model) ?? new Map<number, Promise<Compiled>>();
  compiled.set(model, known);
  const ready = known.get(size) ?? model.compile({ batchSize: size });
  known.set(size, ready);
  const run = await ready;
  const taken = new Float32Array(size * width);
  let out = new Float32Array(0);
  let outputs = 0;
  for (let first = 0; first < count; first += size) {
    const part = samples.subarray(first * width, Math.min(count, first + size) * width);
    taken.fill(0);
    taken.set(part);
    const answers = run(taken);
    if (first === 0) {
      outputs = answers.length / size;
      out = new Float32Array(count * outputs);
    }
    out.set(answers.subarray(0, (part.length / width) * outputs), first * outputs);
  }
  return out;
}

/** Points of a grid over two columns, row 0 at the top, with every other number at its mean. */
export function planeSamples(
  data: Dataset,
  { x, y }: { readonly x: readonly number[]; readonly y: readonly number[] },
  [first, second]: readonly [number, number],
): Float32Array<ArrayBuffer> {
  const width = widthOf(data);
  const mean = meansOf(data);
  const out = new Float32Array(x.length * y.length * width);
  for (let i = 0; i < x.length * y.length; i++) {
    if (width > 2) out.set(mean, i * width);
    out[i * width + first] = x[i % x.length]!;
    if (width > 1) out[i * width + second] = y[Math.floor(i / x.length)]!;
  }
  return out;
}

/** `count` numbers from low to high, ends included. */
export const spread = ([low, high]: readonly [number, number], count: number): number[] =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
