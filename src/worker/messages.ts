import { NablaError } from "../errors.ts";
import type { EpochEvent } from "../train/events.ts";
import type { SessionEnd, SessionStates, Until } from "../train/session.ts";

export type { EpochEvent, SessionEnd, SessionStates, Until };

/** What to train: plain data that a message can carry. */
export interface TrainingJob {
  /** The bytes of a model file, or its layers as such a file has them. */
  readonly model: Uint8Array | ModelRecord;
  /** The fields of a `Dataset` (shape, x, y, classes, columns, rows), or what the host's `data` makes one of. */
  readonly data: unknown;
  readonly validation?: unknown;
  /** By name, as `lossNamed` takes it. */
  readonly loss?: string;
  /** `kind` by name, and the settings that `optimizerNamed` takes. */
  readonly optimizer?: { readonly kind: string; readonly [setting: string]: unknown };
  readonly batchSize?: number | "all";
  readonly reduction?: "mean" | "sum";
  readonly shuffle?: boolean;
  readonly seed?: number;
  readonly threads?: number | "auto";
  readonly arithmetic?: "portable" | "fma" | "auto";
  readonly clipNorm?: number;
  /** To go on from, in place of the start. */
  readonly keep?: SessionStates;
}

/** A model as its file describes it, with the parameters that are to differ from those of the seed. */
export interface ModelRecord {
  readonly input: number | readonly number[];
  readonly layers: readonly {
    readonly kind: string;
    readonly name?: string;
    readonly settings?: Readonly<Record<string, unknown>>;
  }[];
  readonly seed?: number;
  readonly weights?: Readonly<Record<string, Float32Array>>;
}

/** What a host knows of a job that it took. */
export interface Loaded {
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly loss: string;
  readonly arithmetic: "portable" | "fma";
  readonly threads: number;
  readonly samples: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly snapshot: Snapshot;
}

/** How training stands. */
export interface Snapshot {
  /** Steps done, epochs done, batches of the epoch that goes on, examples of the batch that were looked at. */
  readonly step: number;
  readonly epoch: number;
  readonly batch: number;
  readonly example: number;
  /** The samples of the current batch, by their number in the training data. */
  readonly rows: Int32Array;
  /** Mean loss of the last step's batch; NaN before the first. */
  readonly loss: number;
  readonly learningRate: number;
  readonly isRunning: boolean;
  /** Why it runs no longer. */
  readonly ended?: SessionEnd | "diverged" | "failed";
  readonly stepsPerSecond: number;
  readonly samplesPerSecond: number;
  /** Epochs done since the last snapshot. */
  readonly epochs: readonly EpochEvent[];
  /** Training has gone back: of the epochs told before, only those up to this one still hold. */
  readonly epochsFrom?: number;
  /** Where NaN or infinity came up; the run stands at the last finite step. */
  readonly diverged?: {
    readonly layer?: string;
    readonly step: number;
    readonly lastFinite: number;
    readonly message: string;
  };
  /** The views that are watched, where they were due. */
  readonly views: Readonly<Record<string, unknown>>;
  /** Views that could not be made, and why. */
  readonly viewErrors?: Readonly<Record<string, string>>;
}

export interface StartOptions {
  readonly until?: Until;
  readonly stepsPerSecond?: number;
}

export interface StepOptions {
  readonly by: "example" | "batch" | "epoch";
  /** Negative: back. Default 1. */
  readonly count?: number;
}

/** What a client asks; each but `want` is answered by a `Reply` with the same id. */
export type Request =
  | { readonly kind: "load"; readonly job: TrainingJob }
  | { readonly kind: "start"; readonly options: StartOptions }
  | { readonly kind: "pause" }
  | { readonly kind: "step"; readonly options: StepOptions }
  | { readonly kind: "goTo"; readonly step: number }
  | { readonly kind: "set"; readonly changes: Readonly<Record<string, number>> }
  | { readonly kind: "setWeight"; readonly name: string; readonly index: readonly number[]; readonly value: number }
  | { readonly kind: "states" }
  | { readonly kind: "modelBytes" }
  | { readonly kind: "watch"; readonly views: Readonly<Record<string, unknown>> }
  | { readonly kind: "ask"; readonly view: string; readonly args: unknown }
  | { readonly kind: "abort" };

export type ToHost = (Request & { readonly id: number }) | { readonly kind: "want" };

export type ToClient =
  | { readonly kind: "reply"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: ErrorRecord }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot };

/** An error in a form that a message carries whole. */
export interface ErrorRecord {
  readonly problem: string;
  readonly code?: NablaError["code"];
  readonly where?: NablaError["where"];
  readonly expected?: string;
  readonly received?: string;
  readonly hint?: string;
}

export function errorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof NablaError)) return { problem: error instanceof Error ? error.message : String(error) };
  const { code, where, expected, received, hint, message } = error;
  const problem = hint && message.endsWith(`. ${hint}`) ? message.slice(0, -hint.length - 2) : message;
  return {
    problem,
    code,
    where,
    hint,
    ...(expected !== undefined && { expected }),
    ...(received !== undefined && { received }),
  };
}

export function errorOf({ problem, code, ...details }: ErrorRecord): Error {
  return code === undefined ? new Error(problem) : new NablaError(code, problem, details);
}

/** The common part of Worker, MessagePort, a worker's own scope, and their kin in Node. */
export interface PortLike {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener?(
    kind: string,
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ): void;
  on?(kind: string, listener: (value: unknown) => void): unknown;
  start?(): void;
  close?(): void;
  terminate?(): unknown;
}

/** Calls `receive` with each message of a port of either kind, and `fail` where the other side is gone. */
export function listen(
  port: PortLike,
  receive: (message: unknown) => void,
  fail: (why: string) => void = () => undefined,
): void {
  if (port.addEventListener) {
    port.addEventListener("message", ({ data }) => receive(data));
    port.addEventListener("messageerror", () => fail("a message could not be read"));
    port.addEventListener("error", ({ message }) => fail(message ?? "its script could not be run"));
    port.start?.();
  } else {
    port.on?.("message", receive);
    port.on?.("error", (error) => fail(error instanceof Error ? error.message : String(error)));
    port.on?.("exit", () => fail("it has ended"));
  }
}
