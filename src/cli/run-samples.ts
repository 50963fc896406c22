import type { Dataset } from "../data/index.ts";
import { dataSource, loadForEvaluation } from "./data-source.ts";
import type { OpenedRun } from "./find-run.ts";

export interface RunSamples {
  readonly data: Dataset;
  /** Which they are, in words. */
  readonly from: string;
  /** What the user should know of them. */
  readonly note?: string;
}

/**
 * Samples of the data that a run was trained on: those that it set aside for testing, where it did. `dataDir`: where the
 * files of a data set by name are, if not where the run found them. Throws what the readers throw.
 */
export async function samplesOfRun(
  { record: { data: recorded, hasTestFiles, seed, wishes } }: Pick<OpenedRun, "record">,
  {
    limit,
    dataDir = wishes.dataDir,
  }: { readonly limit?: number | undefined; readonly dataDir?: string | undefined } = {},
): Promise<RunSamples> {
  const { name, files } = recorded;
  const words = files && files.length > 0 ? files : [name];
  const run = { ...wishes, ...recorded, dataDir, hasTestFiles, seed };
  const isSeen = files !== undefined && hasTestFiles;
  return {
    ...(await loadForEvaluation(dataSource(words), run, limit)),
    from: `${isSeen ? "training" : "test"} samples of ${name}`,
  };
}
