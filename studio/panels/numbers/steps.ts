import type { NumbersLook } from "../../state/workbench.ts";
import type { Explained } from "../../worker/views/explained.ts";

/** The four parts of a training step, as the lecture names them. */
export const phaseNames = ["predict", "loss", "backpropagate", "update"] as const;
export type PhaseName = (typeof phaseNames)[number];

/** One number that appears: a value, a gradient, or what a weight becomes. */
export interface Step {
  readonly phase: PhaseName;
  readonly kind: "value" | "gradient" | "after";
  /** Id of the node. */
  readonly node: number;
  /** Steps with the same `neuron` in a row are one step by neuron; likewise `layer`. */
  readonly neuron: string;
  readonly layer: string;
}

/** The position that shows everything, in a state that does not know how many numbers there are. */
export const allShown = 1_000_000;

/**
 * Every number of a training step in the order of computation: the forward pass, the gradients with those of a
 * neuron's weights right behind its own, and the updates.
 */
export function stepsOf({ nodes, edges, phases, about }: Explained): readonly Step[] {
  const layerOf = groupsOf(about);
  const neuronOf = neurons(nodes);
  const step = (kind: Step["kind"], id: number): Step => {
    const { role, layer } = nodes[id]!;
    const group = layer === undefined ? "loss" : layerOf(layer);
    const phase = kind === "after" ? "update" : kind === "gradient" ? "backpropagate" : "predict";
    const isOfLoss = kind === "value" && (role === "loss" || layer === undefined);
    return {
      phase: isOfLoss ? "loss" : phase,
      kind,
      node: id,
      neuron: `${kind} ${group} ${neuronOf(id)}`,
      layer: `${kind} ${group}`,
    };
  };
  const forward = phases.forward
    .filter((id) => ["value", "loss"].includes(nodes[id]!.role))
    .map((id) => step("value", id));
  const known = new Set<number>();
  const waiting = new Set(phases.update);
  const backward: Step[] = [];
  for (const id of phases.backward) {
    known.add(id);
    backward.push(step("gradient", id));
    for (const own of waiting) {
      if (!nodes[own]!.edges.every((edge) => known.has(edges[edge]!.parent))) continue;
      waiting.delete(own);
      backward.push(step("gradient", own));
    }
  }
  for (const own of waiting) backward.push(step("gradient", own));
  return [...forward, ...backward, ...phases.update.map((id) => step("after", id))];

  /** The unit a number belongs to: the first index of its symbol; a weight's is that of the neuron it leads to. */
  function neurons(all: Explained["nodes"]): (id: number) => string {
    return (id) => {
      const below = /[₀-₉,]+$/.exec(all[id]!.symbol.text)?.[0] ?? "";
      const own = all[id]!.role === "parameter" ? edges[all[id]!.edges[0]!]?.parent : undefined;
      return own === undefined ? below : (/[₀-₉,]+$/.exec(all[own]!.symbol.text)?.[0] ?? below);
    };
  }
}

/** The name of the layer with parameters that a layer belongs to: an activation to the dense layer before it. */
export function groupsOf({ layers }: Pick<Explained["about"], "layers">): (layer: string) => string {
  const groups = new Map<string, string>();
  let group = layers[0]?.name ?? "";
  for (const { name, parameters } of layers) {
    if (parameters > 0) group = name;
    groups.set(name, group);
  }
  return (layer) => groups.get(layer) ?? layer;
}

type StepBy = NumbersLook["stepBy"];

/** Where the next step by `by` ends. */
export function nextPosition(steps: readonly Step[], position: number, by: StepBy): number {
  const from = Math.min(position, steps.length);
  if (from === steps.length || by === "example") return steps.length;
  if (by === "op") return from + 1;
  const key = steps[from]![by];
  let to = from + 1;
  while (to < steps.length && steps[to]![by] === key) to++;
  return to;
}

/** Where the step by `by` that ends at `position` began. */
export function previousPosition(steps: readonly Step[], position: number, by: StepBy): number {
  const from = Math.min(position, steps.length);
  if (from === 0 || by === "example") return 0;
  if (by === "op") return from - 1;
  const key = steps[from - 1]![by];
  let to = from - 1;
  while (to > 0 && steps[to - 1]![by] === key) to--;
  return to;
}

/** The phase that is being shown: that of the last number that appeared. */
export const phaseAt = (steps: readonly Step[], position: number): PhaseName =>
  steps[Math.min(position, steps.length) - 1]?.phase ?? "predict";

/** The position at the end of a phase. */
export const endOf = (steps: readonly Step[], phase: PhaseName): number =>
  steps.findLastIndex((step) => phaseNames.indexOf(step.phase) <= phaseNames.indexOf(phase)) + 1;

/** Which numbers are to be seen. What is given (inputs, targets, weights) always is. */
export interface Shown {
  readonly values: ReadonlySet<number>;
  readonly gradients: ReadonlySet<number>;
  readonly afters: ReadonlySet<number>;
  /** The numbers that the last step brought. */
  readonly newest: ReadonlySet<number>;
}

export function shownAt(explained: Explained, steps: readonly Step[], position: number, by: StepBy): Shown {
  const [values, gradients, afters] = [new Set<number>(), new Set<number>(), new Set<number>()];
  for (const { id, role } of explained.nodes) if (role !== "value" && role !== "loss") values.add(id);
  const end = Math.min(position, steps.length);
  const sets = { value: values, gradient: gradients, after: afters };
  for (const { kind, node } of steps.slice(0, end)) sets[kind].add(node);
  const from = by === "example" ? end : previousPosition(steps, end, by);
  return { values, gradients, afters, newest: new Set(steps.slice(from, end).map(({ node }) => node)) };
}

/** What a screen reader is told of the steps between two positions: the lines of `explain --format text`. */
export function spokenSteps({ sentences, nodes }: Explained, steps: readonly Step[]): string {
  return steps
    .map(({ kind, node }) => {
      const lines = { value: sentences.forward, gradient: sentences.backward, after: sentences.update }[kind];
      const { symbol, gradient } = nodes[node]!;
      return lines[node] ?? (kind === "gradient" ? `∂L/∂${symbol.text} = ${gradient}` : symbol.text);
    })
    .join(". ");
}
