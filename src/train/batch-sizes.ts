import { now } from "./clock.ts";
import { Pace } from "./pace.ts";

/** Sizes of batches that plans are made for; a smaller rest is filled up with zeros, so that there are few plans. */
const sizes = [1, 4, 16, 64, 256];

/** Size of the batch in which to take `left` samples or the first of them. */
export const batchFor = (left: number): number => sizes.find((size) => size >= left) ?? sizes.at(-1)!;

/** Samples `first` … `first + count − 1`, to be taken in a batch of `batch`. */
interface Part {
  readonly first: number;
  readonly count: number;
  readonly batch: number;
}

/** All samples in batches, one after another, with pauses in which everything else has its turn. */
export async function* inBatches(size: number): AsyncGenerator<Part, void, void> {
  const pace = new Pace();
  for (let first = 0; first < size; ) {
    const began = now();
    const batch = batchFor(size - first);
    const count = Math.min(batch, size - first);
    yield { first, count, batch };
    first += count;
    pace.ran(1, now() - began);
    if (pace.isDue && first < size) await pace.pause();
  }
}
