import { exp, log } from "../../array/math64.ts";
import type { Neighbors } from "../neighbors.ts";

/**
 * P: how near the samples are to each other, a sparse symmetric matrix whose numbers add up to 1. Row i has the entries
 * `starts[i]` to before `starts[i + 1]`, filled up to a multiple of four by zeros in its own column.
 */
export interface Affinities {
  readonly count: number;
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/**
 * The conditional p(j|i) ∝ exp(−β‖xᵢ − xⱼ‖²) over the neighbours of each sample, [count, size], with β such that the
 * distribution has the wanted perplexity e^H (van der Maaten & Hinton 2008, eq. 1). H falls as β grows: Newton's
 * steps on log β, kept between bounds that bisection would have. Where the samples nearest are too many and equally far
 * (duplicates), no β has it, and the nearest share equally.
 */
export function conditionalAffinities({ size, squares }: Neighbors, count: number, perplexity: number): Float64Array {
  const target = log(perplexity);
  const p = new Float64Array(count * size);
  const excess = new Float64Array(size);
  let logBeta = 0;
  for (let i = 0; i < count; i++) {
    const nearest = squares[i * size]!;
    let mean = 0;
    for (let j = 0; j < size; j++) mean += excess[j] = squares[i * size + j]! - nearest;
    if (i === 0 || !(mean > 0)) logBeta = mean > 0 ? -log(mean / size) : 0;
    let [low, high] = [-Infinity, Infinity];
    for (let step = 0; step < 100; step++) {
      const beta = exp(logBeta);
      let [sum, first, second] = [0, 0, 0];
      for (let j = 0; j < size; j++) {
        const weight = exp(-beta * excess[j]!);
        p[i * size + j] = weight;
        sum += weight;
        first += weight * excess[j]!;
        second += weight * excess[j]! * excess[j]!;
      }
      const average = first / sum;
      const difference = log(sum) + beta * average - target;
      if (Math.abs(difference) < 1e-9) break;
      if (difference > 0) low = logBeta;
      else high = logBeta;
      const slope = beta * beta * (second / sum - average * average); // −dH/dlogβ
      let next = slope > 1e-12 ? logBeta + difference / slope : Number.NaN;
      const isOutside = !(next > low && next < high) || Math.abs(next - logBeta) > 5;
      if (isOutside) {
        if (low === -Infinity) next = logBeta - 2;
        else if (high === Infinity) next = logBeta + 2;
        else next = (low + high) / 2;
      }
      if (next === logBeta || Math.abs(next) > 700) break;
      logBeta = next;
    }
    if (!(Math.abs(logBeta) <= 700)) logBeta = 0;
    let total = 0;
    for (let j = 0; j < size; j++) total += p[i * size + j]!;
    for (let j = 0; j < size; j++) p[i * size + j]! /= total;
  }
  return p;
}

/** pᵢⱼ = (p(j|i) + p(i|j)) / 2n. */
export function jointAffinities({ size, indices }: Neighbors, conditional: Float64Array, count: number): Affinities {
  // who has me as a neighbour, by counting; samples come in ascending order
  const degrees = new Int32Array(count + 1);
  for (const j of indices) degrees[j + 1]!++;
  for (let i = 0; i < count; i++) degrees[i + 1]! += degrees[i]!;
  const from = new Int32Array(indices.length);
  const weights = new Float64Array(indices.length);
  const next = degrees.slice();
  for (let i = 0; i < count; i++)
    for (let e = i * size; e < (i + 1) * size; e++) {
      const at = next[indices[e]!]!++;
      from[at] = i;
      weights[at] = conditional[e]!;
    }
  const starts = new Int32Array(count + 1);
  const columns = new Int32Array(2 * indices.length + 4 * count);
  const values = new Float32Array(columns.length);
  const order = new Int32Array(size);
  let end = 0;
  for (let i = 0; i < count; i++) {
    for (let e = 0; e < size; e++) order[e] = i * size + e;
    order.sort((a, b) => indices[a]! - indices[b]!);
    let [own, other] = [0, degrees[i]!];
    while (own < size || other < degrees[i + 1]!) {
      const mine = own < size ? indices[order[own]!]! : count;
      const theirs = other < degrees[i + 1]! ? from[other]! : count;
      let p = 0;
      if (mine <= theirs) p += conditional[order[own++]!]!;
      if (theirs <= mine) p += weights[other++]!;
      columns[end] = Math.min(mine, theirs);
      values[end++] = p / (2 * count);
    }
    while (end % 4 !== 0) {
      columns[end] = i;
      values[end++] = 0;
    }
    starts[i + 1] = end;
  }
  return { count, starts, columns: columns.slice(0, end), values: values.slice(0, end) };
}
