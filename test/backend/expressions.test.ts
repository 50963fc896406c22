import fc from "fast-check";
import { compile } from "nabla/compile";
import { add, evaluate, grad, input, mul, sum, Tensor, topologicalOrder } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { standardNormal } from "../../src/array/distributions.ts";
import { Random } from "../../src/array/random.ts";
import { plainBackend } from "../../src/backend/plain/backend.ts";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import { slopeAlong } from "../graph/differences.ts";
import { build, type Expression, recipes } from "../graph/random-expression.ts";
import { type Case, differingBits, interpret, type Outcome, runOn } from "./programs.ts";

const runs = { seed: 20_250_301, numRuns: 100, endOnFailure: true };
const bound = 1e-6;

interface Twice {
  readonly test: Case;
  readonly first: readonly Tensor[];
  readonly mixed: Tensor;
  readonly second: readonly Tensor[];
}

/** A random expression's value, its gradient, and the gradient of one number made of all gradients. */
function twice({ loss, leaves, feed }: Expression): Twice {
  const first = grad(loss, leaves);
  const mixed = first.map((gradient, i) => sum(mul(gradient, 1 - 0.3 * i))).reduce((a, b) => add(a, b));
  const second = grad(mixed, leaves);
  const named = (name: string, list: readonly Tensor[]) => list.map((t, i) => [`${name}${i}`, t] as const);
  const outputs = Object.fromEntries([...named("first", first), ...named("second", second)]);
  const numbers = new Map([...feed].map(([leaf, { data }]) => [leaf, data]));
  const test = { name: "expression", program: { outputs, metrics: { loss, mixed } }, feed: numbers };
  return { test, first, mixed, second };
}

/** How far a result is from the expected one, relative to max(1, |a|, |b|). */
function errorsOf(actual: Outcome, expected: Outcome): { name: string; i: number; error: number }[] {
  return [...expected].flatMap(([name, numbers]) =>
    Array.from(numbers, (b, i) => {
      const a = actual.get(name)![i]!;
      return { name, i, error: Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b)) };
    }),
  );
}

/** Ops whose result is one of their operands or a whole number: they round nothing, and ties must stay ties. */
const isExact = new Set(["max", "maximum", "minimum", "neg", "abs", "sign", "less", "equal", "where", "detach"]);

/**
 * What float32 can be expected to do to each result: the largest change, of 12 runs in float64, when every op's result
 * is off by up to half a unit of float32 (stochastic arithmetic; Vignes 1993).
 */
function sensitivity({ program, feed }: Case): Outcome {
  const results = { ...program.outputs, ...program.metrics };
  const order = topologicalOrder(Object.values(results));
  const exact = evaluate(Object.values(results), new Map([...feed].map(([leaf, data]) => [leaf, { data }])));
  const largest = new Map(
    Object.keys(results).map((name, r) => [
      name in program.outputs! ? `output ${name}` : `metric ${name}`,
      exact[r]!.data.map(() => 0),
    ]),
  );
  // each op by itself, on inputs that stand for what comes before it
  const stands = new Map(order.map((tensor) => [tensor, input(tensor.shape)]));
  const alone = order.map(
    (t) =>
      new Tensor(
        t.op,
        t.inputs.map((x) => stands.get(x)!),
        t.shape,
        t.attributes,
      ),
  );
  for (let run = 0; run < 12; run++) {
    const random = new Random(run, "rounding");
    const values = new Map<Tensor, { data: ArrayLike<number> }>();
    order.forEach((tensor, node) => {
      const exactHere = feed.get(tensor) ?? evaluate([alone[node]!], values)[0]!.data;
      const rounds = !["leaf", "view", "gather"].includes(tensor.op.kind) && !isExact.has(tensor.op.name);
      const data = Float64Array.from(exactHere, (x, i) =>
        rounds && !Number.isInteger(x) ? x * (1 + (random.uniform(node, i) * 2 - 1) * 2 ** -24) : x,
      );
      values.set(stands.get(tensor)!, { data });
    });
    [...largest.values()].forEach((worst, r) => {
      const { data } = values.get(stands.get(Object.values(results)[r]!)!)!;
      exact[r]!.data.forEach((b, i) => {
        worst[i] = Math.max(worst[i]!, Math.abs(data[i]! - b) / Math.max(1, Math.abs(b)));
      });
    });
  }
  return largest;
}

/** ∇y · direction by the gradients of an outcome, and the size of the terms that it is the sum of. */
function along(
  outcome: Outcome,
  name: string,
  { leaves }: Expression,
  direction: Direction,
): { slope: number; size: number } {
  const terms = leaves.flatMap((leaf, i) =>
    Array.from(outcome.get(`output ${name}${i}`)!, (g, k) => g * direction.get(leaf)!.data[k]!),
  );
  return { slope: terms.reduce((a, b) => a + b, 0), size: terms.reduce((a, b) => a + Math.abs(b), 1) };
}

type Direction = ReadonlyMap<Tensor, { readonly data: Float64Array }>;

function directionOf({ leaves, feed }: Expression): Direction {
  const random = new Random(3, "direction");
  const draw = (leaf: number, length: number) =>
    Float64Array.from({ length }, (_, i) => standardNormal(random, leaf, i));
  return new Map(leaves.map((tensor, leaf) => [tensor, { data: draw(leaf, feed.get(tensor)!.data.length) }]));
}

describe("200 random expressions: value, gradient and gradient of the gradient", () => {
  // 1e-6 is 17 units of float32. About two results in a thousand are ill-conditioned sums or quotients
  // that float32 cannot hold so well, whoever computes them; these must be no further off than their sensitivity explains.
  for (const meets of ["distinct", "ties"] as const)
    it(`on wasm and plain are the same to the bit, and those of the interpreter and of differences (${meets})`, () => {
      const counts = { results: 0, beyond: 0 };
      const check = (expression: Expression, isDifferenced: boolean): void => {
        const { test, mixed } = twice(expression);
        const plan = compile(test.program);
        const onWasm = runOn(wasmBackend(), test, plan);
        expect(differingBits(onWasm, runOn(plainBackend(), test, plan))).toEqual([]);

        const errors = errorsOf(onWasm, interpret(test));
        const beyond = errors.filter(({ error }) => !(error <= bound));
        counts.results += errors.length;
        counts.beyond += beyond.length;
        const sensitive = beyond.length > 0 ? sensitivity(test) : undefined;
        for (const { name, i, error } of beyond)
          expect(error, `${name}[${i}]`).toBeLessThanOrEqual(8 * sensitive!.get(name)![i]!);

        if (!isDifferenced) return;
        const direction = directionOf(expression);
        for (const [name, y] of [
          ["first", expression.loss],
          ["second", mixed],
        ] as const) {
          const { slope, size } = along(onWasm, name, expression, direction);
          const error = Math.abs(slope - slopeAlong(y, direction, expression.feed)) / size;
          const own = beyond.filter((result) => result.name.startsWith(`output ${name}`)).map((result) => result.error);
          expect(error, `${name} along a direction`).toBeLessThanOrEqual(Math.max(bound, ...own));
        }
      };
      fc.assert(
        fc.property(recipes, (recipe) => {
          // differences need both sides of a kink apart, and time
          check(build(recipe, meets), meets === "distinct" && recipe.seed % 4 === 0);
        }),
        runs,
      );
      expect(counts.beyond / counts.results).toBeLessThan(0.005);
    });
});
