import { cos, pow } from "../array/math64.ts";
import { NablaError } from "../errors.ts";
import type { Optimizer, Schedule } from "./optimizer.ts";
import { checkAboveZero, checkNotNegative } from "./settings.ts";

/**
 * Schedules: the learning rate as a function of the step, which counts from 0. All of them throw OPTION, for options that
 * are left out altogether, too.
 */

/** The same rate at every step. */
export function constantRate(learningRate: number): Schedule {
  checkAboveZero("constantRate", "learningRate", learningRate);
  return () => learningRate;
}

/** learningRate · factor^⌊step / every⌋: a staircase. */
export function stepDecay(options: { learningRate: number; factor?: number; every: number }): Schedule {
  const { learningRate, factor = 0.1, every } = { ...options };
  checkAboveZero("stepDecay", "learningRate", learningRate);
  checkAboveZero("stepDecay", "factor", factor);
  checkAboveZero("stepDecay", "every", every);
  return ({ step }) => learningRate * pow(factor, Math.floor(step / every));
}

/** learningRate · factor^step. */
export function exponentialDecay(options: { learningRate: number; factor: number }): Schedule {
  const { learningRate, factor } = { ...options };
  checkAboveZero("exponentialDecay", "learningRate", learningRate);
  checkAboveZero("exponentialDecay", "factor", factor);
  return ({ step }) => learningRate * pow(factor, step);
}

export interface CosineOptions {
  readonly learningRate: number;
  /** Where the rate ends. */
  readonly minimum?: number;
  /** Number of steps in which the rate first grows in equal shares. */
  readonly warmup?: number;
  /** Whether step 0 already has one share, or nothing. */
  readonly warmupFrom?: "first share" | "zero";
}

/**
 * Half a cosine wave from learningRate to minimum over the run, after a linear warm-up: minimum + ½(learningRate −
 * minimum)(1 + cos(π·(step − warmup)/(steps − warmup))). Loshchilov & Hutter 2017, eq. 5, without restarts.
 */
export function cosineDecay(options: CosineOptions): Schedule {
  const { learningRate, minimum = 0, warmup = 0, warmupFrom = "first share" } = { ...options };
  checkAboveZero("cosineDecay", "learningRate", learningRate);
  checkNotNegative("cosineDecay", "minimum", minimum);
  checkNotNegative("cosineDecay", "warmup", warmup);
  const first = warmupFrom === "zero" ? 0 : 1;
  return ({ step, steps }) => {
    if (step < warmup) return (learningRate * (step + first)) / warmup;
    const done = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
    return minimum + 0.5 * (learningRate - minimum) * (1 + cos(Math.PI * done));
  };
}

/**
 * The learning rate of a step. Throws OPTION when a schedule gives anything but a finite number of at least 0 (a warm-up
 * may start at 0).
 */
export function learningRateAt(optimizer: Optimizer, at: Parameters<Schedule>[0]): number {
  if (typeof optimizer.learningRate === "number") return optimizer.learningRate;
  const rate: unknown = optimizer.learningRate(at);
  if (typeof rate === "number" && rate >= 0 && rate < Infinity) return rate;
  throw new NablaError("OPTION", `${optimizer.name}: the schedule gave the learning rate ${String(rate)}`, {
    where: { epoch: at.epoch, step: at.step },
    expected: "a finite number of at least 0",
    received: String(rate),
    hint: "A schedule is a function of { step, epoch, steps } that returns the rate.",
  });
}
