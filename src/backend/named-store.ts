import { areFinite } from "../array/finite.ts";
import { sizeOf } from "../array/ndarray.ts";
import { type Buffer, type BufferRole, type ElementType, elementBytes, type Plan } from "../compile/kernel.ts";
import { leafLayout } from "../compile/layout.ts";
import { RecentPlans } from "../compile/recent-plans.ts";
import { NablaError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Executable, LoadOptions, Snapshot, StateEntry, Store, TableData } from "./backend.ts";
import { copyIn, copyOut } from "./strided.ts";

/** What the store keeps under a name, and where. */
interface Entry<Place> {
  readonly buffer: Buffer;
  readonly place: Place;
}

/** States and tables by name, in whatever memory a backend has: it says how a place is taken, seen and given back. */
export abstract class NamedStore<Place> implements Store {
  readonly plans = new RecentPlans();
  threads = Infinity;
  readonly #entries = new Map<string, Entry<Place>>();

  abstract share(): Promise<void>;
  abstract load(plan: Plan, options?: LoadOptions): Promise<Executable>;
  abstract loadNow(plan: Plan, options?: LoadOptions): Executable;

  /** Room for `bytes` bytes of zeros. */
  protected abstract take(bytes: number, type: ElementType): Place;
  protected abstract give(place: Place): void;
  /** The first `elements` elements at a place. A view is used at once and never kept: memory may move. */
  protected abstract view(place: Place, type: ElementType, elements: number): TableData;

  declare(leaf: Tensor): void {
    const { name, type = "f32" } = leaf.attributes as { name: string; type?: ElementType };
    this.#find({ role: leaf.op.name as BufferRole, name, type, shape: leaf.shape, ...leafLayout(leaf) });
  }

  has = (name: string): boolean => this.#entries.has(name);

  states(): readonly StateEntry[] {
    const buffers = [...this.#entries.values()].map(({ buffer }) => buffer);
    return buffers.filter(({ role }) => role === "state").map(({ name, shape }) => ({ name, shape }));
  }

  write(name: string, data: ArrayLike<number>): void {
    const entry = this.#entry(name, data.length);
    copyIn(data, entry.buffer.shape, entry.buffer.strides, this.#view(entry));
  }

  read(name: string): Float32Array {
    const entry = this.#entry(name);
    const out = new Float32Array(sizeOf(entry.buffer.shape));
    copyOut(this.#view(entry), 0, entry.buffer.shape, entry.buffer.strides, out);
    return out;
  }

  fill(name: string, data: TableData): void {
    const entry = this.#entry(name, data.length);
    if (entry.buffer.elements === data.length) this.#view(entry).set(data);
    else copyIn(data, entry.buffer.shape, entry.buffer.strides, this.#view(entry));
  }

  remove(names: readonly string[]): void {
    for (const name of names) {
      const entry = this.#entries.get(name);
      if (entry) this.give(entry.place);
      this.#entries.delete(name);
    }
  }

  snapshot(old?: Snapshot): Snapshot {
    const states = new Map<string, Float32Array>();
    for (const [name, entry] of this.#entries) {
      if (entry.buffer.role !== "state") continue;
      const values = this.#view(entry) as Float32Array;
      const room = old?.states.get(name);
      const copy = room?.length === values.length ? room : new Float32Array(values.length);
      copy.set(values);
      states.set(name, copy);
    }
    return { states };
  }

  restore({ states }: Snapshot): void {
    for (const [name, values] of states) {
      const entry = this.#entries.get(name);
      if (entry) this.#view(entry).set(values);
    }
  }

  isFinite(): boolean {
    for (const [name, entry] of this.#entries) {
      if (entry.buffer.role !== "state") continue;
      const isDense = entry.buffer.elements === sizeOf(entry.buffer.shape);
      const values = isDense ? this.#view(entry) : this.read(name); // padding may hold anything
      if (!areFinite(values as Float32Array)) return false;
    }
    return true;
  }

  [Symbol.dispose](): void {
    this.remove([...this.#entries.keys()]);
  }

  /** The place of a state or table that a plan uses, made on first use; undefined for buffers of the plan's own. */
  protected shared(buffer: Buffer): Place | undefined {
    return buffer.role === "state" || buffer.role === "table" ? this.#find(buffer).place : undefined;
  }

  /** The entry of a leaf, made on first use. */
  #find(buffer: Buffer): Entry<Place> {
    const known = this.#entries.get(buffer.name);
    if (!known) {
      const entry = { buffer, place: this.take(buffer.elements * elementBytes[buffer.type], buffer.type) };
      this.#entries.set(buffer.name, entry);
      return entry;
    }
    const [expected, received] = [known.buffer, buffer].map(describe);
    if (received !== expected)
      throw new NablaError("SHAPE", `"${buffer.name}" is ${expected} in the store`, {
        expected,
        received,
        hint: "Give each a name of its own.",
      });
    return known;
  }

  #entry(name: string, length?: number): Entry<Place> {
    const entry = this.#entries.get(name);
    const size = entry && sizeOf(entry.buffer.shape);
    if (!entry || (length !== undefined && length !== size))
      throw new NablaError("SHAPE", `the store has no "${name}" of ${length ?? "any"} numbers`);
    return entry;
  }

  #view = ({ place, buffer }: Entry<Place>): TableData => this.view(place, buffer.type, buffer.elements);
}

const describe = ({ shape, strides, type, role }: Buffer): string =>
  `${role} ${type}[${shape.join(",")}] strides [${strides.join(",")}]`;
