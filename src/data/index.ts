/** `nabla/data`: data sets, where they come from, and how they are split. */

export { classCounts, majorityBaseline } from "./baseline.ts";
export { type CatalogEntry, catalog, catalogEntry } from "./catalog.ts";
export { type Dataset, dataset, type Features, type Table } from "./dataset.ts";
export { gunzip } from "./gzip.ts";
export { fromIdx, type IdxArray, idxDataset, parseIdx } from "./idx.ts";
export { type MnistOptions, mnist, mnist16, type TrainAndTest } from "./mnist.ts";
export { labelOf, sampleOf } from "./sample.ts";
export type { SplitOptions } from "./split.ts";
export type { Targets } from "./targets.ts";
