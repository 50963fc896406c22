/// <reference lib="esnext.disposable" preserve="true" />
/** `nabla`: models, and what they are made of. */

export type { NdArray, Samples, Shape } from "./array/ndarray.ts";
export { type Dataset, dataset, type SplitOptions } from "./data/index.ts";
export { type ErrorCode, type ErrorDetails, type ErrorPlace, NablaError } from "./errors.ts";
export { grad } from "./graph/grad.ts";
export type { Tensor } from "./graph/tensor.ts";
export {
  type Activation,
  absolute,
  accuracy,
  activation,
  activationNamed,
  activationNames,
  type BatchNormalizationOptions,
  batchNormalization,
  binaryCrossEntropy,
  constant,
  crossEntropy,
  crossEntropyWithLogits,
  type DenseOptions,
  dense,
  dropout,
  elu,
  euclidean,
  flatten,
  glorotNormal,
  glorotUniform,
  halfSquared,
  heNormal,
  heUniform,
  hinge,
  huber,
  type Initializer,
  type Layer,
  type Loss,
  layer,
  leakyRelu,
  linear,
  lossNamed,
  lossNames,
  type MaxoutOptions,
  type Metric,
  maxout,
  meanSquared,
  multiclassHinge,
  normal,
  type ParameterOptions,
  radialBasis,
  relu,
  type Scope,
  type StateOptions,
  sigmoid,
  softmax,
  softplus,
  squared,
  tanh,
  uniform,
  zeroOne,
  zeros,
} from "./nn/index.ts";
export {
  type AdagradOptions,
  type AdamOptions,
  adagrad,
  adam,
  type CosineOptions,
  clipByNorm,
  constantRate,
  cosineDecay,
  exponentialDecay,
  type Optimizer,
  type OptimizerSettings,
  optimizerNamed,
  optimizerNames,
  type RmspropOptions,
  rmsprop,
  type Schedule,
  type SgdOptions,
  sgd,
  stepDecay,
  type UpdateScope,
} from "./optim/index.ts";
export type { SessionPosition, StepBy } from "./train/batches.ts";
export type { ClassProbability } from "./train/classify.ts";
export type { Compiled } from "./train/compiled.ts";
export type {
  Arithmetic,
  CheckpointEvent,
  DoneEvent,
  EpochEvent,
  Evaluation,
  FindingEvent,
  History,
  StartEvent,
  StepEvent,
  TrainEvent,
} from "./train/events.ts";
export type { FitRun } from "./train/fit.ts";
export { type Branch, type Joins, network } from "./train/functional.ts";
export type { Hyperparameters } from "./train/hyperparameters.ts";
export { type LoadOptions, load } from "./train/load.ts";
export { type EvaluateOptions, type Model, type SequentialOptions, sequential } from "./train/model.ts";
export type { LossFunction } from "./train/objective.ts";
export type { CheckpointOptions, EarlyStopping, FitOptions } from "./train/options.ts";
export type { RunOptions } from "./train/run-until.ts";
export { type SessionOptions, TrainingSession } from "./train/session.ts";
export type { SessionStates } from "./train/session-states.ts";
export { type Stepper, type StepperOptions, stepper } from "./train/stepper.ts";
export type { Summary, SummaryLayer } from "./train/summary.ts";
export type { Diverged } from "./train/timeline.ts";
export type { Ended, Until } from "./train/until.ts";
export type { Weights } from "./train/weights.ts";
