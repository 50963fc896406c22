import { ModuleBuilder } from "../../backend/wasm/assembler.ts";
import { emitBarrier } from "../../backend/wasm/barriers.ts";
import { Memory } from "../../backend/wasm/memory.ts";
import { availableThreads, canShareMemory } from "../../backend/wasm/sharing.ts";
import { SharedMachine } from "../shared-machine.ts";
import { type Blocks, blockRows } from "./block-rows.ts";
import type { SharedProblem } from "./coordinate-descent.ts";
import type { CoordinateRows } from "./coordinate-rows.ts";
import { type DescentState, registers } from "./descent-state.ts";
import { emitVisits, type VisitPlaces } from "./emit-visits.ts";

/** What must be known of a problem before its rows are. */
export type VisitedProblem = Pick<SharedProblem, "labels" | "bounds" | "positives" | "loss">;

/**
 * The passes of dual coordinate descent as generated WebAssembly SIMD over blocks of four. The machines of several
 * classes do not know of each other, so they are shared out to the threads. `CoordinateDescent.visit` over
 * `plainBlockRows` is the twin, to the bit.
 */
export class MachineVisits implements Disposable {
  readonly state: DescentState;
  readonly rows: CoordinateRows;
  readonly #machine: SharedMachine;
  readonly #order: Uint32Array;

  /** Throws LIMIT where the samples are more than WebAssembly can address. */
  static async open(blocks: Blocks, problem: VisitedProblem, threads = availableThreads()): Promise<MachineVisits> {
    const most = canShareMemory() ? Math.min(threads, problem.positives.length) : 1;
    const visits = new MachineVisits(blocks, problem, most);
    await visits.#machine.askThreads();
    return visits;
  }

  private constructor(blocks: Blocks, { labels, bounds, positives, loss }: VisitedProblem, threads: number) {
    const { padded, size } = blocks;
    const machines = positives.length;
    const memory = new Memory(threads > 1);
    const take = (bytes: number): number => memory.take(bytes).start;
    const places: VisitPlaces = {
      weights: take(4 * padded * machines),
      weightBytes: 4 * padded,
      values: take(blocks.values.byteLength),
      positions: take(blocks.positions.byteLength),
      starts: take(blocks.starts.byteLength),
      labels: take(4 * size),
      positives: take(4 * machines),
      bounds: take(8 * size),
      norms: take(8 * size),
      alpha: take(8 * size * machines),
      registers: take(8 * registers * machines),
      taking: take(4 * size * threads),
      takingBytes: 4 * size,
      order: take(4 * size),
      machines,
      groups: threads,
    };
    // the memory does not grow any more, so views stay good
    const buffer = memory.buffer as ArrayBuffer;
    const doubles = (at: number, count: number): Float64Array => new Float64Array(buffer, at, count);
    const words = (at: number, count: number): Uint32Array => new Uint32Array(buffer, at, count);
    new Float32Array(buffer, places.values, blocks.values.length).set(blocks.values);
    words(places.positions, blocks.positions.length).set(blocks.positions.map((at) => 4 * at));
    words(places.starts, size + 1).set(blocks.starts);
    words(places.labels, size).set(labels);
    words(places.positives, machines).set(positives);
    doubles(places.bounds, size).set(bounds);
    doubles(places.norms, size).set(blocks.squaredNorms);
    this.#order = words(places.order, size);
    this.state = {
      alpha: doubles(places.alpha, size * machines),
      taking: Array.from({ length: threads }, (_, group) => words(places.taking + group * places.takingBytes, size)),
      registers: doubles(places.registers, registers * machines),
    };
    this.rows = blockRows(
      blocks,
      positives.map((_, m) => new Float32Array(buffer, places.weights + m * places.weightBytes, padded)),
    );
    const module = new ModuleBuilder();
    const barrier = threads > 1 ? emitBarrier(module) : undefined;
    module.export(emitVisits(module, places, loss === "squaredHinge", barrier));
    this.#machine = new SharedMachine(module.bytes(memory.type), memory, threads);
  }

  /** Visits these samples in turn, each for all machines in which it takes part. */
  visit(order: Uint32Array): void {
    this.#order.set(order);
    this.#machine.run(0, order.length);
  }

  [Symbol.dispose](): void {
    this.#machine[Symbol.dispose]();
  }
}
