import { constantValue } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Fusion, Group, Loop } from "./fuse.ts";
import type { Access, Axis, AxisId, BufferId, Kernel, Statement, ValueId } from "./kernel.ts";
import { type AxisMap, commonRefinement, isRegrouping, type Operand, resolve } from "./space.ts";

/** Where stored values lie; the compiler's table of buffers. */
export interface Placement {
  /** The buffer and strides (per axis of the tensor) from which others read `tensor`. */
  readonly read: (tensor: Tensor) => { readonly buffer: BufferId; readonly strides: readonly number[] };
  /** The buffers that `tensor` is written to when it is computed; empty for a value that stays in its kernel. */
  readonly write: (tensor: Tensor) => readonly { readonly buffer: BufferId; readonly strides: readonly number[] }[];
}

/** Turns a fused group into a kernel: loops get numbers, reads and writes get addresses. */
export function lower(group: Group, fusion: Fusion, placement: Placement, name: string): Kernel {
  if (isRegrouping(group.nodes[0]!)) return lowerRegrouping(group.nodes[0]!, placement, name);
  const kernel = new Lowering(group, fusion, placement).kernel(name);
  if (!group.prelude) return kernel;
  return { ...kernel, prelude: new Lowering(group.prelude, fusion, placement).kernel(`${name}, before`) };
}

type Nodes = Pick<Group, "nodes" | "parallel"> | NonNullable<Group["prelude"]>;

class Lowering {
  readonly #group: Nodes;
  readonly #fusion: Fusion;
  readonly #placement: Placement;
  readonly #axisOf = new Map<Loop, AxisId>();
  readonly #axes: Axis[] = [];
  readonly #statements: Statement[] = [];
  readonly #values = new Map<Tensor, ValueId>();
  readonly #loads = new Map<string, ValueId>();
  readonly #axesOf = new Map<ValueId, readonly AxisId[]>();

  constructor(group: Nodes, fusion: Fusion, placement: Placement) {
    this.#group = group;
    this.#fusion = fusion;
    this.#placement = placement;
    const extents = new Map<Loop, number>();
    for (const node of group.nodes)
      fusion.spaces.get(node)!.extents.forEach((extent, axis) => extents.set(fusion.loops.get(node)![axis]!, extent));
    const isParallel = (loop: Loop): boolean => group.parallel.has(loop);
    const inOrder = [...this.#loopsByStride(), ...extents.keys()];
    for (const loop of new Set([...inOrder.filter(isParallel), ...inOrder.filter((loop) => !isParallel(loop))])) {
      this.#axisOf.set(loop, this.#axes.length);
      this.#axes.push({ extent: extents.get(loop)! });
    }
  }

  kernel(name: string): Kernel {
    for (const node of this.#group.nodes) this.#values.set(node, this.#compute(node));
    // stores come last: a state that is replaced where it lies has been read by then
    for (const node of this.#group.nodes) for (const target of this.#placement.write(node)) this.#store(node, target);
    return { name, axes: this.#axes, parallel: this.#group.parallel.size, statements: this.#statements };
  }

  /** The loops of what is written, widest stride first: memory is walked in its own order. */
  #loopsByStride(): Loop[] {
    return this.#group.nodes
      .flatMap((node) => this.#placement.write(node).map((target) => ({ node, target })))
      .flatMap(({ node, target }) => {
        const { output } = this.#fusion.spaces.get(node)!;
        const loops = this.#fusion.loops.get(node)!;
        return output
          .flatMap((axis, dimension) =>
            axis === null ? [] : [{ loop: loops[axis]!, stride: target.strides[dimension]! }],
          )
          .sort((a, b) => b.stride - a.stride)
          .map(({ loop }) => loop);
      });
  }

  #compute(node: Tensor): ValueId {
    const { op } = node;
    const { operands } = this.#fusion.spaces.get(node)!;
    if (op.kind === "contract") {
      const [m, n, k] = this.#axesFor(node) as [AxisId, AxisId, AxisId];
      const [left, right] = operands.map((operand) => this.#access(node, operand)) as [Access, Access];
      return this.#push([m, n].sort(ascending), (id, axes) => ({ kind: "contract", id, axes, left, right, summed: k }));
    }
    if (op.kind === "gather") return this.#gather(node, operands[0]!, operands[1]!);
    const inputs = operands.map((operand) => this.#read(node, operand));
    const axes = [...new Set(inputs.flatMap((input) => this.#axesOf.get(input)!))].sort(ascending);
    if (op.name === "copy") return inputs[0]!;
    if (op.kind === "reduce") {
      const own = this.#axesFor(node);
      const folded = (node.attributes["axes"] as readonly number[]).map((axis) => own[axis]!).sort(ascending);
      const kept = axes.filter((axis) => !folded.includes(axis));
      return this.#push(kept, (id) => ({ kind: "reduce", id, axes: kept, op: op.name, input: inputs[0]!, folded }));
    }
    if (op.kind !== "pointwise") throw new Error(`no loops for ${op.name}`); // a defect of fusion
    const { name, primitive } = op;
    return this.#push(axes, (id) => ({ kind: "pointwise", id, axes, op: name, primitive, inputs }));
  }

  /** The value of an operand: computed here, a constant, a position, or loaded. */
  #read(node: Tensor, { source, map }: Operand): ValueId {
    const computed = this.#values.get(source);
    if (computed !== undefined) return computed;
    const value = constantValue(source);
    if (value !== undefined)
      return this.#once(`constant ${Object.is(value, -0) ? "-0" : value}`, [], (id) => ({
        kind: "constant",
        id,
        axes: [],
        value,
      }));
    if (source.op.name === "index") {
      const position = map[source.attributes["axis"] as number];
      if (position === null || position === undefined)
        return this.#once("constant 0", [], (id) => ({ kind: "constant", id, axes: [], value: 0 }));
      const axis = this.#axesFor(node)[position]!;
      return this.#once(`index ${axis}`, [axis], (id, axes) => ({ kind: "index", id, axes, axis }));
    }
    return this.#load(this.#access(node, { source, map }));
  }

  /** A row of a table: the row number is part of the address. */
  #gather(node: Tensor, table: Operand, rows: Operand): ValueId {
    const { buffer, strides } = this.#placement.read(table.source);
    const inRow = this.#access(node, { source: table.source, map: table.map });
    // the rows of a view, such as a transpose, are not the source's rows
    const shape = node.inputs[0]!.shape;
    const { map } = resolve(
      node.inputs[0]!,
      shape.map((_, axis) => axis),
    );
    const stride = map.reduce<number>((sum, axis, dimension) => sum + (axis === 0 ? strides[dimension]! : 0), 0);
    return this.#load({ buffer, strides: inRow.strides, row: { from: this.#access(node, rows), stride } });
  }

  #load(access: Access): ValueId {
    const axes = this.#axes.flatMap((_, axis) =>
      access.strides[axis] !== 0 || (access.row && access.row.from.strides[axis] !== 0) ? [axis] : [],
    );
    return this.#once(`load ${JSON.stringify(access)}`, axes, (id) => ({ kind: "load", id, axes, access }));
  }

  #store(node: Tensor, { buffer, strides }: { readonly buffer: BufferId; readonly strides: readonly number[] }): void {
    const { output } = this.#fusion.spaces.get(node)!;
    const access = { buffer, strides: this.#strides(node, output, strides) };
    const own = this.#axesFor(node);
    const axes = output.flatMap((axis) => (axis === null ? [] : [own[axis]!])).sort(ascending);
    this.#statements.push({ kind: "store", axes, access, value: this.#values.get(node)! });
  }

  #access(node: Tensor, { source, map }: Operand): Access {
    const { buffer, strides } = this.#placement.read(source);
    return { buffer, strides: this.#strides(node, map, strides) };
  }

  #strides(node: Tensor, map: AxisMap, tensorStrides: readonly number[]): number[] {
    const own = this.#axesFor(node);
    const strides = new Array<number>(this.#axes.length).fill(0);
    map.forEach((axis, dimension) => {
      if (axis !== null) strides[own[axis]!]! += tensorStrides[dimension]!;
    });
    return strides;
  }

  #axesFor(node: Tensor): AxisId[] {
    return this.#fusion.loops.get(node)!.map((loop) => this.#axisOf.get(loop)!);
  }

  #once(key: string, axes: readonly AxisId[], make: (id: ValueId, axes: readonly AxisId[]) => Statement): ValueId {
    const known = this.#loads.get(key);
    if (known !== undefined) return known;
    const id = this.#push(axes, make);
    this.#loads.set(key, id);
    return id;
  }

  #push(axes: readonly AxisId[], make: (id: ValueId, axes: readonly AxisId[]) => Statement): ValueId {
    const id = this.#axesOf.size;
    this.#axesOf.set(id, axes);
    this.#statements.push(make(id, axes));
    return id;
  }
}

const ascending = (a: number, b: number): number => a - b;

/** A reshape that regroups axes: a copy over the axes that both shapes are groups of. */
function lowerRegrouping(node: Tensor, placement: Placement, name: string): Kernel {
  const input = node.inputs[0]!;
  const fine = commonRefinement(input.shape, node.shape)!;
  const all = fine.map((_, axis) => axis);
  const { source, map } = resolve(
    input,
    input.shape.map((_, axis) => axis),
  );
  const from = placement.read(source);
  // strides per axis of `input`, then shared out over the fine axes that make up each
  const inputStrides = new Array<number>(input.shape.length).fill(0);
  map.forEach((axis, dimension) => {
    if (axis !== null) inputStrides[axis]! += from.strides[dimension]!;
  });
  const load: Access = { buffer: from.buffer, strides: spread(fine, input.shape, inputStrides) };
  const stores = placement.write(node).map(
    ({ buffer, strides }): Statement => ({
      kind: "store",
      axes: all,
      access: { buffer, strides: spread(fine, node.shape, strides) },
      value: 0,
    }),
  );
  return {
    name,
    axes: fine.map((extent) => ({ extent })),
    parallel: fine.length,
    statements: [{ kind: "load", id: 0, axes: all, access: load }, ...stores],
  };
}

/** Strides of the fine axes, of which each axis of `shape` is a run. */
function spread(fine: readonly number[], shape: readonly number[], strides: readonly number[]): number[] {
  const result = new Array<number>(fine.length).fill(0);
  let axis = fine.length - 1;
  for (let dimension = shape.length - 1; dimension >= 0; dimension--)
    for (let covered = 1; covered < shape[dimension]!; axis--) {
      result[axis] = strides[dimension]! * covered;
      covered *= fine[axis]!;
    }
  return result;
}
