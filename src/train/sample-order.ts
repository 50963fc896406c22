import { Random } from "../array/random.ts";

/** The order in which epochs take the samples 0 … size − 1: permutations that follow from the seed. */
export class SampleOrder {
  readonly #random: Random | undefined;
  readonly #rows: ArrayLike<number> | undefined;
  readonly #order: Uint32Array;
  /** Of which #order is. */
  #epoch: number | undefined = -1;

  /** `rows`: what is given in place of each sample's number. */
  constructor(size: number, isShuffled: boolean, seed: number, rows?: ArrayLike<number>) {
    this.#random = isShuffled ? new Random(seed, "shuffle") : undefined;
    this.#rows = rows;
    this.#order = new Uint32Array(size);
  }

  /** The samples of an epoch, until another one's are asked for: an order costs as much as the data are long. */
  of(epoch: number): Uint32Array {
    const order = this.#order;
    const key = this.#random && epoch; // without shuffling, all epochs are alike
    if (this.#epoch !== key) {
      this.#epoch = key;
      for (let i = 0; i < order.length; i++) order[i] = this.#rows?.[i] ?? i;
      this.#random?.shuffle(order, epoch);
    }
    return order;
  }
}
