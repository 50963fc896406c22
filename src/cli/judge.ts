import { sizeOf } from "../array/ndarray.ts";
import { fromTable } from "../data/dataset.ts";
import { classCounts, type Dataset, labelOf, sampleOf } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import type { Model } from "../index.ts";
import type { Picture } from "../plot/index.ts";
import { formatNumber, type ReportMistake, worstMistakes } from "../report/index.ts";
import type { Evaluation } from "../train/events.ts";
import { type TableRecord, unscale } from "./table-data.ts";

export interface Judgement {
  readonly evaluation: Evaluation;
  /** Worst first. */
  readonly mistakes: readonly ReportMistake[];
  /** For values: how far off the answers are, in the target's own unit. */
  readonly errors?: Errors;
}

/** Errors of a model that answers with numbers. */
export interface Errors {
  /** What is answered: the target's name. */
  readonly target: string;
  /** The root of the mean squared error. */
  readonly rootMeanSquared: number;
  readonly meanAbsolute: number;
  /** The root of the mean squared error of always answering the mean of the training data. */
  readonly baseline: number;
}

export interface JudgeOptions {
  readonly count: number;
  readonly background?: number;
  /** How the columns of a table became numbers. */
  readonly table?: TableRecord | undefined;
  /** For values: the answer of someone who knows the mean of the training data alone, as the model would give it. */
  readonly mean?: number;
}

/** Measures a model on labelled samples and finds its worst mistakes, at most `count`. */
export async function judge(model: Model, data: Dataset, options: JudgeOptions): Promise<Judgement> {
  if (data.y?.kind === "values") return judgeValues(model, data, options);
  const { count, background = 0, table } = options;
  const evaluation = await model.evaluate(data);
  const outputs = await model.predict(data);
  const classes = outputs.shape.at(-1) ?? 1;
  const labels = Int32Array.from({ length: data.size }, (_, i) => labelOf(data, i) ?? 0);
  const areProbabilities = model.summary().layers.at(-1)?.kind === "softmax";
  const worst = worstMistakes(outputs.data, labels, { classes, count });
  const name = (label: number) => data.classes?.[label] ?? String(label);
  const mistakes: ReportMistake[] = [];
  for (const { index, seenAs, actual, probability, loss } of worst) {
    mistakes.push({
      index,
      seenAs: name(seenAs),
      actual: name(actual),
      // Only a softmax gives what may be called a probability, whose cross entropy is the loss.
      ...(areProbabilities ? { probability } : {}),
      loss: areProbabilities ? loss : (await model.evaluate(single(data, index))).loss,
      ...sampleOfMistake(data, index, background, table),
    });
  }
  return { evaluation, mistakes };
}

/** Measures a model on values, one or several a sample. The worst mistakes are those farthest off. */
async function judgeValues(
  model: Model,
  data: Dataset,
  { count, background = 0, table, mean = 0 }: JudgeOptions,
): Promise<Judgement> {
  const evaluation = await model.evaluate(data);
  const { data: answers } = await model.predict(data);
  const { scale = { mean: 0, deviation: 1 }, target = "the target" } = table ?? {};
  const targets = data.y!.data;
  const size = answers.length / data.size;
  let [squared, absolute, plain] = [0, 0, 0];
  const misses: { readonly index: number; readonly actual: number; readonly seenAs: number; readonly miss: number }[] =
    [];
  for (let i = 0; i < answers.length; i += 1) {
    const index = Math.floor(i / size);
    const wanted = targets[(data.rows ? data.rows[index]! : index) * size + (i % size)]!;
    const miss = scale.deviation * (answers[i]! - wanted);
    squared += (miss * miss) / answers.length;
    absolute += Math.abs(miss) / answers.length;
    plain += ((mean - wanted) * (mean - wanted) * scale.deviation * scale.deviation) / answers.length;
    const inUnit = (value: number) => scale.mean + scale.deviation * value;
    misses.push({ index, actual: inUnit(wanted), seenAs: inUnit(answers[i]!), miss: Math.abs(miss) });
  }
  misses.sort((a, b) => b.miss - a.miss || a.index - b.index);
  const mistakes: ReportMistake[] = [];
  for (const { index, actual, seenAs } of misses.slice(0, count))
    mistakes.push({
      index,
      seenAs: formatNumber(seenAs),
      actual: formatNumber(actual),
      loss: (await model.evaluate(single(data, index))).loss,
      ...sampleOfMistake(data, index, background, table),
    });
  const errors = {
    target,
    rootMeanSquared: Math.sqrt(squared),
    meanAbsolute: absolute,
    baseline: Math.sqrt(plain),
  };
  return { evaluation, mistakes, errors };
}

function single(data: Dataset, index: number): Dataset {
  return fromTable({ ...data, rows: Uint32Array.of(data.rows ? data.rows[index]! : index) });
}

function sampleOfMistake(
  data: Dataset,
  index: number,
  background: number,
  table?: TableRecord,
): Pick<ReportMistake, "picture" | "values"> {
  const { shape, data: scaled } = sampleOf(data, index);
  const values = table ? unscale(scaled, table) : scaled;
  const picture = pictureOf(shape, values, background);
  return picture ? { picture } : { values };
}

/** Samples of shape [height, width], with 1 or 3 channels after that or without, are pictures. */
function pictureOf(shape: readonly number[], pixels: Float32Array, background: number): Picture | undefined {
  const [height = 0, width = 0, channels = 1] = shape;
  if (shape.length < 2 || shape.length > 3 || sizeOf(shape) > 1 << 16 || (channels !== 1 && channels !== 3))
    return undefined;
  return { pixels, width, height, channels, ...(channels === 1 && background < 0.5 ? { isInk: true } : {}) };
}

export interface Baseline {
  readonly name: string;
  readonly share: number;
}

/** What always answering the commonest class of the training data scores on the test data; nothing for values. */
export function baselineOf(train: Dataset, test: Dataset): Baseline | undefined {
  if (train.y?.kind === "values") return undefined;
  const counts = classCounts(train);
  const commonest = counts.indexOf(Math.max(...counts));
  if (commonest < 0) throw new NablaError("DATA", "the data have no classes");
  return {
    name: train.classes?.[commonest] ?? String(commonest),
    share: (classCounts(test)[commonest] ?? 0) / test.size,
  };
}

/** The mean of targets that are values, over all samples and values: what a model without any input would answer. */
export function meanTarget({ y, rows, size }: Dataset): number {
  if (y?.kind !== "values") return 0;
  const width = sizeOf(y.shape);
  let sum = 0;
  for (let i = 0; i < size; i += 1) {
    const start = (rows ? rows[i]! : i) * width;
    for (let k = 0; k < width; k += 1) sum += y.data[start + k]!;
  }
  return sum / (size * width);
}
