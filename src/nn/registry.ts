import { NablaError, quoted } from "../errors.ts";
import { elu, leakyRelu, linear, relu, sigmoid, softmax, softplus, tanh } from "./activations.ts";
import type { Activation, Layer } from "./layer.ts";
import {
  absolute,
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithLogits,
  euclidean,
  halfSquared,
  hinge,
  huber,
  type Loss,
  meanSquared,
  multiclassHinge,
  squared,
} from "./losses.ts";

type Settings = NonNullable<Layer["settings"]>;

const activations = new Map<string, (settings: Settings) => Activation>([
  ["sigmoid", () => sigmoid],
  ["tanh", () => tanh],
  ["relu", () => relu],
  ["leakyRelu", ({ slope }) => leakyRelu(slope as number | undefined)],
  ["elu", ({ alpha }) => elu(alpha as number | undefined)],
  ["softplus", () => softplus],
  ["softmax", () => softmax],
  ["linear", () => linear],
]);

const losses = byName(() => [
  crossEntropy,
  binaryCrossEntropy,
  crossEntropyWithLogits,
  halfSquared,
  squared,
  meanSquared,
  absolute,
  euclidean,
  huber(),
  hinge,
  multiclassHinge("westonWatkins"),
  multiclassHinge("crammerSinger"),
]);

/** The activations by name, in the order in which messages list them. */
export const activationNames: readonly string[] = namesOf(activations);
/** The losses by name, in the order in which messages list them. */
export const lossNames: readonly string[] = namesOf(losses);

/** The activation of a command line or a file; `settings` are those that its layer recorded. Throws OPTION. */
export function activationNamed(name: string, settings: Settings = {}): Activation {
  const make = activations.get(name);
  if (!make) throw unknownName("activation", name, activationNames);
  return make(settings);
}

/** The loss of a command line or a file: what `loss.name` says, `huber(0.5)` included. Throws OPTION. */
export function lossNamed(name: string): Loss {
  const known = losses.get(name);
  if (known) return known;
  const delta = /^huber\((\d[\d.e+-]*)\)$/.exec(name)?.[1];
  if (delta !== undefined) return huber(Number(delta));
  if (name === "zeroOne")
    throw new NablaError("OPTION", "zeroOne cannot be trained by gradient: its slope is 0 wherever it has one", {
      expected: lossNames.join(", "),
      received: name,
      hint: "Count mistakes with it as a metric, and train on crossEntropy or hinge.",
    });
  throw unknownName("loss", name, lossNames);
}

// What follows has no side effect, so bundlers leave the tables out of programs that ask for nothing by name.

/* @__NO_SIDE_EFFECTS__ */
function byName(list: () => readonly Loss[]): ReadonlyMap<string, Loss> {
  return new Map(list().map((loss) => [loss.name, loss]));
}

/* @__NO_SIDE_EFFECTS__ */
function namesOf(table: ReadonlyMap<string, unknown>): readonly string[] {
  return [...table.keys()];
}

function unknownName(what: string, name: string, known: readonly string[]): NablaError {
  const received = quoted(String(name));
  return new NablaError("OPTION", `unknown ${what} ${received}`, {
    expected: known.join(", "),
    received,
    hint: `Known are ${known.join(", ")}.`,
  });
}
