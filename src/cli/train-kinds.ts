import { NablaError } from "../errors.ts";
import { flagOf, type Kind, type TrainOption, type TrainOptions } from "./train-options.ts";

/** Learners that are solved, not trained step by step. */
export type MachineKind = "svm" | "linear-svc";

export const isMachine = (kind: Kind | undefined): kind is MachineKind => kind === "svm" || kind === "linear-svc";

const ofMachines = ["C", "kernel", "gamma"] as const;
const ofTraining = ["loss", "optimizer", "learningRate", "batchSize", "epochs", "validation"] as const;
const ofHidden = ["hidden", "activation"] as const;

/** The options that say nothing to a kind. */
const foreign: Readonly<Record<Kind, readonly TrainOption[]>> = {
  network: ofMachines,
  linear: [...ofMachines, ...ofHidden],
  svm: [...ofHidden, ...ofTraining],
  "linear-svc": ["kernel", "gamma", ...ofHidden, ...ofTraining, "threads"],
};

const owners: Readonly<Partial<Record<TrainOption, string>>> = {
  C: "--kind svm or linear-svc",
  kernel: "--kind svm",
  gamma: "--kind svm --kernel rbf",
  hidden: "--kind network",
  activation: "--kind network",
  threads: "--kind network, linear or svm",
};

/** The options of a kind, without hidden layers for a linear classifier. Throws OPTION for one that says nothing to it. */
export function forKind<T extends Partial<TrainOptions>>(asked: T): T {
  const { kind = "network", kernel = "linear", C, gamma, hidden } = asked;
  for (const option of foreign[kind]) {
    if (asked[option] === undefined || (option === "hidden" && kind === "linear" && hidden?.length === 0)) continue;
    if (option === "activation" && kind === "linear" && hidden?.length === 0) continue; // a run's own config.json
    const owner = owners[option] ?? "--kind network or linear";
    throw new NablaError("OPTION", `${flagOf(option)} says nothing to --kind ${kind}`, {
      expected: owner,
      received: `--kind ${kind}`,
      hint: `It goes with ${owner}: leave it out, or change the kind.`,
    });
  }
  if (gamma !== undefined && kernel === "linear")
    throw new NablaError("OPTION", "--gamma says nothing to the linear kernel", {
      expected: "--kernel rbf",
      received: "--kernel linear",
      hint: "Add --kernel rbf, or leave --gamma out.",
    });
  if (C === "hard" && kind === "linear-svc")
    throw new NablaError("OPTION", "--C hard is for --kind svm: linear-svc has no hard margin", {
      expected: "a number above 0",
      received: "hard",
      hint: "Use --kind svm, or give a number such as --C 100.",
    });
  return kind === "linear" ? { ...asked, hidden: [] } : asked;
}
