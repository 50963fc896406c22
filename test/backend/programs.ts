import type { Program } from "nabla/compile";
import { evaluate, type Tensor, topologicalOrder } from "nabla/graph";
import { Random } from "../../src/array/random.ts";
import type { Backend, Store, TableData } from "../../src/backend/backend.ts";
import { plainBackend } from "../../src/backend/plain/backend.ts";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import { compile } from "../../src/compile/index.ts";
import type { Plan } from "../../src/compile/kernel.ts";

/** A program, the values of its leaves, and for how many steps it runs. */
export interface Case {
  readonly name: string;
  readonly program: Program;
  /** By leaf; for a per-step leaf the slices of all steps, end to end. */
  readonly feed: ReadonlyMap<Tensor, ArrayLike<number>>;
  readonly steps?: number;
}

/** What a case leaves behind: outputs and states after the last step, metrics of all steps. */
export type Outcome = ReadonlyMap<string, ArrayLike<number>>;

export const backends: readonly Backend[] = [wasmBackend(), plainBackend()];

export const sizeOf = ({ shape }: Tensor): number => shape.reduce((product, extent) => product * extent, 1);

const nameOf = (leaf: Tensor): string => leaf.attributes["name"] as string;

/** Runs a case on one thread. */
export function runOn(backend: Backend, test: Case, plan: Plan = compile(test.program)): Outcome {
  using store = backend.open({ threads: 1 });
  return runIn(store, test, plan);
}

/** Runs a case in a store, whose states keep what they have unless the case feeds them. */
export function runIn(store: Store, { program, feed, steps = 1 }: Case, plan: Plan = compile(program)): Outcome {
  using executable = store.loadNow(plan, { steps });
  const isUsed = (role: string, leaf: Tensor): boolean =>
    plan.buffers.some((buffer) => buffer.role === role && buffer.name === nameOf(leaf));
  for (const [leaf, data] of feed) {
    const role = leaf.op.name;
    if (!isUsed(role, leaf)) continue;
    if (role === "state") store.write(nameOf(leaf), data);
    else if (role === "table") store.fill(nameOf(leaf), data as TableData);
    else if (role === "perStep") executable.setSteps(nameOf(leaf), 0, data);
    else executable.setInput(nameOf(leaf), data);
  }
  executable.run(0, steps);
  const outcome = new Map<string, ArrayLike<number>>();
  for (const [name, tensor] of Object.entries(program.outputs ?? {})) {
    const out = new Float32Array(sizeOf(tensor));
    executable.getOutput(name, out);
    outcome.set(`output ${name}`, out);
  }
  for (const name of Object.keys(program.metrics ?? {}))
    outcome.set(`metric ${name}`, executable.getMetric(name, 0, steps));
  for (const [state] of program.next ?? []) outcome.set(`state ${nameOf(state)}`, store.read(nameOf(state)));
  return outcome;
}

/** The same by the reference interpreter, in float64. */
export function interpret({ program, feed, steps = 1 }: Case): Outcome {
  const { outputs = {}, metrics = {}, next = [] } = program;
  const values = [...Object.values(outputs), ...Object.values(metrics), ...next.map(([, value]) => value)];
  const leaves = topologicalOrder(values).filter(({ op }) => op.kind === "leaf" && !op.generate);
  const states = new Map(next.map(([state]) => [state, feed.get(state) ?? new Float64Array(sizeOf(state))]));
  const outcome = new Map<string, ArrayLike<number>>();
  const recorded = Object.keys(metrics).map((): number[] => []);
  for (let step = 0; step < steps; step++) {
    const at = new Map(
      leaves.map((leaf) => {
        const all = states.get(leaf) ?? feed.get(leaf) ?? new Float64Array(sizeOf(leaf));
        const size = sizeOf(leaf);
        const isPerStep = leaf.op.name === "perStep";
        return [leaf, { data: isPerStep ? Array.from(all).slice(step * size, (step + 1) * size) : all }] as const;
      }),
    );
    const results = evaluate(values, at).map(({ data }) => data);
    Object.keys(outputs).forEach((name, i) => void outcome.set(`output ${name}`, results[i]!));
    const afterOutputs = Object.keys(outputs).length;
    recorded.forEach((list, i) => void list.push(results[afterOutputs + i]![0]!));
    next.forEach(([state], i) => void states.set(state, results[afterOutputs + recorded.length + i]!));
  }
  Object.keys(metrics).forEach((name, i) => void outcome.set(`metric ${name}`, recorded[i]!));
  for (const [state, data] of states) outcome.set(`state ${nameOf(state)}`, data);
  return outcome;
}

/** The first places where two outcomes differ in a bit; which NaN it is does not count. */
export function differingBits(a: Outcome, b: Outcome): string[] {
  return [...a]
    .flatMap(([name, left]) => {
      const right = b.get(name)!;
      return Array.from(left).flatMap((x, i) =>
        Object.is(x, right[i]) ? [] : [`${name}[${i}]: ${show(x)} and ${show(right[i]!)}`],
      );
    })
    .slice(0, 5);
}

/** The first places where float32 numbers are further than `tolerance`·max(1, |expected|) from the expected ones. */
export function differences(actual: Outcome, expected: Outcome, tolerance: number): string[] {
  return [...expected]
    .flatMap(([name, reference]) => {
      const numbers = actual.get(name)!;
      return Array.from(reference).flatMap((x, i) => {
        const y = numbers[i]!;
        const isSame = Number.isNaN(x) ? Number.isNaN(y) : !Number.isFinite(Math.fround(x)) && y === Math.fround(x);
        return isSame || Math.abs(y - x) <= tolerance * Math.max(1, Math.abs(x))
          ? []
          : [`${name}[${i}]: ${show(y)}, expected ${show(x)}`];
      });
    })
    .slice(0, 5);
}

const show = (x: number): string => (Object.is(x, -0) ? "-0" : `${x}`);

/** Numbers in [−1, 1), the same for the same name. */
export function numbers(length: number, name: string): Float32Array {
  const random = new Random(7, name);
  return Float32Array.from({ length }, (_, i) => random.uniform(0, i) * 2 - 1);
}

/** A case whose leaves hold numbers in [−1, 1), but for those given. */
export function randomCase(
  name: string,
  program: Program,
  given: readonly (readonly [Tensor, ArrayLike<number>])[] = [],
  steps = 1,
): Case {
  const { outputs = {}, metrics = {}, next = [] } = program;
  const values = [...Object.values(outputs), ...Object.values(metrics), ...next.flat()];
  const feed = new Map(given);
  for (const leaf of topologicalOrder(values))
    if (leaf.op.kind === "leaf" && !leaf.op.generate && !feed.has(leaf))
      feed.set(leaf, numbers(sizeOf(leaf) * (leaf.op.name === "perStep" ? steps : 1), `${name} ${nameOf(leaf)}`));
  return { name, program, feed, steps };
}
