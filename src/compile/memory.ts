/** When a value is first written and last read, as positions in the kernel order. */
export interface Lifetime {
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
}

export interface MemoryPlan {
  /** Byte offset of each value in the arena, in the order given. */
  readonly offsets: readonly number[];
  readonly arenaBytes: number;
}

/**
 * Gives every value a fixed place in one arena, so that a step allocates nothing.
 *
 * Greedy by size: the largest first, each at the lowest offset not taken by a value alive at the same time
 * (Pisarchyk & Lee 2020, arXiv:2001.03288, "Greedy by Size for Offset Calculation"). O(n²) in the number of values.
 *
 * Invariant: values whose lifetimes overlap never overlap in memory.
 */
export function planMemory(lifetimes: readonly Lifetime[], alignment = 64): MemoryPlan {
  const placed: { readonly offset: number; readonly bytes: number; readonly life: Lifetime }[] = [];
  const offsets = new Array<number>(lifetimes.length).fill(0);
  let arenaBytes = 0;
  const largestFirst = lifetimes.map((_, i) => i).sort((i, j) => lifetimes[j]!.bytes - lifetimes[i]!.bytes || i - j);

  for (const i of largestFirst) {
    const life = lifetimes[i]!;
    const bytes = Math.ceil(life.bytes / alignment) * alignment;
    let offset = 0;
    for (const other of placed) {
      const isAliveTogether = other.life.start <= life.end && life.start <= other.life.end;
      if (!isAliveTogether) continue;
      if (offset + bytes <= other.offset) break; // fits in the gap below `other`
      offset = Math.max(offset, other.offset + other.bytes);
    }
    offsets[i] = offset;
    arenaBytes = Math.max(arenaBytes, offset + bytes);
    placed.push({ offset, bytes, life });
    placed.sort((a, b) => a.offset - b.offset);
  }
  return { offsets, arenaBytes };
}
