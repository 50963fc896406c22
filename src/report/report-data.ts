import type { Picture } from "../plot/picture.ts";
import type { Evaluation, History } from "../train/events.ts";

/** Everything a report tells. Every string may come from data and is treated as hostile. */
export interface ReportData {
  /** What was trained on what: `784-128-10 on mnist`. */
  readonly title: string;
  /** When the run began, as the reader should see it; the library reads no clock. */
  readonly when?: string;
  /** The command or program that made the run, to repeat it. */
  readonly command?: string;
  readonly model: ReportModel;
  readonly data: ReportDataset;
  /** How it was trained: `[["Loss", "cross entropy"], ["Learning rate", "0.001"], …]`, or a record. */
  readonly settings: readonly (readonly [name: string, value: string | number | boolean])[];
  readonly seed?: number;
  readonly arithmetic?: string;
  readonly engine?: string;
  readonly threads?: number;
  readonly history: History;
  /** On the test data. */
  readonly evaluation?: Evaluation;
  /**
   * What the simplest answer scores. By default always the commonest class of the test data;
   * give it where the commonest class of the training data is another.
   */
  readonly baseline?: { readonly name: string; readonly share: number };
  /** For a model that answers with numbers: how far off it is on the test data, in the target's own unit. */
  readonly errors?:
    | {
        /** What is answered: the target's name. */
        readonly target: string;
        readonly rootMeanSquared: number;
        readonly meanAbsolute: number;
        /** The root of the mean squared error of always answering the mean. */
        readonly baseline: number;
      }
    | undefined;
  /** Worst first. */
  readonly mistakes?: readonly ReportMistake[];
  /** What the doctor found while training. */
  readonly findings?: readonly { readonly evidence: string; readonly advice: string; readonly layer?: string }[];
}

export interface ReportModel {
  readonly layers: readonly ReportLayer[];
  readonly parameters: number;
}

export interface ReportLayer {
  readonly name: string;
  /** `dense`, `relu` … */
  readonly kind: string;
  /** Shape of one sample's output. */
  readonly output: readonly number[];
  readonly parameters: number;
}

export interface ReportDataset {
  readonly name: string;
  /** Shape of one sample. */
  readonly shape: readonly number[];
  readonly train: number;
  readonly validation?: number;
  readonly test?: number;
  readonly classes?: readonly string[];
}

export interface ReportMistake {
  /** Of the sample in the test data, from 0. */
  readonly index: number;
  /** The model's answer: a class, or a number as text. */
  readonly seenAs: string;
  readonly actual: string;
  /** What the model gave its answer; absent for regression. */
  readonly probability?: number;
  readonly loss: number;
  /** For samples that are pictures. */
  readonly picture?: Picture;
  /** For samples that are rows of numbers; the first few are shown. */
  readonly values?: ArrayLike<number>;
}
