import { type FunctionBuilder, i32, ModuleBuilder, v128 } from "../backend/wasm/assembler.ts";
import { emitBarrier } from "../backend/wasm/barriers.ts";
import { Memory, type Region } from "../backend/wasm/memory.ts";
import { availableThreads, canShareMemory } from "../backend/wasm/sharing.ts";
import { type CandidateSquares, type Candidates, partialSums } from "./candidate-squares.ts";
import type { Observations } from "./observations.ts";
import { SharedMachine } from "./shared-machine.ts";

/** Addresses as immediates; `own` holds the address of the first sample of the block. */
interface Places {
  readonly own: number;
  readonly samples: number;
  readonly candidates: number;
  readonly squares: number;
  readonly rowBytes: number;
  readonly listBytes: number;
}

/**
 * The same sums as `PlainSquares`, to the bit, by generated WebAssembly SIMD on all threads. Rows lie all over the
 * memory, so it is the memory that sets the pace: about a third of a microsecond for two digits.
 */
export class MachineSquares implements CandidateSquares {
  readonly #memory: Memory;
  readonly #near: Candidates;
  readonly #places: Places;
  readonly #machine: SharedMachine;

  /** For blocks of at most `most` samples. They are copied. Throws LIMIT beyond 4 GiB. */
  static async open(x: Observations, near: Candidates, most: number, threads = availableThreads()) {
    const squares = new MachineSquares(x, near, most, canShareMemory() ? threads : 1);
    await squares.#machine.askThreads();
    return squares;
  }

  private constructor({ data, count, features }: Observations, near: Candidates, most: number, threads: number) {
    this.#near = near;
    this.#memory = new Memory(threads > 1);
    const stride = partialSums * Math.ceil(features / partialSums);
    const take = (words: number): Region => this.#memory.take(4 * words);
    this.#places = {
      own: take(1).start,
      samples: take(count * stride).start,
      candidates: take(most * near.size).start,
      squares: take(most * near.size).start,
      rowBytes: 4 * stride,
      listBytes: 4 * near.size,
    };
    const samples = this.#memory.view("f32", this.#places.samples, count * stride);
    for (let i = 0; i < count; i++) samples.set(data.subarray(i * features, (i + 1) * features), i * stride);
    this.#machine = new SharedMachine(moduleBytes(this.#places, this.#memory), this.#memory, threads);
  }

  between(first: number, last: number): Float32Array {
    const [{ indices, size }, places] = [this.#near, this.#places];
    this.#memory.view("i32", places.own, 1)[0] = places.samples + first * places.rowBytes;
    const wanted = indices.subarray(first * size, last * size);
    this.#memory.view("i32", places.candidates, wanted.length).set(wanted);
    this.#machine.run(0, last - first);
    return this.#memory.view("f32", places.squares, wanted.length) as Float32Array;
  }

  [Symbol.dispose](): void {
    this.#machine[Symbol.dispose]();
  }
}

function moduleBytes(places: Places, { type }: Memory): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const barrier = type.isShared ? emitBarrier(module) : undefined;
  module.export(emitRun(module, places, barrier));
  return module.bytes(type);
}

/** Rows `first` to before `last` of the block, shared out; then the threads meet. */
function emitRun(module: ModuleBuilder, places: Places, barrier: FunctionBuilder | undefined): FunctionBuilder {
  const [first, last, , thread, threads] = [0, 1, 2, 3, 4] as const;
  const f = module.function("run", [i32, i32, i32, i32, i32]);
  const local = (): number => f.local(i32);
  const [row, end, own, candidate, square, left] = [local(), local(), local(), local(), local(), local()];
  const share = (part: () => void): void => {
    f.get(last).get(first).sub();
    part();
    f.multiply().get(threads).divide().get(first).add();
  };
  share(() => void f.get(thread));
  f.set(row);
  share(() => void f.get(thread).constant(1).add());
  f.set(end);
  f.whileLess(row, end, () => {
    f.constant(places.own).loadI32(0).get(row).constant(places.rowBytes).multiply().add().set(own);
    f.constant(places.candidates).get(row).constant(places.listBytes).multiply().add().set(candidate);
    f.constant(places.squares).get(row).constant(places.listBytes).multiply().add().set(square);
    f.constant(places.listBytes / 4).set(left);
    f.loop(() => {
      emitPair(f, places, own, candidate, square);
      f.advance(candidate, 4).advance(square, 4);
      f.get(left).constant(1).sub().tee(left);
    });
    f.advance(row, 1);
  });
  if (barrier) f.get(threads).call(barrier);
  return f;
}

/** Writes ‖own − candidate‖² to the address `square`. */
function emitPair(f: FunctionBuilder, places: Places, own: number, candidate: number, square: number): void {
  f.borrow(i32, 3, (a, b, end) =>
    f.borrow(v128, 5, (difference, ...sums) => {
      for (const sum of sums) f.vectorConstant(0).set(sum);
      f.get(own).tee(a).constant(places.rowBytes).add().set(end);
      f.constant(places.samples).get(candidate).loadI32(0).constant(places.rowBytes).multiply().add().set(b);
      f.loop(() => {
        sums.forEach((sum, step) => {
          f.get(a)
            .memory("load", 16 * step)
            .get(b)
            .memory("load", 16 * step)
            .vector("sub")
            .tee(difference);
          f.get(difference).vector("mul").get(sum).vector("add").set(sum);
        });
        f.advance(a, 64).advance(b, 64);
        f.get(a).get(end).lessThan();
      });
      const [s0, s1, s2, s3] = sums as [number, number, number, number];
      f.get(s0).get(s1).vector("add").get(s2).get(s3).vector("add").vector("add").tee(s0);
      f.get(s0).get(s0).shuffle(2, 3, 0, 1).vector("add").tee(s0); // lane 0: 0 + 2, lane 1: 1 + 3
      f.get(s0).get(s0).shuffle(1, 0, 3, 2).vector("add").set(s0);
      f.get(square).get(s0).memory("storeLane32", 0, 0);
    }),
  );
}
