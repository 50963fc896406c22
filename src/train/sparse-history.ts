import type { EpochEvent } from "./events.ts";

/** No curve shows more. */
const mostEpochs = 10_000;

/** Adds an epoch; of too many, every other one of the older three quarters is dropped, but the first stays. */
export function addEpoch(epochs: EpochEvent[], event: EpochEvent): void {
  epochs.push(event);
  if (epochs.length <= mostEpochs) return;
  const old = Math.floor(0.75 * epochs.length);
  epochs.splice(0, old, ...epochs.slice(0, old).filter((_, i) => i % 2 === 0));
}
