import { accessesOf } from "../../compile/access.ts";
import type { Access, AxisId, BufferId, Kernel, Statement, ValueId } from "../../compile/kernel.ts";
import { type ElementType, elementBytes } from "../../compile/kernel.ts";
import { padded } from "../../compile/layout.ts";
import { type FunctionBuilder, i32, type Local, v128 } from "./assembler.ts";
import { type Lanes, WasmMachine } from "./machine.ts";
import type { SharedLoop } from "./shares.ts";

/** Where things lie and what the module is for: everything a kernel's code depends on besides the kernel. */
export interface Target {
  /** Byte address of a buffer in memory. */
  readonly addressOf: (buffer: BufferId) => number;
  readonly typeOf: (buffer: BufferId) => ElementType;
  /** Bytes from one step's slice of the buffer to the next; 0 for buffers that all steps share. */
  readonly stepBytesOf: (buffer: BufferId) => number;
  /** Whether a·b + c may round once. */
  readonly isFused: boolean;
  /** Steps of a product's inner loop that are written out, where it is long. */
  readonly unroll: number;
  /** Shares a loop out among threads (see shares.ts); undefined for one thread. */
  readonly shareOut: ((f: FunctionBuilder, loop: SharedLoop) => void) | undefined;
  /** Reserves memory that a kernel uses while it runs, and returns its distance from the thread's scratch memory. */
  readonly scratch: (bytes: number) => number;
}

/**
 * Parameters of every kernel function: the step it computes, where its thread's scratch memory begins, the thread's
 * number and how many there are.
 */
export const kernelParameters = [i32, i32, i32, i32] as const;
const stepParameter: Local = 0;
export const scratchParameter: Local = 1;

const lanes = 4;

/**
 * Writes the code of a kernel's values and accesses. Loops are entered by the callers; the emitter keeps track of
 * where it stands: for each axis a part known while emitting (`at`) and a part that a running loop has added to its
 * offsets. Accesses with the same strides share one offset variable, because buffers lie at fixed addresses that go
 * into the instructions.
 */
export class KernelEmitter {
  readonly f: FunctionBuilder;
  readonly kernel: Kernel;
  readonly target: Target;
  readonly machine: WasmMachine;
  /** The axis along which the four lanes stand; undefined: all lanes are equal. */
  vectorAxis: AxisId | undefined;
  /** Lanes that hold points of the axis; the others are padding. */
  validLanes = lanes;

  /** By the value they compute. */
  readonly #statements: Exclude<Statement, { kind: "store" }>[] = [];
  /** For each axis, the part of its place that is known now. */
  readonly #at: number[];
  /** For each axis, the part that a running loop has added, where somebody asks for it. */
  readonly #counters: (Local | undefined)[] = [];
  readonly #signatures = new Map<string, Signature>();
  /** The same by access: the text that tells signatures apart is written once for each. */
  readonly #signatureOf = new Map<Access, Signature>();
  #known: Map<string, { readonly type: typeof i32 | typeof v128; readonly local: Local }>[] = [new Map()];
  readonly #spilled = new Map<ValueId, Access>();
  readonly #wideSpills = new Set<BufferId>();
  readonly #spillAddress = new Map<BufferId, number>();

  constructor(f: FunctionBuilder, kernel: Kernel, target: Target) {
    this.f = f;
    this.kernel = kernel;
    this.target = target;
    this.machine = new WasmMachine(f, target.isFused);
    this.#at = kernel.axes.map(() => 0);
    for (const statement of kernel.statements)
      if (statement.kind !== "store") this.#statements[statement.id] = statement;
    for (const access of accessesOf(kernel.statements)) this.#sign(access);
    for (const signature of this.#signatures.values())
      if (signature.stepBytes > 0) {
        signature.offset = f.local(i32);
        f.get(stepParameter).constant(signature.stepBytes).multiply().set(signature.offset);
      }
  }

  // ---- loops --------------------------------------------------------------------------------------------------

  extent(axis: AxisId): number {
    return this.kernel.axes[axis]!.extent;
  }

  /** Runs `body` at `count` places along `axis`, `stride` apart, starting from where it stands. */
  loop(axis: AxisId, count: number, stride: number, body: () => void): void {
    if (count <= 0) return;
    if (count === 1) return this.scope(body);
    this.#moving(axis, stride, undefined, (advance) => {
      this.f.repeat(count, () => {
        this.scope(body);
        advance();
      });
    });
  }

  /** The same, and `rest` for what such places leave over; each thread takes its part. For the outermost loop of a kernel. */
  loopShared(axis: AxisId, count: number, stride: number, body: () => void, rest?: () => void, isFixed = false): void {
    const { kernel, f } = this;
    const { shareOut } = this.target;
    if (!shareOut) {
      this.loop(axis, count, stride, body);
      return rest?.();
    }
    const run = (first: Local, last: Local): void =>
      this.#moving(axis, stride, first, (advance) => {
        f.whileLess(first, last, () => {
          this.scope(body);
          advance();
          f.advance(first, 1);
        });
      });
    shareOut(f, { kernel, count, isFixed, run, rest });
  }

  /** Gives the accesses that vary along `axis` offsets of their own while `body` runs, from `first` strides on. */
  #moving(axis: AxisId, stride: number, first: Local | undefined, body: (advance: () => void) => void): void {
    const { f } = this;
    const moving = [...this.#signatures.values()].filter(({ strides }) => strides[axis] !== 0);
    const before = moving.map(({ offset }) => offset);
    const start = (from: Local | undefined, step: number): Local => {
      const local = f.local(i32);
      if (from === undefined) f.constant(0);
      else f.get(from);
      if (first !== undefined) f.get(first).constant(step).multiply().add();
      f.set(local);
      return local;
    };
    for (const signature of moving) signature.offset = start(signature.offset, signature.strides[axis]! * stride);
    const outerCounter = this.#counters[axis];
    const counter = this.#usesIndexOf(axis) ? start(outerCounter, stride) : undefined;
    if (counter !== undefined) this.#counters[axis] = counter;

    body(() => {
      for (const { offset, strides } of moving) f.advance(offset!, strides[axis]! * stride);
      if (counter !== undefined) f.advance(counter, stride);
    });

    moving.forEach((signature, i) => {
      f.release(i32, signature.offset!);
      signature.offset = before[i];
    });
    if (counter === undefined) return;
    f.release(i32, counter);
    this.#counters[axis] = outerCounter;
  }

  /** Runs `body` once for every vector along the vector axis; with `exact`, the last one knows its valid lanes. */
  loopVectors(axis: AxisId, exact: boolean, isOutermost: boolean, body: () => void): void {
    const extent = this.extent(axis);
    const full = exact ? Math.floor(extent / lanes) : Math.ceil(extent / lanes);
    const rest = (): void =>
      this.at(axis, full * lanes, () => this.withLanes(extent - full * lanes, () => this.scope(body)));
    const hasRest = full * lanes < extent;
    if (isOutermost) return this.loopShared(axis, full, lanes, body, hasRest ? rest : undefined);
    this.loop(axis, full, lanes, body);
    if (hasRest) rest();
  }

  /** Runs `body` at a place known now, `offset` further along `axis`. */
  at(axis: AxisId, offset: number, body: () => void): void {
    const before = this.#at[axis]!;
    this.#at[axis] = before + offset;
    body();
    this.#at[axis] = before;
  }

  withLanes(valid: number, body: () => void): void {
    const before = this.validLanes;
    this.validLanes = valid;
    body();
    this.validLanes = before;
  }

  /** Values computed inside are forgotten at the end: a loop body's, or a branch's. */
  scope(body: () => void): void {
    this.#known.push(new Map());
    body();
    for (const { type, local } of this.#known.pop()!.values()) this.f.release(type, local);
  }

  // ---- values -------------------------------------------------------------------------------------------------

  /** The value at the present place: emits what it still takes, and returns how to read it. */
  value(id: ValueId): Lanes {
    const statement = this.#statements[id]!;
    if (statement.kind === "constant") return this.machine.constant(statement.value);
    const known = this.#find(this.#key(statement.axes, `v${id}`));
    if (known !== undefined) return () => void this.f.get(known);
    const spilled = this.#spilled.get(id);
    if (spilled) return this.#remember(id, () => this.#emitLoad(spilled));
    if (statement.kind === "load") return this.#remember(id, () => this.#emitLoad(statement.access));
    if (statement.kind === "index") return this.#remember(id, () => this.#emitIndex(statement.axis));
    const { inputs: ids, primitive } = statement as Extract<Statement, { kind: "pointwise" }>; // sums are known by now
    const inputs = ids.map((input) => this.value(input));
    const local = this.f.local(v128);
    this.machine.scope(() => {
      primitive<Lanes>(this.machine, ...inputs)();
      this.f.set(local);
    });
    return this.define(id, local);
  }

  /** Names a local as the value `id` at the present place, for the rest of the scope. */
  define(id: ValueId, local: Local): Lanes {
    const { axes } = this.#statements[id]!;
    this.#known.at(-1)!.set(this.#key(axes, `v${id}`), { type: v128, local });
    return () => void this.f.get(local);
  }

  isKnown(id: ValueId): boolean {
    const statement = this.#statements[id]!;
    return statement.kind === "constant" || this.#find(this.#key(statement.axes, `v${id}`)) !== undefined;
  }

  statement = (id: ValueId) => this.#statements[id]!;

  /** Computes now, outside the loops to come, what of `roots` does not vary along `axes`. */
  hoist(roots: readonly ValueId[], axes: readonly AxisId[]): void {
    const seen = new Set<ValueId>();
    const isFixed = (own: readonly AxisId[]): boolean => own.every((axis) => !axes.includes(axis));
    const visit = (id: ValueId): boolean => {
      const statement = this.#statements[id]!;
      if (statement.kind === "constant" || this.isKnown(id)) return true;
      if (statement.kind === "reduce" || statement.kind === "contract") return false;
      if (seen.has(id)) return false;
      seen.add(id);
      const isReady = statement.kind !== "pointwise" || statement.inputs.map(visit).every(Boolean);
      if (!isReady || !isFixed(statement.axes)) {
        if (statement.kind === "load" && statement.access.row) {
          const row = statement.access.row;
          const rowAxes = row.from.strides.flatMap((stride, axis) => (stride === 0 ? [] : [axis]));
          if (isFixed(rowAxes)) this.#rowOffset(rowInBytes(row, elementBytes[this.#typeOf(statement.access.buffer)]));
        }
        return false;
      }
      this.value(id);
      return true;
    };
    for (const id of roots) visit(id);
  }

  isSpilled(id: ValueId): boolean {
    return this.#spilled.has(id);
  }

  /** The code for another set of points begins: what was kept for the last one is not theirs. */
  forgetSpills(): void {
    this.#spilled.clear();
  }

  /** Makes room for `id` between the loops of the kernel. Called before the loops that compute it. */
  prepareSpill(id: ValueId, inner: readonly AxisId[]): Spill {
    const isWide = this.vectorAxis !== undefined && this.vectorAxis < this.kernel.parallel; // each place holds four lanes
    const strides = this.kernel.axes.map(() => 0);
    let stride = isWide ? lanes : 1;
    for (const axis of [...inner].reverse()) {
      strides[axis] = stride;
      stride *= stride === 1 ? padded(this.extent(axis)) : this.extent(axis);
    }
    const buffer = -1 - id; // a place of the kernel's own, beside the plan's buffers
    if (!this.#spillAddress.has(buffer)) this.#spillAddress.set(buffer, this.target.scratch(stride * 4));
    if (isWide) this.#wideSpills.add(buffer);
    const access = { buffer, strides };
    this.#sign(access);
    return {
      store: () => this.store(access, id, inner),
      publish: () => void this.#spilled.set(id, access),
    };
  }

  store(access: Access, id: ValueId, axes: readonly AxisId[]): void {
    const value = this.value(id);
    // another store at this place may still need what is overwritten here
    for (const old of this.kernel.statements)
      if (old.kind === "load" && old.access.buffer === access.buffer) this.value(old.id);
    const vector = this.vectorAxis;
    const stride = vector === undefined ? 0 : access.strides[vector]!;
    const { base, push } = this.#address(access);
    if (this.#wideSpills.has(access.buffer)) {
      push();
      value();
      this.f.memory("store", base);
    } else if (vector === undefined || !axes.includes(vector) || stride === 0) {
      push();
      value();
      this.f.memory("storeLane32", base, 0);
    } else if (stride === 1 && (this.validLanes === lanes || this.#ownsPadding(access, vector))) {
      push();
      value();
      this.f.memory("store", base);
    } else
      for (let lane = 0; lane < this.validLanes; lane++) {
        push();
        value();
        this.f.memory("storeLane32", base + lane * stride * 4, lane);
      }
  }

  /** Whether a store of `access` may fill the padding of its row, or would meet the next row there. */
  mayOverrun(access: Access, axis: AxisId): boolean {
    return access.strides[axis] === 1 && this.extent(axis) % lanes !== 0 && !this.#ownsPadding(access, axis);
  }

  #ownsPadding(access: Access, vector: AxisId): boolean {
    const row = padded(this.extent(vector));
    return access.strides.every(
      (stride, axis) => axis === vector || stride === 0 || this.extent(axis) === 1 || stride >= row,
    );
  }

  // ---- accesses -----------------------------------------------------------------------------------------------

  /** The fixed part of an access's address, and the code that pushes the moving part. */
  #address(access: Access): { base: number; push: () => void } {
    const { buffer } = access;
    const { offset, strides } = this.#sign(access);
    let base = this.#spillAddress.get(buffer) ?? this.target.addressOf(buffer);
    for (let axis = 0; axis < strides.length; axis++) base += this.#at[axis]! * strides[axis]!;
    const row = access.row && this.#rowOffset(rowInBytes(access.row, elementBytes[this.#typeOf(buffer)]));
    return {
      base,
      push: () => {
        if (row === undefined && offset === undefined) this.f.constant(0);
        if (row !== undefined) this.f.get(row);
        if (offset !== undefined) this.f.get(offset);
        if (row !== undefined && offset !== undefined) this.f.add();
      },
    };
  }

  /** The address of an access at the present place as one pushed number, for code that makes its own pointers. */
  pushAddress(access: Access): void {
    const { base, push } = this.#address(access);
    push();
    this.f.constant(base).add();
  }

  #typeOf(buffer: BufferId): ElementType {
    return buffer < 0 ? "f32" : this.target.typeOf(buffer);
  }

  /** Byte offset of the row that an access reads, from the row number found in memory. */
  #rowOffset(row: NonNullable<Access["row"]>, lane = 0): Local {
    const axes = row.from.strides.flatMap((stride, axis) => (stride === 0 ? [] : [axis]));
    const key = this.#key(axes, `row${lane} ${JSON.stringify(row)}`);
    const known = this.#find(key);
    if (known !== undefined) return known;
    const { base, push } = this.#address(row.from);
    const stride = this.vectorAxis === undefined ? 0 : row.from.strides[this.vectorAxis]!;
    push();
    if (this.#typeOf(row.from.buffer) === "i32") this.f.loadI32(base + lane * stride * 4);
    else this.f.loadF32(base + lane * stride * 4).truncate();
    this.f.constant(row.stride).multiply();
    const local = this.f.local(i32);
    this.f.set(local);
    this.#known.at(-1)!.set(key, { type: i32, local });
    return local;
  }

  #emitLoad(access: Access): void {
    const vector = this.vectorAxis;
    const type = this.#typeOf(access.buffer);
    const stride = vector === undefined ? 0 : access.strides[vector]!;
    const rowVaries = vector !== undefined && access.row !== undefined && access.row.from.strides[vector] !== 0;
    if (rowVaries) return this.#emitScatteredLoad(access, type);
    const { base, push } = this.#address(access);
    push();
    if (this.#wideSpills.has(access.buffer)) this.#emitVectorLoad(type, base);
    else if (stride === 0) this.#emitSplat(type, base);
    else if (stride === 1) this.#emitVectorLoad(type, base);
    else {
      this.#emitSplat(type, base);
      for (let lane = 1; lane < this.validLanes; lane++)
        this.#emitLane(type, push, base + lane * stride * elementBytes[type], lane);
    }
  }

  /** Each lane reads a row of its own; lanes of padding have no row and repeat the first. */
  #emitScatteredLoad(access: Access, type: ElementType): void {
    const row = access.row!;
    const bytes = elementBytes[type];
    const vector = this.vectorAxis!;
    const inRow = { buffer: access.buffer, strides: access.strides };
    const rows = Array.from({ length: this.validLanes }, (_, lane) => this.#rowOffset(rowInBytes(row, bytes), lane));
    const { base, push } = this.#address(inRow);
    rows.forEach((offset, lane) => {
      const pushLane = (): void => {
        push();
        this.f.get(offset).add();
      };
      const at = base + lane * access.strides[vector]! * bytes;
      if (lane > 0) return this.#emitLane(type, pushLane, at, lane);
      pushLane();
      this.#emitSplat(type, at);
    });
  }

  #emitSplat(type: ElementType, base: number): void {
    if (type === "u8") this.f.loadU8(base).fromI32().vector("splat");
    else this.f.memory("loadSplat32", base);
    if (type === "i32") this.f.vector("fromI32");
  }

  #emitVectorLoad(type: ElementType, base: number): void {
    if (type === "u8") this.f.memory("loadZero32", base).vector("extendLowU8").vector("extendLowU16").vector("fromU32");
    else this.f.memory("load", base);
    if (type === "i32") this.f.vector("fromI32");
  }

  /** Replaces one lane of the vector on the stack. */
  #emitLane(type: ElementType, push: () => void, base: number, lane: number): void {
    push();
    if (type === "u8") this.f.loadU8(base).fromI32();
    else if (type === "i32") this.f.loadI32(base).fromI32();
    else this.f.loadF32(base);
    this.f.lane("replaceLane", lane);
  }

  #emitIndex(axis: AxisId): void {
    const place = this.#at[axis]!;
    const step = axis === this.vectorAxis ? 1 : 0;
    this.f.vectorConstant(place, place + step, place + 2 * step, place + 3 * step);
    const counter = this.#counters[axis];
    if (counter !== undefined) this.f.get(counter).fromI32().vector("splat").vector("add");
  }

  #remember(id: ValueId, emit: () => void): Lanes {
    emit();
    const local = this.f.local(v128);
    this.f.set(local);
    return this.define(id, local);
  }

  #find(key: string): Local | undefined {
    for (let i = this.#known.length - 1; i >= 0; i--) {
      const found = this.#known[i]!.get(key);
      if (found) return found.local;
    }
    return undefined;
  }

  /** A value's name at the present place: places along its own axes tell unrolled copies apart, and so do lanes. */
  #key(axes: readonly AxisId[], name: string): string {
    let key = name;
    for (const axis of axes) key += axis === this.vectorAxis ? `,${this.#at[axis]} ${axis}` : `,${this.#at[axis]}`;
    return key;
  }

  #usesIndexOf(axis: AxisId): boolean {
    return this.kernel.statements.some((statement) => statement.kind === "index" && statement.axis === axis);
  }

  #sign(access: Access): Signature {
    const signed = this.#signatureOf.get(access);
    if (signed) return signed;
    const bytes = elementBytes[this.#typeOf(access.buffer)];
    const isScratch = access.buffer < 0;
    const stepBytes = isScratch ? 0 : this.target.stepBytesOf(access.buffer);
    const strides = access.strides.map((stride) => stride * bytes);
    const key = `${strides.join(",")} ${stepBytes} ${isScratch}`;
    let signature = this.#signatures.get(key);
    if (!signature) {
      signature = { strides, stepBytes, offset: isScratch ? scratchParameter : undefined };
      this.#signatures.set(key, signature);
    }
    this.#signatureOf.set(access, signature);
    return signature;
  }
}

/** A value kept in memory between two loops of a kernel. */
export interface Spill {
  /** Inside the loops that compute it: writes it. */
  readonly store: () => void;
  /** After them: from here on it is read. */
  readonly publish: () => void;
}

/** Accesses that move alike: one offset serves them all. */
interface Signature {
  /** Bytes along each axis. */
  readonly strides: readonly number[];
  readonly stepBytes: number;
  /** How far running loops have moved it; undefined while none has. */
  offset: Local | undefined;
}

const rowInBytes = (row: NonNullable<Access["row"]>, bytes: number): NonNullable<Access["row"]> => ({
  from: row.from,
  stride: row.stride * bytes,
});
