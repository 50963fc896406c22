import { zeroLine } from "./zero-line.ts";

/** Which class a net decides for at each point of a picture, how clearly, and where it changes its mind. */
export interface Decision {
  /** Points along each side of the picture. */
  readonly size: number;
  readonly winner: Uint8Array<ArrayBuffer>;
  /** How far the first is before the second, 0 to 255 for 0 to 1. */
  readonly margin: Uint8Array<ArrayBuffer>;
  /** Pieces of the boundary: x₁, y₁, x₂, y₂ each, from 0 to 1 over the picture. */
  readonly boundary: Float32Array<ArrayBuffer>;
  /** Of each class, its share of the picture. */
  readonly shares: Float32Array<ArrayBuffer>;
}

/**
 * `scores` is [points × classes] over a square grid of `resolution` points a side. Between the points the scores are
 * interpolated, `finer` times along each side, so that the boundary is smooth.
 */
export function decisionOf(scores: Float32Array, classes: number, resolution: number, finer: number): Decision {
  const size = (resolution - 1) * finer + 1;
  const winner = new Uint8Array(size * size);
  const margin = new Uint8Array(size * size);
  const counts = new Float64Array(classes);
  const here = new Float64Array(classes);
  for (let y = 0; y < size; y++) {
    const row = Math.min(resolution - 2, Math.floor(y / finer));
    const v = y / finer - row;
    for (let x = 0; x < size; x++) {
      const column = Math.min(resolution - 2, Math.floor(x / finer));
      const u = x / finer - column;
      const from = (row * resolution + column) * classes;
      const below = from + resolution * classes;
      let first = 0;
      for (let k = 0; k < classes; k++) {
        const top = scores[from + k]! + u * (scores[from + classes + k]! - scores[from + k]!);
        const bottom = scores[below + k]! + u * (scores[below + classes + k]! - scores[below + k]!);
        here[k] = top + v * (bottom - top);
        if (here[k]! > here[first]!) first = k;
      }
      let second = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) if (k !== first && here[k]! > second) second = here[k]!;
      winner[y * size + x] = first;
      margin[y * size + x] = Math.round(255 * Math.max(0, Math.min(1, classes === 1 ? 1 : here[first]! - second)));
      counts[first]!++;
    }
  }
  const shares = Float32Array.from(counts, (count) => count / (size * size));
  return { size, winner, margin, boundary: boundaryOf(scores, classes, resolution), shares };
}

/** Where a class begins to win over all others, for each class. Of two classes one line says it all. */
function boundaryOf(scores: Float32Array, classes: number, resolution: number): Float32Array<ArrayBuffer> {
  const points = resolution * resolution;
  const field = new Float64Array(points);
  const pieces: number[] = [];
  for (let k = 0; k < (classes === 2 ? 1 : classes); k++) {
    if (classes === 1) break;
    for (let i = 0; i < points; i++) {
      let other = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < classes; j++)
        if (j !== k && scores[i * classes + j]! > other) other = scores[i * classes + j]!;
      field[i] = scores[i * classes + k]! - other;
    }
    pieces.push(...zeroLine(field, resolution, resolution));
  }
  return Float32Array.from(pieces, (value) => value / (resolution - 1));
}
