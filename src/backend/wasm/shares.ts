import type { Kernel, Plan } from "../../compile/kernel.ts";
import { type FunctionBuilder, i32, type Local, type ModuleBuilder } from "./assembler.ts";
import { atomics, barriersOf, claimWords, emitBarrier } from "./barriers.ts";
import { workOfNest } from "./cost.ts";

/** Value computations of a share, some microseconds: little beside them are a claim, and the wait for the last one. */
const leastShare = 65_536;

/** Of a kernel's function (see `kernelParameters`): the thread's number, and how many there are. */
const [threadParameter, threadsParameter]: readonly [Local, Local] = [2, 3];

/** A loop whose passes threads share, no matter which thread takes which. */
export interface SharedLoop {
  readonly kernel: Kernel;
  readonly count: number;
  /** Writes the passes from `first` to before `last`, and may change `first`. Called once. */
  readonly run: (first: Local, last: Local) => void;
  /** Writes what is left over beside the passes, if anything is. */
  readonly rest: (() => void) | undefined;
  /** Each thread's part is the same each time the loop runs. */
  readonly isFixed: boolean;
}

/** How threads share the kernels of one plan. */
export class PlanShares {
  readonly #plan: Plan;
  readonly #barriers: readonly boolean[];
  readonly #barrier: FunctionBuilder;
  /** Addresses of words at which passes are claimed: each kernel has one for itself and one for its prelude until all meet. */
  readonly #claims = new Map<Kernel, number>();

  constructor(plan: Plan, module: ModuleBuilder) {
    this.#plan = plan;
    this.#barriers = barriersOf(plan);
    this.#barrier = emitBarrier(module, true);
    let word = 0;
    plan.kernels.forEach((kernel, i) => {
      if (this.#barriers[i]) word = 0;
      this.#claims.set(kernel, claimWords + 4 * word++);
      if (kernel.prelude) this.#claims.set(kernel.prelude, claimWords + 4 * word++);
    });
  }

  /** Writes into `run` what thread number `thread` of `threads` does where kernel i is due: `call`, once all may start. */
  inTurn(i: number, run: FunctionBuilder, thread: Local, threads: Local, call: () => void): void {
    if (this.#barriers[i]) this.meet(run, threads);
    if (this.#plan.kernels[i]!.parallel > 0) call();
    else run.get(thread).isZero().when(call);
  }

  /** Writes the wait for all threads. */
  meet(run: FunctionBuilder, threads: Local): void {
    run.get(threads).call(this.#barrier);
  }

  readonly shareOut = (f: FunctionBuilder, loop: SharedLoop): void => {
    const { count, rest, isFixed } = loop;
    if (rest) f.get(threadParameter).isZero().when(rest); // before this thread claims passes, so that it can claim fewer
    if (count <= 0) return;
    if (isFixed) shareEvenly(f, loop);
    else shareByClaims(f, loop, this.#claims.get(loop.kernel)!);
  };
}

function shareEvenly(f: FunctionBuilder, { count, run }: SharedLoop): void {
  f.borrow(i32, 2, (first, last) => {
    const bound = (): void => void f.constant(count).multiply().get(threadsParameter).divide();
    f.get(threadParameter);
    bound();
    f.set(first).get(threadParameter).constant(1).add();
    bound();
    f.set(last);
    run(first, last);
  });
}

/**
 * Some passes after the other are claimed, so that a thread whose processor is slower, or is taken away for a while,
 * does less. A loop of little work is cut into as many shares as there are threads.
 */
function shareByClaims(f: FunctionBuilder, { kernel, count, run }: SharedLoop, word: number): void {
  const least = Math.ceil((leastShare * count) / workOfNest(kernel));
  f.borrow(i32, 3, (first, last, size) => {
    const claim = (): void => {
      f.constant(word).get(size).atomic(atomics.addAndGetOld, 0).set(first);
      f.get(first).get(size).add().set(last);
    };
    const isLeft = (): void => void f.get(first).constant(count).lessThan();
    f.constant(count - 1)
      .get(threadsParameter)
      .divide()
      .constant(1)
      .add()
      .set(size);
    if (least < count) {
      f.constant(least).get(size).lessThan();
      f.when(() => void f.constant(least).set(size));
    }
    claim();
    isLeft();
    f.when(() => {
      f.loop(() => {
        f.constant(count).get(last).lessThan();
        f.when(() => void f.constant(count).set(last));
        run(first, last);
        claim();
        isLeft();
      });
    });
  });
}
