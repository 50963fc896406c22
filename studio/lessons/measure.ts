import { layerPlaces } from "../state/layers.ts";
import type { Workbench } from "../state/workbench.ts";

/** What a check of a lesson is about. All of it is measured on the state and the run as they are. */
export type Quantity =
  | { readonly of: "accuracy" | "loss" | "validationAccuracy" | "validationLoss" | "epoch" | "step" }
  | { readonly of: "hiddenLayers" | "widestHiddenLayer" | "parameters" }
  /** The weight itself, its gradient for the selected example, or what an update makes of it. */
  | { readonly of: "weight" | "gradient" | "updated"; readonly parameter: string; readonly index: readonly number[] }
  /** An output of the net for the selected example, from 0. */
  | { readonly of: "output"; readonly unit: number }
  /** z or a (`isActivated`) of a unit for the selected example; layer and unit from 1. */
  | { readonly of: "unit"; readonly layer: number; readonly unit: number; readonly isActivated: boolean }
  | { readonly of: "exampleLoss" | "multiplications" | "multiplicationsExpanded" }
  /** How often ∂L/∂z of a unit is used; layer and unit from 1. */
  | { readonly of: "uses"; readonly layer: number; readonly unit: number };

/** What is known of the run: its figures, and the explanation of the selected example. */
export interface Facts {
  readonly state: Workbench;
  readonly epoch: number;
  readonly step: number;
  readonly last:
    | {
        readonly loss: number;
        readonly metrics: Readonly<Record<string, number>>;
        readonly validation?: Readonly<Record<string, number>>;
      }
    | undefined;
  /** Undefined while the worker makes the net ready. */
  readonly parameters: number | undefined;
  readonly explanation: ExplanationFacts | undefined;
}

/** The part of `explain(…).toJSON()` that quantities are read from. */
export interface ExplanationFacts {
  readonly about: { readonly layers: readonly { readonly name: string }[] };
  readonly nodes: readonly {
    readonly id: number;
    readonly role: string;
    readonly value: number;
    readonly uses: number;
    readonly symbol: { readonly text: string };
    readonly layer?: string;
  }[];
  readonly parameters: readonly {
    readonly name: string;
    readonly index: readonly number[];
    readonly value: number;
    readonly gradient: number;
    readonly after: number;
  }[];
  readonly multiplications: { readonly expanded: number; readonly reused: number } | null;
}

/** The quantity in figures; undefined while it cannot be told. */
export function measure(quantity: Quantity, facts: Facts): number | undefined {
  const { state, last, explanation } = facts;
  const hidden = state.network.layers.slice(0, -1);
  switch (quantity.of) {
    case "accuracy":
      return last?.metrics["accuracy"];
    case "loss":
      return last?.loss;
    case "validationAccuracy":
      return last?.validation?.["accuracy"];
    case "validationLoss":
      return last?.validation?.["loss"];
    case "epoch":
      return facts.epoch;
    case "step":
      return facts.step;
    case "hiddenLayers":
      return hidden.length;
    case "widestHiddenLayer":
      return Math.max(0, ...hidden.map(({ units }) => units));
    case "parameters":
      return facts.parameters;
    case "weight":
    case "gradient":
    case "updated": {
      const found = explanation?.parameters.find(
        ({ name, index }) => name === quantity.parameter && index.join() === quantity.index.join(),
      );
      return found && { weight: found.value, gradient: found.gradient, updated: found.after }[quantity.of];
    }
    case "output":
      return nodesOf(facts, state.network.layers.length, true)?.[quantity.unit]?.value;
    case "unit":
      return nodesOf(facts, quantity.layer, quantity.isActivated)?.[quantity.unit - 1]?.value;
    case "uses":
      return nodesOf(facts, quantity.layer, false)?.[quantity.unit - 1]?.uses;
    case "exampleLoss":
      return explanation?.nodes.find(({ role }) => role === "loss")?.value;
    case "multiplications":
      return explanation?.multiplications?.reused;
    case "multiplicationsExpanded":
      return explanation?.multiplications?.expanded;
  }
}

/** The numbers that a layer of the studio (from 1) gives: its sums z, or what its activation makes of them. */
function nodesOf({ state, explanation }: Facts, layer: number, isActivated: boolean) {
  const place = layerPlaces(state.network)[layer - 1];
  if (!place || !explanation) return undefined;
  const name = explanation.about.layers[(isActivated ? place.output : place.dense) - 1]?.name;
  return explanation.nodes.filter((node) => node.role === "value" && node.layer === name);
}
