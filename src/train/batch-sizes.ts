/** Sizes of batches that plans are made for; a smaller rest is filled up with zeros, so that there are few plans. */
const sizes = [1, 4, 16, 64, 256];

/** Size of the batch in which to take `left` samples or the first of them. */
export const batchFor = (left: number): number => sizes.find((size) => size >= left) ?? sizes.at(-1)!;
