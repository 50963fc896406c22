/** What a training run tells while it runs. The same events are printed by `--json` and kept in `metrics.jsonl`. */

import type { Arithmetic } from "../backend/backend.ts";

export type { Arithmetic };

export interface StartEvent {
  readonly kind: "start";
  /** Number of trainable numbers. */
  readonly parameters: number;
  /** The loss in use, named; chosen from last layer and labels when the caller named none. */
  readonly loss: string;
  readonly arithmetic: Arithmetic;
  /** What computes the steps: generated WebAssembly, or the plain twins where there is none. */
  readonly engine: "wasm" | "plain";
  readonly threads: number;
  readonly samples: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Steps that were done before; only where the run was resumed. */
  readonly resumedAt?: number;
}

export interface StepEvent {
  readonly kind: "step";
  /** From 1. */
  readonly epoch: number;
  /** Steps since the start of the run, from 1. */
  readonly step: number;
  /** Loss of this step's batch, before its update. */
  readonly loss: number;
}

export interface EpochEvent {
  readonly kind: "epoch";
  readonly epoch: number;
  /** Training loss over the epoch, each step's loss as it was before its update. */
  readonly loss: number;
  /** Training metrics over the epoch, such as `accuracy`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** `loss` and metrics on the validation data after the epoch. */
  readonly validation?: Readonly<Record<string, number>>;
  readonly samplesPerSecond: number;
  readonly seconds: number;
}

export interface FindingEvent {
  readonly kind: "finding";
  readonly code: string;
  readonly layer?: string;
  readonly evidence: string;
  readonly advice: string;
}

/** The run can be resumed from here: the file is whole. */
export interface CheckpointEvent {
  readonly kind: "checkpoint";
  readonly path: string;
  /** Steps done. */
  readonly step: number;
}

export interface DoneEvent {
  readonly kind: "done";
  readonly history: History;
}

export type TrainEvent = StartEvent | StepEvent | EpochEvent | FindingEvent | CheckpointEvent | DoneEvent;

export interface History {
  readonly epochs: readonly EpochEvent[];
  readonly stopped: "finished" | "early" | "stopped";
  /** Epoch with the lowest validation loss (training loss where there is no validation), from 1; 0 before the first. */
  readonly best: number;
  readonly seconds: number;
}

export interface Evaluation {
  /** Mean loss per sample. */
  readonly loss: number;
  /** Share of samples whose largest output is their label; absent for regression. */
  readonly accuracy?: number;
  /** `confusion[actual][predicted]` = number of samples; absent for regression. */
  readonly confusion?: readonly (readonly number[])[];
  /** Means of all metrics that were asked for, `accuracy` among them. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** The loss of each sample, in the order of the data, where `perExample` was asked for: the total cost is their sum. */
  readonly losses?: Float32Array;
  readonly size: number;
}
