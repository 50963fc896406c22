import { Stopwatch } from "./clock.ts";
import type { EpochEvent, Evaluation } from "./events.ts";
import type { StepResults } from "./trainer.ts";

/** The sums of an epoch so far, in float64 and in the order of its steps, however these were cut into chunks. */
export class EpochTotals {
  loss = 0;
  /** One for each metric. */
  readonly metrics: number[];
  /** Runs while steps run. */
  readonly watch = new Stopwatch();

  constructor(metrics: number) {
    this.metrics = new Array<number>(metrics).fill(0);
  }

  /** Adds losses (means over their batch) and metrics (sums over it). */
  add({ count, samples, losses, metrics }: StepResults): void {
    for (let i = 0; i < count; i++) this.loss += losses[i]! * samples;
    metrics.forEach((sums, m) => {
      for (let i = 0; i < count; i++) this.metrics[m]! += sums[i]!;
    });
  }

  /** The epoch, whose steps are all done. */
  event(epoch: number, size: number, names: readonly string[], validation: Evaluation | undefined): EpochEvent {
    const { seconds } = this.watch;
    return {
      kind: "epoch",
      epoch,
      loss: this.loss / size,
      metrics: Object.fromEntries(names.map((name, i) => [name, this.metrics[i]! / size])),
      ...(validation && { validation: { loss: validation.loss, ...validation.metrics } }),
      samplesPerSecond: size / Math.max(seconds, 1e-9),
      seconds,
    };
  }
}
