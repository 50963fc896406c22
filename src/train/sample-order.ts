import { Random } from "../array/random.ts";

/** The samples 0 … size − 1 in the order in which epoch `epoch` takes them: a permutation that follows from the seed. */
export function sampleOrder(size: number, isShuffled: boolean, seed: number, epoch: number): Uint32Array {
  return isShuffled
    ? new Random(seed, "shuffle").permutation(size, epoch)
    : Uint32Array.from({ length: size }, (_, i) => i);
}
