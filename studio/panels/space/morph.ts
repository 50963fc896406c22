import type { WarpStage } from "../../worker/views/warp.ts";

/** Positions between two layers: at 1.25, a quarter of the way from the first layer to the second. */
export function morphed(
  stages: readonly Pick<WarpStage, "grid" | "training" | "validation">[],
  part: "grid" | "training" | "validation",
  at: number,
): Float32Array {
  const last = stages.length - 1;
  const from = Math.max(0, Math.min(last, Math.floor(at)));
  const a = stages[from]![part];
  const share = Math.max(0, Math.min(1, at - from));
  if (share === 0 || from === last) return a;
  const b = stages[from + 1]![part];
  return Float32Array.from(a, (value, i) => value + share * (b[i]! - value));
}
