export { type AdagradOptions, adagrad } from "./adagrad.ts";
export { type AdamOptions, adam } from "./adam.ts";
export { clipByNorm } from "./clip.ts";
export type { Optimizer, Schedule, UpdateScope } from "./optimizer.ts";
export { type OptimizerSettings, optimizerNamed, optimizerNames } from "./registry.ts";
export { type RmspropOptions, rmsprop } from "./rmsprop.ts";
export {
  type CosineOptions,
  constantRate,
  cosineDecay,
  exponentialDecay,
  learningRateAt,
  stepDecay,
} from "./schedules.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
