import { constantValue } from "../graph/leaves.ts";
import { sizeOf } from "../graph/shape.ts";
import { type Tensor, topologicalOrder } from "../graph/tensor.ts";
import { isComputed, isRegrouping, resolve, type Space, spaceOf } from "./space.ts";

/** A number that stands for one loop of a group; nodes that share it run in step. */
export type Loop = number;

/** Nodes that become one kernel. */
export interface Group {
  /** In execution order. */
  nodes: Tensor[];
  /** Loops whose points are independent for the whole group. */
  parallel: Set<Loop>;
  /** Nodes that only share what they read: a loop nest of their own before the kernel's, without a wait between. */
  prelude?: { readonly nodes: readonly Tensor[]; readonly parallel: ReadonlySet<Loop> };
  /** Values that other groups read from this one, and that this one reads from others. */
  readonly readers: Map<Group, readonly Edge[]>;
  readonly sources: Map<Group, readonly Edge[]>;
}

/** `consumer` reads `producer` as its operand number `operand`. */
interface Edge {
  readonly producer: Tensor;
  readonly consumer: Tensor;
  readonly operand: number;
}

export interface Fusion {
  readonly groups: readonly Group[];
  readonly spaces: ReadonlyMap<Tensor, Space>;
  /** For each node, the loop of each axis of its space. */
  readonly loops: ReadonlyMap<Tensor, readonly Loop[]>;
  readonly groupOf: ReadonlyMap<Tensor, Group>;
}

/**
 * Puts nodes together that can run as one kernel.
 *
 * Neighbours merge if every value between them stays at the same point of the parallel loops they keep, no third
 * kernel lies between, and at most one contracts, its loops all staying parallel. Merges that keep every loop go first
 * (an activation into the product before it, a mask into the product that uses it), from the results backwards, so
 * that a cheap value is computed where it is used. Then those that fold some (the rows of a softmax), first where the
 * most numbers need not be stored any more.
 * A contraction's operands are never computed in its own kernel: each number of them is used many times.
 */
export const fuse = (results: readonly Tensor[]): Fusion => fuserOf(results).fused();

/** Every node in a kernel of its own. */
export const fuseNothing = (results: readonly Tensor[]): Fusion => fuserOf(results).fusion();

function fuserOf(results: readonly Tensor[]): Fuser {
  const nodes = topologicalOrder(results).filter(isComputed);
  const spaces = new Map<Tensor, Space>();
  const loops = new Map<Tensor, readonly Loop[]>();
  const groupOf = new Map<Tensor, Group>();
  let loopCount = 0;
  for (const node of nodes) {
    const space = isRegrouping(node) ? noSpace : spaceOf(node);
    spaces.set(node, space);
    const own = space.extents.map(() => loopCount++);
    loops.set(node, own);
    const parallel = new Set(space.parallel.map((axis) => own[axis]!));
    groupOf.set(node, { nodes: [node], parallel, readers: new Map(), sources: new Map() });
  }
  return new Fuser(nodes, spaces, loops, groupOf);
}

const noSpace: Space = { extents: [], parallel: [], output: [], operands: [] };

type Accept = (kept: ReadonlySet<Loop>, producer: Group, consumer: Group) => boolean;

class Fuser {
  readonly #nodes: readonly Tensor[];
  readonly #spaces: ReadonlyMap<Tensor, Space>;
  readonly #loops: Map<Tensor, readonly Loop[]>;
  readonly #groupOf: Map<Tensor, Group>;
  readonly #position = new Map<Tensor, number>();

  constructor(
    nodes: readonly Tensor[],
    spaces: ReadonlyMap<Tensor, Space>,
    loops: Map<Tensor, readonly Loop[]>,
    groupOf: Map<Tensor, Group>,
  ) {
    this.#nodes = nodes;
    this.#spaces = spaces;
    this.#loops = loops;
    this.#groupOf = groupOf;
    nodes.forEach((consumer, position) => {
      this.#position.set(consumer, position);
      const operands = isRegrouping(consumer) ? [resolve(consumer.inputs[0]!, [])] : spaces.get(consumer)!.operands;
      operands.forEach(({ source }, operand) => {
        const from = groupOf.get(source);
        if (from) connect(from, groupOf.get(consumer)!, [{ producer: source, consumer, operand }]);
      });
    });
  }

  fused(): Fusion {
    this.#mergeWithoutLoss();
    this.#mergeBySaving();
    this.#mergeScalars();
    this.#joinSums();
    return this.fusion();
  }

  /** Merges that keep every loop parallel, from the results backwards. */
  #mergeWithoutLoss(): void {
    const accept: Accept = (kept, producer, consumer) =>
      kept.size === producer.parallel.size && kept.size === consumer.parallel.size;
    for (const node of [...this.#nodes].reverse())
      for (let merged = true; merged; ) {
        const consumer = this.#groupOf.get(node)!;
        const latestFirst = [...consumer.sources.keys()].sort((a, b) => this.#last(b) - this.#last(a));
        merged = latestFirst.some(
          (producer) => producer.parallel.size === consumer.parallel.size && this.#tryMerge(producer, consumer, accept),
        );
      }
  }

  /** Merges pair by pair, always the one that saves the most stored numbers, until none is left that may be. */
  #mergeBySaving(): void {
    const accept: Accept = (kept, producer, consumer) =>
      kept.size > 0 || producer.parallel.size + consumer.parallel.size === 0;
    const refused = new Map<Group, Set<Group>>();
    for (let merged = true; merged; ) {
      const candidates: { producer: Group; consumer: Group; saved: number }[] = [];
      for (const producer of this.#groups())
        for (const [consumer, edges] of producer.readers)
          if (!refused.get(producer)?.has(consumer))
            candidates.push({ producer, consumer, saved: this.#savedNumbers(edges, producer, consumer) });
      candidates.sort((a, b) => b.saved - a.saved);
      merged = candidates.some(({ producer, consumer }) => {
        if (this.#tryMerge(producer, consumer, accept)) {
          // what was refused to this pair may be possible to the one it has become
          refused.delete(consumer);
          for (const consumers of refused.values()) consumers.delete(consumer);
          return true;
        }
        refused.set(producer, (refused.get(producer) ?? new Set()).add(consumer));
        return false;
      });
    }
  }

  /** Kernels of a single point each (sums of a batch's losses and hits) become one, where none waits for another. */
  #mergeScalars(): void {
    const scalars = this.#groups().filter((group) => group.parallel.size === 0 && !group.nodes.some(isRegrouping));
    for (let i = 0; i < scalars.length; i++)
      for (let j = i + 1; j < scalars.length; j++) {
        const [a, b] = [scalars[i]!, scalars[j]!];
        if (a.readers.has(b) || b.readers.has(a) || reachesThroughOthers(a, b) || reachesThroughOthers(b, a)) continue;
        this.#absorb(a, b, new Map(), new Set());
        scalars.splice(j--, 1);
      }
  }

  /**
   * A sum over the values that a product reads as well (a bias's gradient beside its weight's) goes along with it:
   * they are in the cache, and the step has one kernel less.
   */
  #joinSums(): void {
    const groups = this.#groups();
    for (const group of groups) {
      if (!hasContraction(group)) continue;
      const operands = this.#operandsOf(group.nodes.find(({ op }) => op.kind === "contract")!);
      const sum = groups.find(
        (other) =>
          other.parallel.size > 0 &&
          !hasContraction(other) &&
          this.#groupOf.get(other.nodes[0]!) === other &&
          other.nodes.some((node) => node.op.kind === "reduce" && operands.includes(this.#operandsOf(node)[0]!)) &&
          ![group.readers, group.sources].some((near) => near.has(other)) &&
          !reachesThroughOthers(group, other) &&
          !reachesThroughOthers(other, group),
      );
      if (!sum) continue;
      const { nodes, parallel } = group;
      this.#absorb(group, sum, new Map(), parallel);
      group.prelude = { nodes: sum.nodes, parallel: sum.parallel };
      group.nodes = nodes;
    }
  }

  #operandsOf(node: Tensor): Tensor[] {
    return isRegrouping(node) ? [] : this.#spaces.get(node)!.operands.map(({ source }) => source);
  }

  #groups = (): Group[] => [...new Set(this.#groupOf.values())];
  #last = (group: Group): number => this.#position.get(group.nodes.at(-1)!)!;

  /** Numbers on the way from one group to the other that nobody else reads. */
  #savedNumbers(edges: readonly Edge[], producer: Group, consumer: Group): number {
    const readElsewhere = new Set<Tensor>();
    for (const [reader, others] of producer.readers)
      if (reader !== consumer) for (const edge of others) readElsewhere.add(edge.producer);
    let saved = 0;
    for (const value of new Set(edges.map((edge) => edge.producer)))
      if (!readElsewhere.has(value)) saved += sizeOf(value.shape);
    return saved;
  }

  #tryMerge(producer: Group, consumer: Group, accept: Accept): boolean {
    const between = producer.readers.get(consumer)!;
    if (between.some((edge) => hasFixedOperands(edge.consumer)) || producer.nodes.some(isRegrouping)) return false;
    const contractions = [producer, consumer].filter(hasContraction).length;
    if (contractions > 1) return false;

    const rename = this.#matchLoops(between);
    if (!rename) return false;
    const kept = new Set<Loop>();
    for (const [from, to] of rename) if (producer.parallel.has(from) && consumer.parallel.has(to)) kept.add(to);
    for (const { producer: node } of between) {
      const own = new Set(this.#outputLoops(node).map((loop) => rename.get(loop)));
      for (const loop of kept) if (!own.has(loop)) kept.delete(loop);
    }
    if (!accept(kept, producer, consumer)) return false;
    if (contractions > 0) {
      if (kept.size < producer.parallel.size || kept.size < consumer.parallel.size) return false;
      if (this.#hasInnerLoops(producer) || this.#hasInnerLoops(consumer)) return false;
    }
    if (reachesThroughOthers(producer, consumer)) return false;

    this.#matchInnerLoops(producer, consumer, rename, kept);
    this.#absorb(consumer, producer, rename, kept);
    return true;
  }

  /** Whether a node of the group runs inner loops of its own, as a sum does; a contraction's does not count. */
  #hasInnerLoops(group: Group): boolean {
    return group.nodes.some(
      (node) => node.op.kind !== "contract" && this.#loops.get(node)!.some((loop) => !group.parallel.has(loop)),
    );
  }

  /** How the producer's loops are called in the consumer; undefined when one loop would need two names. */
  #matchLoops(edges: readonly Edge[]): Map<Loop, Loop> | undefined {
    const rename = new Map<Loop, Loop>();
    for (const { producer, consumer, operand } of edges) {
      const { map } = this.#spaces.get(consumer)!.operands[operand]!;
      const consumerLoops = this.#loops.get(consumer)!;
      const { output } = this.#spaces.get(producer)!;
      const producerLoops = this.#loops.get(producer)!;
      for (const [axis, inner] of output.entries()) {
        const outer = map[axis];
        if (inner === null || outer === null || outer === undefined) continue;
        const [from, to] = [producerLoops[inner]!, consumerLoops[outer]!];
        if ((rename.get(from) ?? to) !== to) return undefined;
        rename.set(from, to);
      }
    }
    return new Set(rename.values()).size === rename.size ? rename : undefined;
  }

  /** Loops that both groups run over the same tensor along the same axis are one loop: its numbers are read once. */
  #matchInnerLoops(producer: Group, consumer: Group, rename: Map<Loop, Loop>, kept: ReadonlySet<Loop>): void {
    const taken = new Set(rename.values());
    const theirs = new Map<Tensor, (Loop | null)[]>();
    this.#eachRead(consumer, (source, dimension, loop) => {
      const loops = theirs.get(source) ?? [];
      theirs.set(source, loops);
      if (loops[dimension] === undefined) loops[dimension] = loop;
    });
    const pairs: (readonly [Loop, Loop | null | undefined])[] = [];
    this.#eachRead(producer, (source, dimension, loop) => {
      if (loop !== null && constantValue(source) === undefined) pairs.push([loop, theirs.get(source)?.[dimension]]);
    });
    for (const [loop, twin] of pairs) {
      if (rename.has(loop)) continue;
      if (twin === null || twin === undefined || taken.has(twin) || kept.has(twin)) continue;
      rename.set(loop, twin);
      taken.add(twin);
    }
  }

  /** Calls `visit` for each axis of each tensor that the group's nodes read, with the loop that moves along it. */
  #eachRead(group: Group, visit: (source: Tensor, dimension: number, loop: Loop | null) => void): void {
    for (const node of group.nodes) {
      const loops = this.#loops.get(node)!;
      for (const { source, map } of this.#spaces.get(node)!.operands)
        map.forEach((axis, dimension) => {
          visit(source, dimension, axis === null ? null : loops[axis]!);
        });
    }
  }

  #absorb(into: Group, from: Group, rename: ReadonlyMap<Loop, Loop>, kept: Set<Loop>): void {
    for (const node of from.nodes) {
      const loops = this.#loops.get(node)!;
      this.#loops.set(
        node,
        loops.map((loop) => rename.get(loop) ?? loop),
      );
      this.#groupOf.set(node, into);
    }
    into.nodes = [...from.nodes, ...into.nodes].sort((a, b) => this.#position.get(a)! - this.#position.get(b)!);
    into.parallel = kept;
    for (const [reader, edges] of from.readers) {
      reader.sources.delete(from);
      if (reader !== into) connect(into, reader, edges);
    }
    for (const [source, edges] of from.sources) {
      source.readers.delete(from);
      if (source !== into) connect(source, into, edges);
    }
  }

  #outputLoops(node: Tensor): Loop[] {
    const loops = this.#loops.get(node)!;
    return this.#spaces.get(node)!.output.flatMap((axis) => (axis === null ? [] : [loops[axis]!]));
  }

  /** What it has come to, with the groups in an order in which each comes after those it reads from. */
  fusion(): Fusion {
    const groups = scheduleGroups(
      this.#nodes.map((node) => this.#groupOf.get(node)!),
      [],
    )!;
    return { groups, spaces: this.#spaces, loops: this.#loops, groupOf: this.#groupOf };
  }
}

function connect(from: Group, to: Group, edges: readonly Edge[]): void {
  const all = [...(from.readers.get(to) ?? []), ...edges];
  from.readers.set(to, all);
  to.sources.set(from, all);
}

/** Whether `to` waits for `from` by way of a third group. */
function reachesThroughOthers(from: Group, to: Group): boolean {
  const seen = new Set<Group>();
  const open = [...from.readers.keys()].filter((group) => group !== to);
  for (let group = open.pop(); group; group = open.pop()) {
    if (group === to) return true;
    if (seen.has(group)) continue;
    seen.add(group);
    open.push(...group.readers.keys());
  }
  return false;
}

const hasContraction = (group: Group): boolean => group.nodes.some((node) => node.op.kind === "contract");

/** Whether the node's operands must lie in memory: those of a contraction or a gather, and what is regrouped. */
const hasFixedOperands = (node: Tensor): boolean =>
  node.op.kind === "contract" || node.op.kind === "gather" || isRegrouping(node);

/** A stable topological order of `groups` (duplicates allowed); undefined when `before` makes a cycle. */
export function scheduleGroups(
  groups: readonly Group[],
  before: readonly (readonly [Group, Group])[],
): Group[] | undefined {
  const unique = [...new Set(groups)];
  const waitsFor = new Map(unique.map((group) => [group, new Set(group.sources.keys())]));
  for (const [first, second] of before) if (first !== second) waitsFor.get(second)!.add(first);
  const order: Group[] = [];
  const done = new Set<Group>();
  while (order.length < unique.length) {
    const ready = unique.find((group) => !done.has(group) && [...waitsFor.get(group)!].every((g) => done.has(g)));
    if (!ready) return undefined;
    done.add(ready);
    order.push(ready);
  }
  return order;
}
