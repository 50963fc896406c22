import fc from "fast-check";
import { add, evaluate, grad, maximum, mul, relu, sum, type Tensor, topologicalOrder } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { standardNormal } from "../../src/array/distributions.ts";
import { Random } from "../../src/array/random.ts";
import { type Point, slopeAlong } from "./differences.ts";
import { expectClose } from "./fixture.ts";
import { directional } from "./forward-mode.ts";
import { build, type Expression, recipes } from "./random-expression.ts";

const runs = { seed: 20_240_607, numRuns: 200 };

interface Twice {
  readonly first: readonly Tensor[];
  /** One number made of all first derivatives. */
  readonly mixed: Tensor;
  readonly second: readonly Tensor[];
}

function differentiateTwice({ loss, leaves }: Expression): Twice {
  const first = grad(loss, leaves);
  const mixed = first.map((gradient, i) => sum(mul(gradient, 1 - 0.3 * i))).reduce((a, b) => add(a, b));
  return { first, mixed, second: grad(mixed, leaves) };
}

/** Some direction to move the leaves in. */
function directionOf({ leaves, feed }: Expression, seed: number): Point {
  const random = new Random(seed, "direction");
  const draw = (leaf: number, length: number) =>
    Float64Array.from({ length }, (_, i) => standardNormal(random, leaf, i));
  return new Map(leaves.map((tensor, leaf) => [tensor, { data: draw(leaf, feed.get(tensor)!.data.length) }]));
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (value, i) => value * b[i]!).reduce((x, y) => x + y, 0);

/** ∇y · direction, by the gradients that `grad` built. */
function alongGradient(gradients: readonly Tensor[], { leaves, feed }: Expression, direction: Point): number {
  const values = evaluate(gradients, feed);
  return leaves.reduce((total, leaf, i) => total + dot(values[i]!.data, direction.get(leaf)!.data), 0);
}

describe("200 random expressions", () => {
  it("have the first and second derivatives that differences show", () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const expression = build(recipe);
        const { loss, feed } = expression;
        const { first, mixed, second } = differentiateTwice(expression);
        for (const seed of [1, 2]) {
          const direction = directionOf(expression, seed);
          const once = slopeAlong(loss, direction, feed);
          expectClose([alongGradient(first, expression, direction)], [once], 1e-6, "first derivative");
          const twice = slopeAlong(mixed, direction, feed);
          expectClose([alongGradient(second, expression, direction)], [twice], 1e-6, "second derivative");
        }
      }),
      runs,
    );
  });

  it("have them on ties too, by forward mode", () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const expression = build(recipe, "ties");
        const { loss, feed } = expression;
        const { first, mixed, second } = differentiateTwice(expression);
        const direction = directionOf(expression, recipe.seed);
        const once = directional(loss, direction, feed);
        expectClose([alongGradient(first, expression, direction)], once, 1e-9, "first derivative");
        const twice = directional(mixed, direction, feed);
        expectClose([alongGradient(second, expression, direction)], twice, 1e-9, "second derivative");
      }),
      runs,
    );
  });

  it("share parts, broadcast and tie, and use every kind of op", () => {
    const counts = { shared: 0, broadcast: 0, tied: 0 };
    const kinds = new Set<string>();
    const names = new Set<string>();
    for (const recipe of fc.sample(recipes, runs)) {
      const { loss, feed } = build(recipe, "ties");
      const order = topologicalOrder([loss]);
      const all = evaluate(order, feed);
      const values = new Map(order.map((tensor, i) => [tensor, all[i]!]));
      const uses = new Map<Tensor, number>();
      for (const { inputs } of order) for (const x of inputs) uses.set(x, (uses.get(x) ?? 0) + 1);
      if ([...uses].some(([{ op }, count]) => op.kind !== "leaf" && count > 2)) counts.shared++;
      if (order.some(({ op, inputs }) => op.name === "broadcast" && inputs[0]!.shape.length > 0)) counts.broadcast++;
      const isTied = ({ op, inputs }: Tensor): boolean =>
        ["maximum", "minimum"].includes(op.name) &&
        values.get(inputs[0]!)!.data.some((value, i) => value === values.get(inputs[1]!)!.data[i]);
      if (order.some(isTied)) counts.tied++;
      for (const { op } of order) {
        kinds.add(op.kind);
        names.add(op.name);
      }
    }
    expect([...kinds].sort()).toEqual(["contract", "gather", "leaf", "pointwise", "reduce", "view"]);
    expect(names.size).toBeGreaterThan(25);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(60);
  });
});

describe("forward mode", () => {
  it("would notice a gradient that is wrong on a tie", () => {
    const expression = build({ seed: 1, leaves: [1], steps: [] }, "ties");
    const [x] = expression.leaves as [Tensor];
    const y = sum(maximum(x, relu(x)));
    const feed: Point = new Map([[x, { data: [-1, 0, 1] }]]);
    const direction: Point = new Map([[x, { data: [3, 5, 7] }]]);
    // −1: relu wins and is flat. 0 and 1: both sides tie, and both get 0.
    expect([...directional(y, direction, feed)]).toEqual([0]);
    expect([...evaluate(grad(y, [x]), feed)[0]!.data]).toEqual([0, 0, 0]);
  });
});
