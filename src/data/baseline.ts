import { NablaError } from "../errors.ts";
import type { Dataset } from "./dataset.ts";
import { checkDataset } from "./is-dataset.ts";

/** Number of samples of each class. Throws OPTION for data without labels. */
export function classCounts(data: Dataset): readonly number[] {
  checkDataset(data, "classCounts");
  const { y, rows, size } = data;
  if (y?.kind !== "labels")
    throw new NablaError("OPTION", "the samples have no labels to count", {
      expected: "labels",
      received: y ? "values" : "no targets",
      hint: "Give class names or class numbers as targets.",
    });
  const counts = new Array<number>(y.classes).fill(0);
  for (let i = 0; i < size; i += 1) counts[y.data[rows ? rows[i]! : i]!]! += 1;
  return counts;
}

/** The accuracy of always answering the most frequent class: what a classifier has to beat. In (0, 1]. */
export function majorityBaseline(data: Dataset): number {
  return classCounts(data).reduce((most, count) => Math.max(most, count), 0) / data.size;
}
