import { type FunctionBuilder, i32, ModuleBuilder } from "../../backend/wasm/assembler.ts";
import { emitBarrier } from "../../backend/wasm/barriers.ts";
import { Memory, type Region } from "../../backend/wasm/memory.ts";
import { availableThreads, canShareMemory } from "../../backend/wasm/sharing.ts";
import { SharedMachine } from "../shared-machine.ts";
import type { Affinities } from "./affinities.ts";
import type { Stride } from "./attraction.ts";
import { CellTree } from "./barnes-hut.ts";
import { emitColumns, emitGather, emitRows, emitRowsBack, emitSpread } from "./emit-field.ts";
import { emitAttract, emitDivergence, emitRepel } from "./emit-forces.ts";
import { elementBytes, emitTransform } from "./emit-fourier.ts";
import { type Grid, isShifted, placementOf } from "./field.ts";
import { boundsOf, type ForceSums, type Forces, GridKeeper, normalizerOf, type RepulsionMethod } from "./forces.ts";
import type { FourierPlan } from "./fourier.ts";
import { type Word, words } from "./job.ts";
import { writePlanes } from "./repulsion.ts";

/** The jobs in the order in which they are run; between two jobs all threads meet. */
const jobs = { field: [0, 6], exact2: [5, 7], exact3: [7, 9], attract2: [5, 6], attract3: [7, 8] } as const;
const stretchJobs = { 2: [9, 10], 4: [10, 11] } as const;

/** The same sums as `PlainForces`, to the bit, by generated WebAssembly SIMD on as many threads as there are. */
export class MachineForces implements Forces {
  readonly engine = "wasm";
  readonly #memory: Memory;
  readonly #stride: Stride;
  readonly #method: RepulsionMethod;
  readonly #count: number;
  readonly #threads: number;
  readonly #header: Region;
  readonly #regions = new Map<Word | "scratch", Region>();
  readonly #machine: SharedMachine;
  readonly #grids = new GridKeeper();
  readonly #tree: CellTree;
  #scratchStride = 0;

  constructor(affinities: Affinities, stride: Stride, method: RepulsionMethod, threads = availableThreads()) {
    const { count, starts, columns, values } = affinities;
    this.#threads = canShareMemory() ? threads : 1;
    this.#memory = new Memory(this.#threads > 1);
    this.#stride = stride;
    this.#method = method;
    this.#count = count;
    this.#tree = new CellTree(stride);
    this.#header = this.#memory.take(4 * words.length);
    this.#machine = new SharedMachine(moduleBytes(this.#header.start, this.#memory), this.#memory, this.#threads);
    for (const word of ["positions", "pushes", "pulls"] as const) this.#place(word, 4 * count * stride);
    this.#place("potentials", 4 * count);
    this.#fill("starts", starts);
    this.#fill("columns", columns);
    this.#fill("values", values);
    this.#write("count", count);
    if (method === "exact") {
      const padded = 4 * Math.ceil(count / 4);
      this.#write("paddedCount", padded);
      for (const word of ["planeX", "planeY", "planeZ"] as const) this.#place(word, 4 * padded);
    }
  }

  compute(y: Float32Array): ForceSums {
    const [count, stride] = [this.#count, this.#stride];
    this.#view("positions", count * stride).set(y);
    let lacking = 0;
    if (this.#method === "field") {
      const { lowX, lowY, extent } = boundsOf(y);
      const { grid, isNew } = this.#grids.gridFor(extent);
      if (isNew) this.#setGrid(grid);
      const place = placementOf(lowX, lowY, grid.spacing);
      this.#writeFloat("originX", place.originX);
      this.#writeFloat("originY", place.originY);
      this.#writeFloat("scale", place.scale);
      this.#writeFloat("factor", -0.5 * place.scale);
      lacking = isShifted(grid.spacing) ? count : 0;
      this.#go(jobs.field);
    } else if (this.#method === "exact") {
      const padded = 4 * Math.ceil(count / 4);
      const planes = (["planeX", "planeY", "planeZ"] as const).slice(0, stride === 2 ? 2 : 3);
      writePlanes(
        y,
        stride,
        count,
        planes.map((word) => this.#view(word, padded)),
      );
      this.#go(stride === 2 ? jobs.exact2 : jobs.exact3);
    } else {
      this.#go(stride === 2 ? jobs.attract2 : jobs.attract3);
      this.#tree.build(y, count);
      this.#tree.repel(y, this.#view("pushes", count * stride), this.#view("potentials", count), 0, count);
    }
    return {
      pulls: this.#view("pulls", count * stride),
      pushes: this.#view("pushes", count * stride),
      normalizer: normalizerOf(this.#view("potentials", count), count, lacking),
    };
  }

  stretch(y: Float32Array): number {
    this.#view("positions", this.#count * this.#stride).set(y);
    this.#go(stretchJobs[this.#stride]);
    let sum = 0;
    for (const part of this.#view("potentials", this.#count)) sum += part;
    return sum;
  }

  /** Runs jobs `first` to before `last` on all threads that are ready. */
  #go([first, last]: readonly [number, number]): void {
    this.#machine.run(first, last, this.#regions.get("scratch")?.start, this.#scratchStride);
    this.#machine.askThreads().catch(() => undefined); // without them it goes on alone
  }

  #setGrid({ side, plan, kernel }: Grid): void {
    const lineBytes = plan.length * elementBytes;
    this.#write("side", side);
    this.#write("lineBytes", lineBytes);
    this.#write("resultBytes", plan.radices.length % 2 === 0 ? 0 : lineBytes);
    this.#fill("plan", planWords(plan));
    this.#fill("twiddles", plan.twiddles);
    this.#fill("kernel", kernel);
    this.#place("nodes", 4 * side * side);
    this.#place("spectrum", 4 * 2 * side * (side + 4));
    this.#scratchStride = 2 * lineBytes;
    this.#take("scratch", this.#scratchStride * this.#threads);
  }

  /** A region for a word of the header; the one it had is given back. */
  #place(word: Word, bytes: number): Region {
    const region = this.#take(word, bytes);
    this.#write(word, region.start);
    return region;
  }

  #take(word: Word | "scratch", bytes: number): Region {
    const known = this.#regions.get(word);
    if (known) this.#memory.give(known);
    const region = this.#memory.take(bytes);
    this.#regions.set(word, region);
    return region;
  }

  #fill(word: Word, data: Float32Array | Int32Array): void {
    const { start } = this.#place(word, data.byteLength);
    this.#memory.view(data instanceof Float32Array ? "f32" : "i32", start, data.length).set(data);
  }

  #write(word: Word, value: number): void {
    this.#memory.view("i32", this.#header.start, words.length)[words.indexOf(word)] = value;
  }

  #writeFloat(word: Word, value: number): void {
    this.#memory.view("f32", this.#header.start, words.length)[words.indexOf(word)] = value;
  }

  #view(word: Word, elements: number): Float32Array {
    return this.#memory.view("f32", this.#regions.get(word)!.start, elements) as Float32Array;
  }

  [Symbol.dispose](): void {
    this.#machine[Symbol.dispose]();
  }
}

/** The stages as `fft` reads them. */
function planWords({ length, radices }: FourierPlan): Int32Array {
  const list = [radices.length];
  let stride = 1;
  let rest = length;
  for (const radix of radices) {
    rest /= radix;
    list.push(radix, rest, stride * elementBytes, stride * 8);
    stride *= radix;
  }
  return Int32Array.from(list);
}

function moduleBytes(header: number, { type }: Memory): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const barrier = type.isShared ? emitBarrier(module) : undefined;
  const fft = emitTransform(module);
  const list: readonly FunctionBuilder[] = [
    emitSpread(module, header),
    emitRows(module, header, fft),
    emitColumns(module, header, fft),
    emitRowsBack(module, header, fft),
    emitGather(module, header),
    emitAttract(module, header, 2),
    emitRepel(module, header, 2),
    emitAttract(module, header, 4),
    emitRepel(module, header, 4),
    emitDivergence(module, header, 2),
    emitDivergence(module, header, 4),
  ];
  const [first, last, scratch, thread, threads] = [0, 1, 2, 3, 4] as const;
  const run = module.function("run", [i32, i32, i32, i32, i32]);
  run.whileLess(first, last, () => {
    list.forEach((job, i) => {
      run.get(first).constant(i).equals();
      run.when(() => void run.get(scratch).get(thread).get(threads).call(job));
    });
    if (barrier) run.get(threads).call(barrier);
    run.advance(first, 1);
  });
  module.export(run);
  return module.bytes(type);
}
