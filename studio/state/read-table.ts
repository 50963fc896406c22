import { NablaError } from "nabla";
import { csv, type Dataset, type Task } from "nabla/data";
import { limits } from "./limits.ts";
import { shortest } from "./shortest.ts";
import type { OwnTarget } from "./workbench.ts";

/** What is asked of a table of text. Columns count from 1, as `csv` of nabla/data counts them. */
export interface TableQuestion {
  readonly bytes: Uint8Array;
  readonly target: number;
  readonly targetName: string;
  readonly ignored: readonly number[];
  readonly hasHeader: boolean;
  readonly task: Task | "found";
  readonly leavesOutGaps: boolean;
}

/** A table as points of one's own. */
export interface TableAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly target: OwnTarget;
}

/**
 * Reads a table; throws what `csv` throws, with row and column, and LIMIT for what is more than the studio holds. It takes
 * its time for large ones, and belongs into the worker.
 */
export async function readTable(question: TableQuestion): Promise<TableAnswer> {
  const { bytes, target, ignored, hasHeader, task, leavesOutGaps } = question;
  const options = {
    target,
    ignore: ignored,
    header: hasHeader,
    ...(task !== "found" && { task }),
    maxBytes: 33_554_432,
  };
  const data = await csv(bytes, { ...options, missing: leavesOutGaps ? "drop" : "error" });
  checkSize(data);
  const width = data.shape[0]!;
  const numbers = Array.from(data.x.data, shortest);
  return {
    columns: (data.columns ?? []).map((name) => name.slice(0, limits.name)),
    rows: Array.from({ length: data.size }, (_, i) => numbers.slice(i * width, (i + 1) * width)),
    target: targetOf(data, question.targetName.slice(0, limits.name)),
  };
}

function targetOf({ y, classes = [] }: Dataset, name: string): OwnTarget {
  if (y?.kind === "labels") return { kind: "classes", names: classes, labels: Array.from(y.data) };
  return { kind: "values", names: [name], values: Array.from(y!.data, (value) => [shortest(value)]) };
}

function checkSize({ size, shape, y, classes = [] }: Dataset): void {
  const width = shape[0]!;
  const hint = "Take a part of the table, or train on all of it by command: nabla train.";
  const check = (count: number, most: number, what: string): void => {
    if (count <= most) return;
    const [received, expected] = [count, most].map((number) => `${number.toLocaleString("en")} ${what}`);
    throw new NablaError("LIMIT", `the table has ${received}`, { expected: `at most ${expected}`, received, hint });
  };
  check(size, limits.rows, "rows");
  check(width, limits.columns, "columns of numbers");
  check(size * width, limits.numbers, "numbers");
  if (y?.kind !== "labels") return;
  check(classes.length, limits.classes, "classes");
  const long = classes.findIndex(({ length }) => length > limits.name);
  if (long >= 0)
    throw new NablaError("LIMIT", `the name of class ${long + 1} has ${classes[long]!.length} characters`, {
      expected: `at most ${limits.name}`,
      received: String(classes[long]!.length),
      hint: "Choose the column with the classes as the one to learn.",
    });
}
