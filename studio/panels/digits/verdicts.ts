/** What the net said of every picture of the test set, as the worker's view `digitTest` gives it. */
export interface Verdicts {
  /** Steps of training after which it was asked. */
  readonly step: number;
  /** Of each picture: the digit that it is, the one that the net said, and the loss. */
  readonly labels: Uint8Array;
  readonly said: Uint8Array;
  readonly losses: Float32Array;
}

/** `counts[true][said]`, and sums of it. */
export interface Confusion {
  readonly counts: readonly (readonly number[])[];
  readonly right: number;
  readonly size: number;
  /** The most common mistake: the end of the grey scale. At least 1. */
  readonly mostWrong: number;
}

const digits = 10;

export function confusionOf({ labels, said }: Pick<Verdicts, "labels" | "said">): Confusion {
  const counts = Array.from({ length: digits }, () => new Array<number>(digits).fill(0));
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]![said[i]!]!++;
  const right = counts.reduce((sum, row, digit) => sum + row[digit]!, 0);
  const mostWrong = Math.max(1, ...counts.flatMap((row, digit) => row.filter((_, other) => other !== digit)));
  return { counts, right, size: labels.length, mostWrong };
}

/** Share of the pictures of a digit that the net knew; NaN where there are none. */
export const shareRight = ({ counts }: Confusion, digit: number): number =>
  counts[digit]![digit]! / counts[digit]!.reduce((sum, count) => sum + count, 0);

/** One cell of the matrix. */
export interface Cell {
  readonly digit: number;
  readonly said: number;
}

/** Rows of the test set in one cell, the largest loss first; without a cell, of all mistakes. */
export function worstOf({ labels, said, losses }: Verdicts, cell: Cell | null, most: number): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < labels.length; row++) {
    const isWanted = cell ? labels[row] === cell.digit && said[row] === cell.said : labels[row] !== said[row];
    if (isWanted) rows.push(row);
  }
  return rows.sort((a, b) => losses[b]! - losses[a]! || a - b).slice(0, most);
}
