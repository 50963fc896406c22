import type { TrainingSession } from "../train/session.ts";
import type { Ended } from "../train/until.ts";
import type { ActionQueue } from "./action-queue.ts";
import type { SnapshotMessage } from "./messages.ts";
import { RateMeter } from "./rate-meter.ts";
import type { Views } from "./views.ts";

/** Makes snapshots of a session: where it stands, and what is new since the last one. */
export class Snapshots {
  readonly #views: Views;
  readonly #actions: ActionQueue;
  readonly #rates = new RateMeter();
  /** Why the last run ended. */
  ended: Ended | undefined;
  #isNews = false;
  /** The last epoch that the page knows. */
  #toldEpoch = 0;

  constructor(views: Views, actions: ActionQueue) {
    this.#views = views;
    this.#actions = actions;
  }

  /** Whether there is something that no snapshot has told. */
  get isNews(): boolean {
    return this.#isNews;
  }

  /** Notes that there is something new: the next snapshot brings views. */
  noteNews(): void {
    this.#isNews = true;
  }

  /** Begins anew for another session. */
  forget(): void {
    this.ended = undefined;
    this.#toldEpoch = 0;
  }

  noteStart(session: TrainingSession): void {
    this.ended = undefined;
    this.#isNews = true;
    this.#rates.start(session);
  }

  noteStretch(session: TrainingSession): void {
    this.#rates.look(session);
    this.#isNews = true;
  }

  async take(session: TrainingSession): Promise<SnapshotMessage> {
    const isNews = this.#isNews;
    this.#isNews = false; // before the views are made: another may be asked for meanwhile
    const { views, viewErrors } = isNews
      ? await this.#views.lookAtAll(session, this.#actions.isRunning)
      : { views: {}, viewErrors: undefined };
    const { isRunning } = this.#actions; // now, after the views: the run may have ended meanwhile
    const { diverged } = session;
    return {
      ...session.position,
      loss: session.loss,
      isRunning,
      ...(this.ended && !isRunning && { ended: this.ended }),
      ...this.#rates.rates,
      ...this.#tellEpochs(session),
      settings: session.settings,
      ...(diverged && { diverged }),
      views,
      ...(viewErrors && { viewErrors }),
    };
  }

  /** The epochs that ended since they were told last, or how many are left of those after going back. */
  #tellEpochs({ epochs }: TrainingSession): Pick<SnapshotMessage, "epochs" | "epochsFrom"> {
    const told = this.#toldEpoch;
    const last = epochs.at(-1)?.epoch ?? 0;
    this.#toldEpoch = last;
    if (last < told) return { epochs: [], epochsFrom: last };
    return { epochs: epochs.slice(epochs.findLastIndex(({ epoch }) => epoch <= told) + 1) };
  }
}
