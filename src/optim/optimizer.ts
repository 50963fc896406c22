import type { Tensor } from "../graph/index.ts";

/** The learning rate over a run: step and epoch count from 0; `steps` is the length of the run. */
export type Schedule = (at: { readonly step: number; readonly epoch: number; readonly steps: number }) => number;

/**
 * A rule that turns a parameter and its gradient into the parameter's next value. It is graph: it fuses into the
 * kernel that computes the gradient.
 */
export interface Optimizer {
  readonly name: string;
  readonly learningRate: number | Schedule;
  /** Settings as they are shown and recorded. */
  readonly settings: Readonly<Record<string, number | boolean | string>>;
  update(parameter: Tensor, gradient: Tensor, scope: UpdateScope): Tensor;
}

/** What an optimizer keeps for one parameter, and what the host computes for it before each step. */
export interface UpdateScope {
  /** A tensor like the parameter that starts at 0 and becomes `next(old)` at every step; returns the new value. */
  moment(name: string, next: (old: Tensor) => Tensor): Tensor;
  /** A number computed on the host in float64 before each step: a rate, a bias correction. `step` counts from 1. */
  perStep(name: string, value: (learningRate: number, step: number) => number): Tensor;
}
