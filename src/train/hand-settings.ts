import { NablaError, quoted } from "../errors.ts";
import { learningRateAt, type Schedule } from "../optim/index.ts";
import { checkLearningRate } from "../optim/settings.ts";
import type { ChangeLog } from "./change-log.ts";
import type { Hyperparameter } from "./scope.ts";
import type { Task } from "./task.ts";

/**
 * The numbers of a run that a hand may change, at any step: `learningRate`, and those of layers such as `dropout 1/rate`.
 * What was changed is in the log; all else is as the run's options and layers have it.
 */
export class HandSettings {
  readonly #task: Task;
  readonly #log: ChangeLog;

  constructor(task: Task, log: ChangeLog) {
    this.#task = task;
    this.#log = log;
  }

  learningRate(at: Parameters<Schedule>[0]): number {
    return this.#log.at(at.step, "learningRate") ?? learningRateAt(this.#task.settings.optimizer, at);
  }

  ofLayer(step: number, { name, value }: Hyperparameter): number {
    return this.#log.at(step, name) ?? value;
  }

  /** All of them by name, as the step takes them that begins there. */
  all(at: Parameters<Schedule>[0]): Readonly<Record<string, number>> {
    const ofLayers = this.#task.hyperparameters.map((one) => [one.name, this.ofLayer(at.step, one)]);
    return { learningRate: this.learningRate(at), ...Object.fromEntries(ofLayers) };
  }

  /** Those that were changed up to a step. */
  changed(step: number): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#log.names(step).map((name) => [name, this.#log.at(step, name)!]));
  }

  /** Throws OPTION for a name there is not, and for a value that cannot be. */
  check(name: string, value: number): void {
    if (name === "learningRate") {
      checkLearningRate("set", value);
      return;
    }
    const { hyperparameters, settings } = this.#task;
    const found = hyperparameters.find((one) => one.name === name);
    if (found) {
      found.check(value);
      return;
    }
    const known = ["learningRate", ...hyperparameters.map((one) => one.name)].join(", ");
    const isOfOptimizer = Object.hasOwn(settings.optimizer.settings, name);
    throw new NablaError(
      "OPTION",
      isOfOptimizer
        ? `set: ${name} of ${settings.optimizer.name} is part of the compiled step`
        : `set: there is no ${quoted(name)}`,
      {
        expected: known,
        received: quoted(name),
        hint: isOfOptimizer ? "Open a new session with it." : `Give ${known}.`,
      },
    );
  }
}
