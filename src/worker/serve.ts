import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import type { SessionPosition } from "../train/batches.ts";
import type { Model } from "../train/model.ts";
import type { SessionStates } from "../train/session-states.ts";
import { listen } from "./listen.ts";
import { protocol, type Request, type Response, type WorkerLike } from "./messages.ts";
import { toPlainError } from "./plain-error.ts";

/** What a view sees: the model and data of the session, as they are after the last step. */
export interface ServedSession {
  readonly model: Model;
  readonly data: Dataset;
  readonly validation: Dataset | undefined;
  readonly position: SessionPosition;
  /** Name of the loss. */
  readonly loss: string;
  /** `learningRate` and the numbers of layers. */
  readonly settings: Readonly<Record<string, number>>;
  states(): SessionStates;
}

/**
 * What a page may ask to see, made where the model is. Its result is sent: plain data. Large arrays in it that are all of
 * their buffer are handed over, so they may not be used again; those of the data sets are copied.
 */
export type View = (session: ServedSession, args: never) => unknown;

/** Reads what a job says of its data; undefined: it is none of the reader's kind, and is read as plain fields. */
export type DataReader = (given: unknown) => Dataset | undefined | Promise<Dataset | undefined>;

export interface ServeOptions {
  /** By name. `parameters` is there without: copies of all parameters by name. */
  readonly views?: Readonly<Record<string, View>>;
  /** Makes a data set of what a job says. Default: its plain fields. */
  readonly data?: DataReader;
}

/**
 * Serves the client on the other side of a port: call it in a worker with its scope (`self`), in Node with `parentPort`.
 * It holds one session at a time. Ill-formed messages get an error for an answer; messages of others are left alone.
 *
 * What trains is fetched here, so that it is in no bundle that only has the client; messages wait meanwhile.
 */
export function serveTraining(port: WorkerLike, options: ServeOptions = {}): void {
  const early: unknown[] = [];
  let receive = (message: unknown): void => void early.push(message);
  const stop = listen(
    port,
    (message) => receive(message),
    () => stop(),
  );
  import("./host.ts").then(
    ({ TrainingHost }) => {
      stop();
      const host = new TrainingHost(port, options);
      for (const message of early) host.receive(message);
    },
    (cause: unknown) => {
      const error = new NablaError("ENVIRONMENT", "the code that trains could not be fetched", {
        expected: "the files of nabla beside the worker's",
        received: String(cause).slice(0, 200),
        hint: "Load the page again.",
        cause,
      });
      receive = (message) => {
        const { protocol: said, id } = (message ?? {}) as Partial<Request>;
        if (said !== protocol || typeof id !== "number") return;
        port.postMessage({ protocol, id, error: toPlainError(error) } satisfies Response);
      };
      early.forEach(receive);
    },
  );
}
