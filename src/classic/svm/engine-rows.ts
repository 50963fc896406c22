import { add, exp, input, matmul, mul, relu, state, sub, type Tensor, transpose } from "../../graph/index.ts";
import { sum } from "../../graph/reduce.ts";
import { diagonalOf, type Kernel, type Points, type RowSource } from "./kernel.ts";

/** Kernel values between some rows at a time and many fixed points, on the engine. */
export interface EngineKernel extends Disposable {
  /** Rows of one product: the points are read once for so many. */
  readonly block: number;
  /** k(rows, points) [block, size], which the next call overwrites; `rows` is [block, features]. */
  values(rows: Float32Array): Float32Array;
}

/**
 * Kernel values as a blocked, threaded product of matrices on the engine that trains networks, in float32: the points lie
 * in the engine's memory, features first as a dense layer's weights, and a plan of one product (with the exponential in
 * its registers) gives a block of rows. The bits are the same on any number of threads.
 */
export async function engineKernel(
  { data, size, features }: Points,
  kernel: Kernel,
  { block, threads }: { readonly block: number; readonly threads?: number | undefined },
): Promise<EngineKernel> {
  const [{ backendFor }, { compile }] = await Promise.all([
    import("../../train/backends.ts"),
    import("../../compile/index.ts"),
  ]);
  const backend = await backendFor("portable", 0);
  const store = backend.open(threads === undefined ? {} : { threads });
  const points = state("points", [size, features], [1, 0]);
  const norms = state("norms", [1, size]);
  const plan = compile({ outputs: { values: kernelOf(input([block, features], "rows"), points, norms, kernel) } });
  const float32 = Float32Array.from(data);
  store.declare(points);
  store.write("points", float32);
  if (kernel.name === "rbf") {
    store.declare(norms);
    store.write("norms", normsOf(float32, size, features));
  }
  const executable = await store.load(plan);
  const values = new Float32Array(block * size);
  return {
    block,
    values(rows) {
      executable.setInput("rows", rows);
      executable.run(0, 1);
      executable.getOutput("values", values);
      return values;
    },
    [Symbol.dispose]() {
      executable[Symbol.dispose]();
      store[Symbol.dispose]();
    },
  };
}

/** k(rows, points) [block, size]; `norms` [1, size] are the points' squared lengths, which do not change. */
function kernelOf(rows: Tensor, points: Tensor, norms: Tensor, kernel: Kernel): Tensor {
  const products = matmul(rows, transpose(points));
  if (kernel.name === "linear") return products;
  const own = sum(mul(rows, rows), 1, { keepDims: true }); // [block, 1]
  return exp(mul(relu(sub(add(own, norms), mul(products, 2))), -kernel.gamma));
}

function normsOf(x: Float32Array, size: number, features: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => {
    let total = 0;
    for (let k = i * features; k < (i + 1) * features; k++) total += x[k]! * x[k]!;
    return total;
  });
}

/** Rows of the kernel matrix of the points themselves, sixteen at a time. `plainRows` is the reference. */
export async function engineRows(
  points: Points,
  kernel: Kernel,
  { threads }: { readonly threads?: number } = {},
): Promise<RowSource & Disposable> {
  const { data, size, features } = points;
  const block = Math.min(16, size);
  const engine = await engineKernel(points, kernel, { block, threads });
  const given = new Float32Array(block * features);
  return {
    size,
    block,
    diagonal: diagonalOf(points, kernel),
    compute(wanted, out) {
      wanted.forEach((i, r) => void given.set(data.subarray(i * features, (i + 1) * features), r * features));
      const values = engine.values(given);
      wanted.forEach((_, r) => void out[r]!.set(values.subarray(r * size, (r + 1) * size)));
    },
    [Symbol.dispose]: () => engine[Symbol.dispose](),
  };
}
