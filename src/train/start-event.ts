import type { StartEvent } from "./events.ts";
import type { Network } from "./network.ts";
import type { Task } from "./task.ts";
import type { Trainer } from "./trainer.ts";

/** The facts that a run begins with; `resumedAt`: steps that were done before. */
export function startEvent(
  { settings, data, objective }: Task,
  { engine, parameters }: Network,
  { threads, stepsPerEpoch }: Trainer,
  resumedAt?: number,
): StartEvent {
  return {
    kind: "start",
    parameters: parameters.count,
    loss: objective.loss.name || "a loss of your own",
    arithmetic: engine.backend.arithmetic,
    engine: engine.backend.name,
    threads,
    samples: data.size,
    batchSize: settings.batchSize,
    epochs: settings.epochs,
    stepsPerEpoch,
    ...(resumedAt === undefined ? {} : { resumedAt }),
  };
}
