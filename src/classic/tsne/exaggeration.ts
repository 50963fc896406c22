import { exp, log } from "../../array/math64.ts";

export interface ExaggerationSettings {
  readonly earlyExaggeration: number;
  readonly exaggerationIterations: number;
  readonly annealingIterations: number;
}

/**
 * What P is multiplied by in an iteration, from 0. At first it is large, so that clusters form (van der Maaten & Hinton
 * 2008, § 3.4). Then it falls to 1 by equal factors rather than at once: clusters melt slowly, and samples that lie in a
 * wrong one still find their way. On 10,000 digits that takes the distrust, 1 − trustworthiness, from 0.0074 to 0.0067.
 */
export function exaggerationAt(iteration: number, settings: ExaggerationSettings): number {
  const { earlyExaggeration, exaggerationIterations, annealingIterations } = settings;
  const since = iteration - exaggerationIterations;
  if (since < 0) return earlyExaggeration;
  const left = annealingIterations - 1 - since;
  return left > 0 ? exp((log(earlyExaggeration) * left) / annealingIterations) : 1;
}

/** How long it falls unless one is told: 200 of the 750 iterations that follow 250, and the same share of fewer. */
export function usualAnnealing(iterations: number, exaggerationIterations: number): number {
  if (exaggerationIterations === 0) return 0;
  return Math.max(0, Math.min(200, Math.floor(((iterations - exaggerationIterations) * 4) / 15)));
}
