import fc from "fast-check";
import { compile } from "nabla/compile";
import {
  add,
  exp,
  gather,
  input,
  matmul,
  max,
  mul,
  softmax,
  state,
  sub,
  sum,
  type Tensor,
  table,
  tanh,
} from "nabla/graph";
import { describe, expect, it } from "vitest";
import { plainBackend } from "../../src/backend/plain/backend.ts";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import { compileUnfused } from "../../src/compile/compile.ts";
import { caseTable } from "../backend/case-table.ts";
import { type Case, differences, differingBits, runOn } from "../backend/programs.ts";
import { build, recipes } from "../graph/random-expression.ts";

const kernelsOf = (outputs: Readonly<Record<string, Tensor>>): number => compile({ outputs }).kernels.length;

/** Whether a plan adds numbers up in an order that its kernel chooses. */
const hasSums = (test: Case): boolean =>
  compile(test.program).kernels.some(({ prelude, statements }) =>
    [...statements, ...(prelude?.statements ?? [])].some((s) => s.kind === "reduce" && s.op === "sum"),
  );

describe("a fused plan", () => {
  const cases = Object.values(caseTable).flatMap((list) => list().filter((_, i) => i % 3 === 0));

  it("computes the same bits as a kernel for every op where nothing is summed", () => {
    const exact = cases.filter((test) => !hasSums(test));
    expect(exact.length).toBeGreaterThan(30);
    for (const test of exact) {
      const [fused, unfused] = [runOn(wasmBackend(), test), runOn(wasmBackend(), test, compileUnfused(test.program))];
      expect(differingBits(fused, unfused), test.name).toEqual([]);
    }
  });

  // which lanes a sum's partial results stand in follows the accesses of its kernel, so its last bits may differ
  it("computes the same sums up to rounding", () => {
    for (const test of cases.filter(hasSums)) {
      const [fused, unfused] = [runOn(plainBackend(), test), runOn(plainBackend(), test, compileUnfused(test.program))];
      expect(differences(fused, unfused, 1e-3), test.name).toEqual([]);
    }
  });

  it("computes random expressions without sums to the bit", () => {
    let count = 0;
    fc.assert(
      fc.property(recipes, (recipe) => {
        const { feed, loss } = build(recipe);
        const values = [...new Set(partsOf(loss))].filter((tensor) => !dependsOnSum(tensor));
        const outputs = Object.fromEntries(values.map((tensor, i) => [`v${i}`, tensor]));
        const numbers = new Map([...feed].map(([leaf, { data }]) => [leaf, data]));
        const test = { name: "expression", program: { outputs }, feed: numbers };
        const [fused, unfused] = [runOn(wasmBackend(), test), runOn(wasmBackend(), test, compileUnfused(test.program))];
        expect(differingBits(fused, unfused)).toEqual([]);
        count += values.length;
      }),
      { seed: 5, numRuns: 60, endOnFailure: true },
    );
    expect(count).toBeGreaterThan(200);
  });

  it("has one kernel for a chain of pointwise ops, and one for a softmax", () => {
    const x = input([6, 10], "x");
    expect(kernelsOf({ y: mul(tanh(add(exp(x), 1)), 2) })).toBe(1);
    expect(kernelsOf({ y: softmax(x) })).toBe(1);
    expect(kernelsOf({ y: tanh(add(matmul(x, input([10, 4], "w")), input([4], "b"))) })).toBe(1);
    expect(kernelsOf({ y: exp(gather(table("t", [9, 4]), input([6], "rows"))) })).toBe(1);
  });

  it("never has two products in one kernel, nor a sum with inner loops beside one", () => {
    for (const { program } of Object.values(caseTable).flatMap((list) => list()))
      for (const { statements, parallel, axes } of compile(program).kernels) {
        const contractions = statements.filter(({ kind }) => kind === "contract").length;
        expect(contractions).toBeLessThanOrEqual(1);
        if (contractions === 1) expect([parallel, axes.length]).toEqual([2, 3]);
      }
  });

  it("stores only what something outside its kernel reads", () => {
    for (const { program } of Object.values(caseTable).flatMap((list) => list())) {
      const { buffers, kernels } = compile(program);
      const all = kernels.flatMap(({ prelude, statements }) => [...(prelude?.statements ?? []), ...statements]);
      const read = new Set(
        all.flatMap((s) =>
          s.kind === "load"
            ? [s.access.buffer, ...(s.access.row ? [s.access.row.from.buffer] : [])]
            : s.kind === "contract"
              ? [s.left.buffer, s.right.buffer]
              : [],
        ),
      );
      buffers.forEach(({ role, name }, id) => void (role === "temporary" && expect(read.has(id), name).toBe(true)));
    }
  });

  it("replaces a state where it lies unless its old value is still wanted", () => {
    const w = state("w", [4, 4]);
    const x = input([4, 4], "x");
    const shadows = (value: Tensor, outputs: Readonly<Record<string, Tensor>> = {}): number =>
      compile({ next: [[w, value]], outputs }).buffers.filter(({ name }) => name === "shadow").length;
    expect(shadows(sub(w, mul(0.1, x)))).toBe(0);
    expect(shadows(sub(w, matmul(x, x)), { y: matmul(x, w) })).toBe(0);
    expect(shadows(matmul(w, x))).toBe(1);
    const thrice = mul(w, 3);
    expect(shadows(mul(thrice, 0.5), { y: sub(thrice, sum(mul(thrice, thrice), 1, { keepDims: true })) })).toBe(1);
    expect(shadows(sub(w, max(w, 1, { keepDims: true })))).toBe(1);
  });
});

function partsOf(tensor: Tensor): Tensor[] {
  return tensor.op.kind === "leaf" ? [] : [tensor, ...tensor.inputs.flatMap(partsOf)].slice(0, 40);
}

const sums = new Map<Tensor, boolean>();

function dependsOnSum(tensor: Tensor): boolean {
  const known = sums.get(tensor);
  if (known !== undefined) return known;
  const depends = (tensor.op.kind === "reduce" && tensor.op.name === "sum") || tensor.inputs.some(dependsOnSum);
  sums.set(tensor, depends);
  return depends;
}
