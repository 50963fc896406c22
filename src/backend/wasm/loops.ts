import type { AxisId, Kernel, Statement, ValueId } from "../../compile/kernel.ts";
import { type Lanes, lanesOf } from "../../compile/lanes.ts";
import { combiners } from "../combiners.ts";
import { type FunctionBuilder, type Local, v128 } from "./assembler.ts";
import { KernelEmitter, type Spill, type Target } from "./emitter.ts";
import type { Lanes as Vector } from "./machine.ts";

type Reduce = Extract<Statement, { kind: "reduce" }>;
type Store = Extract<Statement, { kind: "store" }>;

/** Results of a kernel that one nest of inner loops computes together. */
interface Segment {
  readonly level: number;
  readonly inner: readonly AxisId[];
  readonly folded: readonly AxisId[];
  readonly reduces: Reduce[];
  readonly stores: Store[];
}

/** Inner loops of at most this many value computations are written out. */
const unrollBudget = 160;

/**
 * Writes a kernel without a contraction: loops over its parallel axes, and inside, segment after segment, the inner
 * loops that its reductions and stores need. Lanes run along a parallel axis if memory does, else along inner axes.
 */
export function emitLoops(f: FunctionBuilder, kernel: Kernel, target: Target): void {
  const emitter = new KernelEmitter(f, kernel, target);
  const segments = segmentsOf(kernel);
  const isInner = (axis: AxisId): boolean => axis >= kernel.parallel;
  const parallel = kernel.axes.map((_, axis) => axis).filter((axis) => !isInner(axis));
  const inner = kernel.axes.map((_, axis) => axis).filter(isInner);
  const lanes = lanesOf(kernel);
  const { across } = lanes;
  const order = across === undefined ? parallel : [...parallel.filter((axis) => axis !== across), across];
  const roots = segments.flatMap(({ reduces, stores }) => [
    ...reduces.map(({ input }) => input),
    ...stores.map(({ value }) => value),
  ]);
  const writer = new SegmentWriter(emitter, segments, lanes);

  const nest = (depth: number): void => {
    if (depth === order.length) return writer.writeAll();
    const axis = order[depth]!;
    emitter.hoist(roots, [...order.slice(depth), ...inner]);
    if (axis === across) {
      emitter.vectorAxis = axis;
      emitter.loopVectors(axis, needsExactLanes(kernel, axis, emitter), depth === 0, () => nest(depth + 1));
    } else if (depth === 0) emitter.loopShared(axis, emitter.extent(axis), 1, () => nest(depth + 1));
    else emitter.loop(axis, emitter.extent(axis), 1, () => nest(depth + 1));
  };
  nest(0);
}

/** Whether what the last vector does with its padding matters. */
function needsExactLanes(kernel: Kernel, axis: AxisId, emitter: KernelEmitter): boolean {
  return kernel.statements.some((statement) => {
    if (statement.kind === "reduce") return statement.folded.includes(axis);
    if (statement.kind === "load") {
      const { row, strides } = statement.access;
      return (row && row.from.strides[axis] !== 0) || strides[axis]! > 1;
    }
    return (
      statement.kind === "store" && (statement.access.strides[axis]! > 1 || emitter.mayOverrun(statement.access, axis))
    );
  });
}

/** A value is computed at a level: one more than the reductions it needs. Segments of one level and loop run together. */
function segmentsOf(kernel: Kernel): Segment[] {
  const level = new Map<ValueId, number>();
  const axesOf = new Map<ValueId, readonly AxisId[]>();
  const segments: Segment[] = [];
  const isInner = (axis: AxisId): boolean => axis >= kernel.parallel;
  const segment = (at: number, inner: readonly AxisId[], folded: readonly AxisId[] | undefined): Segment => {
    const isSame = (a: readonly AxisId[], b: readonly AxisId[]) =>
      a.length === b.length && a.every((axis) => b.includes(axis));
    const found = segments.find(
      (s) =>
        s.level === at &&
        isSame(s.inner, inner) &&
        (folded === undefined || s.reduces.length === 0 || isSame(s.folded, folded)),
    );
    if (found && (folded === undefined || found.reduces.length > 0)) return found;
    const made: Segment = { level: at, inner, folded: folded ?? [], reduces: [], stores: found?.stores ?? [] };
    if (found) segments.splice(segments.indexOf(found), 1, made);
    else segments.push(made);
    return made;
  };
  for (const statement of kernel.statements) {
    if (statement.kind === "store") {
      segment(level.get(statement.value)!, statement.axes.filter(isInner), undefined).stores.push(statement);
      continue;
    }
    axesOf.set(statement.id, statement.axes);
    if (statement.kind === "reduce") {
      const below = level.get(statement.input)!;
      const inner = [...new Set([...axesOf.get(statement.input)!.filter(isInner), ...statement.folded])].sort(
        (a, b) => a - b,
      );
      segment(below, inner, statement.folded).reduces.push(statement);
      level.set(statement.id, below + 1);
    } else {
      const inputs = statement.kind === "pointwise" ? statement.inputs : [];
      level.set(statement.id, Math.max(0, ...inputs.map((input) => level.get(input)!)));
    }
  }
  return segments.sort((a, b) => a.level - b.level);
}

class SegmentWriter {
  readonly #emitter: KernelEmitter;
  readonly #segments: readonly Segment[];
  readonly #lanes: Lanes;
  readonly #isUnrolled: boolean;

  constructor(emitter: KernelEmitter, segments: readonly Segment[], lanes: Lanes) {
    this.#emitter = emitter;
    this.#segments = segments;
    this.#lanes = lanes;
    this.#isUnrolled = this.#unrolledSize() <= unrollBudget;
  }

  writeAll(): void {
    this.#emitter.forgetSpills();
    this.#segments.forEach((segment, i) => this.#write(segment, this.#segments.slice(i + 1)));
  }

  /** Value computations if every inner loop is written out. */
  #unrolledSize(): number {
    const { kernel } = this.#emitter;
    const along = (axis: AxisId): number => this.#emitter.extent(axis);
    const places = (axes: readonly AxisId[]): number => {
      const inner = axes.filter((axis) => axis >= kernel.parallel);
      const vector = this.#lanes.along(inner);
      return inner.reduce((product, axis) => product * (axis === vector ? Math.ceil(along(axis) / 4) : along(axis)), 1);
    };
    return kernel.statements.reduce((total, statement) => {
      const axes = statement.kind === "reduce" ? [...statement.axes, ...statement.folded] : statement.axes;
      const hasInner = axes.some((axis) => axis >= kernel.parallel);
      return (
        total + (hasInner ? places(axes) * (statement.kind === "pointwise" && isExpensive(statement.op) ? 4 : 1) : 0)
      );
    }, 0);
  }

  #write(segment: Segment, later: readonly Segment[]): void {
    const emitter = this.#emitter;
    const before = emitter.vectorAxis;
    if (this.#lanes.across === undefined) emitter.vectorAxis = this.#lanes.along(segment.inner);
    const kept = segment.inner.filter((axis) => !segment.folded.includes(axis));
    const spills = this.#isUnrolled ? [] : this.#spillsOf(segment, later);
    // lanes may stand along another axis where a sum is read, so it goes through memory unless they stay across points
    const staysInLanes = kept.length === 0 || (this.#isUnrolled && this.#lanes.across !== undefined);
    const sums = staysInLanes ? [] : segment.reduces.map(({ id }) => emitter.prepareSpill(id, kept));
    const roots = [...segment.reduces.map(({ input }) => input), ...segment.stores.map(({ value }) => value)];
    if (!this.#isUnrolled) emitter.hoist(roots, segment.inner);

    this.#each(kept, segment, () => {
      const totals = segment.reduces.map((reduce) => {
        const total = emitter.f.local(v128);
        const { identity } = combiners[reduce.op]!;
        emitter.f.vectorConstant(identity).set(total);
        return total;
      });
      this.#each(segment.folded, segment, () => {
        segment.reduces.forEach((reduce, i) => this.#accumulate(reduce, totals[i]!));
        for (const store of segment.stores) emitter.store(store.access, store.value, store.axes);
        for (const spill of spills) spill.store();
      });
      segment.reduces.forEach((reduce, i) => this.#finish(reduce, totals[i]!));
      for (const sum of sums) sum.store();
    });
    for (const spill of [...spills, ...sums]) spill.publish();
    emitter.vectorAxis = before;
  }

  /** Visits every place of `axes`, written out or in loops, the vector axis innermost. */
  #each(axes: readonly AxisId[], segment: Segment, body: () => void): void {
    const emitter = this.#emitter;
    const vector = this.#lanes.across === undefined ? emitter.vectorAxis : undefined;
    const order = [...axes.filter((axis) => axis !== vector), ...axes.filter((axis) => axis === vector)];
    const visit = (depth: number): void => {
      if (depth === order.length) return body();
      const axis = order[depth]!;
      const extent = emitter.extent(axis);
      const isVector = axis === vector;
      const exact = isVector && (segment.folded.includes(axis) || needsExactLanes(emitter.kernel, axis, emitter));
      if (!this.#isUnrolled) {
        if (isVector) emitter.loopVectors(axis, exact, false, () => visit(depth + 1));
        else emitter.loop(axis, extent, 1, () => visit(depth + 1));
        return;
      }
      for (let place = 0; place < extent; place += isVector ? 4 : 1)
        emitter.at(axis, place, () => {
          if (isVector) emitter.withLanes(Math.min(4, extent - place), () => visit(depth + 1));
          else visit(depth + 1);
        });
    };
    visit(0);
  }

  #accumulate(reduce: Reduce, total: Local): void {
    const { f, machine, vectorAxis, validLanes } = this.#emitter;
    const { identity, combine } = combiners[reduce.op]!;
    const value = this.#emitter.value(reduce.input);
    const isTail =
      this.#lanes.across === undefined &&
      vectorAxis !== undefined &&
      reduce.folded.includes(vectorAxis) &&
      validLanes < 4;
    machine.scope(() => {
      const masked = isTail
        ? machine.keep(machine.select(firstLanes(f, validLanes), value, machine.constant(identity)))
        : value;
      combine<Vector>(machine, () => void f.get(total), masked)();
      f.set(total);
    });
  }

  /** Folds the lanes, always in the same order: (0 ∘ 2) ∘ (1 ∘ 3). */
  #finish(reduce: Reduce, total: Local): void {
    const { f, machine, vectorAxis } = this.#emitter;
    const { combine } = combiners[reduce.op]!;
    if (this.#lanes.across === undefined && vectorAxis !== undefined && reduce.folded.includes(vectorAxis))
      for (const [a, b, c, d] of [
        [2, 3, 0, 1],
        [1, 0, 3, 2],
      ] as const)
        machine.scope(() => {
          const turned = machine.keep(() => void f.get(total).get(total).shuffle(a, b, c, d));
          combine<Vector>(machine, () => void f.get(total), turned)();
          f.set(total);
        });
    this.#emitter.define(reduce.id, total);
  }

  /** Costly values of this segment that a later one reads as well. */
  #spillsOf(segment: Segment, later: readonly Segment[]): Spill[] {
    const emitter = this.#emitter;
    const needed = (s: Segment): Set<ValueId> => {
      const found = new Set<ValueId>();
      const visit = (id: ValueId): void => {
        const statement = emitter.statement(id);
        if (found.has(id) || statement.kind !== "pointwise" || emitter.isKnown(id)) return;
        found.add(id);
        statement.inputs.forEach(visit);
      };
      for (const { input } of s.reduces) visit(input);
      for (const { value } of s.stores) visit(value);
      return found;
    };
    const laterNeeds = new Set(later.flatMap((s) => [...needed(s)]));
    return [...needed(segment)].flatMap((id) => {
      const statement = emitter.statement(id);
      const inner = statement.axes.filter((axis) => axis >= emitter.kernel.parallel);
      const isCostly = statement.kind === "pointwise" && isExpensive(statement.op);
      const isHere = inner.length === segment.inner.length && inner.length > 0;
      return isCostly && isHere && laterNeeds.has(id) && !emitter.isSpilled(id)
        ? [emitter.prepareSpill(id, inner)]
        : [];
    });
  }
}

/** A mask of the first `count` lanes. */
const firstLanes =
  (f: FunctionBuilder, count: number): Vector =>
  () =>
    void f.laneMask(count);

/** Ops that cost enough to be stored between the loops of a kernel instead of being computed again. */
const isExpensive = (op: string): boolean =>
  ["exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "softplus", "div", "sqrt", "random"].includes(op);
