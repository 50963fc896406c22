import { resolve } from "node:path";
import { type Dataset, sampleOf } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import type { Model } from "../index.ts";
import { optimizerNamed } from "../optim/index.ts";
import { formatCount } from "../report/index.ts";
import type { DataSource, TrainingData } from "./data-source.ts";
import { border, median } from "./picture-sample.ts";
import type { RunRecord } from "./run-record.ts";
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
  const learnsValues = train.y?.kind === "values";
  if (learnsValues && asked.loss !== undefined && !lossesOfValues.includes(asked.loss))
    throw new NablaError("OPTION", `--loss ${asked.loss} is made for classes, and the target is a number`, {
      expected: lossesOfValues.join(", "),
      received: asked.loss,
      hint: `Use one of ${lossesOfValues.join(", ")}; or --task classification, where the numbers are classes.`,
    });
  const common = {
    loss: learnsValues ? "meanSquared" : "crossEntropy",
    optimizer: "adam",
    activation: "relu",
    threads: "auto",
    ...usualFor(source, samples),
  } as const;
  const batchSize = Math.min(asked.batchSize ?? common.batchSize, samples);
  // Adam's own 0.001 is for large nets: the few steps of small ones would not be enough.
  const isSmall = common.steps !== undefined;
  const rate = isSmall && (asked.optimizer ?? "adam") === "adam" ? { learningRate: 0.01 } : {};
  const { steps = 0, most = 5, ...others } = common;
  const epochs = Math.max(5, Math.min(most, Math.round((steps * batchSize) / samples)));
  return { ...others, ...rate, epochs, ...asked, batchSize };
}

interface Usual {
  readonly hidden: readonly number[];
  readonly batchSize: number;
  /** Small data are gone through as often as makes about so many steps, at least 5 and at most `most` times. */
  readonly steps?: number;
  readonly most?: number;
}

/** What suits data of a kind. More steps on the few rows of most tables learn the rows by heart. */
function usualFor(source: DataSource, samples: number): Usual {
  if (source.kind === "table")
    return { hidden: [32], batchSize: Math.max(16, Math.min(64, samples >> 5)), steps: 500, most: 50 };
  if (source.kind === "catalog" && source.entry.kind === "drawn")
    return { hidden: [32, 32], batchSize: 20, steps: 6000, most: 200 };
  return { hidden: source.name === "mnist-16x16" ? [30] : [128], batchSize: 64 };
}

/** The losses that compare numbers. */
const lossesOfValues: readonly string[] = ["meanSquared", "halfSquared", "squared", "absolute", "euclidean", "huber"];

/** What stands in `config.json` before training begins. */
export function describeRun(
  options: Settled,
  source: DataSource,
  { train, test, table }: TrainingData,
  model: Model,
  begun: Date,
): RunRecord {
  const { layers, parameters } = model.summary();
  const absolute = (files: readonly string[]) => files.map((file) => resolve(file));
  const repeated: TrainOptions = {
    ...options,
    ...(source.kind === "catalog" ? {} : { data: absolute(options.data) }),
    ...(options.dataDir === undefined ? {} : { dataDir: resolve(options.dataDir) }),
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
      ...(source.kind === "table" ? { files: absolute([source.path]) } : {}),
      shape: train.shape,
      classes: train.classes ?? [],
      ...(table ? { table } : {}),
      samples: { train: train.size, test: test.size },
      background: backgroundOf(train),
      isBinary: train.x.scale === 1,
    },
    network: {
      layers: layers.map(({ name, kind, output, parameters }) => ({ name, kind, output, parameters })),
      parameters,
    },
    optimizer: optimizerNamed(options.optimizer, { learningRate: options.learningRate }).settings,
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
