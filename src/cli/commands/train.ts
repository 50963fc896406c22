import picocolors from "picocolors";
import { NablaError } from "../../errors.ts";
import type { FitOptions, Model } from "../../index.ts";
import { lossNamed } from "../../nn/index.ts";
import { createProgress, escapeTerminal, formatCount, formatShape } from "../../report/index.ts";
import type { History, StartEvent } from "../../train/events.ts";
import { readClassNames } from "../class-names.ts";
import { type Flags, outFolder, outputOf } from "../command-flags.ts";
import { readConfigFile } from "../config-file.ts";
import { dataSource, loadForTraining, type TrainingData } from "../data-source.ts";
import { failureEvent } from "../exit.ts";
import { resumeCommand } from "../find-run.ts";
import { onInterrupt } from "../interrupt.ts";
import { type Baseline, baselineOf, judge, meanTarget } from "../judge.ts";
import { buildNetwork, lastActivation, outputsFor, widthsText } from "../network.ts";
import type { Output } from "../output.ts";
import { checkpointFile, type GoingOn, openResumableRun } from "../resume-run.ts";
import { createRunFolder, type RunFolder } from "../run-folder.ts";
import { type FinishedEvent, type RunRecord, targetText } from "../run-record.ts";
import { runReport } from "../run-report.ts";
import { forKind, isMachine } from "../train-kinds.ts";
import { readTrainOptions } from "../train-options.ts";
import { describeRun, optimizerOf, type Settled, settle } from "../train-plan.ts";
import { printVerdict } from "../verdict-text.ts";

interface Job {
  readonly options: Settled;
  readonly data: TrainingData;
  readonly model: Model;
  readonly record: RunRecord;
  readonly folder: RunFolder;
  readonly output: Output;
  readonly out: string;
  readonly baseline: Baseline | undefined;
  /** Where a run that was cut off goes on. */
  readonly goingOn?: GoingOn;
  readonly watch: TrainWatch;
}

/** Is told of a training run; the run does not wait for it. */
export interface TrainWatch {
  /** The run's folder is there, with its `config.json`. */
  begun?(folder: string): void;
}

/** What is told of where a run went. */
type Where = Pick<Job, "folder" | "out" | "output" | "record">;

/** How many mistakes the report shows. */
export const reportedMistakes = 24;

/** `nabla train`: everything that can be wrong is found before the run folder is made; then trains, judges, writes. */
export async function train(words: readonly string[], flags: Flags, watch: TrainWatch = {}): Promise<void> {
  const output = outputOf(flags);
  const out = outFolder(flags);
  if (flags["resume"] !== undefined) {
    const { notes, ...run } = await openResumableRun(words, flags, out);
    for (const note of notes) output.note(note);
    await carryOut({ ...run, output, out, watch, baseline: baselineOf(run.data.train, run.data.test) });
    return;
  }
  const config = typeof flags["config"] === "string" ? await readConfigFile(flags["config"]) : undefined;
  const { data: named, ...asked } = forKind(
    readTrainOptions({ ...flags, data: words.length === 0 ? undefined : words }, config),
  );
  if (!named)
    throw new NablaError("OPTION", "train needs to know what to train on", {
      expected: "the name of a data set, a table, or two IDX files",
      received: "nothing",
      hint: "Write for example nabla train mnist.",
    });
  const source = dataSource(named);
  const seed = asked.seed ?? 0;
  const classes = asked.labels === undefined ? undefined : await readClassNames(asked.labels);
  const data = await loadForTraining(source, { ...asked, classes, seed });
  if (isMachine(asked.kind)) {
    const { trainMachine } = await import("../train-machine.ts");
    return trainMachine({ ...asked, data: named, seed, kind: asked.kind }, { source, data, output, out, watch });
  }
  const options = settle({ ...asked, data: named, seed }, source, data.train);
  optimizerOf(options); // a setting it does not have is told before anything is made
  const model = buildNetwork(data.train, options);
  const begun = new Date();
  const record = describeRun(options, source, data, model, begun);
  for (const note of data.notes) output.note(note);
  // The model, and while it trains two checkpoints with two moments of each parameter.
  const bytes = (options.checkpointEvery === "none" ? 4 : 28) * record.network.parameters + 2_000_000;
  const folder = createRunFolder({ out, name: options.name ?? record.data.name, begun, bytes });
  const baseline = baselineOf(data.train, data.test);
  await carryOut({ options, data, model, record, folder, output, out, watch, baseline });
}

async function carryOut(job: Job): Promise<void> {
  const { options, data, model, folder, output, record, goingOn, watch } = job;
  const { loss, batchSize, epochs, seed, threads, validation, earlyStopping, checkpointEvery = "10s" } = options;
  const progress = output.isJson
    ? undefined
    : createProgress({
        write: output.write,
        isLive: output.isLive,
        color: output.color,
        columns: output.columns,
        characters: output.characters,
      });
  let stop = () => {};
  let isWanted = true;
  const calm = onInterrupt({
    stop(reason) {
      isWanted = false;
      progress?.clear();
      if (reason === "asked") output.note("stopping; the run folder is being completed. Ctrl-C again ends at once.");
      stop();
    },
    beforeExit() {
      progress?.clear();
      folder.close();
    },
  });
  let start: StartEvent | undefined;
  let hasBegun = false;
  try {
    if (!goingOn) folder.writeConfig(record);
    watch.begun?.(folder.path("."));
    const run = model.fit(data.train, {
      loss: lossNamed(loss),
      optimizer: optimizerOf(options),
      batchSize,
      epochs,
      seed,
      threads,
      ...(options.clipNorm === undefined ? {} : { clipNorm: options.clipNorm }),
      stepEvents: "latest", // waiting for us at every step would cost a quarter of the speed
      ...(validation === undefined ? {} : { validation }),
      ...(earlyStopping === undefined ? {} : { earlyStopping: { patience: earlyStopping, restoreBest: true } }),
      ...(checkpointEvery === "none"
        ? {}
        : { checkpoint: { to: folder.path(checkpointFile), every: checkpointEvery, last: false } }),
      ...(goingOn?.file === undefined
        ? { arithmetic: goingOn?.arithmetic ?? (options.arithmetic as FitOptions["arithmetic"]) }
        : { resume: goingOn.file }),
    });
    stop = () => run.stop();
    if (!isWanted) stop();
    hasBegun = true;
    printPlan(job);
    try {
      for await (const event of run) {
        if (event.kind === "done") continue; // ours comes when the run is judged and written
        if (event.kind === "start") start = begin(job, event);
        else if (event.kind !== "checkpoint") folder.append(event); // what is measured; when it was kept is no measure
        output.json(event);
        progress?.show(event, performance.now());
      }
    } catch (failure) {
      progress?.clear();
      if (failure instanceof NablaError && failure.code === "DIVERGED")
        await keepDiverged(job, start, run.history, failure);
      if (!isOfCheckpoint(failure, folder) || !start) throw failure;
      output.note(failure.message); // the model is as good as without a checkpoint
    }
    progress?.clear();
    await complete(job, start, run.history);
  } catch (failure) {
    if (!hasBegun) folder.abandon();
    throw failure;
  } finally {
    folder.close();
    calm();
  }
}

/** Writes down what the run turned out to be, as far as that is not written yet. Gives the event as it is kept. */
function begin({ folder, record, goingOn, output }: Job, event: StartEvent): StartEvent {
  const { resumedAt = 0, ...start } = event;
  const { arithmetic, engine, threads, stepsPerEpoch, epochs } = start;
  const cut = goingOn && folder.goOn(goingOn.step, goingOn.epochs);
  if (record.arithmetic === undefined) folder.writeConfig({ ...record, arithmetic, engine, threads });
  if (!cut?.hasStart) for (const kept of [start, ...(goingOn?.epochs ?? [])]) folder.append(kept);
  if (goingOn)
    output.line(
      goingOn.file === undefined
        ? "The run was cut off before its first checkpoint: it begins anew."
        : `Going on in epoch ${Math.min(epochs, Math.floor(resumedAt / stepsPerEpoch) + 1)} of ${epochs}, ` +
            `after ${formatCount(resumedAt)} of ${formatCount(epochs * stepsPerEpoch)} steps.`,
    );
  return start;
}

/** Whether a checkpoint could not be written: no reason to throw away what was learned. */
const isOfCheckpoint = (failure: unknown, folder: RunFolder): failure is NablaError =>
  failure instanceof NablaError && failure.code === "ENVIRONMENT" && failure.where.file === folder.path(checkpointFile);

function printPlan({ options, data: { train, test }, record, output }: Job): void {
  const { dim } = picocolors.createColors(output.color);
  const { data, network, optimizer } = record;
  const widths = [data.shape.reduce((size, extent) => size * extent, 1), ...options.hidden, outputsFor(train)];
  const inHidden = options.dropout ? `${options.activation} with dropout ${options.dropout}` : options.activation;
  const layers = [
    ...(options.hidden.length > 0 ? [inHidden] : []),
    lastActivation(options.loss, train.y?.kind === "values" || options.kind === "linear"),
  ];
  output.line(
    `${escapeTerminal(data.name, 60)}: ${formatCount(train.size)} training and ${formatCount(test.size)} test samples of ` +
      `${formatShape(data.shape)}, ${escapeTerminal(targetText(data), 100)}`,
  );
  output.line(`${widthsText(widths)}, ${layers.join(" and ")}: ${formatCount(network.parameters)} parameters`);
  const scheduled = options.schedule === undefined ? "" : ` (${options.schedule})`;
  output.line(
    dim(
      `${options.loss}, ${options.optimizer} at ${optimizer["learningRate"]}${scheduled}, batches of ${options.batchSize}, seed ${options.seed}`,
    ),
  );
}

/** Judges the model, and writes it with its report and the last event. */
async function complete(job: Job, start: StartEvent | undefined, history: History): Promise<void> {
  const { data, model, folder, output, record, baseline } = job;
  folder.write("model.nabla", await model.toBytes()); // first: what was learned is safe whatever happens next
  const judgement = await judge(model, data.test, {
    count: reportedMistakes,
    background: record.data.background,
    table: data.table,
    mean: meanTarget(data.train),
  });
  folder.write("report.html", runReport({ record, model, start, history, judgement, baseline }));
  const { loss, accuracy, size } = judgement.evaluation;
  const seconds = history.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const epochs = history.epochs.length;
  const finished: FinishedEvent = {
    kind: "done",
    test: judgement.errors
      ? { loss, error: judgement.errors.rootMeanSquared, size, baseline: judgement.errors.baseline }
      : { accuracy, loss, size, baseline: baseline?.share },
    secondsPerEpoch: epochs > 0 ? seconds / epochs : null,
    samplesPerSecond: seconds > 0 ? (epochs * (start?.samples ?? 0)) / seconds : null,
    stopped: history.stopped,
    ...(history.stopped === "early" ? { best: history.best } : {}),
    run: folder.shown,
  };
  folder.append(finished);
  if (history.stopped !== "stopped") folder.remove(checkpointFile); // the model is all that is left to use
  folder.close();
  if (history.stopped === "stopped") output.line(`Stopped after ${epochs} of ${job.options.epochs} epochs.`);
  if (history.stopped === "early") output.line(earlyText(job, history));
  printVerdict(judgement, { classes: record.data.classes, baseline, output });
  printWhere(job);
  if (history.stopped === "stopped" && folder.has(checkpointFile)) {
    const { bold } = picocolors.createColors(output.color);
    output.line(`${bold("To go on")}    ${escapeTerminal(resumeCommand(folder.path(".")), 1000)}`);
  }
  output.json(finished);
}

function earlyText({ options: { epochs, earlyStopping, validation } }: Job, { epochs: done, best }: History): string {
  const measured = validation === undefined ? "training" : "validation";
  const patience = `${earlyStopping} ${earlyStopping === 1 ? "epoch" : "epochs"}`;
  return (
    `Stopped early after ${done.length} of ${epochs} epochs: no lower ${measured} loss for ${patience}. ` +
    `The weights are those of epoch ${best}, the best.`
  );
}

/** What was learned before the numbers ran away is kept, with a report that says so. */
async function keepDiverged(
  job: Job,
  start: StartEvent | undefined,
  history: History,
  failure: NablaError,
): Promise<void> {
  const { model, folder, output, record, baseline } = job;
  const event = failureEvent(failure);
  folder.write("model.nabla", await model.toBytes());
  folder.write("report.html", runReport({ record, model, start, history, baseline, failure: event }));
  folder.append(event);
  output.note(`the run up to there is kept in ${folder.shown}`);
}

export function printWhere({ folder, out, output, record: { data } }: Where): void {
  const { bold } = picocolors.createColors(output.color);
  const place = escapeTerminal(folder.shown, 1000);
  const run = out === "runs" ? "latest" : place;
  const input = data.table ? "new.csv" : data.shape.length > 1 ? "picture.png" : "samples.json";
  output.line();
  output.line(`${bold("Run folder")}  ${place}`);
  output.line(`${bold("Report")}      ${place}/report.html (open it in a browser)`);
  output.line(`${bold("Next")}        nabla predict ${run} ${input}, nabla summary ${run}, nabla runs`);
}
