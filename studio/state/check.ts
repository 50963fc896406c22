import { NablaError } from "nabla";
import * as v from "valibot";
import { settled } from "./commands.ts";
import { defaultLook, defaultTraining } from "./defaults.ts";
import { limits } from "./limits.ts";
import {
  activationChoices,
  generatorNames,
  lossChoices,
  lossShows,
  numbersSteps,
  optimizerChoices,
  panelNames,
  screens,
  stepChoices,
  type Workbench,
} from "./workbench.ts";

/** What a state from a link or a file must be. Unknown keys are dropped, `__proto__` among them. */

const finite = v.pipe(v.number(), v.finite());
const count = (from: number, to: number) => v.pipe(v.number(), v.integer(), v.minValue(from), v.maxValue(to));
const between = (from: number, to: number) => v.pipe(v.number(), v.minValue(from), v.maxValue(to));
const name = v.pipe(v.string(), v.maxLength(limits.name));
const list = <T extends v.GenericSchema>(item: T, most: number, least = 0) =>
  v.pipe(v.array(item), v.minLength(least), v.maxLength(most));
const seed = count(0, 4_294_967_295);
const split = { validation: between(0, 0.5), seed };
const table = <T extends v.GenericSchema>(values: T) => v.record(v.pipe(v.string(), v.maxLength(limits.name)), values);

const data = v.variant("kind", [
  v.object({
    kind: v.literal("drawn"),
    generator: v.picklist(generatorNames),
    size: count(2, limits.rows),
    noise: between(0, 10),
    ...split,
  }),
  v.object({
    kind: v.literal("own"),
    name,
    columns: list(name, limits.columns, 1),
    rows: list(list(finite, limits.columns, 1), limits.rows, 1),
    target: v.variant("kind", [
      v.object({
        kind: v.literal("classes"),
        names: list(name, limits.classes, 1),
        labels: list(count(0, limits.classes - 1), limits.rows, 1),
      }),
      v.object({
        kind: v.literal("values"),
        names: list(name, limits.columns, 1),
        values: list(list(finite, limits.columns, 1), limits.rows, 1),
      }),
    ]),
    isStandardized: v.boolean(),
    ...split,
  }),
  v.object({ kind: v.literal("digits"), set: v.picklist(["mnist", "mnist-16x16"]) }),
]);

const network = v.object({
  layers: list(
    v.object({
      units: count(1, limits.units),
      activation: v.picklist(activationChoices),
      hasBias: v.optional(v.boolean()),
    }),
    limits.layers,
    1,
  ),
  seed,
  l2: v.optional(between(0, 100), 0),
  start: v.optional(table(v.array(finite)), {}),
  run: v.optional(name),
});

const until = v.variant("kind", [
  v.object({ kind: v.literal("epoch"), value: count(1, 1_000_000_000) }),
  v.object({ kind: v.literal("loss"), value: finite }),
  v.object({ kind: v.literal("accuracy"), value: between(0, 1) }),
]);

const training = v.object({
  loss: v.optional(v.picklist(["auto", ...lossChoices]), defaultTraining.loss),
  optimizer: v.optional(v.picklist(optimizerChoices), defaultTraining.optimizer),
  learningRate: v.optional(between(0, 1000), defaultTraining.learningRate),
  batchSize: v.optional(count(0, limits.rows), defaultTraining.batchSize),
  isShuffled: v.optional(v.boolean(), defaultTraining.isShuffled),
  reduction: v.optional(v.picklist(["mean", "sum"]), defaultTraining.reduction),
  stepBy: v.optional(v.picklist(stepChoices), defaultTraining.stepBy),
  speed: v.optional(between(0, 1000), defaultTraining.speed),
  until: v.optional(v.nullable(until), null),
  moment: v.optional(
    v.nullable(
      v.object({
        step: count(0, Number.MAX_SAFE_INTEGER),
        example: count(0, limits.rows),
        states: table(v.pipe(v.string(), v.maxLength(limits.json))),
      }),
    ),
    null,
  ),
});

const look = v.object({
  closed: v.optional(list(v.picklist(panelNames), panelNames.length), []),
  maximized: v.optional(v.nullable(v.picklist(panelNames)), null),
  example: v.optional(count(0, 100_000), 0),
  unit: v.optional(v.nullable(v.object({ layer: count(0, limits.layers), unit: count(0, limits.units) })), null),
  weight: v.optional(v.nullable(v.object({ name, index: list(count(0, 10_000_000), 2) })), null),
  numbers: v.optional(
    v.object({ stepBy: v.picklist(numbersSteps), position: count(0, 1_000_000), isExpanded: v.boolean() }),
    defaultLook.numbers,
  ),
  space: v.optional(v.object({ show: v.picklist(["map", "warp"]), warp: between(0, 1) }), defaultLook.space),
  loss: v.optional(
    v.object({ show: v.picklist(lossShows), isLog: v.boolean(), part: v.picklist(["train", "validation"]) }),
    defaultLook.loss,
  ),
});

const workbench = v.object({
  screen: v.optional(v.picklist(screens), "workbench"),
  lesson: v.optional(v.nullable(v.object({ name, step: count(0, 1000) })), null),
  data,
  network,
  training: v.optional(training, defaultTraining),
  look: v.optional(look, defaultLook),
});

/** The state in `given`, whose parts fit each other. Throws FORMAT, which names the place and what was expected there. */
export function checkedWorkbench(given: unknown): Workbench {
  const result = v.safeParse(workbench, given, { abortEarly: true });
  if (!result.success) {
    const issue = result.issues[0];
    const place = v.getDotPath(issue)?.slice(0, 100) ?? "the state";
    throw wrong(place, issue.expected ?? issue.message, issue.received);
  }
  const state: Workbench = result.output;
  checkRows(state);
  checkSize(state);
  const moment = state.training.moment;
  const whole = settled(state);
  return { ...whole, look: { ...state.look, unit: whole.look.unit }, training: { ...whole.training, moment } };
}

function checkRows({ data: given }: Workbench): void {
  if (given.kind !== "own") return;
  const { rows, columns, target } = given;
  const ragged = rows.findIndex(({ length }) => length !== columns.length);
  if (ragged >= 0) throw wrong(`data.rows.${ragged}`, `${columns.length} numbers`, `${rows[ragged]!.length}`);
  if (rows.length * columns.length > limits.numbers)
    throw wrong("data.rows", `at most ${limits.numbers} numbers`, `${rows.length * columns.length}`);
  const answers = target.kind === "classes" ? target.labels : target.values;
  if (answers.length !== rows.length) throw wrong("data.target", `${rows.length} answers`, `${answers.length}`);
  if (new Set(target.names).size !== target.names.length)
    throw wrong("data.target.names", "each name once", "one twice");
  if (target.kind === "classes") {
    const bad = target.labels.findIndex((label) => label >= target.names.length);
    if (bad >= 0)
      throw wrong(`data.target.labels.${bad}`, `a class below ${target.names.length}`, `${target.labels[bad]}`);
  } else {
    const bad = target.values.findIndex(({ length }) => length !== target.names.length);
    if (bad >= 0)
      throw wrong(`data.target.values.${bad}`, `${target.names.length} numbers`, `${target.values[bad]!.length}`);
  }
}

function checkSize({ network: { layers } }: Workbench): void {
  const weights = layers.reduce((sum, { units }, i) => sum + units * (i === 0 ? 1 : layers[i - 1]!.units), 0);
  if (weights > limits.parameters) throw wrong("network.layers", `at most ${limits.parameters} weights`, `${weights}`);
}

function wrong(place: string, expected: string, received: string): NablaError {
  return new NablaError("FORMAT", `${place} is ${received.slice(0, 60)}, and should be ${expected.slice(0, 200)}`, {
    expected: expected.slice(0, 200),
    received: received.slice(0, 60),
    hint: "Ask for a fresh link, or begin with one of the presets.",
  });
}
