import { sizeOf } from "../array/ndarray.ts";
import { fromTable } from "../data/dataset.ts";
import { classCounts, type Dataset, labelOf, sampleOf } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import type { Model } from "../index.ts";
import type { Picture } from "../plot/index.ts";
import { type ReportMistake, worstMistakes } from "../report/index.ts";
import type { Evaluation } from "../train/events.ts";

export interface Judgement {
  readonly evaluation: Evaluation;
  /** Worst first. */
  readonly mistakes: readonly ReportMistake[];
}

/** Measures a model on labelled samples and finds its worst mistakes, at most `count`. */
export async function judge(
  model: Model,
  data: Dataset,
  { count, background = 0 }: { readonly count: number; readonly background?: number },
): Promise<Judgement> {
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
      ...sampleOfMistake(data, index, background),
    });
  }
  return { evaluation, mistakes };
}

function single(data: Dataset, index: number): Dataset {
  return fromTable({ ...data, rows: Uint32Array.of(data.rows ? data.rows[index]! : index) });
}

function sampleOfMistake(data: Dataset, index: number, background: number): Pick<ReportMistake, "picture" | "values"> {
  const { shape, data: values } = sampleOf(data, index);
  const picture = pictureOf(shape, values, background);
  return picture ? { picture } : { values };
}

/** Samples of shape [height, width], with 1 or 3 channels after that or without, are pictures. */
export function pictureOf(shape: readonly number[], pixels: Float32Array, background: number): Picture | undefined {
  const [height = 0, width = 0, channels = 1] = shape;
  if (shape.length < 2 || shape.length > 3 || sizeOf(shape) > 1 << 16 || (channels !== 1 && channels !== 3))
    return undefined;
  return { pixels, width, height, channels, ...(channels === 1 && background < 0.5 ? { isInk: true } : {}) };
}

/** What always answering the commonest class of the training data scores on the test data. */
export function baselineOf(train: Dataset, test: Dataset): { readonly name: string; readonly share: number } {
  const counts = classCounts(train);
  const commonest = counts.indexOf(Math.max(...counts));
  if (commonest < 0) throw new NablaError("DATA", "the data have no classes");
  return {
    name: train.classes?.[commonest] ?? String(commonest),
    share: (classCounts(test)[commonest] ?? 0) / test.size,
  };
}
