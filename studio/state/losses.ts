import { outputNeed } from "./commands.ts";
import { type LossChoice, lossChoices, type Workbench } from "./workbench.ts";

/** Why a loss cannot be trained on this data with this net; undefined where it can. */
export type LossTrouble = "needsSoftmax" | "needsClasses";

export function lossTrouble(loss: LossChoice, { data, network }: Pick<Workbench, "data" | "network">) {
  const { isClassification } = outputNeed(data);
  if (loss === "crossEntropy" && network.layers.at(-1)?.activation !== "softmax") return "needsSoftmax" as const;
  const wantsClasses = loss === "hinge" || loss === "multiclassHinge";
  return wantsClasses && !isClassification ? ("needsClasses" as const) : undefined;
}

/** "auto", and each loss of the lecture. */
export const lossOptions: readonly LossChoice[] = ["auto", ...lossChoices];
