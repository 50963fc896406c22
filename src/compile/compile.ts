import type { Tensor } from "../graph/tensor.ts";
import { accessesOf, statementsOf } from "./access.ts";
import { type Fusion, fuse, fuseNothing, type Group, scheduleGroups } from "./fuse.ts";
import {
  type Buffer,
  type BufferId,
  type BufferRole,
  type ElementType,
  elementBytes,
  type Kernel,
  type Plan,
} from "./kernel.ts";
import { layoutOf, leafLayout } from "./layout.ts";
import { lower } from "./lower.ts";
import { type Lifetime, planMemory } from "./memory.ts";
import { type Destination, type Program, type Result, resultsOf } from "./program.ts";
import { simplify } from "./simplify.ts";
import { isComputed, isRegrouping, resolve } from "./space.ts";

/** The plan of a program: simplify → fuse → give every value a place → lower to kernels → plan memory. */
export const compile = (program: Program): Plan => planOf(program, fuse);

/** The plan with a kernel for every op: what fusion is compared with. */
export const compileUnfused = (program: Program): Plan => planOf(program, fuseNothing);

function planOf(program: Program, fuse: (results: readonly Tensor[]) => Fusion): Plan {
  const results = simplify(resultsOf(program));
  const fusion = fuse(results.map(({ value }) => value));
  const reads = readsOf(fusion);
  const { order, shadowed } = orderGroups(results, fusion, reads);

  const buffers = new BufferTable();
  const destinationOf = new Map(results.map(({ value, destination }) => [value, destination]));
  const isRead = new Set(reads.map(({ source }) => source));
  for (const { source } of reads) if (!isComputed(source)) buffers.leaf(source);
  for (const { value, destination } of results) buffers.result(value, destination, shadowed.has(value));
  for (const group of order)
    for (const node of nodesOf(group)) if (isRead.has(node) && !destinationOf.has(node)) buffers.temporary(node);

  const kernels = order.map((group, i) => lower(group, fusion, buffers, nameOf(group, i)));
  for (const value of shadowed) kernels.push(buffers.unshadow(value, destinationOf.get(value)!, kernels.length));
  return { buffers: buffers.list, kernels, ...planArena(buffers.list, kernels) };
}

interface Read {
  readonly source: Tensor;
  readonly by: Tensor;
  readonly group: Group;
  /** Read at the very point at which the reader's group computes it, so that it may be replaced there. */
  readonly isPointwise: boolean;
}

/** Every read of memory: a leaf that is fed, or a value that another kernel computes. */
function readsOf(fusion: Fusion): Read[] {
  return fusion.groups.flatMap((group) =>
    nodesOf(group).flatMap((by): Read[] => {
      const operands = isRegrouping(by) ? [resolve(by.inputs[0]!, [])] : fusion.spaces.get(by)!.operands;
      return operands
        .filter(
          ({ source }) => fusion.groupOf.get(source) !== group && !(source.op.kind === "leaf" && source.op.generate),
        )
        .map(({ source, map }) => ({
          source,
          by,
          group,
          isPointwise: by.op.kind === "pointwise" && map.every((axis, dimension) => axis === dimension),
        }));
    }),
  );
}

/**
 * The order of the kernels. A state is replaced where it lies if every other reader of its old value can come first
 * (the product with Wᵀ before W's own update) and its own kernel reads it only at the same point; otherwise its new
 * value waits in a shadow until the end of the step.
 */
function orderGroups(results: readonly Result[], fusion: Fusion, reads: readonly Read[]) {
  const before: (readonly [Group, Group])[] = [];
  const shadowed = new Set<Tensor>();
  let order = scheduleGroups(fusion.groups, before)!;
  for (const { value, destination } of results) {
    if (destination.kind !== "state") continue;
    const writer = fusion.groupOf.get(value)!;
    const readers = reads.filter(({ source }) => source === destination.state);
    const waits = readers.map(({ group }) => [group, writer] as const);
    const inside = readers.filter(({ group }) => group === writer);
    const isSafeInside =
      inside.every(({ by, isPointwise }) => isPointwise && sameLoops(by, value, fusion)) &&
      isReadInTime(
        inside.map(({ by }) => by),
        value,
        writer,
        fusion,
      );
    const withWaits = isSafeInside ? scheduleGroups(fusion.groups, [...before, ...waits]) : undefined;
    if (withWaits) {
      before.push(...waits);
      order = withWaits;
    } else shadowed.add(value);
  }
  return { order, shadowed };
}

/**
 * Whether nothing in the group can ask for the old value after `value` was stored. Values that are cheap are computed
 * again where they are needed, so what follows pointwise from `readers` must be at `value`'s loops, and neither after a
 * reduction that `value` does not wait for nor folded in a loop nest that may come later.
 */
function isReadInTime(readers: readonly Tensor[], value: Tensor, group: Group, fusion: Fusion): boolean {
  const level = new Map<Tensor, number>(); // reductions on the way to a node
  const needsOld = new Set<Tensor>(readers);
  const own = nodesOf(group);
  for (const node of own) {
    const inputs = fusion.spaces.get(node)!.operands.map(({ source }) => source);
    const below = Math.max(0, ...inputs.map((source) => level.get(source) ?? 0));
    level.set(node, node.op.kind === "reduce" ? below + 1 : below);
    if (node.op.kind === "pointwise" && inputs.some((source) => needsOld.has(source))) needsOld.add(node);
  }
  const isInPrelude = (node: Tensor): boolean => group.prelude?.nodes.includes(node) ?? false;
  return own.every((node) => {
    if (node.op.kind === "reduce") {
      const isFolded = fusion.spaces.get(node)!.operands.some(({ source }) => needsOld.has(source));
      return !isFolded || level.get(node)! <= level.get(value)!;
    }
    if (!needsOld.has(node) || (isInPrelude(node) && !isInPrelude(value))) return true;
    return (
      sameLoops(node, value, fusion) &&
      level.get(node)! <= level.get(value)! &&
      isInPrelude(node) === isInPrelude(value)
    );
  });
}

const sameLoops = (a: Tensor, b: Tensor, fusion: Fusion): boolean => {
  const [left, right] = [fusion.loops.get(a)!, fusion.loops.get(b)!];
  return left.length === right.length && left.every((loop, axis) => loop === right[axis]);
};

const nodesOf = ({ prelude, nodes }: Group): readonly Tensor[] => [...(prelude?.nodes ?? []), ...nodes];

const nameOf = (group: Group, position: number): string => {
  const ops = group.nodes.map(({ op }) => op.name).filter((name) => name !== "copy");
  const shown = ops.length > 4 ? [...ops.slice(0, 3), "…", ops.at(-1)] : ops;
  return `k${position} ${shown.join("+") || "copy"}`;
};

class BufferTable {
  readonly list: Buffer[] = [];
  readonly #read = new Map<Tensor, BufferId>();
  readonly #write = new Map<Tensor, BufferId>();

  leaf(leaf: Tensor): void {
    if (this.#read.has(leaf)) return;
    const { name, type = "f32" } = leaf.attributes as { name: string; type?: ElementType };
    this.#read.set(
      leaf,
      this.#add({ role: leaf.op.name as BufferRole, name, type, shape: leaf.shape, ...leafLayout(leaf) }),
    );
  }

  temporary(node: Tensor): void {
    const buffer = this.#add({
      role: "temporary",
      name: node.op.name,
      type: "f32",
      shape: node.shape,
      ...layoutOf(node.shape),
    });
    this.#read.set(node, buffer);
    this.#write.set(node, buffer);
  }

  result(value: Tensor, destination: Destination, isShadowed: boolean): void {
    const common = { type: "f32" as const, shape: value.shape };
    if (destination.kind === "metric")
      this.#write.set(
        value,
        this.#add({ role: "metric", name: destination.name, ...common, strides: [], elements: 1 }),
      );
    else if (destination.kind === "output")
      this.#write.set(
        value,
        this.#add({ role: "output", name: destination.name, ...common, ...layoutOf(value.shape) }),
      );
    else {
      this.leaf(destination.state);
      const shadow = { role: "temporary" as const, name: "shadow", ...common, ...leafLayout(destination.state) };
      this.#write.set(value, isShadowed ? this.#add(shadow) : this.#read.get(destination.state)!);
    }
  }

  /** The kernel that moves a shadow to its state. Both have one layout, so it copies flat memory. */
  unshadow(value: Tensor, destination: Destination, position: number): Kernel {
    const from = this.#write.get(value)!;
    const to = this.#read.get((destination as Extract<Destination, { kind: "state" }>).state)!;
    const all = [0];
    return {
      name: `k${position} unshadow`,
      axes: [{ extent: this.list[from]!.elements }],
      parallel: 1,
      statements: [
        { kind: "load", id: 0, axes: all, access: { buffer: from, strides: [1] } },
        { kind: "store", axes: all, access: { buffer: to, strides: [1] }, value: 0 },
      ],
    };
  }

  read = (tensor: Tensor) => this.#at(this.#read.get(tensor)!);
  write = (tensor: Tensor) => {
    const buffer = this.#write.get(tensor);
    return buffer === undefined ? [] : [this.#at(buffer)];
  };

  #at = (buffer: BufferId) => ({ buffer, strides: this.list[buffer]!.strides });

  #add(buffer: Buffer): BufferId {
    this.list.push(buffer);
    return this.list.length - 1;
  }
}

/** Inputs and outputs are the host's around a step, so they live through all of it; temporaries share what is left. */
function planArena(buffers: readonly Buffer[], kernels: readonly Kernel[]): { offsets: number[]; arenaBytes: number } {
  const inArena = buffers.flatMap(({ role }, id) =>
    role === "temporary" || role === "input" || role === "output" ? [id] : [],
  );
  const [first, last]: [number[], number[]] = [[], []];
  kernels.forEach((kernel, position) => {
    for (const { buffer } of accessesOf(statementsOf(kernel))) {
      first[buffer] ??= position;
      last[buffer] = position;
    }
  });
  const lifetimes = inArena.map((id): Lifetime => {
    const { role, elements, type } = buffers[id]!;
    const bytes = elements * elementBytes[type];
    return role === "temporary"
      ? { bytes, start: first[id] ?? 0, end: last[id] ?? 0 }
      : { bytes, start: 0, end: kernels.length };
  });
  const { offsets, arenaBytes } = planMemory(lifetimes);
  const all = new Array<number>(buffers.length).fill(-1);
  inArena.forEach((id, i) => (all[id] = offsets[i]!));
  return { offsets: all, arenaBytes };
}
