import { useMemo } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import type { StudioData } from "../../state/data.ts";
import { inputsOf } from "../../state/inputs.ts";
import { type LayerPlace, layerPlaces } from "../../state/layers.ts";
import { pointsOf } from "../../state/points.ts";
import type { ActivationChoice, LayerState, Workbench } from "../../state/workbench.ts";
import { type Bounds, rangeOf, squaredBounds } from "../../view/plane.ts";
import { words } from "../../words.ts";

/** The net of the state with all that its drawing needs to know; layer 0 is the input. */
export interface Net {
  readonly layers: readonly LayerState[];
  readonly places: readonly LayerPlace[];
  /** Units of each layer, the input first. */
  readonly units: readonly number[];
  readonly names: readonly string[];
  /** Names of the numbers that go in; empty for pictures. */
  readonly columns: readonly string[];
  readonly classes: readonly string[];
  /** Names of what comes out: classes, or the values of own data. */
  readonly answers: readonly string[];
  readonly plane: Bounds;
  readonly isDigits: boolean;
}

export interface Unit {
  readonly layer: number;
  readonly unit: number;
}

export function netOf(state: Workbench, data: StudioData | undefined): Net {
  const { layers } = state.network;
  const inputs = inputsOf(state.data);
  const classes = data?.classes ?? (state.data.kind === "digits" ? [..."0123456789"] : []);
  return {
    layers,
    places: layerPlaces(state.network),
    units: [inputs, ...layers.map(({ units }) => units)],
    names: [words.network.input, ...layers.map((_, i) => nameOf(i + 1, layers.length))],
    columns: data?.columns ?? [],
    classes,
    answers: state.data.kind === "own" ? state.data.target.names : classes,
    plane: data ? planeOf(data) : { x: [-1, 1], y: [-1, 1] },
    isDigits: data === undefined,
  };
}

/** Where the samples lie, training and validation, by two of their numbers; square, a little wider than they are. */
export function planeOf(
  data: Pick<StudioData, "train" | "validation" | "inputs">,
  columns: readonly [number, number] = [0, 1],
): Bounds {
  const parts = data.validation ? [data.train, data.validation] : [data.train];
  const points = parts.map((part) => pointsOf(part, columns));
  const x = rangeOf(points.flatMap((part) => Array.from(part.x)));
  const y = rangeOf(points.flatMap((part) => Array.from(part.y)));
  return data.inputs === 1 ? { x, y } : squaredBounds({ x, y });
}

const nameOf = (layer: number, layers: number): string =>
  layer === layers ? words.network.output : words.network.hidden(layer);

export function useNet(): Net {
  const { store } = useStudio();
  const { network, data: dataState } = store.state.value;
  const data = store.data.value;
  return useMemo(
    () => netOf({ ...store.state.peek(), network, data: dataState }, data),
    [store, network.layers, dataState, data],
  );
}

/** The unit that is looked at; the first of the last hidden layer where none was chosen. */
export function chosenUnit({ look }: Pick<Workbench, "look">, { units }: Pick<Net, "units">): Unit {
  const { unit } = look;
  if (unit && unit.unit < (units[unit.layer] ?? 0)) return unit;
  return { layer: Math.max(1, units.length - 2), unit: 0 };
}

/** "Hidden 2, neuron 5", or the number or class that the unit stands for. */
export function unitName({ names, columns, answers, units }: Net, { layer, unit }: Unit): string {
  const of = layer === 0 ? columns[unit] : layer === units.length - 1 ? answers[unit] : undefined;
  return `${names[layer]}, ${of ?? words.network.neuron(unit)}`;
}

/** The largest value that units of an activation give by size; 0 where there is none. */
export const boundOf = (activation: ActivationChoice): number =>
  activation === "tanh" || activation === "sigmoid" || activation === "softmax" ? 1 : 0;

/** Which unit an arrow leads to: sideways to the unit of the next layer that stands at about the same height. */
export function neighbour({ units }: Pick<Net, "units">, { layer, unit }: Unit, key: string): Unit | undefined {
  const last = units[layer]! - 1;
  if (key === "ArrowUp") return unit > 0 ? { layer, unit: unit - 1 } : undefined;
  if (key === "ArrowDown") return unit < last ? { layer, unit: unit + 1 } : undefined;
  if (key === "Home") return { layer, unit: 0 };
  if (key === "End") return { layer, unit: last };
  const next = key === "ArrowLeft" ? layer - 1 : key === "ArrowRight" ? layer + 1 : -1;
  const count = units[next];
  if (count === undefined) return undefined;
  const height = last === 0 ? 0.5 : unit / last;
  return { layer: next, unit: Math.round(height * (count - 1)) };
}
