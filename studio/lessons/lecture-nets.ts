import { lecturePreset } from "../state/presets.ts";
import type { Workbench } from "../state/workbench.ts";

/** A net of the slides as a lesson begins with it: the state that the screen of numbers offers, with a weight selected. */
function byHand(name: string, weight: { readonly name: string; readonly index: readonly number[] }): Workbench {
  const state = lecturePreset(name);
  // nothing is shown yet: the reader steps, or works it out first
  const numbers = { ...state.look.numbers, position: 0 };
  return { ...state, screen: "lessons", look: { ...state.look, weight, numbers } };
}

/** The net of the slides with two inputs, two outputs and two hidden layers of two. */
export const exampleNet: Workbench = byHand("forward-by-hand", { name: "dense 2/weight", index: [0, 0] });

/** The slides' function of four parameters and four layers, y = σ(w₃σ(w₂σ(w₁x + b₁))). */
export const fourParameters: Workbench = byHand("four-parameters", { name: "dense 3/weight", index: [0, 0] });
