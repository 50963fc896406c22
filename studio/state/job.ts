import { NablaError } from "nabla";
import { floatsFromText } from "./base64url.ts";
import type { StudioData } from "./data.ts";
import { inputsOf } from "./inputs.ts";
import { type LayerRecord, layerRecords, parameterNames } from "./layers.ts";
import type { Moment, Workbench } from "./workbench.ts";

/** What the worker is told to train: plain data, as `nabla/worker` takes it. */
export interface Job {
  readonly model: {
    readonly input: number;
    readonly layers: readonly LayerRecord[];
    readonly seed: number;
    readonly weights?: Readonly<Record<string, Float32Array>>;
  };
  readonly data: unknown;
  readonly validation?: unknown;
  readonly loss: string;
  readonly optimizer: { readonly kind: string; readonly learningRate: number; readonly momentum?: number };
  readonly batchSize: number | "all";
  readonly shuffle: boolean;
  readonly reduction: "mean" | "sum";
  readonly seed: number;
  readonly keep?: {
    readonly step: number;
    readonly example: number;
    readonly values: Readonly<Record<string, Float32Array>>;
  };
}

export const lossOf = ({ training, network }: Pick<Workbench, "training" | "network">): string => {
  if (training.loss !== "auto") return training.loss;
  return network.layers.at(-1)?.activation === "softmax" ? "crossEntropy" : "halfSquared";
};

export function optimizerOf({ optimizer, learningRate }: Workbench["training"]): Job["optimizer"] {
  if (optimizer === "momentum") return { kind: "sgd", learningRate, momentum: 0.9 };
  return { kind: optimizer, learningRate };
}

/** Weights of a run that the server of the page has: too many for a state, which only names the run. */
export interface HeldRun {
  readonly name: string;
  readonly weights: Readonly<Record<string, Float32Array>>;
}

/** The parts of a state that a run is made of. */
export type RunState = Pick<Workbench, "data" | "network" | "training">;

/** The job of a state; `data` is undefined for pictures of digits, which the worker fetches itself. */
export function jobOf(state: RunState, data: StudioData | undefined, held?: HeldRun): Job {
  const { network, training } = state;
  const names = new Set(parameterNames(network));
  const written = Object.fromEntries(
    Object.entries(network.start)
      .filter(([name]) => names.has(name))
      .map(([name, values]) => [name, Float32Array.from(values)]),
  );
  // fewer samples than a batch would hold: all of them are one
  const isWhole = training.batchSize === 0 || (data !== undefined && training.batchSize >= data.train.size);
  const isOfRun = held !== undefined && network.run === held.name;
  const weights = isOfRun ? held.weights : written;
  return {
    model: { input: inputsOf(state.data), layers: layerRecords(network), seed: network.seed, weights },
    data: data ? plain(data.train) : state.data,
    ...(data
      ? data.validation && { validation: plain(data.validation) }
      : { validation: { ...state.data, part: "test" } }),
    loss: lossOf(state),
    optimizer: optimizerOf(training),
    batchSize: isWhole ? "all" : training.batchSize,
    shuffle: training.isShuffled,
    reduction: training.reduction,
    seed: network.seed,
    ...(training.moment && { keep: keepOf(training.moment) }),
  };
}

/** A data set's fields without its methods, which a message cannot carry. */
function plain({ shape, x, y, classes, columns, rows }: StudioData["train"]): object {
  return { shape, x, ...(y && { y }), ...(classes && { classes }), ...(columns && { columns }), ...(rows && { rows }) };
}

function keepOf({ step, example, states }: Moment): NonNullable<Job["keep"]> {
  const values = Object.fromEntries(
    Object.entries(states).map(([name, text]) => {
      const floats = floatsFromText(text);
      if (floats) return [name, floats];
      throw new NablaError("FORMAT", "the moment in this link cannot be read", {
        expected: "float32 numbers in base64",
        received: `${text.length} characters`,
        hint: "Ask for a link to the start in place of this moment.",
      });
    }),
  );
  return { step, example, values };
}
