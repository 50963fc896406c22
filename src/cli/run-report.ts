import type { Model } from "../index.ts";
import { type ReportData, reportHtml } from "../report/index.ts";
import type { History, StartEvent } from "../train/events.ts";
import type { FailureEvent } from "./exit.ts";
import type { Baseline, Judgement } from "./judge.ts";
import { widthsText } from "./network.ts";
import type { RunRecord } from "./run-record.ts";
import { reportTemplates } from "./template-pictures.ts";

export interface ReportParts {
  readonly record: RunRecord;
  readonly model: Model;
  readonly start: StartEvent | undefined;
  readonly history: History;
  readonly judgement?: Judgement | undefined;
  readonly baseline: Baseline | undefined;
  /** Why the training failed, if it did. */
  readonly failure?: FailureEvent | undefined;
}

/** `report.html` of a run. */
export function runReport({ record, model, start, history, judgement, baseline, failure }: ReportParts): string {
  const { train, data } = record;
  const { layers, parameters } = model.summary();
  const widths = [
    data.shape.reduce((size, extent) => size * extent, 1),
    ...(train.hidden ?? []),
    data.classes.length || 1,
  ];
  const { learningRate, ...others } = record.optimizer;
  const settings: ReportData["settings"] = [
    ["Loss", train.loss ?? ""],
    ["Optimizer", train.optimizer ?? ""],
    ["Learning rate", learningRate ?? ""],
    ...Object.entries(others).map(([name, value]) => [wordsOf(name), value] as const),
    ["Batch size", start?.batchSize ?? train.batchSize ?? ""],
    ["Epochs", train.epochs ?? ""],
    ...(data.table
      ? ([
          ["Learned", data.table.target],
          ["Columns", `${data.table.columns.length}, each as (x − mean) / deviation of the training part`],
        ] as const)
      : []),
    ...(train.earlyStopping === undefined
      ? []
      : [["Early stopping", `after ${train.earlyStopping} without a lower loss, with the best weights`] as const]),
    ["nabla", record.nabla],
    ["Node", record.node],
  ];
  return reportHtml({
    title: `${widthsText(widths)} on ${data.name}`,
    when: record.begun.slice(0, 19).replace("T", " "),
    command: record.command,
    model: { layers, parameters },
    data: {
      name: data.name,
      shape: data.shape,
      train: start?.samples ?? data.samples.train,
      ...(start && start.samples < data.samples.train ? { validation: data.samples.train - start.samples } : {}),
      test: data.samples.test,
      ...(data.classes.length > 0 ? { classes: data.classes } : {}),
    },
    settings,
    seed: train.seed,
    arithmetic: start?.arithmetic,
    engine: start?.engine,
    threads: start?.threads,
    history,
    templates: reportTemplates(model, data),
    evaluation: judgement?.evaluation,
    ...(baseline ? { baseline } : {}),
    errors: judgement?.errors,
    mistakes: judgement?.mistakes,
    findings: failure ? [{ evidence: failure.message, advice: "", layer: failure.where?.layer }] : [],
  });
}

/** `weightDecay` → `Weight decay`. */
function wordsOf(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
