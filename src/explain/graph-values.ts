import { isSameShape, type Samples, type Shape, sizeOf } from "../array/ndarray.ts";
import { isNdArray, toBatch, toNdArray } from "../array/samples.ts";
import { type Dataset, dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { evaluateAll, input, type Tensor, topologicalOrder, type Values } from "../graph/index.ts";
import { sgd } from "../optim/index.ts";
import type { Network } from "../train/network.ts";
import { type LossFunction, objectiveOf, targetShape } from "../train/objective.ts";
import { type Reduction, type TrainingGraph, trainingGraph } from "../train/training-graph.ts";

export interface Example {
  /** One sample, or a few as rows. */
  readonly x: Samples;
  /** What should come out: numbers like the output, or the number of a class for each sample. */
  readonly y: Samples | number;
}

export interface GraphSettings {
  readonly loss?: LossFunction | undefined;
  readonly reduction: Reduction;
  readonly learningRate: number;
  /** Whether the layers are applied as in training, where dropout drops and batches are normalized. */
  readonly isTraining: boolean;
  /** Which step's random numbers, from 0. */
  readonly step: number;
}

/** The graph that trains, for one batch, before any pass of the compiler, and what its leaves hold. */
export interface TracedExample {
  readonly network: Network;
  readonly graph: TrainingGraph;
  readonly loss: string;
  readonly x: Tensor;
  readonly target: Tensor;
  readonly count: number;
  /** Numbers in the leaves: samples, targets, parameters as the engine has them. */
  readonly feed: Map<Tensor, { readonly data: ArrayLike<number> }>;
}

/** Builds forward pass, loss and gradients of the example. Throws SHAPE, DATA, OPTION with the layer's name. */
export function traceExample(network: Network, example: Example, settings: GraphSettings): TracedExample {
  const data = datasetOf(network, example);
  return traceDataset(network, data, settings);
}

/** The same for all samples of a data set as one batch. */
export function traceDataset(network: Network, data: Dataset, settings: GraphSettings): TracedExample {
  network.checkSamples(data);
  const objective = objectiveOf(network.probe, data, { loss: settings.loss });
  const x = input([data.size, ...network.inputShape], "x");
  const trace = network.trace(x, settings.isTraining);
  const target = input(targetShape(trace.output, objective), "t");
  const optimizer = sgd({ learningRate: settings.learningRate });
  const graph = trainingGraph(trace, target, objective, optimizer, { reduction: settings.reduction });
  const feed = new Map<Tensor, { readonly data: ArrayLike<number> }>();
  const inputs = rowsOf(data, data.x.data, sizeOf(data.shape)).map((value) => value * data.x.scale);
  feed.set(x, { data: inputs });
  const { y } = data;
  if (y) feed.set(target, { data: rowsOf(data, y.data, y.kind === "labels" ? 1 : sizeOf(y.shape)) });
  for (const leaf of topologicalOrder([graph.cost, ...graph.differentiation.gradients, trace.output]))
    if (leaf.op.name === "state") feed.set(leaf, { data: network.engine.read(leaf.attributes["name"] as string) });
  for (const { leaf, value } of trace.hostNumbers) feed.set(leaf, { data: [value(settings.step)] });
  for (const { leaf, value } of trace.hyperparameters) feed.set(leaf, { data: [value] });
  return { network, graph, loss: objective.loss.name || "the loss", x, target, count: data.size, feed };
}

function rowsOf({ rows, size }: Dataset, data: ArrayLike<number>, width: number): Float64Array {
  const out = new Float64Array(size * width);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < width; j++) out[i * width + j] = data[(rows ? rows[i]! : i) * width + j]!;
  return out;
}

function datasetOf(network: Network, { x, y }: Example): Dataset {
  const { data, count } = toBatch(x, network.inputShape, "x");
  const outputs = sizeOf(network.outputShape);
  const target = targetsOf(y, count, outputs, network.outputShape);
  return dataset({ shape: [count, ...network.inputShape], data }, target);
}

/** Class numbers stay a flat list; values get the shape of the output, which tells the two apart. */
function targetsOf(y: Samples | number, count: number, outputs: number, shape: Shape): Samples {
  const given = typeof y === "number" ? [y] : y;
  const { data, shape: givenShape } = toNdArray(given, "y");
  const isFlat = givenShape.length === 1 && !(isNdArray(given) && isSameShape(givenShape, [count, ...shape]));
  const highest = outputs === 1 ? 1 : Number.POSITIVE_INFINITY; // one output tells two classes apart
  const areLabels = isFlat && data.length === count && data.every((v) => Number.isInteger(v) && v >= 0 && v <= highest);
  if (areLabels) return [...data];
  if (data.length === count * outputs) return { shape: [count, ...shape], data };
  throw new NablaError("SHAPE", `y holds ${data.length} numbers for ${count} ${count === 1 ? "sample" : "samples"}`, {
    expected: outputs === 1 ? `${count}` : `${count * outputs} numbers like the output, or ${count} class numbers`,
    received: `${data.length}`,
    hint: "Give what should come out of the last layer, or the number of the class, counted from 0.",
  });
}

/** The value of each tensor that `outputs` depend on, in float64. */
export const valuesOf = (example: TracedExample, outputs: readonly Tensor[]): ReadonlyMap<Tensor, Values> =>
  evaluateAll(outputs, example.feed);
