import type { Dataset } from "../data/index.ts";
import { dataSource, loadForEvaluation } from "./data-source.ts";
import type { OpenedRun } from "./find-run.ts";

/**
 * Samples of the data that a run was trained on: those that it set aside for testing, where it did. `from` says in
 * words which they are. Throws what the readers throw.
 */
export async function samplesOfRun(
  { record }: OpenedRun,
  limit?: number,
): Promise<{ readonly data: Dataset; readonly from: string }> {
  const { data, hasTestFiles, seed } = record;
  const words = data.files && data.files.length > 0 ? data.files : [data.name];
  const { data: samples } = await loadForEvaluation(dataSource(words), { ...data, hasTestFiles, seed }, limit);
  const isSeen = data.files !== undefined && hasTestFiles;
  return { data: samples, from: `${isSeen ? "training" : "test"} samples of ${data.name}` };
}
