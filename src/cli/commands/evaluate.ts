import { relative } from "node:path";
import { escapeTerminal } from "../../report/index.ts";
import { type Flags, outputOf, runsFolder } from "../command-flags.ts";
import { dataSource, loadForEvaluation } from "../data-source.ts";
import { openRun } from "../find-run.ts";
import { baselineOf, judge, meanTarget } from "../judge.ts";
import { text, wholeNumber, words } from "../read-values.ts";
import { printVerdict } from "../verdict-text.ts";

/** `nabla evaluate <run> <data>` */
export async function evaluate(said: string, data: readonly string[], flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const source = dataSource(words([1, 2], "the name of a data set, a table, or two IDX files")(data, "<data>"));
  const limit = flags["limit"] === undefined ? undefined : wholeNumber({ from: 1 })(flags["limit"], "--limit");
  const { folder, record, model } = await openRun(said, runsFolder(flags));
  const dataDir = flags["dataDir"] === undefined ? record.wishes.dataDir : text(4096)(flags["dataDir"], "--data-dir");
  const { hasTestFiles, seed, wishes, data: recorded } = record;
  const { name, files, classes, table, background } = recorded;
  const run = { ...wishes, dataDir, name, files, classes, table, hasTestFiles, seed };
  const { data: samples, note } = await loadForEvaluation(source, run, limit);
  // The training data are not at hand here: what these samples themselves are mostly, or in the mean.
  const judgement = await judge(model, samples, { count: 24, background, table, mean: meanTarget(samples) });
  const baseline = baselineOf(samples, samples);
  const { evaluation, errors } = judgement;
  const shown = relative(process.cwd(), folder) || folder;
  if (note) output.note(note);
  output.line(`${escapeTerminal(shown, 1000)} on ${escapeTerminal(source.name, 100)}`);
  printVerdict(judgement, { classes, baseline, output });
  output.json({
    kind: "evaluation",
    run: shown,
    data: source.name,
    size: evaluation.size,
    accuracy: evaluation.accuracy,
    loss: evaluation.loss,
    ...(errors
      ? { error: errors.rootMeanSquared, meanAbsoluteError: errors.meanAbsolute, baseline: errors.baseline }
      : { baseline: baseline?.share, classes, confusion: evaluation.confusion }),
    ...(note ? { note } : {}),
  });
}
