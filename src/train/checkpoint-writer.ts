import type { Store } from "../backend/backend.ts";
import { NablaError } from "../errors.ts";
import { encodeCheckpoint, type RunCheckpoint, type StateValues } from "./checkpoint-file.ts";
import { now } from "./clock.ts";
import type { CheckpointEvent, FindingEvent, History } from "./events.ts";
import { describeModel } from "./model-bytes.ts";
import type { CheckpointOptions } from "./options.ts";
import { identityOf, type RunIdentity } from "./run-identity.ts";
import { checkPath, checkWritable, writeBytes, wrong } from "./save.ts";
import type { Beginning, Progress, Task } from "./task.ts";

/** When to write a checkpoint, and where. */
interface CheckpointSettings {
  readonly to: string;
  readonly every: { readonly epochs: number } | { readonly seconds: number };
}

/** What stays the same over a run. */
type Constant = Pick<RunCheckpoint, "model" | "run" | "arithmetic">;

/** Of the time, so much may be spent on checkpoints that go by the clock: one part in twenty. */
const share = 20;

/** Not a name with a process's number: what a crash leaves half written is overwritten next time. */
const partOf = (file: string): string => `${file}.part`;

/** Writes a run's checkpoints to its one file. */
export class CheckpointWriter {
  readonly #settings: CheckpointSettings;
  readonly #constant: Constant;
  #writtenAt = now();
  #cost = 0;

  constructor(settings: CheckpointSettings, constant: Constant) {
    this.#settings = settings;
    this.#constant = constant;
  }

  /** Whether it is time; `epochs`: how many are done, where an epoch has just ended. */
  isDue(epochs?: number): boolean {
    const { every } = this.#settings;
    if ("epochs" in every) return epochs !== undefined && epochs % every.epochs === 0;
    return now() - this.#writtenAt >= Math.max(1000 * every.seconds, share * this.#cost);
  }

  /** Writes a checkpoint of what is in the store, and gives the event to tell. A failure alone does not end the run. */
  async write(store: Store, progress: Progress, ended: History["stopped"] | undefined): Promise<Written> {
    const { step, totals, best, hyperparameters } = progress;
    const { history } = progress.book;
    const began = now();
    const states = [...store.states()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const shapes = new Map(states.map(({ name, shape }) => [name, shape]));
    const bytes = encodeCheckpoint({
      ...this.#constant,
      step,
      ended,
      hyperparameters: hyperparameters.changes,
      seconds: history.seconds,
      epochSeconds: totals.watch.seconds,
      loss: totals.loss,
      metrics: totals.metrics,
      epochs: history.epochs,
      states: states.map(({ name, shape }): StateValues => ({ name, shape, values: store.read(name) })),
      best: best.map(([name, values]): StateValues => ({ name, shape: shapes.get(name) ?? [values.length], values })),
    });
    const failure = await writeBytes(this.#settings.to, bytes, partOf(this.#settings.to)).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof NablaError) return error;
        throw error;
      },
    );
    this.#writtenAt = now();
    this.#cost = this.#writtenAt - began;
    if (!failure) return { event: { kind: "checkpoint", path: this.#settings.to, step } };
    const advice = "Training goes on, and the checkpoint is tried again later.";
    return { event: { kind: "finding", code: "CHECKPOINT", evidence: failure.message, advice }, failure };
  }
}

interface Written {
  readonly event: CheckpointEvent | FindingEvent;
  readonly failure?: NablaError;
}

/**
 * Throws OPTION, and ENVIRONMENT where there can be no such file: better before hours of training than after them.
 * `run`: what the run is, where that is known already.
 */
export async function openWriter(
  task: Task,
  { network, seed, options }: Beginning,
  run: RunIdentity = identityOf(task, options),
): Promise<CheckpointWriter> {
  const settings = checkCheckpoint(task.settings.checkpoint!);
  await checkWritable(settings.to, partOf(settings.to));
  const plain = JSON.parse(JSON.stringify(describeModel(network, seed))) as RunCheckpoint["model"];
  return new CheckpointWriter(settings, { model: plain, arithmetic: network.engine.backend.arithmetic, run });
}

/** Throws OPTION. */
function checkCheckpoint({ to, every = "10s", last = true }: CheckpointOptions): CheckpointSettings {
  checkPath("checkpoint.to", to);
  if (typeof last !== "boolean") throw wrong("checkpoint.last", last, "true or false");
  const seconds = typeof every === "string" && /^(\d+\.?\d*|\.\d+)s$/.test(every) ? Number(every.slice(0, -1)) : 0;
  const isEpochs = typeof every === "number" && Number.isSafeInteger(every) && every >= 1;
  if (!isEpochs && !(seconds > 0 && seconds < Infinity))
    throw wrong("checkpoint.every", every, 'a whole number of epochs from 1, or seconds such as "30s"');
  return { to, every: isEpochs ? { epochs: every } : { seconds } };
}
