import type { Shape } from "../array/ndarray.ts";
import type { Primitive } from "../graph/primitives.ts";

/**
 * The kernel form: what a backend turns into code.
 *
 * A kernel runs its statements, in order, at every point of its parallel axes; statements may have inner axes of
 * their own besides. Values are named by number. Nothing here knows of threads, vectors or machine code.
 */
export interface Kernel {
  readonly name: string;
  readonly axes: readonly Axis[];
  /** How many of `axes`, from the first on, are parallel: their points may run in any order, on any thread. */
  readonly parallel: number;
  readonly statements: readonly Statement[];
  /** A loop nest of its own that runs first; neither it nor the rest waits for the other. */
  readonly prelude?: Kernel;
}

export interface Axis {
  readonly extent: number;
}

/** Number of an axis of the kernel. */
export type AxisId = number;
/** Number of a value of the kernel. */
export type ValueId = number;

export type Statement =
  | { readonly kind: "constant"; readonly id: ValueId; readonly axes: readonly AxisId[]; readonly value: number }
  /** The position along an axis, as a number. */
  | { readonly kind: "index"; readonly id: ValueId; readonly axes: readonly AxisId[]; readonly axis: AxisId }
  | { readonly kind: "load"; readonly id: ValueId; readonly axes: readonly AxisId[]; readonly access: Access }
  | {
      readonly kind: "pointwise";
      readonly id: ValueId;
      readonly axes: readonly AxisId[];
      readonly op: string;
      /** What the op is on a machine. */
      readonly primitive: Primitive;
      readonly inputs: readonly ValueId[];
    }
  | {
      readonly kind: "reduce";
      readonly id: ValueId;
      readonly axes: readonly AxisId[];
      readonly op: string;
      readonly input: ValueId;
      /** Inner axes that are folded away. */
      readonly folded: readonly AxisId[];
    }
  | {
      /** Σ over `summed` of left·right, added in ascending order into one accumulator per point. */
      readonly kind: "contract";
      readonly id: ValueId;
      readonly axes: readonly AxisId[];
      readonly left: Access;
      readonly right: Access;
      readonly summed: AxisId;
    }
  | { readonly kind: "store"; readonly axes: readonly AxisId[]; readonly access: Access; readonly value: ValueId };

/** Where a value lies: `buffer` at Σ strides[axis] · position[axis] elements, plus the row when there is one. */
export interface Access {
  readonly buffer: BufferId;
  /** Elements between neighbours along each axis of the kernel; 0 where the value does not vary. */
  readonly strides: readonly number[];
  /** A row number read elsewhere, and how many elements a row takes. */
  readonly row?: { readonly from: Access; readonly stride: number };
}

/** Number of a buffer of the plan. */
export type BufferId = number;

export type ElementType = "f32" | "u8" | "i32";
export const elementBytes: Readonly<Record<ElementType, number>> = { f32: 4, u8: 1, i32: 4 };

/**
 * `state`, `table`: shared with other plans through the store, by name. `perStep`: written by the host, one slice a
 * step. `metric`: one number a step, read by the host. `input`, `output`: written and read by the host around a run.
 * `temporary`: lives within a step and shares its memory with others.
 */
export type BufferRole = "state" | "table" | "perStep" | "metric" | "input" | "output" | "temporary";

export interface Buffer {
  readonly role: BufferRole;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  /** Elements between neighbours along each axis of `shape`; 0 for axes of extent 1. */
  readonly strides: readonly number[];
  /** Elements in all, padding included; of one step, for `perStep` and `metric`. */
  readonly elements: number;
}

/** A compiled program: kernels in order, and the buffers they touch. */
export interface Plan {
  readonly buffers: readonly Buffer[];
  readonly kernels: readonly Kernel[];
  /** Byte offset of each temporary, input and output in the arena; −1 for buffers that live elsewhere. */
  readonly offsets: readonly number[];
  readonly arenaBytes: number;
}
