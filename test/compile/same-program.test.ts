import { compile, type Plan, type Program, printPlan } from "nabla/compile";
import {
  add,
  broadcastTo,
  gather,
  input,
  matmul,
  max,
  mul,
  perStep,
  reshape,
  state,
  sub,
  sum,
  table,
  transpose,
} from "nabla/graph";
import { describe, expect, test } from "vitest";
import { outlineOf, RecentPlans } from "../../src/compile/recent-plans.ts";
import { isSameProgram } from "../../src/compile/same-program.ts";
import { buildNet } from "./net.ts";

const a = () => input([2, 3], "a");
const b = () => input([2, 3], "b");
const w = () => state("w", [2, 3]);

/** Programs of which no two are the same, each made anew at every call. */
const programs: readonly (() => Program)[] = [
  () => ({}),
  () => ({ outputs: { y: add(a(), b()) } }),
  () => ({ outputs: { y: add(b(), a()) } }),
  () => ({ outputs: { y: sub(a(), b()) } }),
  () => ({ outputs: { y: add(a(), state("b", [2, 3])) } }),
  () => ({ outputs: { z: add(a(), b()) } }),
  () => ({ outputs: { y: add(a(), b()), z: a() } }),
  () => ({ outputs: { z: a(), y: add(a(), b()) } }),
  () => ({ outputs: { y: add(input([3, 2], "a"), input([3, 2], "b")) } }),
  () => ({ outputs: { y: add(a(), a()) } }),
  () => {
    const x = a();
    return { outputs: { y: add(x, x) } };
  },
  () => ({ outputs: { y: sum(a()) } }),
  () => ({ metrics: { y: sum(a()) } }),
  () => ({ outputs: { y: max(a()) } }),
  () => ({ outputs: { y: sum(a(), 0) } }),
  () => ({ outputs: { y: sum(a(), 1) } }),
  () => ({ outputs: { y: sum(a(), [0, 1], { keepDims: true }) } }),
  ...[0, -0, 1, Infinity, -Infinity, Number.NaN].map((value) => () => ({ outputs: { y: mul(a(), value) } })),
  () => ({ outputs: { y: transpose(input([3, 3], "a")) } }),
  () => ({ outputs: { y: reshape(a(), [3, 2]) } }),
  () => ({ outputs: { y: reshape(a(), [6]) } }),
  () => ({ outputs: { y: broadcastTo(input([3], "a"), [2, 3]) } }),
  () => ({ outputs: { y: matmul(a(), input([3, 2], "b")) } }),
  () => ({ next: [[w(), add(w(), 1)]] }),
  () => {
    const x = w();
    return { next: [[x, add(x, 1)]] };
  },
  () => ({ next: [[state("v", [2, 3]), add(w(), 1)]] }),
  () => ({ next: [[state("w", [2, 3], [1, 0]), a()]] }),
  () => ({ next: [[w(), a()]] }),
  () => ({ outputs: { y: gather(table("t", [5, 2], "u8"), perStep("rows", [3], "i32")) } }),
  () => ({ outputs: { y: gather(table("t", [5, 2]), perStep("rows", [3], "i32")) } }),
  () => ({ outputs: { y: gather(table("t", [6, 2]), perStep("rows", [3], "i32")) } }),
  ...[
    { sizes: [7, 5, 3], batch: 4 },
    { sizes: [7, 5, 3], batch: 5 },
    { sizes: [7, 6, 3], batch: 4 },
    { sizes: [7, 5, 3], batch: 4, optimizer: "adam" as const },
    { sizes: [7, 5, 3], batch: 4, samples: 999 },
  ].map((net) => () => buildNet(net).program),
];

describe("programs", () => {
  test("are the same where they were built alike, and only there", () => {
    for (const [i, one] of programs.entries())
      for (const [j, other] of programs.entries())
        expect(isSameProgram(outlineOf(one()), outlineOf(other())), `${one} against ${other}`).toBe(i === j);
  });

  test("get their own plan, made once as long as few others were asked for since", async () => {
    const recent = new RecentPlans();
    const before: Plan[] = [];
    for (const program of programs) before.push(await recent.of(program()));
    for (const [i, program] of programs.entries()) {
      const plan = await recent.of(program());
      expect(plan).not.toBe(before[i]);
      expect(await recent.of(program())).toBe(plan);
      expect(printPlan(plan)).toBe(printPlan(compile(program())));
    }
    const last: Plan[] = [];
    for (const program of programs.slice(-4)) last.push(await recent.of(program()));
    for (const [i, program] of programs.slice(-4).entries()) expect(await recent.of(program())).toBe(last[i]);
  });
});
