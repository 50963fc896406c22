import type { Access, AxisId, Buffer, BufferId, Kernel, Statement, ValueId } from "../../compile/kernel.ts";
import { type Lanes, lanesOf } from "../../compile/lanes.ts";
import type { TableData } from "../backend.ts";
import { compileContraction } from "./contract.ts";
import { compilePointwise } from "./pointwise.ts";
import { compileReduce } from "./reduce.ts";
import { denseStrides, type LoopOver, offsetsOf, runsOf } from "./runs.ts";

type Contract = Extract<Statement, { kind: "contract" }>;

const totalsBuffer: BufferId = -1;

/** Runs a kernel for one step. */
export type KernelFunction = (step: number) => void;

/** A block grows over whole parallel axes, from the last one on, up to this many points. */
const largestBlock = 8192;

/**
 * Turns a kernel into closures, once.
 *
 * The points of a kernel are visited in blocks, and within a block statement after statement: each statement is one
 * loop over the numbers of its value, which lie dense in an array of its own. A block spans all inner axes and as
 * many parallel ones as keep it in the cache. Statements that stay the same for all blocks run once.
 */
export function compileKernel(
  kernel: Kernel,
  buffers: readonly Buffer[],
  arrays: readonly TableData[],
): KernelFunction {
  const run = new KernelCompiler(kernel, buffers, arrays).compile();
  if (!kernel.prelude) return run;
  const runPrelude = compileKernel(kernel.prelude, buffers, arrays);
  return (step) => {
    runPrelude(step);
    run(step);
  };
}

/** A value of the kernel: its numbers in the present block, dense along those of its axes that the block spans. */
interface Value {
  readonly axes: readonly AxisId[];
  /** Those of its axes that are inner ones of the kernel. */
  readonly inner: readonly AxisId[];
  readonly data: Float32Array;
}

class KernelCompiler {
  readonly #kernel: Kernel;
  readonly #buffers: readonly Buffer[];
  readonly #arrays: readonly TableData[];
  readonly #lanes: Lanes;
  /** Axes that a block spans; the others are visited one point at a time. */
  readonly #isInBlock: readonly boolean[];
  readonly #values = new Map<ValueId, Value>();
  /** The sums of the kernel's contraction, at all its points; the buffer that is none of the plan's. */
  #totals = new Float32Array(0);
  /** Where the present block stands: the step, and its place along each axis that it does not span. */
  readonly #place = { step: 0, at: [] as number[] };

  constructor(kernel: Kernel, buffers: readonly Buffer[], arrays: readonly TableData[]) {
    this.#kernel = kernel;
    this.#buffers = buffers;
    this.#arrays = arrays;
    this.#lanes = lanesOf(kernel);
    this.#isInBlock = blockOf(kernel);
    this.#place.at = kernel.axes.map(() => 0);
  }

  compile(): KernelFunction {
    const before: (() => void)[] = [];
    const inBlock: (() => void)[] = [];
    const outer = this.#isInBlock.flatMap((is, axis) => (is || this.#extent(axis) === 1 ? [] : [axis]));
    for (const statement of this.#kernel.statements) {
      if (statement.kind === "contract") before.push(this.#contraction(statement));
      const run = this.#statement(statement);
      if (statement.axes.some((axis) => outer.includes(axis))) inBlock.push(run);
      else before.push(run);
    }
    const place = this.#place;
    const { at } = place;
    const extents = outer.map(this.#extent);
    const visit = (depth: number): void => {
      if (depth === outer.length) {
        for (const run of inBlock) run();
        return;
      }
      const axis = outer[depth]!;
      for (let i = 0; i < extents[depth]!; i++) {
        at[axis] = i;
        visit(depth + 1);
      }
      at[axis] = 0;
    };
    return (step) => {
      place.step = step;
      for (const run of before) run();
      if (inBlock.length > 0) visit(0);
    };
  }

  #extent = (axis: AxisId): number => this.#kernel.axes[axis]!.extent;

  #statement(statement: Statement): () => void {
    switch (statement.kind) {
      case "constant": {
        const { data } = this.#make(statement.id, []);
        return () => void data.fill(statement.value);
      }
      case "index":
        return this.#index(statement);
      case "load":
        return this.#load(statement.access, this.#make(statement.id, statement.axes));
      case "pointwise": {
        const inputs = statement.inputs.map((id) => this.#values.get(id)!);
        const out = this.#make(statement.id, statement.axes);
        const nest = this.#nest(
          out.axes,
          [out, ...inputs].map((value) => this.#stridesOf(value)),
        );
        return compilePointwise(
          statement.op,
          statement.primitive,
          out.data,
          inputs.map(({ data }) => data),
          nest,
        );
      }
      case "reduce":
        return this.#reduce(statement);
      case "contract":
        return this.#load(totalsOf(statement, this.#kernel), this.#make(statement.id, statement.axes));
      case "store":
        return this.#store(statement.access, statement.axes, this.#values.get(statement.value)!);
    }
  }

  #make(id: ValueId, axes: readonly AxisId[]): Value {
    const own = axes.filter((axis) => this.#isInBlock[axis]);
    const inner = axes.filter((axis) => axis >= this.#kernel.parallel);
    const data = new Float32Array(own.reduce((product, axis) => product * this.#extent(axis), 1));
    const value = { axes: own, inner, data };
    this.#values.set(id, value);
    return value;
  }

  /** How far each axis of the kernel moves in a value. */
  #stridesOf({ axes }: Value): number[] {
    const dense = denseStrides(axes.map(this.#extent));
    const strides = this.#kernel.axes.map(() => 0);
    axes.forEach((axis, i) => (strides[axis] = dense[i]!));
    return strides;
  }

  /** Loops over `axes` in arrays that have these strides along the axes of the kernel. */
  #nest(axes: readonly AxisId[], strides: readonly (readonly number[])[]) {
    const loops = axes.map((axis): LoopOver => ({ extent: this.#extent(axis), strides: strides.map((s) => s[axis]!) }));
    return runsOf(loops, strides.length);
  }

  #contraction(statement: Contract): () => void {
    this.#totals = new Float32Array(statement.axes.reduce((product, axis) => product * this.#extent(axis), 1));
    return compileContraction(statement, this.#kernel, this.#arrayOf, this.#totals);
  }

  /** The memory of a buffer; integers are read like numbers. */
  #arrayOf = (buffer: BufferId): Float32Array =>
    buffer === totalsBuffer ? this.#totals : (this.#arrays[buffer]! as Float32Array);

  /** Where an access begins in the present block. */
  #base({ buffer, strides }: Access): () => number {
    const place = this.#place;
    const { role, elements } = this.#buffers[buffer] ?? { role: "temporary", elements: 0 };
    const perStep = role === "perStep" || role === "metric" ? elements : 0;
    const moving = strides.flatMap((stride, axis) => (stride === 0 || this.#isInBlock[axis] ? [] : [axis]));
    return () => {
      let base = perStep * place.step;
      for (const axis of moving) base += place.at[axis]! * strides[axis]!;
      return base;
    };
  }

  #load(access: Access, out: Value): () => void {
    if (access.row) return this.#loadRows(access, access.row, out);
    const from = this.#arrayOf(access.buffer);
    const to = out.data;
    const { runs, count, starts, strides } = this.#nest(out.axes, [this.#stridesOf(out), access.strides]);
    const base = this.#base(access);
    const stride = strides[1]!;
    return () => {
      const start = base();
      for (let run = 0; run < runs; run++) {
        const at = start + starts[1]![run]!;
        for (let i = 0; i < count; i++) to[run * count + i] = from[at + i * stride]!;
      }
    };
  }

  /** Reads rows of a table, whose numbers stand in another buffer. */
  #loadRows(access: Access, row: NonNullable<Access["row"]>, out: Value): () => void {
    const table = this.#arrayOf(access.buffer);
    const numbers = this.#arrayOf(row.from.buffer);
    const to = out.data;
    const nest = this.#nest(out.axes, [this.#stridesOf(out), access.strides, row.from.strides]);
    const { runs, count, starts, strides } = nest;
    const [base, baseOfNumbers] = [this.#base(access), this.#base(row.from)];
    const [, stride, strideOfNumbers] = strides as [number, number, number];
    return () => {
      const [start, startOfNumbers] = [base(), baseOfNumbers()];
      for (let run = 0; run < runs; run++) {
        const at = start + starts[1]![run]!;
        const number = startOfNumbers + starts[2]![run]!;
        for (let i = 0; i < count; i++) {
          const begin = Math.trunc(numbers[number + i * strideOfNumbers]!) * row.stride;
          to[run * count + i] = table[at + begin + i * stride]!;
        }
      }
    };
  }

  #index({ id, axis }: Extract<Statement, { kind: "index" }>): () => void {
    const { data } = this.#make(id, [axis]);
    const { at } = this.#place;
    const first = (): number => (this.#isInBlock[axis] ? 0 : at[axis]!);
    return () => {
      for (let i = 0; i < data.length; i++) data[i] = first() + i;
    };
  }

  #reduce({ id, op, input, axes, folded }: Extract<Statement, { kind: "reduce" }>): () => void {
    const x = this.#values.get(input)!;
    const strides = this.#stridesOf(x);
    const inner = [...new Set([...x.inner, ...folded])].sort((a, b) => a - b);
    const lanes = this.#lanes.across === undefined ? this.#lanes.along(inner) : undefined;
    const hasLanes = lanes !== undefined && folded.includes(lanes);
    const innermost = hasLanes ? lanes : folded.at(-1)!;
    const loops = (list: readonly AxisId[]) =>
      list.map((axis) => ({ extent: this.#extent(axis), stride: strides[axis]! }));
    const out = this.#make(id, axes);
    return compileReduce(op, out.data, x.data, {
      starts: offsetsOf(loops(out.axes)),
      runs: offsetsOf(loops(folded.filter((axis) => axis !== innermost))),
      count: this.#extent(innermost),
      stride: strides[innermost]!,
      hasLanes,
    });
  }

  #store(access: Access, axes: readonly AxisId[], value: Value): () => void {
    const to = this.#arrayOf(access.buffer);
    const from = value.data;
    const own = axes.filter((axis) => this.#isInBlock[axis]);
    const { runs, count, starts, strides } = this.#nest(own, [access.strides, this.#stridesOf(value)]);
    const base = this.#base(access);
    const [stride, strideFrom] = strides as [number, number];
    return () => {
      const start = base();
      for (let run = 0; run < runs; run++) {
        const at = start + starts[0]![run]!;
        const first = starts[1]![run]!;
        for (let i = 0; i < count; i++) to[at + i * stride] = from[first + i * strideFrom]!;
      }
    };
  }
}

/** Where the rest of the kernel finds a contraction's sums. */
function totalsOf({ axes }: Contract, kernel: Kernel): Access {
  const dense = denseStrides(axes.map((axis) => kernel.axes[axis]!.extent));
  return { buffer: totalsBuffer, strides: kernel.axes.map((_, axis) => dense[axes.indexOf(axis)] ?? 0) };
}

/** Which axes a block spans: the inner ones, and parallel ones from the last on; never none if there is one. */
function blockOf({ axes, parallel }: Kernel): boolean[] {
  let points = axes.slice(parallel).reduce((product, { extent }) => product * extent, 1);
  const isInBlock = axes.map((_, axis) => axis >= parallel);
  for (let axis = parallel - 1; axis >= 0; axis--) {
    points *= axes[axis]!.extent;
    if (points > largestBlock && axis < axes.length - 1) break;
    isInBlock[axis] = true;
  }
  return isInBlock;
}
