import { lossNamed, type Model, softmax } from "nabla";
import type { Dataset } from "nabla/data";
import { evaluate, input } from "nabla/graph";
import type { ServedSession } from "nabla/worker";

/** What each example costs now, and what the net says of it, in the order of the data set. */
export interface Costs {
  readonly losses: Float32Array;
  /** The class with the highest output; for values, all outputs of each example one after another. */
  readonly answers: Float32Array;
  /** What it should say: the class, or the values. */
  readonly targets: Float32Array;
  /** Examples of the whole set: of a large one only the first are looked at. */
  readonly all: number;
}

export interface LossesView {
  readonly loss: string;
  /** How many classes there are; 0 where the targets are values. */
  readonly classes: number;
  readonly train: Costs;
  readonly validation: Costs | undefined;
}

/** Examples of a part that are looked at: more would take longer than a frame, and no screen has so many columns. */
const most = 5000;
/** Examples in one go: bounds the memory of the graph's values. */
const chunk = 1024;

export async function losses({ model, data, validation, loss: lossName }: ServedSession): Promise<LossesView> {
  return {
    loss: lossName,
    classes: data.y?.kind === "labels" ? data.y.classes : 0,
    train: await costsOf(model, data, lossName),
    validation: validation && (await costsOf(model, validation, lossName)),
  };
}

async function costsOf(model: Model, whole: Dataset, loss: string): Promise<Costs> {
  const data = whole.take(most);
  const { data: outputs, shape } = await model.predict(data);
  const width = shape[1] ?? 1;
  const targets = targetsOf(data, width);
  return {
    losses: await lossesOf(model, data, { outputs, width, targets, loss }),
    answers: data.y?.kind === "labels" && width > 1 ? largest(outputs, width) : outputs,
    targets,
    all: whole.size,
  };
}

function targetsOf({ y, size, rows }: Dataset, width: number): Float32Array {
  const each = y?.kind === "labels" ? 1 : width;
  const targets = new Float32Array(size * each);
  for (let i = 0; i < size; i++) {
    const row = rows ? rows[i]! : i;
    for (let k = 0; k < each; k++) targets[i * each + k] = y!.data[row * each + k]!;
  }
  return targets;
}

interface Said {
  readonly outputs: Float32Array;
  /** Outputs of an example. */
  readonly width: number;
  readonly targets: Float32Array;
  readonly loss: string;
}

/**
 * The loss's own graph on the outputs, in float64. Cross entropy wants the scores before the softmax: the logarithms of
 * its probabilities are such scores. Only where the right class's probability has rounded to 0 (it costs more than 103)
 * they are none, and the engine's own losses, which keep the true scores, stand in.
 */
async function lossesOf(model: Model, data: Dataset, { outputs, width, targets, loss }: Said): Promise<Float32Array> {
  const { y, size } = data;
  const isProbability = loss === "crossEntropy";
  const isLabels = y?.kind === "labels";
  const each = isLabels ? 1 : width;
  if (isProbability && isLabels && targets.some((label, i) => outputs[i * width + label] === 0))
    return (await model.evaluate(data, { loss: lossNamed(loss), perExample: true })).losses!;
  const found = new Float32Array(size);
  for (let from = 0; from < size; from += chunk) {
    const to = Math.min(size, from + chunk);
    const output = input([to - from, width], "output");
    const target = input(isLabels ? [to - from] : [to - from, width], "target");
    const cost = lossNamed(loss)(isProbability ? softmax(output) : output, target);
    const given = outputs.subarray(from * width, to * width);
    const feed = new Map([
      [output, { data: isProbability ? Float64Array.from(given, scoreOf) : given }],
      [target, { data: targets.subarray(from * each, to * each) }],
    ]);
    found.set(evaluate([cost], feed)[0]!.data, from);
  }
  return found;
}

/** A wrong class whose probability is 0 adds nothing: any score far below the others will do. */
const scoreOf = (probability: number): number => (probability > 0 ? Math.log(probability) : -200);

function largest(outputs: Float32Array, width: number): Float32Array {
  const best = new Float32Array(outputs.length / width);
  for (let i = 0; i < best.length; i++) {
    let at = 0;
    for (let k = 1; k < width; k++) if (outputs[i * width + k]! > outputs[i * width + at]!) at = k;
    best[i] = at;
  }
  return best;
}
