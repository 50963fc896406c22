import { sizeOf } from "../array/ndarray.ts";
import type { Buffer, BufferId, Plan } from "../compile/kernel.ts";
import { NablaError } from "../errors.ts";
import { stridesOf } from "../graph/shape.ts";
import type { Executable, TableData } from "./backend.ts";
import { copyIn, copyOut } from "./strided.ts";

/** What the host does with a plan that is ready to run, whatever runs it: inputs, outputs, per-step tables, metrics. */
export abstract class PlanExecutable implements Executable {
  readonly steps: number;
  readonly threads: number;
  readonly #plan: Plan;
  readonly #found: Partial<Record<Buffer["role"], Map<string, Found>>> = {};

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
    const { buffer, memory, isCompact } = this.#find("input", name);
    if (isCompact) memory.set(data);
    else copyIn(data, buffer.shape, buffer.strides, memory);
  }

  getOutput(name: string, out: Float32Array): void {
    const { buffer, memory, isCompact } = this.#find("output", name);
    if (isCompact) for (let i = 0; i < out.length; i++) out[i] = memory[i]!;
    else copyOut(memory, 0, buffer.shape, buffer.strides, out);
  }

  setSteps(name: string, first: number, data: ArrayLike<number>): void {
    const { buffer, memory } = this.#find("perStep", name);
    const size = sizeOf(buffer.shape);
    if (first * size + data.length > this.steps * size)
      throw new NablaError("LIMIT", `"${name}" has room for ${this.steps} steps`);
    if (buffer.elements === size) return memory.set(data, first * size);
    const shape = [data.length / size, ...buffer.shape];
    copyIn(data, shape, [buffer.elements, ...buffer.strides], memory, first * buffer.elements);
  }

  getMetric(name: string, first: number, count: number): Float32Array {
    const { buffer, memory } = this.#find("metric", name);
    return memory.slice(first * buffer.elements, (first + count) * buffer.elements) as Float32Array;
  }

  /** The buffer of a role and name. Found places are kept, so that a prediction allocates nothing. */
  #find(role: Buffer["role"], name: string): Found {
    const known = this.#found[role]?.get(name);
    if (known && known.memory.length > 0) return known; // memory that has grown leaves empty views behind
    const { buffers } = this.#plan;
    const id = buffers.findIndex((buffer) => buffer.role === role && buffer.name === name);
    const buffer = buffers[id];
    if (!buffer) throw new NablaError("OPTION", `the plan has no ${role} "${name}"`);
    const dense = stridesOf(buffer.shape);
    const isCompact = buffer.shape.every((extent, axis) => extent === 1 || buffer.strides[axis] === dense[axis]);
    const found = { buffer, memory: this.view(id), isCompact };
    (this.#found[role] ??= new Map()).set(name, found);
    return found;
  }
}

interface Found {
  readonly buffer: Buffer;
  readonly memory: TableData;
  /** Whether it lies in row-major order without padding between rows. */
  readonly isCompact: boolean;
}
