import type { Timeline } from "./timeline.ts";

/**
 * Finds the step that went wrong among those since the last copy of the states, leaves the session after it, with its
 * last finite states kept, and throws DIVERGED: where it began, and what to try.
 */
export async function findDivergence(timeline: Timeline): Promise<never> {
  const { divergenceAt } = await import("./divergence.ts"); // fetched only by those that need it
  const { store, trainer } = timeline;
  const end = timeline.step;
  const kept = timeline.kept.before(end)!;
  const runOne = (): boolean => timeline.stretch(timeline.step + 1);
  timeline.goBackTo(kept);
  while (timeline.step < end && runOne() && store.isFinite());
  const bad = timeline.step - 1;
  timeline.goBackTo(kept);
  while (timeline.step < bad) runOne();
  timeline.keep();
  const rate = String(timeline.settingsNow["learningRate"]);
  const hint = `Go back to step ${bad}, the last with finite numbers.`;
  const { error, layer, parameter } = divergenceAt(store, trainer, bad, rate, hint);
  runOne();
  timeline.epochs.cut(bad);
  timeline.diverged = {
    ...(layer !== undefined && { layer }),
    ...(parameter !== undefined && { parameter }),
    step: bad + 1,
    lastFinite: bad,
    message: error.message,
    error,
  };
  throw error;
}
