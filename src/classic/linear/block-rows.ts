import { type CoordinateRows, type PlainSamples, squaredNormOf, squaredNorms } from "./coordinate-rows.ts";

/**
 * Samples in blocks of four numbers, of which only those with a number other than 0 are kept: a row of a digit has 60
 * blocks in place of 196. Unlike single numbers, blocks fill vector registers. Rows are filled up to a multiple of four
 * blocks with blocks of zeros, since the loop takes four at a time.
 */
export interface Blocks {
  readonly size: number;
  readonly features: number;
  /** Numbers of a weight vector: features and bias, filled up to whole blocks. */
  readonly padded: number;
  /** Block k holds values 4k to 4k + 3. */
  readonly values: Float32Array;
  /** Position of each block's first number in a weight vector. */
  readonly positions: Uint32Array;
  /** Row i has the blocks starts[i] to starts[i + 1]. */
  readonly starts: Uint32Array;
  readonly squaredNorms: Float64Array;
}

export function toBlocks(samples: PlainSamples): Blocks {
  const { x, size, features, constant } = samples;
  const padded = 4 * Math.ceil((features + 1) / 4);
  const row = new Float32Array(padded);
  row[features] = constant;
  const starts = new Uint32Array(size + 1);
  const positions: number[] = [];
  const count = (): number => {
    let used = 0;
    for (let at = 0; at < padded; at += 4) if (isUsed(row, at)) used += 1;
    return 4 * Math.ceil(used / 4);
  };
  for (let i = 0; i < size; i++) {
    row.set(x.subarray(i * features, (i + 1) * features));
    starts[i + 1] = starts[i]! + count();
  }
  const values = new Float32Array(4 * starts[size]!);
  const places = new Uint32Array(starts[size]!);
  for (let i = 0; i < size; i++) {
    row.set(x.subarray(i * features, (i + 1) * features));
    positions.length = 0;
    for (let at = 0; at < padded; at += 4) if (isUsed(row, at)) positions.push(at);
    for (const [k, at] of positions.entries()) {
      places[starts[i]! + k] = at;
      values.set(row.subarray(at, at + 4), 4 * (starts[i]! + k));
    }
  }
  return { size, features, padded, values, positions: places, starts, squaredNorms: squaredNorms(samples) };
}

const isUsed = (row: Float32Array, at: number): boolean =>
  row[at] !== 0 || row[at + 1] !== 0 || row[at + 2] !== 0 || row[at + 3] !== 0;

/**
 * The rows in float32 with the operations of the generated code, in its order: sixteen partial sums, each product and
 * each sum rounded. Each machine's weights are `padded` floats, wherever they lie.
 */
export function blockRows(blocks: Blocks, weights: readonly Float32Array[]): CoordinateRows {
  const { values, positions, starts } = blocks;
  const sums = new Float32Array(16);
  const fround = Math.fround;
  return {
    squaredNorms: blocks.squaredNorms,
    dot(machine, i) {
      const w = weights[machine]!;
      sums.fill(0);
      for (let k = starts[i]!; k < starts[i + 1]!; k++)
        for (let lane = 0; lane < 4; lane++)
          sums[4 * (k & 3) + lane]! += fround(values[4 * k + lane]! * w[positions[k]! + lane]!);
      for (let lane = 0; lane < 4; lane++)
        sums[lane] = fround(sums[lane]! + sums[4 + lane]!) + fround(sums[8 + lane]! + sums[12 + lane]!);
      return sums[0]! + sums[1]! + (sums[2]! + sums[3]!);
    },
    add(machine, i, share) {
      const w = weights[machine]!;
      const factor = fround(share);
      for (let k = starts[i]!; k < starts[i + 1]!; k++)
        for (let lane = 0; lane < 4; lane++) w[positions[k]! + lane]! += fround(values[4 * k + lane]! * factor);
    },
    write: (machine, values) => void weights[machine]!.set(values),
    squaredNorm: (machine) => squaredNormOf(weights[machine]!),
  };
}

/** The same with weights of their own: what runs where WebAssembly is forbidden. */
export const plainBlockRows = (blocks: Blocks, machines: number): CoordinateRows =>
  blockRows(
    blocks,
    Array.from({ length: machines }, () => new Float32Array(blocks.padded)),
  );
