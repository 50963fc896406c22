import { elementBytes, type Kernel, type Plan } from "../../compile/kernel.ts";
import { type FunctionBuilder, i32, type MemoryType, ModuleBuilder } from "./assembler.ts";
import { emitContraction } from "./contract.ts";
import { kernelParameters, type Target } from "./emitter.ts";
import { emitLoops } from "./loops.ts";
import { isRecentEngine } from "./platform.ts";
import type { Sharing } from "./threads.ts";

export interface ModuleOptions {
  /** Address of each buffer of the plan. */
  readonly addresses: readonly number[];
  /** Whether a·b + c may round once. */
  readonly isFused: boolean;
  /** For a module that several threads may run together. */
  readonly sharing?: Sharing | undefined;
  readonly memory: MemoryType;
  /** Steps of a product's inner loop that are written out; default what suits the engine. Changes no bit. */
  readonly unroll?: number;
}

export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of memory that each thread uses while it runs. */
  readonly scratchBytes: number;
}

/**
 * The machine code of a plan: one function per kernel, and `run(first, last, scratch, thread, threads)`, which runs the
 * steps from `first` to before `last`. Every thread calls it with its own number and its own scratch memory. Kernels of
 * one thread run one after the other, so they share scratch memory.
 */
export function emitModule(plan: Plan, options: ModuleOptions): CompiledModule {
  const module = new ModuleBuilder();
  const { sharing } = options;
  const unroll = options.unroll ?? (isRecentEngine() ? 8 : 1);
  let scratchBytes = 0;
  const shares = sharing && new sharing.PlanShares(plan, module);
  const kernels = plan.kernels.map((kernel) => {
    let used = 0;
    const target: Target = {
      addressOf: (buffer) => options.addresses[buffer]!,
      typeOf: (buffer) => plan.buffers[buffer]!.type,
      stepBytesOf: (buffer) => stepBytes(plan, buffer),
      isFused: options.isFused,
      unroll,
      shareOut: shares?.shareOut,
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
  run.whileLess(first, last, () => {
    kernels.forEach((kernel, i) => {
      const call = (): void => void run.get(first).get(scratch).get(thread).get(threads).call(kernel);
      if (shares) shares.inTurn(i, run, thread, threads, call);
      else call();
    });
    shares?.meet(run, threads);
    run.advance(first, 1);
  });
  module.export(run);
  return { bytes: module.bytes(options.memory), scratchBytes };
}

function emitKernel(f: FunctionBuilder, kernel: Kernel, target: Target): void {
  if (kernel.statements.some(({ kind }) => kind === "contract")) emitContraction(f, kernel, target);
  else emitLoops(f, kernel, target);
}

/** Bytes between the slices of two steps; 0 for a buffer that all steps share. */
export function stepBytes({ buffers }: Plan, buffer: number): number {
  const { role, elements, type } = buffers[buffer]!;
  return role === "perStep" || role === "metric" ? elements * elementBytes[type] : 0;
}
