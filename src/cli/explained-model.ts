import { relative } from "node:path";
import { sizeOf } from "../array/ndarray.ts";
import type { Dataset } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { type BuiltIn, builtIns } from "../explain/index.ts";
import { dataset, type LossFunction, lossNamed, type Model, type Samples } from "../index.ts";
import { lossNames } from "../nn/index.ts";
import { copySamples, copyTargets } from "../train/feed.ts";
import { type Flags, runsFolder } from "./command-flags.ts";
import { numberList } from "./explain-options.ts";
import { type OpenedRun, openRun } from "./find-run.ts";
import { nameAmong, text, wholeNumber, wrongValue } from "./read-values.ts";
import { samplesOfRun } from "./run-samples.ts";

/** A network of the lecture by name, or that of a run. */
export interface ExplainedModel {
  readonly name: string;
  readonly model: Model;
  readonly builtIn?: BuiltIn;
  readonly run?: OpenedRun;
  readonly loss: LossFunction | undefined;
}

export interface ChosenExample {
  readonly x: Samples;
  readonly y: Samples | number;
  /** Where it comes from, in words. */
  readonly from: string;
}

/** A built-in network wins over a run of its name, which can be named by its folder. */
export async function explainedModel(said: string, flags: Flags): Promise<ExplainedModel> {
  const loss = flags["loss"] === undefined ? undefined : lossNamed(lossName(flags["loss"]));
  const builtIn = builtIns.find(({ name }) => name === said);
  if (builtIn) return { name: said, model: builtIn.model(), builtIn, loss: loss ?? builtIn.loss };
  try {
    const run = await openRun(said, runsFolder(flags));
    return { name: relative(process.cwd(), run.folder) || run.folder, model: run.model, run, loss };
  } catch (error) {
    if (!(error instanceof NablaError) || error.code !== "OPTION") throw error;
    const names = builtIns.map(({ name }) => name).join(", ");
    throw new NablaError("OPTION", error.message.slice(0, -(error.hint.length + 2)), {
      expected: `${names}, or a run`,
      ...(error.received === undefined ? {} : { received: error.received }),
      hint: `${error.hint} Networks of the lecture are ${names}.`,
    });
  }
}

const lossName = (value: unknown): string =>
  typeof value === "string" && /^huber\(/.test(value)
    ? text(30)(value, "--loss")
    : nameAmong("loss", lossNames)(value, "--loss");

/** The example of `--x` and `--y`, or `--example N` of the run's data, or the built-in one. Throws OPTION. */
export async function chosenExample({ builtIn, run, model }: ExplainedModel, flags: Flags): Promise<ChosenExample> {
  const { x, y, example } = flags;
  if ((x === undefined) !== (y === undefined))
    throw new NablaError("OPTION", x === undefined ? "--y needs --x" : "--x needs --y", {
      expected: "both, --x 1,-1 --y 1,0",
      received: x === undefined ? "--y alone" : "--x alone",
      hint: "Give what goes in and what should come out.",
    });
  if (x !== undefined) {
    if (example !== undefined)
      throw wrongValue("--example", example, "to stand alone", "Leave it out beside --x and --y.");
    const [given, wanted] = [numberList(x, "--x"), numberList(y, "--y")];
    const takes = sizeOf(model.summary().input);
    if (given.length !== takes)
      throw wrongValue("--x", x, `${takes} ${takes === 1 ? "number" : "numbers"}`, "The network takes that many.");
    return { x: [[...given]], y: wanted.length === 1 ? wanted[0]! : [[...wanted]], from: "the example given" };
  }
  if (builtIn) {
    if (example !== undefined && example !== "1")
      throw wrongValue("--example", example, "1", `${builtIn.name} has one example; give another with --x and --y.`);
    return { x: [[...builtIn.x]], y: [[...builtIn.y]], from: `the example of ${builtIn.title}` };
  }
  const number = example === undefined ? 1 : wholeNumber({ from: 1 })(example, "--example");
  const { data, from } = await samplesOfRun(run!, { limit: number });
  if (number > data.size)
    throw wrongValue("--example", example, `a whole number from 1 to ${data.size}`, `There are ${data.size} ${from}.`);
  return { ...sampleOf(data, number - 1), from: `number ${number} of the ${from}` };
}

/** Samples for a check: those of the run, or the example itself. */
export async function chosenSamples(
  explained: ExplainedModel,
  flags: Flags,
  count: number,
): Promise<{ data: Dataset; from: string }> {
  if (explained.run && flags["x"] === undefined) {
    const { data, from } = await samplesOfRun(explained.run, { limit: count });
    return { data: data.take(count), from: `the first ${Math.min(count, data.size)} ${from}` };
  }
  const { x, y, from } = await chosenExample(explained, flags);
  return { data: dataset(x, typeof y === "number" ? [y] : y), from };
}

/** Sample `index` of the data, as the network sees it, and its target: a class number or values. */
function sampleOf(data: Dataset, index: number): { x: Samples; y: Samples | number } {
  const x = new Float32Array(sizeOf(data.shape));
  copySamples(data, index, 1, x);
  const { y } = data;
  const target = new Float32Array(y?.kind === "values" ? sizeOf(y.shape) : 1);
  if (y) copyTargets(data, y, index, 1, target);
  return { x: [[...x]], y: y?.kind === "values" ? [[...target]] : target[0]! };
}
