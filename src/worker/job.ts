import { type Dataset, fromTable, type Table } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { lossNamed } from "../nn/index.ts";
import { type OptimizerSettings, optimizerNamed } from "../optim/index.ts";
import { load } from "../train/load.ts";
import { type Model, sequential } from "../train/model.ts";
import type { LayerRecord } from "../train/model-file.ts";
import { layerOf } from "../train/rebuild.ts";
import type { SessionOptions } from "../train/session.ts";
import type { TrainingJob } from "./messages.ts";

/** The model of a job. Throws OPTION, SHAPE, FORMAT for what describes none. */
export async function modelOf({ model }: TrainingJob): Promise<Model> {
  if (model instanceof Uint8Array) return load(model);
  if (typeof model !== "object" || model === null || !Array.isArray(model.layers))
    throw wrong("model", "the bytes of a model file, or { input, layers }", model);
  const { input, layers, seed, weights = {} } = model;
  const built = sequential(
    layers.map((record) => layerOf(record as LayerRecord, [])),
    { input, ...(seed !== undefined && { seed }) },
  );
  for (const [name, values] of Object.entries(weights)) built.weights.set(name, values);
  return built;
}

/** The options of a session, of what a message can say. Throws OPTION for names that are not known. */
export function sessionOptions(job: TrainingJob, validation: Dataset | undefined): SessionOptions {
  const { loss, optimizer, batchSize, reduction, shuffle, seed, threads, arithmetic, clipNorm } = job;
  const { kind, ...settings } = optimizer ?? {};
  return {
    ...(loss !== undefined && { loss: lossNamed(loss) }),
    ...(kind !== undefined && { optimizer: optimizerNamed(kind, settings as OptimizerSettings) }),
    ...defined({ batchSize, reduction, shuffle, seed, threads, arithmetic, clipNorm, validation }),
  };
}

function defined<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

/** A data set of the fields that a message carried. Throws DATA where they are none. */
export function dataOf(given: unknown): Dataset {
  const { shape, x, y, classes, columns, rows } = (given ?? {}) as Partial<Table>;
  const isTable =
    Array.isArray(shape) &&
    shape.length > 0 &&
    shape.every((extent) => Number.isSafeInteger(extent) && extent > 0) &&
    (x?.data instanceof Float32Array || x?.data instanceof Uint8Array) &&
    typeof x.scale === "number";
  if (!isTable) throw wrong("data", "the fields of a data set: shape, x, y", given);
  const count = x.data.length / shape.reduce((a: number, b: number) => a * b, 1);
  const isWhole = Number.isInteger(count) && count > 0;
  const size =
    y === undefined ? count : y.kind === "labels" ? y.data.length : y.data.length / y.shape.reduce((a, b) => a * b, 1);
  const areRows =
    rows === undefined || (rows instanceof Uint32Array && rows.length > 0 && rows.every((row) => row < count));
  if (!isWhole || size !== count || !areRows)
    throw new NablaError("DATA", "the data set’s parts do not fit together", {
      expected: "as many targets as samples, and rows of them",
      received: `${count} samples, ${size} targets`,
      hint: "Send the fields of a Dataset as they are.",
    });
  return fromTable({
    shape,
    x,
    ...(y && { y }),
    ...(classes && { classes }),
    ...(columns && { columns }),
    ...(rows && { rows }),
  });
}

export function wrong(what: string, expected: string, given: unknown): NablaError {
  const received = given === null ? "null" : Array.isArray(given) ? "a list" : typeof given;
  return new NablaError("OPTION", `a message to the worker has no such ${what}`, {
    expected,
    received,
    hint: `Send ${expected}.`,
  });
}
