import picocolors from "picocolors";
import { sizeOf } from "../array/ndarray.ts";
import type { LinearMachine, Machine } from "../classic/index.ts";
import type { TrainAndTest } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import type { Model } from "../index.ts";
import { dense, sequential } from "../index.ts";
import { escapeTerminal, formatCount, formatShape } from "../report/index.ts";
import { printWhere, reportedMistakes, type TrainWatch } from "./commands/train.ts";
import type { DataSource, TrainingData } from "./data-source.ts";
import { exitCodes } from "./exit.ts";
import { onInterrupt } from "./interrupt.ts";
import { baselineOf, judge } from "./judge.ts";
import { machineReport } from "./machine-report.ts";
import { type MachineEvent, machineEvent, machineLine, settingsOf } from "./machine-words.ts";
import type { Output } from "./output.ts";
import { createRunFolder } from "./run-folder.ts";
import type { FinishedEvent, RunRecord } from "./run-record.ts";
import type { MachineKind } from "./train-kinds.ts";
import { type TrainOptions, trainCommand } from "./train-options.ts";
import { describeRun, settle } from "./train-plan.ts";
import { printVerdict } from "./verdict-text.ts";

type MachineOptions = TrainOptions & { readonly seed: number; readonly kind: MachineKind };

interface Place {
  readonly source: DataSource;
  readonly data: TrainingData;
  readonly output: Output;
  readonly out: string;
  readonly watch: TrainWatch;
}

/** `nabla train --kind svm|linear-svc`: solves, judges, and leaves a run folder like that of a network. */
export async function trainMachine(asked: MachineOptions, place: Place): Promise<void> {
  const { data, output, out, watch } = place;
  const { C = 1, kernel = "linear", gamma = "scale", kind, seed } = asked;
  const isSvm = kind === "svm";
  const options = { ...asked, C, ...(isSvm ? { kernel, ...(kernel === "rbf" ? { gamma } : {}) } : {}) };
  const begun = new Date();
  refuseValues(data, kind);
  let record = recordOf(options, place, begun);
  const bytes = 4 * (kernel === "rbf" ? data.train.size : 10) * sizeOf(data.train.shape) + 2_000_000;
  const folder = createRunFolder({ out, name: options.name ?? record.data.name, begun, bytes });
  const abort = new AbortController();
  const calm = onInterrupt({ stop: () => abort.abort() });
  let isKept = false;
  try {
    folder.writeConfig(record);
    watch.begun?.(folder.path("."));
    printPlan(record, data, output);
    const started = performance.now();
    const events: MachineEvent[] = [];
    const onMachine = (machine: Machine | LinearMachine): void => {
      const event = machineEvent(machine);
      events.push(event);
      folder.append(event);
      output.json(event);
      output.line(machineLine(event));
    };
    const { LinearSvc, Svm } = await import("../classic/index.ts");
    const learner = isSvm
      ? new Svm({
          C: C === "hard" ? Number.POSITIVE_INFINITY : C,
          kernel: kernel === "rbf" ? "rbf" : "linear",
          gamma,
          threads: asked.threads ?? "auto",
        })
      : new LinearSvc({ C: C as number, seed });
    await learner.fit(data.train, { signal: abort.signal, onMachine });
    const seconds = (performance.now() - started) / 1000;
    const model = await learner.toModel();
    folder.write("model.nabla", await model.toBytes());
    isKept = true;
    record = { ...record, ...networkOf(model) };
    folder.writeConfig(record);
    const { background } = record.data;
    const judgement = await judge(model, data.test, { count: reportedMistakes, background });
    const baseline = baselineOf(data.train, data.test)!; // the data have classes
    const facts = { record, model, machines: events, seconds, judgement, baseline };
    folder.write("report.html", machineReport(facts));
    const { accuracy, loss, size } = judgement.evaluation;
    const finished: FinishedEvent = {
      kind: "done",
      test: { accuracy, loss, size, baseline: baseline.share },
      secondsPerEpoch: null,
      samplesPerSecond: null,
      stopped: "finished",
      run: folder.shown,
    };
    folder.append(finished);
    folder.close();
    printVerdict(judgement, { classes: record.data.classes, baseline, output });
    printWhere({ folder, out, output, record });
    output.json(finished);
  } catch (failure) {
    if (!isKept) folder.abandon();
    if (!abort.signal.aborted) throw failure;
    output.note("stopped before all machines were solved; nothing was kept");
    process.exit(exitCodes.interrupted);
  } finally {
    folder.close();
    calm();
  }
}

/** Machines tell classes apart; numbers are for networks. */
function refuseValues({ train }: TrainAndTest, kind: MachineKind): void {
  if (train.y?.kind !== "values") return;
  throw new NablaError("DATA", `--kind ${kind} tells classes apart, and the targets are numbers`, {
    expected: "labels",
    received: "numbers",
    hint: "Leave --kind out; or, where the numbers stand for classes, add --task classification.",
  });
}

/** What stands in `config.json`: the options of this kind, and the network that the machine becomes, once it is known. */
function recordOf(options: MachineOptions, { source, data }: Place, begun: Date): RunRecord {
  const outputs = Math.max(2, data.train.classes?.length ?? 2);
  const model = sequential([dense(outputs)], { input: sizeOf(data.train.shape) });
  const record = describeRun(settle(options, source, data.train), source, data, model, begun);
  const { hidden, activation, loss, optimizer, learningRate, batchSize, epochs, validation, ...kept } = record.train;
  const train: TrainOptions = { ...kept, threads: options.threads };
  return { ...record, command: trainCommand({ ...train, data: options.data }), train, optimizer: {} };
}

function networkOf(model: Model): Pick<RunRecord, "network"> {
  const { layers, parameters } = model.summary();
  return {
    network: {
      layers: layers.map(({ name, kind, output, parameters }) => ({ name, kind, output, parameters })),
      parameters,
    },
  };
}

function printPlan({ data, train }: RunRecord, { train: samples, test }: TrainAndTest, output: Output): void {
  const { dim } = picocolors.createColors(output.color);
  output.line(
    `${escapeTerminal(data.name, 60)}: ${formatCount(samples.size)} training and ${formatCount(test.size)} test samples of ` +
      `${formatShape(data.shape)}, ${data.classes.length} classes`,
  );
  output.line(
    dim(
      settingsOf(train)
        .map(([name, value]) => (name === "Learner" ? value : `${name === "C" ? name : name.toLowerCase()} ${value}`))
        .join(", "),
    ),
  );
}
