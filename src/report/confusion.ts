import { NablaError } from "../errors.ts";

export interface ClassResult {
  readonly name: string;
  /** Samples that are of this class. */
  readonly actual: number;
  /** Samples that were called it. */
  readonly predicted: number;
  readonly right: number;
  /** Of the samples called this class, the share that is; undefined where none was. */
  readonly precision: number | undefined;
  /** Of the samples of this class, the share that was found; undefined where there is none. */
  readonly recall: number | undefined;
}

export interface FrequentMistake {
  readonly actual: string;
  readonly seenAs: string;
  readonly count: number;
}

export interface Confusion {
  /** `matrix[actual][predicted]` = number of samples. */
  readonly matrix: readonly (readonly number[])[];
  readonly classes: readonly ClassResult[];
  readonly right: number;
  readonly total: number;
  /** The largest count off the diagonal. */
  readonly mostMistaken: number;
  /** The score of always answering the commonest class; undefined without samples. */
  readonly baseline: { readonly name: string; readonly share: number } | undefined;
}

/** The figures of a confusion matrix: per class precision and recall, in all how many are right, and the baseline. */
export function confusionTable(matrix: readonly (readonly number[])[], names: readonly string[] = []): Confusion {
  const size = matrix.length;
  const isCount = (count: unknown) => typeof count === "number" && Number.isFinite(count) && count >= 0;
  if (!matrix.every((row) => row.length === size && row.every(isCount))) {
    throw new NablaError("DATA", "the confusion matrix is not a square of counts", {
      expected: `${size} rows of ${size} counts`,
      received: `rows of ${matrix.map((row) => row.length).join(", ")}`.slice(0, 200),
      hint: "Pass `confusion` of an evaluation as it is.",
    });
  }
  const columns = matrix.map((_, j) => matrix.reduce((sum, row) => sum + row[j]!, 0));
  const classes = matrix.map((row, i): ClassResult => {
    const actual = row.reduce((sum, count) => sum + count, 0);
    const [predicted, right] = [columns[i]!, row[i]!];
    const name = names[i] ?? String(i);
    return { name, actual, predicted, right, precision: share(right, predicted), recall: share(right, actual) };
  });
  const total = columns.reduce((sum, count) => sum + count, 0);
  const commonest = classes.reduce<ClassResult | undefined>(
    (best, entry) => (best === undefined || entry.actual > best.actual ? entry : best),
    undefined,
  );
  return {
    matrix,
    classes,
    right: classes.reduce((sum, entry) => sum + entry.right, 0),
    total,
    mostMistaken: matrix.reduce(
      (most, row, i) => row.reduce((m, count, j) => (i === j ? m : Math.max(m, count)), most),
      0,
    ),
    baseline: commonest && total > 0 ? { name: commonest.name, share: commonest.actual / total } : undefined,
  };
}

/** What is most often taken for what, commonest first; ties in the order of the matrix. */
export function frequentMistakes({ matrix, classes }: Confusion, count = 5): readonly FrequentMistake[] {
  return matrix
    .flatMap((row, i) =>
      row.map((n, j) => ({ actual: classes[i]!.name, seenAs: classes[j]!.name, count: i === j ? 0 : n })),
    )
    .filter((mistake) => mistake.count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, count);
}

function share(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}
