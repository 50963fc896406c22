/** `nabla/classic`: learners that are no networks, each a chapter that reads alone. */

export { type BestLine, bestLine } from "./best-line.ts";
export { type DeltaRuleOptions, type DeltaStep, deltaRule } from "./delta-rule.ts";
export type { SvcLoss } from "./linear/coordinate-descent.ts";
export { type Hyperplane, hyperplanes, planeBetween } from "./linear/hyperplanes.ts";
export {
  LinearClassifier,
  type LinearClassifierOptions,
  type LinearFitOptions,
  type LinearLoss,
} from "./linear/linear-classifier.ts";
export { type Linear, type LinearFunctions, linearFunctions } from "./linear/linear-functions.ts";
export {
  type LinearMachine,
  LinearSvc,
  type LinearSvcFitOptions,
  type LinearSvcOptions,
  type LinearSvcSettings,
} from "./linear/linear-svc.ts";
export { type Template, templates } from "./linear/templates.ts";
export { type MapQuality, type MapQualityOptions, mapQuality } from "./map-quality.ts";
export { type MistakeBound, mistakeBound, type Separator } from "./mistake-bound.ts";
export { Pca, type PcaOptions } from "./pca/pca.ts";
export { Perceptron, type PerceptronHistory, type PerceptronOptions, type PerceptronStep } from "./perceptron.ts";
export { type CommonPoint, commonPointOf, type HullWeight } from "./svm/hard-margin.ts";
export type { Kernel } from "./svm/kernel.ts";
export type { Machine } from "./svm/machine.ts";
export { Svm, type SvmFitOptions } from "./svm/svm.ts";
export type { ClassWeights, SvmOptions, SvmSettings } from "./svm-options.ts";
export type { RepulsionMethod } from "./tsne/forces.ts";
export type { TsneOptions } from "./tsne/options.ts";
export {
  Tsne,
  type TsneEvent,
  type TsneIteration,
  type TsneResult,
  type TsneRun,
  type TsneStart,
} from "./tsne/tsne.ts";
