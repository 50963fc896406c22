import { resolve } from "node:path";
import { type Dataset, sampleOf, type TrainAndTest } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import type { Model } from "../index.ts";
import { type Optimizer, optimizerNamed } from "../optim/index.ts";
import { formatCount } from "../report/index.ts";
import type { DataSource } from "./data-source.ts";
import { border, median } from "./picture-sample.ts";
import type { RunRecord } from "./run-record.ts";
import { readSchedule } from "./schedule-option.ts";
import { type TrainOptions, trainCommand } from "./train-options.ts";
import { version } from "./version.ts";

/** The options of a run, complete. */
export type Settled = TrainOptions &
  Required<
    Pick<TrainOptions, "hidden" | "activation" | "loss" | "optimizer" | "batchSize" | "epochs" | "seed" | "threads">
  >;

/** The options with their defaults, which depend on the data. Throws OPTION for batches larger than the data. */
export function settle(asked: TrainOptions & { readonly seed: number }, source: DataSource, train: Dataset): Settled {
  const samples = train.size - Math.round(train.size * (asked.validation ?? 0));
  if (asked.batchSize !== undefined && asked.batchSize > samples)
    throw new NablaError(
      "OPTION",
      `--batch-size is ${asked.batchSize}, more than the ${formatCount(samples)} training samples`,
      {
        expected: `a whole number from 1 to ${samples}`,
        received: String(asked.batchSize),
        hint: "Make it smaller, or leave it out.",
      },
    );
  return {
    hidden: source.name === "mnist-16x16" ? [30] : [128],
    activation: "relu",
    loss: "crossEntropy",
    optimizer: "adam",
    batchSize: Math.max(1, Math.min(64, samples)),
    epochs: 5,
    threads: "auto",
    ...asked,
  };
}

/** The optimizer that was asked for. Throws OPTION for a setting that it has not. */
export function optimizerOf({
  optimizer,
  learningRate,
  momentum,
  nesterov,
  weightDecay,
  schedule,
}: Settled): Optimizer {
  const settings = { learningRate, momentum, nesterov, weightDecay };
  const made = optimizerNamed(optimizer, settings);
  if (schedule === undefined) return made;
  return optimizerNamed(optimizer, { ...settings, learningRate: readSchedule(schedule, made.learningRate as number) });
}

/** Its settings as they are recorded: a schedule by its words, beside the rate it starts from. */
function settingsOf(options: Settled): Optimizer["settings"] {
  const { settings } = optimizerOf({ ...options, schedule: undefined } as Settled);
  return options.schedule === undefined ? settings : { ...settings, schedule: options.schedule };
}

/** What stands in `config.json` before training begins. */
export function describeRun(
  options: Settled,
  source: DataSource,
  { train, test }: TrainAndTest,
  model: Model,
  begun: Date,
): RunRecord {
  const { layers, parameters } = model.summary();
  const absolute = (files: readonly string[]) => files.map((file) => resolve(file));
  const repeated: TrainOptions = {
    ...options,
    ...(source.kind === "files" ? { data: absolute(options.data) } : {}),
    ...(options.test ? { test: absolute(options.test) } : {}),
    ...(options.labels === undefined ? {} : { labels: resolve(options.labels) }),
  };
  return {
    nabla: version(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    name: options.name ?? source.name,
    begun: localTime(begun),
    command: trainCommand(options),
    train: repeated,
    data: {
      name: source.name,
      ...(source.kind === "files" ? { files: absolute([source.images, source.labels]) } : {}),
      shape: train.shape,
      classes: train.classes ?? [],
      samples: { train: train.size, test: test.size },
      background: backgroundOf(train),
      isBinary: train.x.scale === 1,
    },
    network: {
      layers: layers.map(({ name, kind, output, parameters }) => ({ name, kind, output, parameters })),
      parameters,
    },
    optimizer: settingsOf(options),
  };
}

/** What lies around the pictures: the median of their border. */
function backgroundOf(data: Dataset): number {
  const [height, width] = data.shape;
  if (height === undefined || width === undefined || data.shape.length > 2) return 0;
  const some = Array.from({ length: Math.min(data.size, 100) }, (_, i) => sampleOf(data, i).data);
  return median(some.map((values) => median(border({ height, width, values }))));
}

/** `2026-11-23T12:36:05.120+01:00` */
function localTime(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const two = (value: number) => String(Math.abs(Math.trunc(value))).padStart(2, "0");
  const local = new Date(date.getTime() + 60_000 * offset).toISOString().slice(0, -1);
  return `${local}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}
