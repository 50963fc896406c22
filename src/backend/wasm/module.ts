import { elementBytes, type Kernel, type Plan } from "../../compile/kernel.ts";
import { type FunctionBuilder, i32, type MemoryType, ModuleBuilder } from "./assembler.ts";
import { barriersOf } from "./barriers.ts";
import { emitContraction } from "./contract.ts";
import { kernelParameters, type Target } from "./emitter.ts";
import { emitLoops } from "./loops.ts";
import { isRecentEngine } from "./platform.ts";

export interface ModuleOptions {
  /** Address of each buffer of the plan. */
  readonly addresses: readonly number[];
  /** Whether a·b + c may round once. */
  readonly isFused: boolean;
  /** Whether several threads may run it together. */
  readonly isShared: boolean;
  readonly memory: MemoryType;
  /** Steps of a product's inner loop that are written out; default what suits the engine. Changes no bit. */
  readonly unroll?: number;
}

export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of memory that each thread uses while it runs. */
  readonly scratchBytes: number;
}

/** Words of the memory's first 64 bytes at which threads meet. */
const arrivedWord = 16;
const generationWord = 32;
/** How often a thread looks for the others before it lies down: some tens of microseconds. */
const spins = 20_000;

/**
 * The machine code of a plan: one function per kernel, and `run(first, last, scratch, thread, threads)`, which runs the
 * steps from `first` to before `last`. Every thread calls it with its own number and its own scratch memory. Kernels of
 * one thread run one after the other, so they share scratch memory.
 */
export function emitModule(plan: Plan, options: ModuleOptions): CompiledModule {
  const module = new ModuleBuilder();
  const { isShared } = options;
  const unroll = options.unroll ?? (isRecentEngine() ? 8 : 1);
  let scratchBytes = 0;
  const barrier = isShared ? emitBarrier(module) : undefined;
  const kernels = plan.kernels.map((kernel) => {
    let used = 0;
    const target: Target = {
      addressOf: (buffer) => options.addresses[buffer]!,
      typeOf: (buffer) => plan.buffers[buffer]!.type,
      stepBytesOf: (buffer) => stepBytes(plan, buffer),
      isFused: options.isFused,
      unroll,
      isShared,
      scratch(bytes) {
        const offset = used;
        used += Math.ceil(bytes / 64) * 64;
        return offset;
      },
    };
    const f = module.function(kernel.name, kernelParameters);
    if (kernel.prelude) emitKernel(f, kernel.prelude, target);
    emitKernel(f, kernel, target);
    scratchBytes = Math.max(scratchBytes, used);
    return f;
  });

  const [first, last, scratch, thread, threads] = [0, 1, 2, 3, 4] as const;
  const run = module.function("run", [i32, i32, i32, i32, i32]);
  const meet = (): void => void (barrier && run.get(threads).call(barrier));
  const barriers = barriersOf(plan);
  run.whileLess(first, last, () => {
    kernels.forEach((kernel, i) => {
      if (barriers[i]) meet();
      const call = (): void => void run.get(first).get(scratch).get(thread).get(threads).call(kernel);
      if (isShared && isSerial(plan.kernels[i]!)) run.get(thread).isZero().when(call);
      else call();
    });
    meet();
    run.advance(first, 1);
  });
  module.export(run);
  return { bytes: module.bytes(options.memory), scratchBytes };
}

function emitKernel(f: FunctionBuilder, kernel: Kernel, target: Target): void {
  if (kernel.statements.some(({ kind }) => kind === "contract")) emitContraction(f, kernel, target);
  else emitLoops(f, kernel, target);
}

const isSerial = (kernel: Kernel): boolean => kernel.parallel === 0;

/**
 * Waits until all threads have arrived: the last one starts a new generation. They look for a while, which costs less
 * than half a microsecond when nobody is late, and then sleep.
 */
export function emitBarrier(module: ModuleBuilder): FunctionBuilder {
  const f = module.function("barrier", [i32]);
  const threads = 0;
  const [generation, looks] = [f.local(i32), f.local(i32)];
  f.constant(0).atomic("load", generationWord).set(generation);
  f.get(threads).constant(1).equals().isZero();
  f.when(() => {
    f.constant(0).constant(1).atomic("addAndGetOld", arrivedWord).constant(1).add().get(threads).equals();
    f.when(
      () => {
        f.constant(0).constant(0).atomic("store", arrivedWord);
        f.constant(0).constant(1).atomic("addAndGetOld", generationWord).drop();
        f.constant(0).constant(-1).atomic("notify", generationWord).drop();
      },
      () => {
        const isStillOld = (): void => void f.constant(0).atomic("load", generationWord).get(generation).equals();
        f.loop(() => {
          f.get(looks).constant(spins).lessThan();
          f.when(
            () => void f.advance(looks, 1),
            () => void f.constant(0).get(generation).forever().atomic("wait", generationWord).drop(),
          );
          isStillOld();
        });
      },
    );
  });
  return f;
}

/** Bytes between the slices of two steps; 0 for a buffer that all steps share. */
export function stepBytes({ buffers }: Plan, buffer: number): number {
  const { role, elements, type } = buffers[buffer]!;
  return role === "perStep" || role === "metric" ? elements * elementBytes[type] : 0;
}
