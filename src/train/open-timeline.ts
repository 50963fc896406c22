import { ChangeLog } from "./change-log.ts";
import { EpochBook } from "./epoch-book.ts";
import { Evaluator } from "./evaluate.ts";
import { HandSettings } from "./hand-settings.ts";
import type { Network } from "./network.ts";
import { Pace } from "./pace.ts";
import type { Task } from "./task.ts";
import { Timeline } from "./timeline.ts";
import { Trainer } from "./trainer.ts";

/** Puts the data in a store and loads the plans of a step, whose rates are asked of the hand's settings. Throws LIMIT. */
export async function openTimeline(network: Network, task: Task): Promise<Timeline> {
  const { data, objective, settings: options, validation } = task;
  const { engine, inputShape } = network;
  const { optimizer, seed } = options;
  const log = new ChangeLog();
  const settings = new HandSettings(task, log);
  const store = await engine.open(options.arithmetic);
  const trainer = await Trainer.open(
    store,
    {
      inputShape,
      objective,
      trace: (x) => network.trace(x, true, seed),
      hyperparameter: (step, of) => settings.ofLayer(step, of),
    },
    data,
    { ...options, optimizer: { ...optimizer, learningRate: (at) => settings.learningRate(at) } },
    () => new Pace().pause(),
  );
  const judged = validation && {
    data: validation.data,
    evaluator: new Evaluator(store, network, validation.objective),
  };
  const metrics = objective.metrics.map(({ name }) => name);
  const epochs = new EpochBook(metrics, trainer.stepsPerEpoch, judged);
  return new Timeline({ store, trainer, log, settings, epochs });
}
