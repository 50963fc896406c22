import { sizeOf } from "../array/ndarray.ts";
import type { Buffer, BufferId, Plan } from "../compile/kernel.ts";
import { NablaError } from "../errors.ts";
import type { Executable, TableData } from "./backend.ts";
import { copyIn, copyOut } from "./strided.ts";

/** What the host does with a plan that is ready to run, whatever runs it: inputs, outputs, per-step tables, metrics. */
export abstract class PlanExecutable implements Executable {
  readonly steps: number;
  readonly threads: number;
  readonly #plan: Plan;

  constructor(plan: Plan, steps: number, threads: number) {
    this.#plan = plan;
    this.steps = steps;
    this.threads = threads;
  }

  /** Runs the steps from `first` to before `last`. */
  protected abstract runSteps(first: number, last: number): void;

  /** The memory of a buffer: all steps of it, for `perStep` and `metric`. */
  protected abstract view(id: BufferId): TableData;

  abstract [Symbol.dispose](): void;

  run(first: number, count: number): void {
    if (!(first >= 0 && count >= 0 && first + count <= this.steps))
      throw new RangeError(`steps ${first} to ${first + count} of ${this.steps}`);
    this.runSteps(first, first + count);
  }

  setInput(name: string, data: ArrayLike<number>): void {
    const { buffer, memory } = this.#find("input", name);
    copyIn(data, buffer.shape, buffer.strides, memory);
  }

  getOutput(name: string, out: Float32Array): void {
    const { buffer, memory } = this.#find("output", name);
    copyOut(memory, 0, buffer.shape, buffer.strides, out);
  }

  setSteps(name: string, first: number, data: ArrayLike<number>): void {
    const { buffer, memory } = this.#find("perStep", name);
    const size = sizeOf(buffer.shape);
    if (first * size + data.length > this.steps * size)
      throw new NablaError("LIMIT", `"${name}" has room for ${this.steps} steps`, {
        hint: "Load the plan with more steps.",
      });
    if (buffer.elements === size) return memory.set(data, first * size);
    for (let step = 0; step * size < data.length; step++)
      copyIn(data, buffer.shape, buffer.strides, memory, (first + step) * buffer.elements, step * size);
  }

  getMetric(name: string, first: number, count: number): Float32Array {
    const { buffer, memory } = this.#find("metric", name);
    return Float32Array.from(memory.subarray(first * buffer.elements, (first + count) * buffer.elements));
  }

  #find(role: Buffer["role"], name: string): { buffer: Buffer; memory: TableData } {
    const { buffers } = this.#plan;
    const id = buffers.findIndex((buffer) => buffer.role === role && buffer.name === name);
    const buffer = buffers[id];
    if (!buffer)
      throw new NablaError("OPTION", `the plan has no ${role} "${name}"`, {
        hint: `It has ${buffers.flatMap((b) => (b.role === role ? [b.name] : [])).join(", ") || "none"}.`,
      });
    return { buffer, memory: this.view(id) };
  }
}
