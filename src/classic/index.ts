/** `nabla/classic`: learners that are no networks. */

export type { SvcLoss } from "./linear/coordinate-descent.ts";
export {
  type LinearMachine,
  LinearSvc,
  type LinearSvcFitOptions,
  type LinearSvcOptions,
  type LinearSvcSettings,
} from "./linear/linear-svc.ts";
export { type CommonPoint, commonPointOf, type HullWeight } from "./svm/hard-margin.ts";
export type { Kernel } from "./svm/kernel.ts";
export type { Machine } from "./svm/machine.ts";
export { Svm, type SvmFitOptions } from "./svm/svm.ts";
export type { ClassWeights, SvmOptions, SvmSettings } from "./svm-options.ts";
