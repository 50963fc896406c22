import { generators } from "./generators.ts";
import { inputsOf } from "./inputs.ts";
import { limits } from "./limits.ts";
import type {
  ActivationChoice,
  DataState,
  GeneratorName,
  LayerState,
  LookState,
  NetworkState,
  TrainingState,
  Workbench,
} from "./workbench.ts";

/**
 * What a hand may do to the state: each command is a pure function from a state to the next. A command that does nothing
 * gives the same object back, so that undo has no empty steps.
 */
export type Command = (state: Workbench) => Workbench;

/** How many numbers the data asks the net for: classes, or values of a sample. */
export interface OutputNeed {
  readonly units: number;
  readonly isClassification: boolean;
}

export function outputNeed(data: DataState): OutputNeed {
  if (data.kind === "digits") return { units: 10, isClassification: true };
  if (data.kind === "drawn") {
    const { classes } = generators[data.generator];
    return { units: classes || 1, isClassification: classes > 0 };
  }
  const { target } = data;
  if (target.kind === "classes") return { units: target.names.length, isClassification: true };
  return { units: target.names.length, isClassification: false };
}

// ── data ──

/** Other data. The net's last layer becomes one that can answer it; starting weights that no longer fit are let go. */
export const setData =
  (data: DataState): Command =>
  (state) =>
    data === state.data ? state : settled({ ...state, data }, state);

/** Samples drawn by a generator, with its usual noise. */
export const chooseGenerator =
  (generator: GeneratorName): Command =>
  (state) => {
    const { data } = state;
    const size = data.kind === "drawn" ? data.size : 300;
    const { seed, validation } = data.kind === "digits" ? { seed: 7, validation: 0.2 } : data;
    const { noise } = generators[generator];
    return setData({ kind: "drawn", generator, size, noise, seed, validation })(state);
  };

// ── network ──

export const setNetwork =
  (change: Partial<NetworkState>): Command =>
  (state) =>
    settled({ ...state, network: { ...state.network, ...change } }, state);

/** Another layer before the one at `at` (0: the first), as wide and of the same activation as its neighbour. */
export const addLayer =
  (at: number): Command =>
  (state) => {
    const { layers } = state.network;
    if (layers.length >= limits.layers) return state;
    const place = Math.max(0, Math.min(at, layers.length - 1));
    const hidden = layers.slice(0, -1);
    const neighbour = hidden[Math.min(place, hidden.length - 1)] ?? { units: 4, activation: "tanh" as const };
    return setNetwork({ layers: [...layers.slice(0, place), { ...neighbour }, ...layers.slice(place)] })(state);
  };

/** One hidden layer less; the last layer stays. */
export const removeLayer =
  (at: number): Command =>
  (state) => {
    const { layers } = state.network;
    if (at < 0 || at >= layers.length - 1) return state;
    return setNetwork({ layers: layers.filter((_, i) => i !== at) })(state);
  };

export const setUnits =
  (at: number, units: number): Command =>
  (state) => {
    const wanted = Math.max(1, Math.min(limits.units, Math.round(units)));
    return at === state.network.layers.length - 1 ? state : changeLayer(state, at, { units: wanted });
  };

export const setActivation =
  (at: number, activation: ActivationChoice): Command =>
  (state) =>
    changeLayer(state, at, { activation });

function changeLayer(state: Workbench, at: number, change: Partial<LayerState>): Workbench {
  const layer = state.network.layers[at];
  if (!layer) return state;
  const next = { ...layer, ...change };
  if (next.units === layer.units && next.activation === layer.activation) return state;
  return setNetwork({ layers: state.network.layers.map((old, i) => (i === at ? next : old)) })(state);
}

// ── training, and what is looked at ──

export const setTraining =
  (change: Partial<TrainingState>): Command =>
  (state) => ({ ...state, training: { ...state.training, ...change } });

export const setLook =
  (change: Partial<LookState>): Command =>
  (state) => ({ ...state, look: { ...state.look, ...change } });

export const show =
  (screen: Workbench["screen"]): Command =>
  (state) =>
    screen === state.screen ? state : { ...state, screen };

// ── what must hold between the parts ──

/**
 * A state whose parts fit, of one whose data or net has changed: the last layer has as many units as the data has
 * answers, and softmax for classes unless another was chosen for such data; starting weights, the moment of a run and
 * selections that no longer have a place are gone.
 */
export function settled(state: Workbench, before: Workbench = state): Workbench {
  const { units, isClassification } = outputNeed(state.data);
  const hidden = state.network.layers.slice(0, -1);
  const output = outputLayer(state.network.layers.at(-1), units, isClassification);
  const layers = output === state.network.layers.at(-1) ? state.network.layers : [...hidden, output];
  const isSameNet =
    inputsOf(state.data) === inputsOf(before.data) &&
    layers.length === before.network.layers.length &&
    layers.every((layer, i) => layer.units === before.network.layers[i]!.units);
  const isNewStart = state.network.start !== before.network.start;
  const keepsStart = isNewStart || (isSameNet && state.network.seed === before.network.seed);
  const { run, ...network } = state.network;
  const keepsRun = run !== undefined && keepsStart && !isNewStart;
  const { unit } = state.look;
  const isUnitThere =
    unit === null || unit.unit < (unit.layer === 0 ? inputsOf(state.data) : (layers[unit.layer - 1]?.units ?? 0));
  return {
    ...state,
    network: { ...network, layers, start: keepsStart ? network.start : {}, ...(keepsRun && { run }) },
    training: state.training.moment === null ? state.training : { ...state.training, moment: null },
    look: {
      ...state.look,
      unit: isUnitThere ? unit : null,
      weight: isSameNet ? state.look.weight : null,
      example: state.data === before.data ? state.look.example : 0,
    },
  };
}

function outputLayer(last: LayerState | undefined, units: number, isClassification: boolean): LayerState {
  if (!last) return { units, activation: isClassification ? "softmax" : "linear" };
  const isSuited = last.units === units && (isClassification || last.activation !== "softmax");
  if (isSuited) return last;
  return { units, activation: isClassification ? "softmax" : "linear" };
}
