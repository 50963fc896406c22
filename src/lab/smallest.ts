import { type DeltaStep, deltaRule } from "../classic/index.ts";
import { formatNumber, lineChart, type Point, panels, type Scene } from "../plot/index.ts";
import { column, type LabContext, type LabResult, type LabTable } from "./result.ts";

export interface SmallestOptions extends LabContext {
  /** η. Default 0.01. */
  readonly learningRate?: number;
  /** Passes over the samples, 1 to 10,000. Default 4. */
  readonly epochs?: number;
  /** w at the start. Default 0. */
  readonly start?: number;
}

/** The lecture's samples of y = wx. */
export const samples = [
  [10, 10.1],
  [2, 1.9],
  [3.5, 3.4],
  [1, 1.1],
] as const;

export type Course = "repeats" | "converges to w*" | "converges to a cycle" | "diverges" | "stays away";

/**
 * The world's smallest perceptron, y = wx, by w ← w + η(y − ŷ)x one example at a time, and by the full batch.
 *
 * Both rules are affine in w, so what becomes of them can be said beforehand. An epoch of single steps multiplies the
 * distance to its fixed point by ∏(1 − ηxₙ²), whatever the order; a step of the full batch (the sum of the gradients)
 * multiplies the distance to w* by 1 − ηΣxₙ². Nothing here is random; the seed is recorded only.
 */
export function smallest({ seed, learningRate = 0.01, epochs = 4, start = 0 }: SmallestOptions): LabResult {
  const walked = walk(learningRate, epochs, start);
  const single = singleCourse(learningRate);
  const full = fullBatchCourse(learningRate);
  const batches = fullBatch(learningRate, epochs, start);
  const rates = [...new Set([1, 0.15, 0.05, 0.02, 0.01, 0.001, learningRate])].sort((a, b) => b - a);
  const isCycle = single.course === "repeats" || single.course === "converges to a cycle";
  return {
    lab: "smallest",
    title: "The world's smallest perceptron: y = wx",
    seed,
    settings: { learningRate, epochs, start },
    claim: {
      text: `One example at a time, a constant step of ${learningRate} ends in a cycle and not at w* = ${leastSquares.toFixed(4)}.`,
      held: isCycle,
      evidence: evidenceOf(single),
    },
    tables: [stepTable(walked), rateTable(rates, start), batchTable(rates)],
    series: [
      { name: "one example at a time", x: "step", y: "w", points: pathOf(walked, start) },
      { name: "full batch", x: "step", y: "w", points: batches },
    ],
    notes: [
      `Least squares: w* = Σxy / Σx² = ${leastSquares.toFixed(6)}.`,
      `One example at a time: an epoch multiplies the distance to its fixed point by ${shown(single.factor)}. From a small step on, this is below 1 in size up to a step of ${singleThreshold.toFixed(6)}.`,
      `Full batch, the sum of the gradients: a step multiplies the distance to w* by ${shown(full.factor)}. It diverges above η = 2 / Σx² = ${fullBatchThreshold.toFixed(5)}.`,
    ],
    pictures: [
      {
        name: "smallest",
        scene: picture(walked, batches, { start, learningRate, single: single.course, full: full.course }),
      },
    ],
  };
}

function picture(
  walked: readonly DeltaStep[],
  batches: readonly Point[],
  told: { readonly start: number; readonly learningRate: number; readonly single: Course; readonly full: Course },
): Scene {
  const words = {
    title: "The weight, step by step",
    description: `w from ${told.start} with a step of ${told.learningRate}: one example at a time it ${told.single}; the full batch ${told.full}; least squares is ${leastSquares.toFixed(4)}.`,
  };
  const from = (first: number) => {
    const later = (points: readonly Point[]) => points.filter(([step]) => step >= first);
    return lineChart({
      ...words,
      xLabel: "Step",
      yLabel: "",
      isXWhole: true,
      width: 440,
      height: 260,
      series: [
        { name: "one by one", points: later(pathOf(walked, told.start)) },
        { name: "full batch", points: later(batches), dash: "dashed" },
        {
          name: "w*",
          points: [
            [first, leastSquares],
            [batches.length - 1, leastSquares],
          ],
          dash: "dotted",
        },
      ],
    });
  };
  const hasLater = walked.length > samples.length;
  return panels({
    ...words,
    columns: 2,
    panels: [
      { heading: "w, from the start", scene: from(0) },
      ...(hasLater ? [{ heading: "w, from the end of the first epoch", scene: from(samples.length) }] : []),
    ],
  });
}

/** The single steps in the slide's order, as long as w is finite. */
function walk(learningRate: number, epochs: number, start: number): DeltaStep[] {
  const [x, y] = [samples.map(([x]) => [x]), samples.map(([, y]) => y)];
  const steps: DeltaStep[] = [];
  for (const step of deltaRule({ x, y, weights: [start], learningRate, epochs })) {
    if (!Number.isFinite(step.after[0]!)) break;
    steps.push(step);
  }
  return steps;
}

const sumOfSquares = samples.reduce((sum, [x]) => sum + x * x, 0);

/** w* = Σxy / Σx² = 1.0047. */
export const leastSquares = samples.reduce((sum, [x, y]) => sum + x * y, 0) / sumOfSquares;

/** 2 / Σx² = 0.01706: above it the full batch diverges. */
export const fullBatchThreshold = 2 / sumOfSquares;

/** ∏(1 − ηx²): what an epoch of single steps does to a distance. */
const singleFactor = (rate: number): number => samples.reduce((factor, [x]) => factor * (1 - rate * x * x), 1);

/** The smallest η at which |∏(1 − ηx²)| is 1 again; it is below 1 from 0 up to there. */
export const singleThreshold = /* @__PURE__ */ firstAbove((rate) => Math.abs(singleFactor(rate)) >= 1);

function firstAbove(isAbove: (rate: number) => boolean): number {
  let high = 1e-4;
  while (!isAbove(high)) high += 1e-4;
  let low = high - 1e-4;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (isAbove(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export interface SingleCourse {
  readonly course: Course;
  readonly factor: number;
  /** w after each sample of the cycle, in the slide's order; none where it diverges. */
  readonly cycle: readonly number[];
}

/** What single steps come to, by the slide's order. */
export function singleCourse(rate: number): SingleCourse {
  const factor = singleFactor(rate);
  if (Math.abs(factor) > 1) return { course: "diverges", factor, cycle: [] };
  if (Math.abs(factor) === 1) return { course: "stays away", factor, cycle: [] };
  const pass = (from: number) => {
    let w = from;
    return samples.map(([x, y]) => (w += rate * (y - w * x) * x));
  };
  // w ↦ factor·w + c has the fixed point c / (1 − factor); c is where 0 goes.
  const cycle = pass(pass(0).at(-1)! / (1 - factor));
  const isAtRest = cycle.every((w) => Math.abs(w - leastSquares) < 1e-12);
  if (isAtRest) return { course: "converges to w*", factor, cycle };
  return { course: Math.abs(factor) < 1e-12 ? "repeats" : "converges to a cycle", factor, cycle };
}

export function fullBatchCourse(rate: number): { readonly course: Course; readonly factor: number } {
  const factor = 1 - rate * sumOfSquares;
  const size = Math.abs(factor);
  return { course: size < 1 ? "converges to w*" : size > 1 ? "diverges" : "stays away", factor };
}

/** w after each full-batch step: w ← w + ηΣ(y − wx)x. */
function fullBatch(rate: number, epochs: number, start: number): Point[] {
  const points: Point[] = [[0, start]];
  for (let epoch = 1, w = start; epoch <= epochs * samples.length && Number.isFinite(w); epoch += 1) {
    const before = w;
    w += rate * samples.reduce((sum, [x, y]) => sum + (y - before * x) * x, 0);
    points.push([epoch, w]);
  }
  return points;
}

const pathOf = (steps: readonly DeltaStep[], start: number): Point[] => [
  [0, start],
  ...steps.map(({ step, after }): Point => [step, after[0]!]),
];

const shown = (value: number): string => (value === 0 ? "0" : formatNumber(value, 4));

function evidenceOf({ course, factor, cycle }: SingleCourse): string {
  if (course === "diverges") return `it diverges: each epoch multiplies the distance by ${shown(factor)}.`;
  if (course === "stays away")
    return `it neither comes nearer nor runs away: the factor of an epoch is ${shown(factor)}.`;
  const values = cycle.map((w) => String(Number(w.toPrecision(7))).replace("-", "−")).join(", ");
  if (course === "converges to w*") return "all samples agree on one w, and it arrives there.";
  const how =
    course === "repeats"
      ? "it repeats"
      : `the distance to a cycle shrinks by ${shown(Math.abs(factor))} an epoch; the cycle is`;
  return `${how} ${values} without end.`;
}

const stepTable = (steps: readonly DeltaStep[]): LabTable => ({
  name: "steps",
  title: "One example at a time: w ← w + η(y − ŷ)x",
  columns: [
    column("epoch", "epoch", "count"),
    column("step", "step", "count"),
    column("x", "x", "value"),
    column("y", "y", "value"),
    column("prediction", "ŷ = wx", "value"),
    column("error", "y − ŷ", "value"),
    column("loss", "½(y − ŷ)²", "value"),
    column("gradient", "∂L/∂w", "value"),
    column("w", "w", "value"),
  ],
  rows: steps.map(({ epoch, step, sample, prediction, error, loss, gradient, after }) => ({
    epoch,
    step,
    x: samples[sample]![0],
    y: samples[sample]![1],
    prediction,
    error,
    loss,
    gradient: gradient[0]!,
    w: after[0]!,
  })),
});

function rateTable(rates: readonly number[], start: number): LabTable {
  return {
    name: "rates",
    title: "One example at a time, in the slide's order",
    columns: [
      column("rate", "η", "value"),
      column("factor", "factor per epoch", "value"),
      column("course", "what it does", "text"),
      ...[1, 2, 3].map((epoch) => column(`epoch${epoch}`, `w after epoch ${epoch}`, "value")),
    ],
    rows: rates.map((rate) => {
      const ends = walk(rate, 3, start)
        .filter((_, i) => i % samples.length === samples.length - 1)
        .map(({ after }) => after[0]!);
      const { course, factor } = singleCourse(rate);
      return { rate, factor, course, epoch1: ends[0] ?? null, epoch2: ends[1] ?? null, epoch3: ends[2] ?? null };
    }),
  };
}

const batchTable = (rates: readonly number[]): LabTable => ({
  name: "fullBatch",
  title: `Full batch, the sum of the gradients: diverges above η = ${fullBatchThreshold.toFixed(5)}`,
  columns: [
    column("rate", "η", "value"),
    column("factor", "factor per step", "value"),
    column("course", "what it does", "text"),
  ],
  rows: rates.map((rate) => ({ rate, ...fullBatchCourse(rate) })),
});
