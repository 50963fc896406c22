import { type Fingerprint, fingerprintOf } from "../data/fingerprint.ts";
import { type NablaError, quoted } from "../errors.ts";
import { learningRateAt } from "../optim/index.ts";
import type { FitOptions, FitSettings } from "./options.ts";
import type { Task } from "./task.ts";

/** Everything that decides what a run computes, as plain data: two runs with equal identities are the same run. */
export interface RunIdentity {
  readonly data: Fingerprint;
  /** A share, "data" where data were given, or "none". */
  readonly validation: number | "data" | "none";
  readonly validationData: Fingerprint | "none";
  /** By name: "" for one without a name. */
  readonly loss: string;
  readonly metrics: readonly string[];
  readonly optimizer: Readonly<Record<string, number | boolean | string>>;
  /** At some steps of the run: schedules are code, and are known by what they say. */
  readonly learningRates: readonly number[];
  /** Batch size, epochs, seed and so on, as `FitSettings` has them. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Settings that change no bit of the result, or stand elsewhere. */
type Indifferent = "threads" | "stepEvents" | "signal" | "checkpoint" | "arithmetic" | "optimizer";
const indifferent: readonly string[] = [
  "threads",
  "stepEvents",
  "signal",
  "checkpoint",
  "arithmetic",
  "optimizer",
] satisfies readonly Indifferent[];

export function identityOf({ settings, data, objective, validation }: Task, options: FitOptions): RunIdentity {
  const { optimizer, epochs, batchSize } = settings;
  const stepsPerEpoch = Math.ceil(data.size / batchSize);
  const steps = epochs * stepsPerEpoch;
  const someSteps = [0, 1, 2, 3, 4].map((quarter) => Math.floor((quarter * (steps - 1)) / 4));
  const { validation: given = "none" } = options;
  return {
    data: fingerprintOf(data),
    validation: typeof given === "object" ? "data" : given,
    validationData: validation ? fingerprintOf(validation.data) : "none",
    loss: objective.loss.name,
    metrics: objective.metrics.map(({ name }) => name),
    optimizer: { name: optimizer.name, ...optimizer.settings },
    learningRates: someSteps.map((step) =>
      learningRateAt(optimizer, { step, epoch: Math.floor(step / stepsPerEpoch), steps }),
    ),
    settings: decisive(settings),
  };
}

function decisive(settings: FitSettings): RunIdentity["settings"] {
  const entries = Object.entries(settings).filter(([name]) => !indifferent.includes(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? "none"]));
}

/** Given by the caller as objects or functions, which no file holds. */
const givenAnew = ["loss", "optimizer", "metrics", "validation"];

/** The caller's options, with those of the run where none are given. */
export function withRecorded(given: FitOptions, { settings, validation }: RunIdentity): FitOptions {
  const recorded: [string, unknown][] = [];
  for (const [name, value] of Object.entries(settings)) {
    const option = name === "isShuffled" ? "shuffle" : name;
    if (value !== "none" && !indifferent.includes(option) && !givenAnew.includes(option))
      recorded.push([option, value]);
  }
  if (typeof validation === "number") recorded.push(["validation", validation]);
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...recorded, ...said]) as FitOptions;
}

/** Throws OPTION or DATA for the first thing that is not as it was, with both values. */
export function checkSame(then: RunIdentity, now: RunIdentity, refuse: Refuse): void {
  checkData("the data", then.data, now.data, refuse);
  checkOption("validation", then.validation, now.validation, refuse);
  if (then.validationData !== "none" && now.validationData !== "none")
    checkData("the validation data", then.validationData, now.validationData, refuse);
  checkOption("loss", then.loss, now.loss, refuse);
  checkOption("metrics", then.metrics, now.metrics, refuse);
  const sides = [then.optimizer, now.optimizer] as const;
  checkOption("optimizer", sides[0]["name"], sides[1]["name"], refuse);
  for (const name of namesOf(...sides))
    checkOption(`${now.optimizer["name"]}'s ${name}`, sides[0][name], sides[1][name], refuse);
  for (const name of namesOf(then.settings, now.settings))
    checkOption(name === "isShuffled" ? "shuffle" : name, then.settings[name], now.settings[name], refuse);
  const place = then.learningRates.findIndex((rate, i) => rate !== now.learningRates[i]);
  if (place >= 0)
    checkOption(
      `the schedule's rate after ${25 * place} % of the steps`,
      then.learningRates[place],
      now.learningRates[place],
      refuse,
    );
}

/** The error for what differs; `problem` is "batchSize is 32, the run was begun with 64". */
export type Refuse = (
  code: "OPTION" | "DATA",
  problem: string,
  expected: string,
  received: string,
  hint: string,
) => NablaError;

const namesOf = (...records: readonly Readonly<Record<string, unknown>>[]): readonly string[] => [
  ...new Set(records.flatMap((record) => Object.keys(record))),
];

function checkOption(name: string, then: unknown, now: unknown, refuse: Refuse): void {
  const [was, is] = [shown(then), shown(now)];
  if (was === is) return;
  const hint = givenAnew.includes(name)
    ? `Give ${name} as it was, or begin a new run.`
    : `Give it as it was, or leave it out, or begin a new run.`;
  throw refuse("OPTION", `${name} is ${is}, the run was begun with ${was}`, was, is, hint);
}

function checkData(what: string, then: Fingerprint, now: Fingerprint, refuse: Refuse): void {
  const hint = "Give the very data that the run was begun with, or begin a new run.";
  const check = (then: string, now: string, problem: string): void => {
    if (then !== now) throw refuse("DATA", `${what} ${problem}`, then, now, hint);
  };
  check(`${then.size}`, `${now.size}`, `have ${now.size} samples, the run was begun with ${then.size}`);
  const [was, is] = [`[${then.shape.join(", ")}]`, `[${now.shape.join(", ")}]`];
  check(was, is, `are samples of ${is}, the run was begun with ${was}`);
  check(then.targets, now.targets, `have targets ${now.targets}, the run was begun with ${then.targets}`);
  check(
    then.hash,
    now.hash,
    `are others than those the run was begun with: their hash is ${now.hash}, it was ${then.hash}`,
  );
}

/** A value of a record as messages show it: short, and without anything a terminal would act on. */
export function shown(value: unknown): string {
  if (value === undefined || value === "none") return "none";
  if (typeof value === "string") return quoted(value);
  const text = JSON.stringify(value).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
