import type { CoordinateDescent, SharedProblem } from "./coordinate-descent.ts";
import { type CoordinateRows, exactRows, type PlainSamples } from "./coordinate-rows.ts";
import { type DescentState, plainState } from "./descent-state.ts";
import type { VisitedProblem } from "./machine-visits.ts";

/** Up to so many numbers float64 takes no time worth saving. */
const mostDenseNumbers = 1 << 16;

/** Where the rows lie, and who visits them if not the solvers themselves. */
export interface Way extends Disposable {
  readonly rows: CoordinateRows;
  readonly state: DescentState;
  readonly visit?: (order: Uint32Array) => void;
}

/** Small problems in float64, large ones in float32 in generated code, or its twin where WebAssembly is forbidden. */
export async function wayFor(samples: PlainSamples, problem: VisitedProblem): Promise<Way> {
  const machines = problem.positives.length;
  const alone = (rows: CoordinateRows): Way => ({
    rows,
    state: plainState(samples.size, machines),
    [Symbol.dispose]: () => undefined,
  });
  if (samples.size * (samples.features + 1) <= mostDenseNumbers) return alone(exactRows(samples, machines));
  const [{ plainBlockRows, toBlocks }, { MachineVisits }, { isSimdAvailable }] = await Promise.all([
    import("./block-rows.ts"),
    import("./machine-visits.ts"),
    import("../../backend/wasm/platform.ts"),
  ]);
  const blocks = toBlocks(samples);
  if (!isSimdAvailable()) return alone(plainBlockRows(blocks, machines));
  const visits = await MachineVisits.open(blocks, problem);
  const { rows, state } = visits;
  return { rows, state, visit: (order) => visits.visit(order), [Symbol.dispose]: () => visits[Symbol.dispose]() };
}

/** Visits samples in order, each for all machines in which it takes part. */
export function visitsOf({ rows, state }: SharedProblem, solvers: readonly CoordinateDescent[]) {
  const [taking] = state.taking as [Uint32Array];
  return (order: Uint32Array): void => {
    for (let k = 0; k < order.length; k++) {
      const i = order[k]!;
      for (let bits = taking[i]!; bits !== 0; bits &= bits - 1) {
        const m = 31 - Math.clz32(bits & -bits);
        const share = solvers[m]!.visit(i, rows.dot(m, i));
        if (share !== 0) rows.add(m, i, share);
      }
    }
  };
}
