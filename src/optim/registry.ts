import { NablaError, quoted } from "../errors.ts";
import { adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import type { Optimizer, Schedule } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

/** Settings of an optimizer by name, as a command line or a file has them. */
export type OptimizerSettings = Readonly<Record<string, number | boolean | string | Schedule | undefined>>;

const optimizers = new Map<string, (settings: OptimizerSettings) => Optimizer>([
  ["sgd", (settings) => sgd({ learningRate: 0.01, ...settings })],
  ["adam", (settings) => adam(settings as Parameters<typeof adam>[0])],
  ["adagrad", (settings) => adagrad(settings as Parameters<typeof adagrad>[0])],
  ["rmsprop", (settings) => rmsprop(settings as Parameters<typeof rmsprop>[0])],
]);

/** The optimizers by name, in the order in which messages list them. */
export const optimizerNames: readonly string[] = namesOf(optimizers);

/** The optimizer of a command line or a file; settings left out or undefined have their defaults. Throws OPTION. */
export function optimizerNamed(name: string, settings: OptimizerSettings = {}): Optimizer {
  const make = optimizers.get(name);
  if (make) {
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    return make(given);
  }
  const received = quoted(String(name));
  throw new NablaError("OPTION", `unknown optimizer ${received}`, {
    expected: optimizerNames.join(", "),
    received,
    hint: `Known are ${optimizerNames.join(", ")}.`,
  });
}

/* @__NO_SIDE_EFFECTS__ */
function namesOf(table: ReadonlyMap<string, unknown>): readonly string[] {
  return [...table.keys()];
}
