import { NablaError, quoted } from "../errors.ts";
import { constantRate, cosineDecay, exponentialDecay, type Schedule, stepDecay } from "../optim/index.ts";
import { type ReadValue, text, wrongValue } from "./read-values.ts";

/**
 * `--schedule` in words: a name, and settings behind a colon, with commas between them. The learning rate is where it
 * starts, or ends its warm-up; everything is counted in steps.
 *
 * - `constant`
 * - `step:every=1000,factor=0.5`: times `factor` (0.1) after every so many steps
 * - `exponential:factor=0.999`: times `factor` at each step
 * - `cosine:warmup=100,minimum=1e-5`: half a wave down to `minimum` (0) over the run, after `warmup` (0) steps up
 */
const schedules = new Map<string, { readonly settings: readonly string[]; readonly make: (o: Settings) => Schedule }>([
  ["constant", { settings: [], make: ({ learningRate }) => constantRate(learningRate!) }],
  ["step", { settings: ["every", "factor"], make: (o) => stepDecay(o as Parameters<typeof stepDecay>[0]) }],
  ["exponential", { settings: ["factor"], make: (o) => exponentialDecay(o as Parameters<typeof exponentialDecay>[0]) }],
  ["cosine", { settings: ["warmup", "minimum"], make: (o) => cosineDecay({ learningRate: 1, ...o }) }],
]);

type Settings = Readonly<Record<string, number>>;

const example = "cosine:warmup=100,minimum=1e-5, step:every=1000,factor=0.5, exponential:factor=0.999 or constant";

/** The schedule that the words mean, from `learningRate` on. Throws OPTION. */
export function readSchedule(words: string, learningRate: number, said = "--schedule"): Schedule {
  const [, name = "", rest] = /^(\w+)(?::(.*))?$/s.exec(words) ?? [];
  const known = schedules.get(name);
  if (!known) throw wrongValue(said, words, "constant, step, exponential or cosine", `Write for example ${example}.`);
  const settings: Record<string, number> = {};
  for (const part of rest === undefined ? [] : rest.split(",")) {
    const [, setting = "", value = ""] = /^(\w+)=([\d.eE+-]+)$/.exec(part) ?? [];
    if (!known.settings.includes(setting) || Object.hasOwn(settings, setting) || !Number.isFinite(Number(value)))
      throw new NablaError("OPTION", `${said}: ${name} cannot be given ${quoted(part)}`, {
        expected: known.settings.map((one) => `${one}=NUMBER`).join(", ") || "no settings",
        received: quoted(part),
        hint: `Write for example ${example}.`,
      });
    settings[setting] = Number(value);
  }
  return known.make({ ...settings, learningRate });
}

/** The words, which mean a schedule. */
export const scheduleText: ReadValue<string> = (value, said) => {
  const words = text(200)(value, said);
  readSchedule(words, 1, said);
  return words;
};
