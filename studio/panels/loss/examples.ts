import type { StudioData } from "../../state/data.ts";
import { figure } from "../../view/figures.ts";
import type { Costs, LossesView } from "../../worker/views/losses.ts";

/** The examples of a part with what they cost, as the pictures and tables of the panel show them. Pure. */
export interface Examples {
  readonly part: "train" | "validation";
  readonly size: number;
  /** Examples there are; more than `size` where only the first were looked at. */
  readonly all: number;
  readonly losses: Float32Array;
  /** The examples by cost, the worst first. */
  readonly order: Uint32Array;
  /** The class of each and what the net says; undefined where the targets are values. */
  readonly labels: Float32Array | undefined;
  readonly said: Float32Array;
  readonly targets: Float32Array;
  readonly classes: readonly string[];
  readonly wrong: number;
  /** The number by which an example goes everywhere: its row among all points, from 1. */
  numberOf(example: number): number;
}

/** Undefined where the view is of other data than the page has: it comes a frame later. */
export function examplesOf(
  view: LossesView | undefined,
  data: StudioData | undefined,
  part: "train" | "validation",
): Examples | undefined {
  const costs = view?.[part];
  if (!view || !costs || costs.losses.length === 0) return undefined;
  const rows = part === "train" ? data?.trainRows : data?.validationRows;
  if (data && (rows?.length !== costs.all || data.classes.length !== view.classes)) return undefined;
  const { losses, answers, targets, all } = costs;
  const labels = view.classes > 0 ? targets : undefined;
  return {
    part,
    size: losses.length,
    all,
    losses,
    order: worstFirst(losses),
    labels,
    said: answers,
    targets,
    classes: data?.classes ?? Array.from({ length: view.classes }, (_, i) => String(i)),
    wrong: labels ? countWrong(costs) : 0,
    numberOf: (example) => (rows ? rows[example]! : example) + 1,
  };
}

function worstFirst(losses: Float32Array): Uint32Array {
  const order = Uint32Array.from(losses, (_, i) => i);
  // what is no number is worse than any
  const cost = (i: number): number => (Number.isNaN(losses[i]!) ? Number.POSITIVE_INFINITY : losses[i]!);
  return order.sort((a, b) => (cost(a) === cost(b) ? a - b : cost(b) - cost(a)));
}

function countWrong({ answers, targets }: Costs): number {
  let count = 0;
  for (let i = 0; i < targets.length; i++) if (answers[i] !== targets[i]) count++;
  return count;
}

/** What an example is, and what the net says, in words or figures. */
export function answerOf(
  { labels, said, targets, classes, size }: Examples,
  example: number,
): readonly [string, string] {
  if (labels) return [classes[labels[example]!] ?? "–", classes[said[example]!] ?? "–"];
  const width = targets.length / size;
  const list = (values: Float32Array): string =>
    Array.from(values.subarray(example * width, (example + 1) * width), (value) => figure(value, 3)).join(", ");
  return [list(targets), list(said)];
}

/** counts[is][said]. */
export function confusionOf({ labels, said, classes }: Examples): readonly (readonly number[])[] {
  const counts = classes.map(() => new Array<number>(classes.length).fill(0));
  for (let i = 0; i < (labels?.length ?? 0); i++) {
    const row = counts[labels![i]!];
    if (row && row[said[i]!] !== undefined) row[said[i]!]!++;
  }
  return counts;
}

/** The examples of a cell of the matrix, the worst first. */
export function examplesIn({ order, labels, said }: Examples, is: number, answer: number): readonly number[] {
  return Array.from(order).filter((example) => labels?.[example] === is && said[example] === answer);
}

/** The mistakes made most often: of many classes a matrix would be too large to read. */
export function commonMistakes(counts: readonly (readonly number[])[], most: number) {
  return counts
    .flatMap((row, is) => row.map((count, said) => ({ is, said, count })))
    .filter(({ is, said, count }) => is !== said && count > 0)
    .sort((a, b) => b.count - a.count || a.is - b.is || a.said - b.said)
    .slice(0, most);
}

/** One bar of the picture: the example it stands for, and its height from 0 to 1. */
export interface Bar {
  readonly example: number;
  readonly rank: number;
  readonly height: number;
}

/**
 * As many bars as there is room for, the worst first. Where there are more examples than columns, each column shows the
 * worst of its share. Heights are logarithms: the four decades below the worst are seen.
 */
export function barsOf({ order, losses, size }: Examples, columns: number): readonly Bar[] {
  const count = Math.min(size, Math.max(1, Math.floor(columns)));
  const finite = order.find((example) => Number.isFinite(losses[example]!));
  const worst = finite === undefined ? 0 : losses[finite]!;
  const height = (loss: number): number => {
    if (!Number.isFinite(loss)) return 1;
    return worst > 0 ? Math.max(0, 1 + Math.log10(Math.max(loss / worst, 1e-4)) / 4) : 0;
  };
  return Array.from({ length: count }, (_, i) => {
    const rank = Math.floor((i * size) / count);
    const example = order[rank]!;
    return { example, rank, height: height(losses[example]!) };
  });
}
