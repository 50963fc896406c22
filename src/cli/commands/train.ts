import picocolors from "picocolors";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../index.ts";
import { lossNamed } from "../../nn/index.ts";
import { optimizerNamed } from "../../optim/index.ts";
import { createProgress, escapeTerminal, formatCount, formatShape } from "../../report/index.ts";
import type { History, StartEvent } from "../../train/events.ts";
import { readClassNames } from "../class-names.ts";
import { type Flags, outFolder, outputOf } from "../command-flags.ts";
import { readConfigFile } from "../config-file.ts";
import { dataSource, loadForTraining, type TrainingData } from "../data-source.ts";
import { failureEvent } from "../exit.ts";
import { onInterrupt } from "../interrupt.ts";
import { type Baseline, baselineOf, judge, meanTarget } from "../judge.ts";
import { buildNetwork, lastActivation, outputsFor, widthsText } from "../network.ts";
import type { Output } from "../output.ts";
import { createRunFolder, type RunFolder } from "../run-folder.ts";
import { type FinishedEvent, type RunRecord, targetText } from "../run-record.ts";
import { runReport } from "../run-report.ts";
import { readTrainOptions } from "../train-options.ts";
import { describeRun, type Settled, settle } from "../train-plan.ts";
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
}

/** How many mistakes the report shows. */
const reportedMistakes = 24;

/** `nabla train`: everything that can be wrong is found before the run folder is made; then trains, judges, writes. */
export async function train(words: readonly string[], flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const out = outFolder(flags);
  const config = typeof flags["config"] === "string" ? await readConfigFile(flags["config"]) : undefined;
  const { data: named, ...asked } = readTrainOptions(
    { ...flags, data: words.length === 0 ? undefined : words },
    config,
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
  const options = settle({ ...asked, data: named, seed }, source, data.train);
  const model = buildNetwork(data.train, options);
  const begun = new Date();
  const record = describeRun(options, source, data, model, begun);
  for (const note of data.notes) output.note(note);
  const bytes = 4 * record.network.parameters + 2_000_000;
  const folder = createRunFolder({ out, name: options.name ?? record.data.name, begun, bytes });
  await carryOut({ options, data, model, record, folder, output, out, baseline: baselineOf(data.train, data.test) });
}

async function carryOut(job: Job): Promise<void> {
  const { options, data, model, folder, output, record } = job;
  const { loss, batchSize, epochs, seed, threads, validation } = options;
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
    beforeExit: () => progress?.clear(),
  });
  let start: StartEvent | undefined;
  let hasBegun = false;
  try {
    folder.writeConfig(record);
    const optimizer = optimizerNamed(options.optimizer, { learningRate: options.learningRate });
    const run = model.fit(data.train, {
      loss: lossNamed(loss),
      optimizer,
      batchSize,
      epochs,
      seed,
      threads,
      stepEvents: "latest", // waiting for us at every step would cost a quarter of the speed
      ...(validation === undefined ? {} : { validation }),
    });
    stop = () => run.stop();
    if (!isWanted) stop();
    hasBegun = true;
    printPlan(job);
    try {
      for await (const event of run) {
        if (event.kind === "done") continue; // ours comes when the run is judged and written
        if (event.kind === "start") {
          start = event;
          const { arithmetic, engine, threads } = event;
          folder.writeConfig({ ...record, arithmetic, engine, threads });
        }
        folder.append(event);
        output.json(event);
        progress?.show(event, performance.now());
      }
    } catch (failure) {
      progress?.clear();
      if (failure instanceof NablaError && failure.code === "DIVERGED")
        await keepDiverged(job, start, run.history, failure);
      throw failure;
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

function printPlan({ options, data: { train, test }, record, output }: Job): void {
  const { dim } = picocolors.createColors(output.color);
  const { data, network, optimizer } = record;
  const widths = [data.shape.reduce((size, extent) => size * extent, 1), ...options.hidden, outputsFor(train)];
  const layers = [
    ...(options.hidden.length > 0 ? [options.activation] : []),
    lastActivation(options.loss, train.y?.kind === "values"),
  ];
  output.line(
    `${escapeTerminal(data.name, 60)}: ${formatCount(train.size)} training and ${formatCount(test.size)} test samples of ` +
      `${formatShape(data.shape)}, ${escapeTerminal(targetText(data), 100)}`,
  );
  output.line(`${widthsText(widths)}, ${layers.join(" and ")}: ${formatCount(network.parameters)} parameters`);
  output.line(
    dim(
      `${options.loss}, ${options.optimizer} at ${optimizer["learningRate"]}, batches of ${options.batchSize}, seed ${options.seed}`,
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
    run: folder.shown,
  };
  folder.append(finished);
  folder.close();
  if (history.stopped === "stopped") output.line(`Stopped after ${epochs} of ${job.options.epochs} epochs.`);
  printVerdict(judgement, { classes: record.data.classes, baseline, output });
  printWhere(job);
  output.json(finished);
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

function printWhere({ folder, out, output, record: { data } }: Job): void {
  const { bold } = picocolors.createColors(output.color);
  const place = escapeTerminal(folder.shown, 1000);
  const run = out === "runs" ? "latest" : place;
  const input = data.table ? "new.csv" : data.shape.length > 1 ? "picture.png" : "samples.json";
  output.line();
  output.line(`${bold("Run folder")}  ${place}`);
  output.line(`${bold("Report")}      ${place}/report.html (open it in a browser)`);
  output.line(`${bold("Next")}        nabla predict ${run} ${input}, nabla summary ${run}, nabla runs`);
}
