import { words } from "../../words.ts";
import type { Explained } from "../../worker/views/explained.ts";
import { groupsOf } from "./steps.ts";

type Step = Explained["tensors"][number];

/** A layer with its parameters and the ops that compute something; views are left to the table. */
export interface Block {
  readonly name: string;
  readonly parameters: readonly Step[];
  readonly steps: readonly Step[];
}

/** The ops of a step by layers, from what goes in to the loss. */
export function blocksOf({ tensors, about }: Pick<Explained, "tensors" | "about">): readonly Block[] {
  const groupOf = groupsOf(about);
  const found = new Map<string, { parameters: Step[]; steps: Step[] }>();
  const into = (name: string) => {
    const known = found.get(name) ?? { parameters: [], steps: [] };
    found.set(name, known);
    return known;
  };
  const { input, loss } = words.numbers.tableGroups;
  into(input);
  for (const step of tensors) {
    if (step.kind === "view" || step.op === "constant" || step.op === "index" || step.op === "detach") continue;
    if (step.op === "input") into(step.name === "t" ? loss : input).steps.push(step);
    else if (step.op === "state") into(groupOf((step.name ?? "").split("/")[0]!)).parameters.push(step);
    else into(step.layer === undefined ? loss : groupOf(step.layer)).steps.push(step);
  }
  // of the loss what should have come out, and what it is; its ops between are in the table
  const last = found.get(loss);
  if (last) {
    found.delete(loss);
    const given = last.steps.filter(({ op }) => op === "input");
    found.set(loss, { parameters: [], steps: [...given, ...last.steps.filter(({ op }) => op !== "input").slice(-1)] });
  }
  return [...found].map(([name, block]) => ({ name, ...block }));
}
