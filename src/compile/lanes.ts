import type { AxisId, Kernel } from "./kernel.ts";
import { vectorWidth } from "./layout.ts";

/**
 * Along which axis the lanes of a vector stand. It belongs to the kernel and not to a backend, because it fixes the
 * order in which a reduction adds: lanes across parallel points add one by one; lanes along a folded axis keep four
 * partial results that are folded as (0 ∘ 2) ∘ (1 ∘ 3) at the end. So every backend gets the same bits.
 */
export interface Lanes {
  /** A parallel axis that all statements follow. */
  readonly across?: AxisId;
  /** Where `across` is absent: the axis for statements with these inner axes; undefined: one point at a time. */
  readonly along: (inner: readonly AxisId[]) => AxisId | undefined;
}

/**
 * Lanes follow the memory: the axis along which most accesses are neighbours, a parallel one if it is as good. Rows of
 * two vectors or less would leave lanes idle and fold them every time, so there lanes go across many rows.
 */
export function lanesOf(kernel: Kernel): Lanes {
  const all = kernel.axes.map((_, axis) => axis);
  const parallel = bestAxis(kernel, all.slice(0, kernel.parallel));
  const inner = bestAxis(kernel, all.slice(kernel.parallel));
  const isNarrow = inner !== undefined && kernel.axes[inner.axis]!.extent <= 2 * vectorWidth;
  if (parallel && (!inner || parallel.score >= inner.score || isNarrow))
    return { across: parallel.axis, along: () => undefined };
  return { along: (axes) => bestAxis(kernel, axes)?.axis };
}

function bestAxis(kernel: Kernel, axes: readonly AxisId[]): { axis: AxisId; score: number } | undefined {
  let best: { axis: AxisId; score: number } | undefined;
  for (const axis of axes) {
    let score = 0;
    for (const statement of kernel.statements) {
      if (statement.kind !== "load" && statement.kind !== "store") continue;
      const { strides, row } = statement.access;
      const isScattered = row !== undefined && row.from.strides[axis] !== 0;
      if (isScattered || strides[axis]! > 1) score -= 2;
      else if (strides[axis] === 1) score += 1;
    }
    if (!best || score >= best.score) best = { axis, score };
  }
  return best;
}
