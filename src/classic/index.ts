/** `nabla/classic`: learners that are no networks, each a chapter that reads alone. */

export { type MapQuality, type MapQualityOptions, mapQuality } from "./map-quality.ts";
export { Pca, type PcaOptions } from "./pca/pca.ts";
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
