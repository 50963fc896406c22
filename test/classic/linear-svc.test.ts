import { dataset, load } from "nabla";
import { type LinearMachine, LinearSvc } from "nabla/classic";
import { describe, expect, test } from "vitest";
import { plainBlockRows, toBlocks } from "../../src/classic/linear/block-rows.ts";
import { CoordinateDescent } from "../../src/classic/linear/coordinate-descent.ts";
import { exactRows } from "../../src/classic/linear/coordinate-rows.ts";
import { plainState } from "../../src/classic/linear/descent-state.ts";
import { MachineVisits } from "../../src/classic/linear/machine-visits.ts";
import { visitsOf } from "../../src/classic/linear/visits.ts";
import { expectClose } from "../graph/fixture.ts";
import { clouds, failure, fixture, oneAgainstRest } from "./machines.ts";

describe("LIBLINEAR's answers", () => {
  test.each(fixture.linearSvc.map((row, i) => ({ row, name: `${i}: ${row.data}, ${JSON.stringify(row.attributes)}` })))(
    "$name",
    async ({ row }) => {
      const data = oneAgainstRest(row.data, row.positive);
      const svc = await new LinearSvc({ ...row.attributes, tolerance: 1e-11, maxPasses: 100_000 }).fit(data);
      const [machine] = svc.machines as [LinearMachine];
      expect(machine.isConverged).toBe(true);
      expectClose(machine.weights, row.weights.data, 1e-4, "weights");
      expectClose([machine.bias], [row.bias], 1e-4, "bias");
      expectClose((await svc.decisionFunction(data)).data, row.decision.data, 1e-4, "decision function");
    },
  );
});

/** P and D by their definitions. */
function objectives(
  { weights, bias, multipliers }: LinearMachine,
  x: readonly (readonly number[])[],
  signs: readonly number[],
  { C, loss }: { C: number; loss: "hinge" | "squaredHinge" },
): { primal: number; dual: number } {
  const norm = weights.reduce((sum, w) => sum + w * w, bias * bias) / 2;
  let [slack, sum] = [0, 0];
  for (const [i, row] of x.entries()) {
    const f = row.reduce((total, value, j) => total + value * weights[j]!, bias);
    const missing = Math.max(0, 1 - signs[i]! * f);
    const alpha = multipliers[i]!;
    slack += loss === "hinge" ? C * missing : C * missing * missing;
    sum += alpha - (loss === "hinge" ? 0 : (alpha * alpha) / (4 * C));
  }
  return { primal: norm + slack, dual: sum - norm };
}

describe("the gap", () => {
  test.each([
    { loss: "hinge", count: 100 },
    { loss: "squaredHinge", count: 100 },
    { loss: "hinge", count: 4000 },
    { loss: "squaredHinge", count: 4000 },
  ] as const)("$loss, $count samples: as the definitions have it, within the tolerance", async ({ loss, count }) => {
    const { data, x } = clouds(count, 20, 3, 6);
    const float32 = x.map((row) => row.map(Math.fround));
    const svc = await new LinearSvc({ loss, C: 0.5, tolerance: 1e-4, maxPasses: 20_000 }).fit(data);
    for (const [k, machine] of svc.machines.entries()) {
      const signs = x.map((_, i) => (i % 3 === k ? 1 : -1));
      const { primal, dual } = objectives(machine, float32, signs, { C: 0.5, loss });
      expect(machine.isConverged).toBe(true);
      expect(Math.abs(machine.objective - primal)).toBeLessThan(1e-5 * primal);
      expect(primal - dual).toBeLessThanOrEqual(1.2e-4 * primal);
      expect(machine.multipliers.every((alpha) => alpha >= 0 && (loss !== "hinge" || alpha <= 0.5))).toBe(true);
    }
  });
});

describe("rows", () => {
  const { x } = clouds(40, 23, 2, 2);
  for (const row of x) for (let j = 3; j < 18; j++) row[j] = 0;
  x[7]!.fill(0);
  const samples = { x: Float32Array.from(x.flat()), size: 40, features: 23, constant: 1 };

  test("blocks and float64 agree", () => {
    const blocks = toBlocks(samples);
    const [plain, exact] = [plainBlockRows(blocks, 3), exactRows(samples, 3)];
    expect(blocks.values.length).toBeLessThan(40 * 24); // zeros were left out
    for (let turn = 0; turn < 400; turn++) {
      const [machine, i, share] = [turn % 3, (turn * 17) % 40, Math.sin(turn)];
      for (const rows of [plain, exact]) rows.add(machine, i, share);
      expectClose([plain.dot(machine, (i * 3) % 40)], [exact.dot(machine, (i * 3) % 40)], 1e-4, "dot");
    }
    for (const machine of [0, 1, 2])
      expectClose([plain.squaredNorm(machine)], [exact.squaredNorm(machine)], 1e-4, "norm");
    expect(plain.squaredNorms).toEqual(exact.squaredNorms);
  });

  // The last class count is more than a word of bits would hold the sign of.
  test.each([
    { loss: "squaredHinge", classes: 3, threads: 1 },
    { loss: "squaredHinge", classes: 5, threads: 2 },
    { loss: "hinge", classes: 5, threads: 1 },
    { loss: "hinge", classes: 32, threads: 3 },
  ] as const)("passes by generated code and their twin agree to the bit: %o", async ({ loss, classes, threads }) => {
    const blocks = toBlocks(samples);
    const labels = Int32Array.from({ length: 40 }, (_, i) => (i * i) % classes);
    const bounds = Float64Array.from({ length: 40 }, (_, i) => 0.5 + (i % 3));
    const positives = Array.from({ length: classes }, (_, m) => m);
    const problem = { labels, bounds, positives, loss, samples };
    const plain = { ...problem, rows: plainBlockRows(blocks, classes), state: plainState(40, classes) };
    const visits = await MachineVisits.open(blocks, problem, threads);
    const wasm = { ...problem, rows: visits.rows, state: visits.state };
    const solversOf = (shared: typeof plain) => positives.map((_, m) => new CoordinateDescent(shared, m, 1e-6));
    const [own, theirs] = [solversOf(plain), solversOf(wasm)];
    const visit = visitsOf(plain, own);
    let settled = 0;
    for (let pass = 0; pass < 60; pass++) {
      const order = Uint32Array.from({ length: 40 }, (_, k) => (k * 7 + pass) % 40);
      visit(order);
      visits.visit(order.subarray(0, 25));
      visits.visit(order.subarray(25));
      expect(theirs.map((solver) => solver.endPass())).toEqual(own.map((solver) => solver.endPass()));
      expect(visits.state.alpha).toEqual(plain.state.alpha);
      expect(visits.state.registers).toEqual(plain.state.registers);
      const union = Uint32Array.from({ length: 40 }, (_, i) =>
        visits.state.taking.reduce((bits, group) => bits | group[i]!, 0),
      );
      expect(union).toEqual(plain.state.taking[0]);
      settled += union.filter((bits) => bits >>> 0 !== 2 ** classes - 1).length;
      if (pass % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5)); // until the other threads are there
    }
    for (const m of positives) {
      expect(visits.rows.squaredNorm(m)).toBe(plain.rows.squaredNorm(m));
      expect(visits.rows.squaredNorm(m)).toBeGreaterThan(0);
    }
    expect(settled).toBeGreaterThan(0); // shrinking took place
    visits[Symbol.dispose]();
  });
});

test("the same seed gives the same bits, another seed the same answer", async () => {
  const { data } = clouds(300, 8, 3, 5);
  const solve = (seed: number) => new LinearSvc({ seed, tolerance: 1e-8, maxPasses: 50_000 }).fit(data);
  const [a, b, c] = [await solve(1), await solve(1), await solve(2)];
  expect(b.machines).toEqual(a.machines);
  expect(c.machines[0]!.passes).not.toBe(a.machines[0]!.passes);
  for (const [k, machine] of a.machines.entries())
    expectClose(c.machines[k]!.weights, machine.weights, 1e-3, "weights");
});

test("more classes than machines go together", async () => {
  const { data } = clouds(280, 6, 40, 0.2);
  const svc = await new LinearSvc().fit(data);
  expect(svc.machines.map(({ positive }) => positive)).toEqual(data.classes);
  expect(await svc.score(data)).toBeGreaterThan(0.5);
});

test("as a network it gives the same scores, also after a file", async () => {
  const { data } = clouds(60, 5, 3, 4);
  const svc = await new LinearSvc().fit(data);
  const model = await load(await (await svc.toModel()).toBytes());
  expectClose((await model.predict(data)).data, (await svc.decisionFunction(data)).data, 1e-5, "scores");
  expect((await model.evaluate(data)).accuracy).toBeCloseTo(await svc.score(data), 6);
});

test("without a bias the plane goes through the origin", async () => {
  const { data } = clouds(60, 3, 2, 4);
  const svc = await new LinearSvc({ biasScale: 0 }).fit(data);
  expect(svc.machines[0]!.bias).toBe(0);
  expect((await svc.decisionFunction([[0, 0, 0]])).data[0]).toBe(0);
});

describe("bad input", () => {
  const cases: readonly (readonly [string, () => unknown, string, RegExp])[] = [
    [
      "a hard margin",
      () => new LinearSvc({ C: Number.POSITIVE_INFINITY }),
      "OPTION",
      /^LinearSvc: C is Infinity\. Give C as a number above 0\.?$/,
    ],
    [
      "a loss",
      () => new LinearSvc({ loss: "log" as "hinge" }),
      "OPTION",
      /loss is "log"\. Give loss as "hinge" or "squaredHinge"/,
    ],
    ["biasScale", () => new LinearSvc({ biasScale: -1 }), "OPTION", /biasScale is -1/],
    ["maxPasses", () => new LinearSvc({ maxPasses: 0.5 }), "OPTION", /maxPasses is 0\.5/],
    ["seed", () => new LinearSvc({ seed: 0.5 }), "OPTION", /seed is 0\.5/],
    ["one class", () => new LinearSvc().fit(dataset([[1], [2]], ["a", "a"])), "DATA", /all 2 samples are of class "a"/],
    ["not fitted", () => new LinearSvc().machines, "OPTION", /this LinearSvc has not been fitted/],
  ];
  test.each(cases)("%s", async (_, act, code, message) => {
    const error = await failure(act);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test("too few passes are said, and a signal ends the fit", async () => {
    const { data } = clouds(200, 5, 2, 8);
    const svc = await new LinearSvc({ maxPasses: 1, tolerance: 1e-9 }).fit(data);
    expect(svc.machines[0]).toMatchObject({ isConverged: false, passes: 1 });
    const reason = new Error("enough");
    expect(await failure(() => svc.fit(data, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });
});
