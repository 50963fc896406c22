import fc from "fast-check";
import { compile, type Plan, type Program } from "nabla/compile";
import { add, input, matmul, max, mul, softmax, state, sub, sum, tanh, transpose } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { emitModule } from "../../src/backend/wasm/module.ts";
import * as sharing from "../../src/backend/wasm/threads.ts";
import { elementBytes } from "../../src/compile/kernel.ts";
import { buildNet } from "../compile/net.ts";

/** The module of a plan whose buffers lie one after the other. */
function moduleOf(plan: Plan, isFused: boolean, isShared: boolean): Uint8Array<ArrayBuffer> {
  let end = 128;
  const addresses = plan.buffers.map(({ elements, type }) => {
    const start = end;
    end += Math.ceil((elements * elementBytes[type]) / 64) * 64;
    return start;
  });
  return emitModule(plan, {
    addresses,
    isFused,
    sharing: isShared ? sharing : undefined,
    memory: { pages: 1, maximum: 65_536, isShared },
  }).bytes;
}

const extent = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 130 }));

function program(M: number, K: number, N: number): Program {
  const [a, b, bias] = [input([M, K], "a"), input([K, N], "b"), input([N], "bias")];
  const [w, turned] = [state("w", [M, N], [1, 0]), state("turned", [N, K])];
  const product = matmul(a, b);
  const outputs = {
    activated: tanh(add(product, bias)),
    softmax: softmax(product),
    transposed: matmul(transpose(b), transpose(a)),
    sums: sum(mul(a, a), 0),
    largest: max(b, 1),
    turned: matmul(a, transpose(turned)),
  };
  return {
    outputs,
    next: [
      [w, sub(w, product)],
      [turned, transpose(b)],
    ],
    metrics: { total: sum(product) },
  };
}

describe("generated modules", () => {
  it("are valid for random shapes", () => {
    fc.assert(
      fc.property(extent, extent, extent, (M, K, N) => {
        const plan = compile(program(M, K, N));
        for (const isShared of [false, true]) expect(WebAssembly.validate(moduleOf(plan, false, isShared))).toBe(true);
      }),
      { seed: 11, numRuns: 40 },
    );
  });

  it("are valid for random nets", () => {
    fc.assert(
      fc.property(fc.array(extent, { minLength: 2, maxLength: 5 }), extent, fc.boolean(), (sizes, batch, isAdam) => {
        const { program } = buildNet({ sizes, batch, optimizer: isAdam ? "adam" : "sgd" });
        expect(WebAssembly.validate(moduleOf(compile(program), false, false))).toBe(true);
      }),
      { seed: 12, numRuns: 25 },
    );
  });

  it("have the same bytes each time", () => {
    const bytes = (): Uint8Array => moduleOf(compile(program(7, 9, 11)), false, false);
    expect(bytes()).toEqual(bytes());
  });
});
