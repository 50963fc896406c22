import { findDivergence } from "./find-divergence.ts";
import { SpeedLimit } from "./speed-limit.ts";
import type { Timeline } from "./timeline.ts";
import type { Turn } from "./turns.ts";
import { asksValidation, type Ended, endOfEpoch, endOfSteps, type Until } from "./until.ts";

export interface RunOptions {
  readonly until?: Until;
  /** At most so many; default as many as there can be. */
  readonly stepsPerSecond?: number;
  /** Called between stretches of at most about 8 ms; training waits for it. */
  readonly onStretch?: () => void | Promise<void>;
}

/**
 * Trains up to step `target`, or until a condition holds or the turn is another's, and says which. Between stretches
 * everything else has its turn, and the states are looked at, as often as is cheap, and in any case at the end: what is
 * not finite throws DIVERGED.
 */
export async function runUntil(
  timeline: Timeline,
  turn: Turn,
  target: number,
  { until = {}, stepsPerSecond = Infinity, onStretch = () => undefined }: RunOptions = {},
): Promise<Ended> {
  const { epochs, pace, store, trainer } = timeline;
  const reached = (): Ended | undefined => endOfSteps(until, timeline.step, trainer.stepsPerEpoch);
  await pace.pause();
  const limit = new SpeedLimit(stepsPerSecond);
  let ended = reached();
  while (!ended && timeline.step < target && turn.isMine) {
    const { due } = limit;
    if (due <= 0) {
      timeline.look();
      await onStretch();
      await turn.wait(limit.wait);
      if (turn.isMine) await pace.pause();
      continue;
    }
    const from = timeline.step;
    if (!timeline.stretch(Math.min(target, until.step ?? target, from + due))) await findDivergence(timeline);
    limit.ran(timeline.step - from, due);
    if (timeline.isAtEpochEnd) {
      if (asksValidation(until) || epochs.isValidationDue) await epochs.validate(timeline.step);
      ended = endOfEpoch(until, epochs.done.at(-1)!);
    }
    ended ??= reached();
    if (pace.isDue) {
      if (!timeline.look()) await findDivergence(timeline);
      await onStretch();
      await pace.pause();
    }
  }
  if (!store.isFinite()) await findDivergence(timeline);
  timeline.keep();
  if (timeline.isAtEpochEnd) await epochs.validate(timeline.step);
  return ended ?? { by: "pause" };
}
