import { NablaError } from "nabla";
import { type Dataset, labelOf, sampleOf } from "nabla/data";
import type { ServedSession } from "nabla/worker";

export interface PicturesQuestion {
  readonly part: "train" | "test";
  readonly rows: readonly number[];
}

export interface Pictures {
  /** One after another, from 0 to 1. */
  readonly pixels: Float32Array;
  readonly labels: readonly number[];
  /** How many the part has in all. */
  readonly size: number;
}

const most = 256;

/** Pictures of the training or the test set by their rows. Throws OPTION for rows that are not there. */
export function digitPictures({ data, validation }: ServedSession, { part, rows }: PicturesQuestion): Pictures {
  const source: Dataset | undefined = part === "train" ? data : validation;
  const isGood = (row: unknown): boolean =>
    Number.isSafeInteger(row) && (row as number) >= 0 && (row as number) < (source?.size ?? 0);
  if (!source || !Array.isArray(rows) || rows.length > most || !rows.every(isGood))
    throw new NablaError("OPTION", `there are no such pictures in the ${part === "train" ? "training" : "test"} set`, {
      expected: `at most ${most} rows from 0 to ${(source?.size ?? 0) - 1}`,
      received: String(rows).slice(0, 60),
      hint: "Choose another picture.",
    });
  const size = source.shape.reduce((product, extent) => product * extent, 1);
  const pixels = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) pixels.set(sampleOf(source, row).data, i * size);
  return { pixels, labels: rows.map((row) => labelOf(source, row) ?? -1), size: source.size };
}
