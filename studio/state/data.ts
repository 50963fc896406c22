import { type Dataset, dataset, standardize } from "nabla/data";
import { draw } from "./generators.ts";
import type { DrawnData, OwnData } from "./workbench.ts";

/** The samples that a state names, and which of them are for what. */
export interface StudioData {
  /** Every sample, in the order of the state's rows. */
  readonly all: Dataset;
  /** Rows of `all`, in the order in which a data set has them. */
  readonly trainRows: Uint32Array;
  readonly validationRows: Uint32Array;
  /** What the net sees: standardized where the state says so. */
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
  /** Names of the classes; empty where the targets are values. */
  readonly classes: readonly string[];
  readonly columns: readonly string[];
  /** How many numbers go in, and come out. */
  readonly inputs: number;
  readonly outputs: number;
}

/** Fewest samples of which a part is kept for validation. */
const fewestToSplit = 4;

/** Throws DATA, OPTION as the library does for samples that cannot be. Pictures of digits are the worker's: not here. */
export function dataOf(state: DrawnData | OwnData): StudioData {
  const all = state.kind === "drawn" ? draw(state) : ownData(state);
  const isSplit = state.validation > 0 && all.size >= fewestToSplit;
  const parts = isSplit ? all.split({ test: state.validation, seed: state.seed }) : undefined;
  const [train, validation] = parts ? [parts.train, parts.test] : [all, undefined];
  const isScaled = state.kind === "own" && state.isStandardized;
  const scale = isScaled ? standardize(train) : undefined;
  const classes = all.classes ?? [];
  const { y } = all;
  return {
    all,
    trainRows: train.rows ?? Uint32Array.from({ length: train.size }, (_, i) => i),
    validationRows: validation?.rows ?? new Uint32Array(0),
    train: scale ? scale.apply(train) : train,
    validation: validation && (scale ? scale.apply(validation) : validation),
    classes,
    columns: state.kind === "own" ? state.columns : all.shape[0] === 1 ? ["x"] : ["x₁", "x₂"],
    inputs: all.shape[0]!,
    outputs: y?.kind === "values" ? y.shape.reduce((a, b) => a * b, 1) : classes.length,
  };
}

function ownData({ rows, target }: OwnData): Dataset {
  if (target.kind === "classes") return dataset(rows, Int32Array.from(target.labels), { classes: target.names });
  return dataset(rows, target.values);
}
