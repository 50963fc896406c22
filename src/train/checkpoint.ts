import type { Snapshot, Store } from "../backend/backend.ts";
import type { Trainer } from "./trainer.ts";

/** The states of a run before a step, to go back to. */
export interface Checkpoint {
  /** Steps done before it was taken. */
  readonly step: number;
  readonly snapshot: Snapshot;
}

/**
 * The first step from `from` on whose loss or new states are not finite; the store is left as it was before that step.
 * `end` is a step by which it has happened.
 */
export function returnToLastFinite(trainer: Trainer, store: Store, from: Checkpoint, end: number): number {
  store.restore(from.snapshot);
  let bad = from.step;
  while (bad < end && Number.isFinite(trainer.run(bad, 1).losses[0]) && store.isFinite()) bad++;
  store.restore(from.snapshot);
  for (let step = from.step; step < bad; step++) trainer.run(step, 1);
  return bad;
}
