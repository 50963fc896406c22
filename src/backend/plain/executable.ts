import type { Plan } from "../../compile/kernel.ts";
import type { TableData } from "../backend.ts";
import { PlanExecutable } from "../plan-executable.ts";
import { compileKernel, type KernelFunction } from "./kernel.ts";

/** A plan as closures over typed arrays. */
export class PlainExecutable extends PlanExecutable {
  readonly #arrays: readonly TableData[];
  readonly #kernels: readonly KernelFunction[];

  constructor(plan: Plan, arrays: readonly TableData[], steps: number) {
    super(plan, steps, 1);
    this.#arrays = arrays;
    this.#kernels = plan.kernels.map((kernel) => compileKernel(kernel, plan.buffers, arrays));
  }

  protected runSteps(first: number, last: number): void {
    for (let step = first; step < last; step++) for (const kernel of this.#kernels) kernel(step);
  }

  protected view(id: number): TableData {
    return this.#arrays[id]!;
  }

  [Symbol.dispose](): void {} // nothing is held
}
