import type { Model } from "../index.ts";
import { reportHtml } from "../report/index.ts";
import type { Judgement } from "./judge.ts";
import { type MachineEvent, settingsOf } from "./machine-words.ts";
import type { RunRecord } from "./run-record.ts";
import { reportTemplates } from "./template-pictures.ts";

export interface MachineReportParts {
  readonly record: RunRecord;
  readonly model: Model;
  readonly machines: readonly MachineEvent[];
  readonly seconds: number;
  readonly judgement: Judgement;
  readonly baseline: { readonly name: string; readonly share: number };
}

/** `report.html` of a run of support vector machines. */
export function machineReport({ record, model, machines, seconds, judgement, baseline }: MachineReportParts): string {
  const { train, data } = record;
  const { layers, parameters } = model.summary();
  const learner = train.kind === "linear-svc" ? "LinearSvc" : train.kernel === "rbf" ? "RBF machine" : "Linear machine";
  return reportHtml({
    title: `${learner} on ${data.name}`,
    when: record.begun.slice(0, 19).replace("T", " "),
    command: record.command,
    model: { layers, parameters },
    data: {
      name: data.name,
      shape: data.shape,
      train: data.samples.train,
      test: data.samples.test,
      classes: data.classes,
    },
    settings: [...settingsOf(train), ["nabla", record.nabla], ["Node", record.node]],
    seed: train.seed,
    history: { epochs: [], stopped: "finished", best: 0, seconds },
    templates: reportTemplates(model, data),
    machines: machines.map(({ inside, width, ...machine }) => ({
      ...machine,
      ...(inside === undefined ? { supports: undefined } : { inside }),
      width: width ?? Number.POSITIVE_INFINITY,
    })),
    evaluation: judgement.evaluation,
    baseline,
    mistakes: judgement.mistakes,
  });
}
