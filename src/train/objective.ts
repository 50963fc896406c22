import { isSameShape, sizeOf } from "../array/ndarray.ts";
import type { Dataset, Targets } from "../data/index.ts";
import { NablaError, wrongOption } from "../errors.ts";
import { argmax, differentiate, equal, input, less, reshape, sub, sum, Tensor } from "../graph/index.ts";
import { type Loss, type Metric, meanSquared, originOf } from "../nn/index.ts";
import { sampleShape, type Trace } from "./trace.ts";

/** A loss of your own: a function of two tensors that gives one number per sample, [batch]. */
export type LossFunction = (output: Tensor, target: Tensor) => Tensor;

/** What a model is trained or judged by, on data of one kind. */
export interface Objective {
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  /** Number of classes; undefined where the targets are values. */
  readonly classes?: number;
}

export interface ObjectiveOptions {
  readonly loss?: LossFunction | undefined;
  readonly metrics?: readonly Metric[] | undefined;
}

/**
 * The loss that fits, unless one is named: with labels, `crossEntropy` on a softmax, and `binaryCrossEntropy` on one
 * sigmoid for two classes; `meanSquared` everywhere else, where labels count as one-hot. With labels `accuracy` is
 * always measured. Throws DATA for data without targets, SHAPE for targets that the last layer cannot answer.
 */
export function objectiveOf(model: Trace, data: Dataset, { loss, metrics = [] }: ObjectiveOptions): Objective {
  if (!Array.isArray(metrics) || metrics.some((metric) => typeof metric !== "function"))
    throw wrongOption("objective", "metrics", metrics, "a list of functions such as [zeroOne]");
  const targets = targetsOf(data);
  checkTargets(model, targets);
  const chosen = loss === undefined ? chooseLoss(model.output, targets) : asLoss(loss);
  const others = metrics.filter(({ name }) => name !== "accuracy");
  const objective: Objective =
    targets.kind === "values"
      ? { loss: chosen, metrics }
      : { loss: chosen, metrics: [accuracyFor(chosen), ...others], classes: targets.classes };
  checkOn(model.output, objective);
  return objective;
}

/** Builds loss and metrics once, so that one that does not fit the model is told before anything runs. */
function checkOn(output: Tensor, objective: Objective): void {
  const target = input(targetShape(output, objective), "targets");
  lossPerSample(objective, output, target);
  for (const metric of objective.metrics) metricPerSample(metric, output, target);
}

/**
 * Throws OPTION for a loss that no parameter can be moved by: one that counts, such as `zeroOne`, is flat wherever it has
 * a slope at all.
 */
export function checkDescent({ output, layers }: Trace, objective: Objective): void {
  const trained = layers.flatMap(({ parameters }) => parameters.map(({ tensor }) => tensor));
  const losses = lossPerSample(objective, output, input(targetShape(output, objective), "targets"));
  const { adjoints } = differentiate(sum(losses), trained);
  if (trained.length === 0 || trained.some((tensor) => adjoints.has(tensor))) return;
  const name = objective.loss.name || "the loss";
  throw new NablaError("OPTION", `${name} cannot be trained by gradient: its slope is 0 wherever it has one`, {
    expected: "a loss with a slope",
    received: name,
    hint: "Count mistakes with it as a metric, and train on crossEntropy or hinge.",
  });
}

export function targetsOf(data: Dataset): Targets {
  if (data.y) return data.y;
  throw new NablaError("DATA", "the data have samples and no targets", {
    expected: "labels or values for each sample",
    received: "none",
    hint: "Give them as the second argument of dataset(x, y).",
  });
}

function chooseLoss(output: Tensor, targets: Targets): Loss {
  const origin = originOf(output);
  const isFitting = (origin?.activation === "sigmoid") === (outputsOf(output) === 1);
  return origin && isFitting && targets.kind === "labels" ? origin.loss : meanSquared;
}

function asLoss(loss: unknown): Loss {
  if (typeof loss === "function") return loss as Loss;
  throw wrongOption("objective", "loss", loss, "a function such as crossEntropy");
}

const outputsOf = (output: Tensor): number => sizeOf(sampleShape(output));

function checkTargets(model: Trace, targets: Targets): void {
  const outputs = outputsOf(model.output);
  const isLabels = targets.kind === "labels";
  const size = isLabels ? targets.classes : sizeOf(targets.shape);
  const fits = isLabels ? outputs >= size || (outputs === 1 && size <= 2) : outputs === size;
  if (fits) return;
  const place = lastTrainable(model);
  const given = isLabels ? "classes" : "target values a sample";
  throw new NablaError(
    "SHAPE",
    `layer "${place}": gives ${outputs} ${outputs === 1 ? "output" : "outputs"}, the data have ${size} ${given}`,
    {
      where: { layer: place },
      expected: `${size} outputs`,
      received: `${outputs}`,
      hint: `Give layer "${place}" ${size} units, one for each.`,
    },
  );
}

/** The layer whose size decides the number of outputs. */
const lastTrainable = ({ layers }: Trace): string =>
  (layers.findLast(({ parameters }) => parameters.length > 0) ?? layers.at(-1)!).name;

/** Shape of a batch of targets as losses take them: class numbers [batch], or values like the output. */
export function targetShape(output: Tensor, { classes }: Objective): readonly number[] {
  return classes === undefined ? output.shape : [output.shape[0]!];
}

/** The loss of each sample, [batch]. Throws SHAPE for a loss of another shape. */
export function lossPerSample({ loss }: Objective, output: Tensor, target: Tensor): Tensor {
  return perSample(loss.name || "the loss", loss, output, target);
}

/** The value of a metric for each sample, [batch]. */
export const metricPerSample = (metric: Metric, output: Tensor, target: Tensor): Tensor =>
  perSample(metric.name, metric, output, target);

function perSample(name: string, of: LossFunction, output: Tensor, target: Tensor): Tensor {
  const value: unknown = of(output, target);
  const batch = output.shape[0]!;
  if (value instanceof Tensor && isSameShape(value.shape, [batch])) return value;
  const received = value instanceof Tensor ? `shape [${value.shape}]` : typeof value;
  throw new NablaError("SHAPE", `${name}: gives ${received} for a batch of ${batch}`, {
    expected: `[${batch}], one number for each sample`,
    received,
    hint: "Sum or average over the outputs, and leave the first axis as it is.",
  });
}

/**
 * Number of the class that each output stands for, [batch]: the largest output, the first where several tie. A single
 * output stands for class 1 from ½ on; from 0 on under a hinge loss, whose classes are −1 and +1.
 */
export function predictedClass(output: Tensor, loss: Loss): Tensor {
  const batch = output.shape[0]!;
  const flat = reshape(output, [batch, outputsOf(output)]);
  if (flat.shape[1] !== 1) return reshape(argmax(flat), [batch]);
  return reshape(sub(1, less(flat, loss.name === "hinge" ? 0 : 0.5)), [batch]);
}

/** 1 where the predicted class is the label, else 0. */
function accuracyFor(loss: Loss): Metric {
  const metric = (output: Tensor, target: Tensor): Tensor => equal(predictedClass(output, loss), target);
  return Object.defineProperty(metric, "name", { value: "accuracy" });
}
