/**
 * The one state of the studio. Everything on screen follows from it, from the data it names, and from what the worker
 * says of training. It is plain JSON: links and lessons hold it as it is, undo keeps older ones, `check.ts` judges one
 * that comes from outside.
 */
export interface Workbench {
  readonly screen: Screen;
  readonly lesson: { readonly name: string; readonly step: number } | null;
  readonly data: DataState;
  readonly network: NetworkState;
  readonly training: TrainingState;
  readonly look: LookState;
}

export const screens = ["workbench", "numbers", "digits", "lessons"] as const;
export type Screen = (typeof screens)[number];

// ── data ──

export type DataState = DrawnData | OwnData | DigitsData;

/** Sets of points that are drawn by seed; the names are those of nabla's catalog, see `generators.ts`. */
export const generatorNames = [
  "blobs",
  "quadrants",
  "annulus",
  "three-modes",
  "two-spirals",
  "moons",
  "three-spirals",
  "curve-sine",
  "curve-step",
  "curve-bump",
  "curve-hinge",
  "curve-line",
] as const;
export type GeneratorName = (typeof generatorNames)[number];

/** How much of the data is kept for validation, and by which shuffle. */
export interface SplitState {
  /** 0 to 0.5. */
  readonly validation: number;
  readonly seed: number;
}

export interface DrawnData extends SplitState {
  readonly kind: "drawn";
  readonly generator: GeneratorName;
  /** Samples in all. */
  readonly size: number;
  readonly noise: number;
}

/** Points that were painted, edited, pasted or read from a table; and the few examples of the lecture's nets. */
export interface OwnData extends SplitState {
  readonly kind: "own";
  /** What it is called: "own points", a file's name. */
  readonly name: string;
  /** Names of the numbers of a sample. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly target: OwnTarget;
  /** Whether each column is shifted and scaled to mean 0 and deviation 1 before the net sees it. */
  readonly isStandardized: boolean;
}

export type OwnTarget =
  | { readonly kind: "classes"; readonly names: readonly string[]; readonly labels: readonly number[] }
  | { readonly kind: "values"; readonly names: readonly string[]; readonly values: readonly (readonly number[])[] };

export interface DigitsData {
  readonly kind: "digits";
  readonly set: "mnist" | "mnist-16x16";
}

// ── network ──

/**
 * The activations of dense layers that the studio offers, as nabla names them. Maxout is a layer of its own there: the
 * larger of two weighted sums.
 */
export const activationChoices = [
  "linear",
  "sigmoid",
  "tanh",
  "relu",
  "leakyRelu",
  "elu",
  "softplus",
  "maxout",
  "softmax",
] as const;
export type ActivationChoice = (typeof activationChoices)[number];

export interface LayerState {
  readonly units: number;
  readonly activation: ActivationChoice;
  /** Default true. */
  readonly hasBias?: boolean;
}

export interface NetworkState {
  /** From the first hidden layer to the output. */
  readonly layers: readonly LayerState[];
  /** Of the starting weights, the shuffle and all that is drawn while training. */
  readonly seed: number;
  /** Weight decay: λ of λ/2·‖w‖² on every weight, biases apart. */
  readonly l2: number;
  /** Starting weights by name ("dense 1/weight"), in place of those the seed draws; flat, row by row. */
  readonly start: Readonly<Record<string, readonly number[]>>;
  /** Name of the run, which the server of this page has, whose weights are the starting ones: too many for a state. */
  readonly run?: string;
}

// ── training ──

export const lossChoices = [
  "crossEntropy",
  "halfSquared",
  "meanSquared",
  "squared",
  "absolute",
  "euclidean",
  "hinge",
  "multiclassHinge",
  "huber",
] as const;

export type LossChoice = "auto" | (typeof lossChoices)[number];

export const optimizerChoices = ["sgd", "momentum", "adam", "adagrad", "rmsprop"] as const;
export type OptimizerChoice = (typeof optimizerChoices)[number];

export const stepChoices = ["example", "batch", "epoch"] as const;
export type StepChoice = (typeof stepChoices)[number];

export type Until =
  | { readonly kind: "epoch"; readonly value: number }
  | { readonly kind: "loss"; readonly value: number }
  | { readonly kind: "accuracy"; readonly value: number };

export interface TrainingState {
  /** A name of nabla's losses; "auto" is cross entropy after softmax, half the squared error else. */
  readonly loss: LossChoice;
  readonly optimizer: OptimizerChoice;
  readonly learningRate: number;
  /** 0 is all samples at once. */
  readonly batchSize: number;
  /** Whether each epoch takes the samples in another order. */
  readonly isShuffled: boolean;
  /** Whether a step follows the mean of its samples' losses or their sum. */
  readonly reduction: "mean" | "sum";
  readonly stepBy: StepChoice;
  /** Steps of `stepBy` a second while playing; 0 is as fast as the machine can. */
  readonly speed: number;
  /** Where play stops by itself. */
  readonly until: Until | null;
  /** A moment of the run to go on from, in place of its start. */
  readonly moment: Moment | null;
}

/** A run at a step: all of its states (weights, the optimizer's moments), float32 little-endian in base64. */
export interface Moment {
  readonly step: number;
  readonly example: number;
  readonly states: Readonly<Record<string, string>>;
}

// ── what is looked at ──

export const panelNames = ["data", "network", "space", "loss"] as const;
export type PanelName = (typeof panelNames)[number];

export interface LookState {
  /** Panels that are shut. */
  readonly closed: readonly PanelName[];
  readonly maximized: PanelName | null;
  /** The example that is explained: a row of the training part. */
  readonly example: number;
  /** The unit whose map, weights and numbers are shown; layer from 1, 0 is the input. */
  readonly unit: { readonly layer: number; readonly unit: number } | null;
  /** The weight whose gradient is explained. */
  readonly weight: { readonly name: string; readonly index: readonly number[] } | null;
  readonly numbers: NumbersLook;
  readonly space: SpaceLook;
  readonly loss: LossLook;
}

export const numbersSteps = ["op", "neuron", "layer", "example"] as const;

export interface NumbersLook {
  readonly stepBy: (typeof numbersSteps)[number];
  /** How many numbers of the forward pass, then of the backward pass, then of the update are shown; more than there are: all. */
  readonly position: number;
  /** Every path multiplied out, in place of what backpropagation does. */
  readonly isExpanded: boolean;
}

export interface SpaceLook {
  /** The decision map, or the plane as layer by layer warps it. */
  readonly show: "map" | "warp";
  /** Between input (0) and the last layer (1) for the warp. */
  readonly warp: number;
}

export const lossShows = ["curve", "mistakes", "function"] as const;

export interface LossLook {
  /** The losses by epoch and by example, which examples are mistaken, or the loss as a function. */
  readonly show: (typeof lossShows)[number];
  readonly isLog: boolean;
  /** Whose mistakes are shown. */
  readonly part: "train" | "validation";
}
