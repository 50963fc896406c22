import type { Labelled } from "../labelled.ts";
import { linearValues } from "../linear/linear-values.ts";
import { centered, type Kernel, kernelRow } from "./kernel.ts";
import type { Machine } from "./machine.ts";

/** What decision values are asked of. */
export interface Question {
  /** [count, features] */
  readonly data: Float32Array;
  readonly count: number;
  readonly samples: Labelled;
  readonly kernel: Kernel;
  readonly mean: Float64Array;
  readonly machines: readonly Machine[];
}

/** f(x) of each machine for each sample: [count, machines]. Sums are in float64. */
export async function decisionValues(question: Question, options: { threads?: number }): Promise<Float32Array> {
  const { kernel, machines, data, count } = question;
  if (kernel.name === "rbf") return kernelValues(question, options);
  const parts = machines.map(({ weights, bias }) => ({ weights: weights!, bias }));
  return linearValues(parts, data, count);
}

/** Up to so many multiplications in float64, one after another; beyond, on the engine. */
const mostPlainWork = 1 << 24;
/** Samples of one product. */
const samplesOfBlock = 128;

async function kernelValues(question: Question, { threads }: { threads?: number }): Promise<Float32Array> {
  const { data, count, samples, kernel, mean, machines } = question;
  const { features, x } = samples;
  const supports = Uint32Array.from(new Set(machines.flatMap((machine) => [...machine.supports]))).sort();
  const chosen = new Float32Array(supports.length * features);
  for (const [row, i] of supports.entries()) chosen.set(x.subarray(i * features, (i + 1) * features), row * features);
  const points = centered(chosen, features, mean).points;
  const answer = answerer(machines, supports);
  const out = new Float32Array(count * machines.length);
  if (supports.length === 0) {
    for (let i = 0; i < count; i++) answer([], out, i);
    return out;
  }
  if (count * supports.length * features <= mostPlainWork) {
    const row = new Float64Array(supports.length);
    for (let i = 0; i < count; i++) {
      const { points: one } = centered(data.subarray(i * features, (i + 1) * features), features, mean);
      kernelRow(kernel, one.data, points.data, row);
      answer(row, out, i);
    }
    return out;
  }
  const { engineKernel } = await import("./engine-rows.ts");
  const engine = await engineKernel(points, kernel, { block: Math.min(samplesOfBlock, count), threads });
  const { block } = engine;
  const given = new Float32Array(block * features);
  for (let first = 0; first < count; first += block) {
    const taken = Math.min(block, count - first);
    given.set(centered(data.subarray(first * features, (first + taken) * features), features, mean).points.data);
    const values = engine.values(given);
    for (let r = 0; r < taken; r++)
      answer(values.subarray(r * supports.length, (r + 1) * supports.length), out, first + r);
    await new Promise((resolve) => setTimeout(resolve));
  }
  engine[Symbol.dispose]();
  return out;
}

/** Writes f of each machine for one sample, given its kernel values with all support vectors. */
function answerer(machines: readonly Machine[], supports: Uint32Array) {
  const place = new Map([...supports].map((i, at) => [i, at]));
  const terms = machines.map((machine) => ({
    places: Uint32Array.from(machine.supports, (i) => place.get(i)!),
    shares: machine.multipliers.map((alpha, k) => alpha * machine.signs[k]!),
    bias: machine.bias,
  }));
  return (row: ArrayLike<number>, out: Float32Array, sample: number): void => {
    for (const [m, { places, shares, bias }] of terms.entries()) {
      let sum = bias;
      for (let k = 0; k < places.length; k++) sum += shares[k]! * row[places[k]!]!;
      out[sample * machines.length + m] = sum;
    }
  };
}
