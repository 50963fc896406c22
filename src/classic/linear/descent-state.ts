/** What the passes of dual coordinate descent change, for some machines over the same samples. */
export interface DescentState {
  /** α [size, machines] */
  readonly alpha: Float64Array;
  /**
   * For each sample the machines in which it still takes part, a bit each. Machines go in groups, machine m in group
   * m mod groups, each with an array of its own, so that threads do not write to one word.
   */
  readonly taking: readonly Uint32Array[];
  /** Sums and bounds of each machine [machines, registers]. */
  readonly registers: Float64Array;
}

/**
 * Places among a machine's registers: Σα and Σ ½Dα²; the slopes of the pass before, since a sample at a bound whose slope
 * leads further out than these is settled; and of this pass so far the slopes and the gap.
 */
export const register = {
  sum: 0,
  penalty: 1,
  steepestBefore: 2,
  lowestBefore: 3,
  steepest: 4,
  lowest: 5,
  gap: 6,
} as const;
export const registers = 8;

export const plainState = (size: number, machines: number): DescentState => ({
  alpha: new Float64Array(size * machines),
  taking: [new Uint32Array(size)],
  registers: new Float64Array(registers * machines),
});

/** The samples that take part in one of the machines at least. */
export function takingPart({ taking: [first, ...others] }: DescentState): Uint32Array {
  const list = Uint32Array.from(first!);
  for (const group of others) for (let i = 0; i < list.length; i++) list[i]! |= group[i]!;
  let count = 0;
  for (let i = 0; i < list.length; i++) if (list[i] !== 0) list[count++] = i; // never beyond what was read
  return list.subarray(0, count);
}
