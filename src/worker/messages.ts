import type { ErrorCode, ErrorPlace } from "../errors.ts";
import type { Arithmetic, EpochEvent } from "../train/events.ts";
import type { SessionStates } from "../train/session-states.ts";
import type { Ended, Until } from "../train/until.ts";

/** What page and worker say to each other: plain data that a structured clone carries. */

/** A model as layers, each as a model file records it. */
export interface LayeredModel {
  /** Length or shape of a sample. */
  readonly input: number | readonly number[];
  readonly layers: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly settings?: Readonly<Record<string, number | boolean | string>>;
  }[];
  /** Of the starting values. Default 0. */
  readonly seed?: number;
  /** Values of parameters in place of the starting ones, by name, row-major. */
  readonly weights?: Readonly<Record<string, Float32Array>>;
}

/** What to train, on what, and how. */
export interface TrainingJob {
  /** The bytes of a model file, or layers. */
  readonly model: Uint8Array | LayeredModel;
  /** The fields of a data set without its methods, or what the host's own reader takes. */
  readonly data: unknown;
  readonly validation?: unknown;
  /** By name, as `lossNamed` knows it. Default: what fits the last layer and the targets. */
  readonly loss?: string;
  /** By name and settings, as `optimizerNamed` knows them. Default adam. */
  readonly optimizer?: { readonly kind: string; readonly [setting: string]: number | boolean | string | undefined };
  readonly batchSize?: number | "all";
  readonly reduction?: "mean" | "sum";
  /** Of the shuffling. Default: the model's. */
  readonly seed?: number;
  readonly shuffle?: boolean;
  readonly clipNorm?: number;
  readonly threads?: number | "auto";
  readonly arithmetic?: Arithmetic | "auto";
  /** States to go on from. */
  readonly keep?: SessionStates;
}

/** What the worker holds after `load`. */
export interface Loaded {
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** The loss by name, chosen where none was named. */
  readonly loss: string;
  readonly arithmetic: Arithmetic;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  /** Examples to train on. */
  readonly samples: number;
  readonly snapshot: Snapshot;
}

/** A run at one moment. */
export interface Snapshot {
  /** Steps done. */
  readonly step: number;
  /** Epochs done. */
  readonly epoch: number;
  /** The next batch in its epoch, from 0. */
  readonly batch: number;
  /** Examples of that batch that were looked at. */
  readonly example: number;
  /** The examples of that batch, as indices into the training data. */
  readonly rows: Uint32Array;
  /** Loss of the last step; NaN before the first. */
  readonly loss: number;
  readonly isRunning: boolean;
  /** Why it paused; absent while it runs, and before it first ran. */
  readonly ended?: Ended;
  /** As of the last half second of running. */
  readonly stepsPerSecond: number;
  readonly samplesPerSecond: number;
  /** The epochs that ended since the last snapshot. */
  readonly epochs: readonly EpochEvent[];
  /** After going back: only so many epochs of those told before are left. */
  readonly epochsFrom?: number;
  /** `learningRate` and the numbers of layers, as the next step takes them. */
  readonly settings: Readonly<Record<string, number>>;
  /** Where numbers went wrong; `goTo(lastFinite)` goes back. */
  readonly diverged?: DivergedMessage;
  /** Results of the watched views by name; while training runs, not in every snapshot. */
  readonly views: Readonly<Record<string, unknown>>;
  /** Views that failed. From a client they are errors. */
  readonly viewErrors?: Readonly<Record<string, Error>>;
}

export interface DivergedMessage {
  readonly layer?: string;
  readonly parameter?: string;
  readonly step: number;
  readonly lastFinite: number;
  /** In a sentence. */
  readonly message: string;
}

export interface StartOptions {
  readonly until?: Until;
  /** At most so many; default as many as there can be. */
  readonly stepsPerSecond?: number;
}

export interface StepOptions {
  readonly by: "example" | "batch" | "epoch";
  /** Negative: back. Default 1. */
  readonly count?: number;
}

/** An error as a message carries it. */
export interface PlainError {
  /** Absent for an error that is no NablaError. */
  readonly code?: ErrorCode;
  readonly message: string;
  readonly where?: ErrorPlace;
  readonly expected?: string;
  readonly received?: string;
  readonly hint?: string;
}

export type SnapshotMessage = Omit<Snapshot, "viewErrors"> & {
  readonly viewErrors?: Readonly<Record<string, PlainError>>;
};

/** Marks the messages of this protocol; all others are left alone. */
export const protocol = "nabla training 1";

/** From the page: a command that is answered, or word that the page is ready for the next snapshot. */
export interface Request {
  readonly protocol: typeof protocol;
  /** Of the answer; absent where none is wanted. */
  readonly id?: number;
  readonly kind: string;
  readonly argument?: unknown;
}

/** From the worker: an answer, or a snapshot that nobody asked for by a command. */
export interface Response {
  readonly protocol: typeof protocol;
  readonly id?: number | null;
  readonly result?: unknown;
  readonly error?: PlainError;
  readonly snapshot?: SnapshotMessage;
  /** Which load the snapshot is of. */
  readonly load?: number;
}

/** A worker, a port of a channel, or a worker's own scope: in a page or in Node. */
export interface WorkerLike {
  postMessage(message: unknown, transfer?: never): void;
  addEventListener?(type: string, listener: never): void;
  removeEventListener?(type: string, listener: never): void;
  on?(type: string, listener: never): unknown;
  off?(type: string, listener: never): unknown;
  start?(): void;
  close?(): void;
  terminate?(): unknown;
}
