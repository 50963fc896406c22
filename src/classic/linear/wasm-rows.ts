import { type FunctionBuilder, i32, ModuleBuilder, v128 } from "../../backend/wasm/assembler.ts";
import { NablaError } from "../../errors.ts";
import type { Blocks } from "./block-rows.ts";
import { type CoordinateRows, squaredNormOf } from "./coordinate-rows.ts";

/** Address of the four partial sums that `dot` leaves, and of the share that `add` reads. */
const sumsAt = 0;
const shareAt = 16;
const firstFree = 64;

type Call = (weights: number, values: number, positions: number, end: number) => void;

/**
 * The rows as generated WebAssembly SIMD over blocks of four. `plainBlockRows` is the twin, to the bit. Throws LIMIT
 * where the samples are more than WebAssembly can address.
 */
export function wasmRows(blocks: Blocks, machines: number): CoordinateRows {
  const { padded, values, positions, starts, squaredNorms } = blocks;
  const weightsAt = firstFree;
  const valuesAt = weightsAt + 4 * padded * machines;
  const positionsAt = valuesAt + 4 * values.length;
  const pages = Math.ceil((positionsAt + 4 * positions.length) / 65_536);
  const memory = allocate(pages);
  const { dot, add } = instantiate(memory, pages);
  new Float32Array(memory.buffer, valuesAt, values.length).set(values);
  // Positions are kept in bytes, ready to be added to the address of a machine's weights.
  new Uint32Array(memory.buffer, positionsAt, positions.length).set(positions.map((at) => 4 * at));
  const sums = new Float32Array(memory.buffer, sumsAt, 4);
  const share = new Float32Array(memory.buffer, shareAt, 1);
  const stride = 4 * padded;
  const weightsOf = (machine: number): Float32Array =>
    new Float32Array(memory.buffer, weightsAt + stride * machine, padded);
  return {
    squaredNorms,
    dot(machine, i) {
      const from = starts[i]!;
      const to = starts[i + 1]!;
      dot(weightsAt + stride * machine, valuesAt + 16 * from, positionsAt + 4 * from, positionsAt + 4 * to);
      return sums[0]! + sums[1]! + (sums[2]! + sums[3]!);
    },
    add(machine, i, amount) {
      const from = starts[i]!;
      const to = starts[i + 1]!;
      share[0] = amount;
      add(weightsAt + stride * machine, valuesAt + 16 * from, positionsAt + 4 * from, positionsAt + 4 * to);
    },
    write: (machine, weights) => void weightsOf(machine).set(weights),
    squaredNorm: (machine) => squaredNormOf(weightsOf(machine)),
  };
}

function allocate(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (cause) {
    throw new NablaError("LIMIT", `LinearSvc: the samples need ${pages} pages of 64 KiB`, {
      expected: "at most 65536, and as much free memory",
      received: String(pages),
      hint: "Use fewer samples.",
      cause,
    });
  }
}

function instantiate(memory: WebAssembly.Memory, pages: number): { readonly dot: Call; readonly add: Call } {
  const module = new ModuleBuilder();
  module.export(emitDot(module));
  module.export(emitAdd(module));
  const bytes = module.bytes({ pages, maximum: pages, isShared: false });
  // Two short functions: compiling them at once takes less than asking for it.
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return exports as { readonly dot: Call; readonly add: Call };
}

const [weights, values, positions, end] = [0, 1, 2, 3] as const;

/** sums = Σ over blocks of values · w[position …], four accumulators in turn. */
function emitDot(module: ModuleBuilder): FunctionBuilder {
  const f = module.function("dot", [i32, i32, i32, i32]);
  f.borrow(v128, 4, (...accumulators) => {
    for (const accumulator of accumulators) f.vectorConstant(0).set(accumulator);
    f.whileLess(positions, end, () => {
      for (const [step, accumulator] of accumulators.entries()) {
        f.get(values).memory("load", 16 * step);
        weightsOfBlock(f, step).memory("load", 0);
        f.vector("mul").get(accumulator).vector("add").set(accumulator);
      }
      f.advance(values, 64).advance(positions, 16);
    });
    const [a, b, c, d] = accumulators as [number, number, number, number];
    f.constant(0).get(a).get(b).vector("add").get(c).get(d).vector("add").vector("add").memory("store", sumsAt);
  });
  return f;
}

/** w[position …] += share · values, block by block. */
function emitAdd(module: ModuleBuilder): FunctionBuilder {
  const f = module.function("add", [i32, i32, i32, i32]);
  f.borrow(v128, 1, (share) =>
    f.borrow(i32, 1, (at) => {
      f.constant(0).memory("loadSplat32", shareAt).set(share);
      f.whileLess(positions, end, () => {
        for (let step = 0; step < 4; step++) {
          weightsOfBlock(f, step).set(at);
          f.get(at).get(at).memory("load", 0);
          f.get(values)
            .memory("load", 16 * step)
            .get(share)
            .vector("mul")
            .vector("add")
            .memory("store", 0);
        }
        f.advance(values, 64).advance(positions, 16);
      });
    }),
  );
  return f;
}

/** Leaves the address of the weights that belong to a block. */
const weightsOfBlock = (f: FunctionBuilder, step: number): FunctionBuilder =>
  f
    .get(weights)
    .get(positions)
    .loadI32(4 * step)
    .add();
