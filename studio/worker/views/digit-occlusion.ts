import type { ServedSession } from "nabla/worker";

export interface OcclusionQuestion {
  readonly pixels: Float32Array;
  readonly side: number;
  /** Side of the patch that covers the picture. */
  readonly patch: number;
}

export interface Occlusion {
  /** The digit that the net says of the whole picture, and how sure it is. */
  readonly digit: number;
  readonly probability: number;
  /** For the patch around each pixel: how much of that probability is lost while it is covered. Below 0: gained. */
  readonly lost: Float32Array;
}

/**
 * How sure the net stays of its answer while a patch of no ink covers the picture, around each pixel in turn (Zeiler &
 * Fergus 2014, section 4.2). One prediction for each pixel, in one batch.
 */
export async function digitOcclusion(
  { model }: ServedSession,
  { pixels, side, patch }: OcclusionQuestion,
): Promise<Occlusion> {
  const size = side * side;
  const covered = new Float32Array((size + 1) * size);
  covered.set(pixels); // the first is the whole picture
  const before = Math.floor(patch / 2);
  for (let at = 0; at < size; at++) {
    const start = (at + 1) * size;
    covered.set(pixels, start);
    const [left, top] = [(at % side) - before, Math.floor(at / side) - before];
    for (let row = Math.max(0, top); row < Math.min(side, top + patch); row++)
      covered.fill(0, start + row * side + Math.max(0, left), start + row * side + Math.min(side, left + patch));
  }
  const { data, shape } = await model.predict({ shape: [size + 1, size], data: covered });
  const classes = shape[1]!;
  const digit = largest(data.subarray(0, classes));
  const probability = data[digit]!;
  const lost = Float32Array.from({ length: size }, (_, at) => probability - data[(at + 1) * classes + digit]!);
  return { digit, probability, lost };
}

/** Place of the largest number; the first where several are. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
