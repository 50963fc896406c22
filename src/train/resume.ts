import type { Arithmetic, Store } from "../backend/backend.ts";
import { isFmaAvailable } from "../backend/wasm/platform.ts";
import { NablaError, quoted } from "../errors.ts";
import { decodeCheckpoint, type RunCheckpoint } from "./checkpoint-file.ts";
import { describeModel } from "./model-bytes.ts";
import type { FitOptions } from "./options.ts";
import { checkSame, identityOf, type Refuse, type RunIdentity, shown, withRecorded } from "./run-identity.ts";
import { checkPath, readWhole } from "./save.ts";
import { type Beginning, type Progress, type Task, taskOf } from "./task.ts";

/** A run that was cut off, checked against what is to go on. */
export interface ResumedRun {
  readonly task: Task;
  readonly identity: RunIdentity;
  readonly arithmetic: Arithmetic;
  /**
   * Puts states, sums and history back as they were. The store already has every state that the run's plans use. Throws
   * FORMAT where they are others, with the store as it was.
   */
  readonly restore: (store: Store, progress: Progress) => void;
}

/** A checkpoint may be three times as large as the largest model file: parameters, and two moments of each. */
const mostBytes = 2_147_483_647;

/** Reads and decodes a checkpoint. Throws ENVIRONMENT, LIMIT, FORMAT. */
export async function readCheckpoint(file: string): Promise<RunCheckpoint> {
  checkPath("resume", file);
  return decodeCheckpoint(await readWhole(file, mostBytes), file);
}

/**
 * Reads a checkpoint, and refuses with both values where model, data, options or arithmetic are others than the run was
 * begun with, or where it has finished. Throws OPTION, DATA, FORMAT, LIMIT, ENVIRONMENT, UNSUPPORTED.
 */
export async function resumedRun(file: string, beginning: Beginning): Promise<ResumedRun> {
  const { network, seed, options } = beginning;
  const checkpoint = await readCheckpoint(file);
  const refuse: Refuse = (code, problem, expected, received, hint) =>
    new NablaError(code, `cannot resume ${quoted(file)}: ${problem}`, { where: { file }, expected, received, hint });
  checkModel(checkpoint, describeModel(network, seed), refuse);
  checkArithmeticOf(checkpoint, options, refuse);
  const filled = withRecorded(options, checkpoint.run);
  const task = taskOf({ ...beginning, options: filled });
  const identity = identityOf(task, filled);
  checkSame(checkpoint.run, identity, refuse);
  checkPosition(checkpoint, task, refuse);
  return {
    task,
    identity,
    arithmetic: checkpoint.arithmetic,
    restore: (store, progress) => restore(checkpoint, store, progress, file),
  };
}

/** The same input, seed, layers and parameters; whatever a model's description has is compared, entry by entry. */
function checkModel({ model: then }: RunCheckpoint, description: object, refuse: Refuse): void {
  const now = JSON.parse(JSON.stringify(description)) as Readonly<Record<string, unknown>>;
  for (const name of new Set([...Object.keys(now), ...Object.keys(then)])) {
    const [was, is] = [then[name], now[name]];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const [a, b] = Array.isArray(was) && Array.isArray(is) ? firstDifference(was, is) : [was, is];
    const hint = "Build the model as it was, with the same layers, input and seed.";
    const problem = `the model differs in its ${name}: ${shown(b)}, the run was begun with ${shown(a)}`;
    throw refuse("OPTION", problem, shown(a), shown(b), hint);
  }
}

function firstDifference(was: readonly unknown[], is: readonly unknown[]): readonly [unknown, unknown] {
  const length = Math.max(was.length, is.length);
  const place = Array.from({ length }, (_, i) => i).find((i) => JSON.stringify(was[i]) !== JSON.stringify(is[i])) ?? 0;
  return [was[place], is[place]];
}

function checkArithmeticOf(
  { arithmetic: then }: RunCheckpoint,
  { arithmetic = "auto" }: FitOptions,
  refuse: Refuse,
): void {
  if (arithmetic !== "auto" && arithmetic !== then)
    throw refuse(
      "OPTION",
      `arithmetic is ${shown(arithmetic)}, the run was begun with ${shown(then)}`,
      then,
      String(arithmetic),
      "Leave arithmetic out: it stays as it was.",
    );
  if (then === "fma" && !isFmaAvailable())
    throw refuse(
      "OPTION",
      'the run was begun with "fma" arithmetic, which this platform lacks',
      "WebAssembly with relaxed SIMD (Node 22 or newer)",
      "none",
      "Resume it where it was begun, or begin a new run; with portable arithmetic it can go on anywhere.",
    );
}

function checkPosition({ step, epochs, ended, run }: RunCheckpoint, { settings, data }: Task, refuse: Refuse): void {
  const stepsPerEpoch = Math.ceil(data.size / settings.batchSize);
  if (ended !== undefined)
    throw refuse(
      "OPTION",
      ended === "early"
        ? `the run has finished: it stopped early, after ${epochs.length} of ${run.settings["epochs"]} epochs`
        : `the run has finished: all ${epochs.length} epochs are done`,
      "a run that was cut off or stopped",
      "one that has finished",
      "Use the model that came of it, or begin a new run.",
    );
  if (step <= stepsPerEpoch * settings.epochs && epochs.length === Math.floor(step / stepsPerEpoch)) return;
  throw broken(refuse, `a history of ${Math.floor(step / stepsPerEpoch)} epochs`, `${epochs.length} epochs`);
}

const broken = (refuse: Refuse, expected: string, received: string): NablaError => {
  const { message, where } = refuse("DATA", "its parts do not fit together", "", "", "");
  return new NablaError("FORMAT", message, { where, expected, received, hint: "The file is broken: begin a new run." });
};

function restore(checkpoint: RunCheckpoint, store: Store, progress: Progress, file: string): void {
  const { states, best } = checkpoint;
  const wanted = new Map(store.states().map(({ name, shape }) => [name, String(shape)]));
  const isKnown = ({ name, shape }: RunCheckpoint["states"][number]): boolean => wanted.get(name) === String(shape);
  if (states.length !== wanted.size || !states.every(isKnown) || !best.every(isKnown))
    throw new NablaError(
      "FORMAT",
      `cannot resume ${quoted(file)}: its states are not those of the model and its optimizer`,
      {
        where: { file },
        expected: shown([...wanted.keys()]),
        received: shown(states.map(({ name }) => name)),
        hint: "The file is broken, or a layer of your own has changed since: begin a new run.",
      },
    );
  for (const { name, values } of states) store.write(name, values);
  const { totals, book, hyperparameters } = progress;
  totals.loss = checkpoint.loss;
  checkpoint.metrics.forEach((sum, i) => void (totals.metrics[i] = sum));
  totals.watch.add(checkpoint.epochSeconds);
  book.watch.add(checkpoint.seconds);
  for (const event of checkpoint.epochs) book.add(event);
  hyperparameters.restore(checkpoint.hyperparameters);
  progress.step = checkpoint.step;
  progress.best = best.map(({ name, values }) => [name, values]);
}
