/** `nabla/data`: data sets, where they come from, and how they are split. */

export { classCounts, majorityBaseline } from "./baseline.ts";
export { type CatalogEntry, type CatalogOptions, catalog, catalogEntry } from "./catalog.ts";
export { type Cifar10Batch, type Cifar10Options, cifar10, parseCifar10 } from "./cifar10.ts";
export { type CsvOptions, csv } from "./csv/csv.ts";
export type { Task } from "./csv/target.ts";
export { csvRow } from "./csv/write.ts";
export { type Dataset, dataset, type Features, type Table } from "./dataset.ts";
export { type BlobsOptions, blobs } from "./generators/blobs.ts";
export { type CurveName, curves, type RegressionCurveOptions, regressionCurve } from "./generators/curves.ts";
export { annulus, quadrants, threeModes } from "./generators/hard-cases.ts";
export { moons } from "./generators/moons.ts";
export type { GeneratorOptions, RegionOptions } from "./generators/points.ts";
export { type SpiralOptions, threeSpirals, twoSpirals } from "./generators/spirals.ts";
export { gunzip } from "./gzip.ts";
export { fromIdx, type IdxArray, idxDataset, parseIdx } from "./idx.ts";
export { type MnistOptions, mnist, mnist16, type TrainAndTest } from "./mnist.ts";
export { labelOf, sampleOf } from "./sample.ts";
export type { SplitOptions } from "./split.ts";
export { type Standardizer, standardize, standardizerOf } from "./standardize.ts";
export type { Targets } from "./targets.ts";
