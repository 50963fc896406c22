import { NablaError, wrongOption } from "../errors.ts";

export interface DeltaRuleOptions {
  /** Inputs, a row for each sample, and what should come out. */
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
  /** w at the start. Default all 0. */
  readonly weights?: readonly number[];
  /** η. Default 1: the rule as it stands on the slide. */
  readonly learningRate?: number;
  /** Passes over the samples, in their order. Default 1. */
  readonly epochs?: number;
}

/** One sample seen: predict, compare, correct. */
export interface DeltaStep {
  /** From 1. */
  readonly epoch: number;
  /** Samples seen since the start, from 1. */
  readonly step: number;
  /** Position of the sample, from 0. */
  readonly sample: number;
  /** ŷ = w·x */
  readonly prediction: number;
  /** y − ŷ */
  readonly error: number;
  /** L = ½(y − ŷ)², before the update. */
  readonly loss: number;
  /** ∂L/∂w = −(y − ŷ)x */
  readonly gradient: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * The rule w ← w + η(y − ŷ)x for a linear unit ŷ = w·x, one sample at a time: gradient descent on ½(y − ŷ)².
 * Widrow & Hoff 1960, "Adaptive switching circuits"; the lecture writes it with η = 1. Unlike Rosenblatt's rule it
 * compares with the output itself and not with its sign, so it corrects at every sample, and a step that is too large
 * runs away: then values become infinite, and the steps go on to tell it. Float64.
 *
 * Throws OPTION for settings out of range, DATA for numbers that are not finite, SHAPE for rows of different sizes.
 */
export function* deltaRule(options: DeltaRuleOptions): Generator<DeltaStep, void> {
  const { x, y, learningRate, epochs, weights } = checked(options);
  let w = weights;
  for (let epoch = 1, step = 1; epoch <= epochs; epoch += 1)
    for (const [sample, row] of x.entries()) {
      const prediction = row.reduce((sum, value, k) => sum + w[k]! * value, 0);
      const error = y[sample]! - prediction;
      const gradient = row.map((value) => -error * value);
      const before = w;
      w = w.map((value, k) => value - learningRate * gradient[k]!);
      yield { epoch, step, sample, prediction, error, loss: (error * error) / 2, gradient, before, after: w };
      step += 1;
    }
}

function checked(options: DeltaRuleOptions): Required<DeltaRuleOptions> {
  const { x, y, learningRate = 1, epochs = 1 } = { ...options };
  for (const [name, value] of Object.entries({ x, y }))
    if (!Array.isArray(value)) throw wrongOption("deltaRule", name, value, "a list, with one entry for each sample");
  const features = x[0]?.length ?? 0;
  const weights = options.weights ?? new Array<number>(features).fill(0);
  if (x.length === 0 || x.length !== y.length)
    throw new NablaError("DATA", `deltaRule: ${x.length} samples and ${y.length} targets`, {
      expected: "a target for each sample, and at least one sample",
      received: `${x.length} and ${y.length}`,
      hint: "Give x as rows and y with one number for each.",
    });
  for (const [i, row] of [...x, weights].entries()) {
    const what = i < x.length ? `row ${i + 1} of x` : "weights";
    if (row.length !== features || features === 0)
      throw new NablaError("SHAPE", `deltaRule: ${what} has ${row.length} numbers`, {
        ...(i < x.length ? { where: { row: i + 1 } } : {}),
        expected: features === 0 ? "at least one number" : `${features} numbers`,
        received: `${row.length}`,
        hint: "Give every row, and the weights, as many numbers as the first row has.",
      });
  }
  const bad = [...x.flat(), ...y, ...weights].find((value) => !Number.isFinite(value));
  if (bad !== undefined)
    throw new NablaError("DATA", `deltaRule: a number is ${String(bad)}`, {
      expected: "finite numbers",
      received: String(bad),
      hint: "Leave the sample out.",
    });
  if (!(learningRate > 0 && learningRate < Number.POSITIVE_INFINITY))
    throw wrong("learningRate", learningRate, "a finite number above 0");
  if (!(Number.isSafeInteger(epochs) && epochs >= 1)) throw wrong("epochs", epochs, "a whole number of at least 1");
  return { x, y, weights, learningRate, epochs };
}

function wrong(name: string, value: unknown, expected: string): NablaError {
  const received = typeof value === "number" ? String(value) : `a ${typeof value}`;
  return new NablaError("OPTION", `deltaRule: ${name} is ${received}`, {
    expected,
    received,
    hint: `Give ${name} as ${expected}.`,
  });
}
