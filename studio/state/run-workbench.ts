import { defaultLook, defaultTraining } from "./defaults.ts";
import { generators } from "./generators.ts";
import { limits } from "./limits.ts";
import type { RunModel } from "./run-model.ts";
import {
  type DataState,
  type DigitsData,
  type GeneratorName,
  generatorNames,
  lossChoices,
  type OptimizerChoice,
  optimizerChoices,
  type Workbench,
} from "./workbench.ts";

/** A state that shows a run, and what of the run it cannot show. */
export interface RunWorkbench {
  readonly state: Workbench;
  /** Whether the samples that it was trained on are not here. */
  readonly isDataMissing: boolean;
}

/**
 * The state of a run: its net with its weights, its data where the page has them (digits, drawn points), and its way of
 * training. `config` is what the run's `config.json` says: only what is used is looked at. Of a table, which is not
 * served, one row of zeros stands for all.
 */
export function workbenchOfRun(name: string, config: unknown, model: RunModel): RunWorkbench {
  const fields = fieldsOf(config);
  const train = fieldsOf(fields["train"]);
  const data = dataOfRun(fieldsOf(fields["data"]), train, model);
  const isDataMissing = data.kind === "own";
  const { learningRate, momentum } = fieldsOf(fields["optimizer"]);
  const loss = lossChoices.find((choice) => choice === model.loss) ?? "auto";
  const isPositive = (value: unknown): value is number => typeof value === "number" && value > 0;
  return {
    isDataMissing,
    state: {
      screen: data.kind === "digits" ? "digits" : isDataMissing ? "numbers" : "workbench",
      lesson: null,
      data,
      network: { layers: model.layers, seed: model.seed, l2: model.l2, start: {}, run: name },
      training: {
        ...defaultTraining,
        loss,
        optimizer: optimizerOf(train["optimizer"], isPositive(momentum)),
        learningRate: isPositive(learningRate) && learningRate <= 1000 ? learningRate : 0.001,
        batchSize: Math.min(
          isPositive(train["batchSize"]) ? Math.max(1, Math.round(train["batchSize"])) : 64,
          samplesOf(data),
        ),
      },
      look: defaultLook,
    },
  };
}

/** No batch is larger than the data. */
const samplesOf = (data: DataState): number =>
  data.kind === "own" ? data.rows.length : data.kind === "drawn" ? data.size : limits.rows;

function dataOfRun(data: Fields, train: Fields, { inputs, layers, classes }: RunModel): DataState {
  const { name } = data;
  const isDigits = (name === "mnist" && inputs === 784) || (name === "mnist-16x16" && inputs === 256);
  const outputs = layers.at(-1)!.units;
  if (isDigits && outputs === 10) return { kind: "digits", set: name as DigitsData["set"] };
  const generator = generatorNames.find((known) => known === name);
  if (generator && fits(generator, inputs, outputs)) {
    const { size, noise, seed } = train;
    return {
      kind: "drawn",
      generator,
      size: typeof size === "number" && size >= 2 ? Math.min(limits.rows, Math.round(size)) : 2000,
      noise: typeof noise === "number" && noise >= 0 ? noise : generators[generator].noise,
      seed: typeof seed === "number" && seed >= 0 ? seed : 0,
      validation: 0,
    };
  }
  return rowOfZeros(data, inputs, outputs, classes);
}

const fits = (generator: GeneratorName, inputs: number, outputs: number): boolean =>
  inputs === (generator.startsWith("curve-") ? 1 : 2) && outputs === (generators[generator].classes || 1);

function rowOfZeros(data: Fields, inputs: number, outputs: number, classes: readonly string[]): DataState {
  const table = fieldsOf(data["table"]);
  const named = Array.isArray(table["columns"]) && table["columns"].length === inputs ? table["columns"] : undefined;
  const text = (value: unknown, otherwise: string): string =>
    typeof value === "string" ? value.slice(0, limits.name) : otherwise;
  const isClassified = classes.length === outputs && new Set(classes).size === outputs;
  return {
    kind: "own",
    name: text(data["name"], "a run"),
    columns: Array.from({ length: inputs }, (_, i) => text(named?.[i], `x${i + 1}`)),
    rows: [new Array<number>(inputs).fill(0)],
    target: isClassified
      ? { kind: "classes", names: classes, labels: [0] }
      : {
          kind: "values",
          names: outputs === 1 ? [text(table["target"], "y")] : Array.from({ length: outputs }, (_, i) => `y${i + 1}`),
          values: [new Array<number>(outputs).fill(0)],
        },
    // a run of a table has standardized it already
    isStandardized: false,
    validation: 0,
    seed: 0,
  };
}

function optimizerOf(name: unknown, hasMomentum: boolean): OptimizerChoice {
  if (name === "sgd" && hasMomentum) return "momentum";
  return optimizerChoices.find((choice) => choice === name) ?? "adam";
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
