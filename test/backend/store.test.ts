import { compile } from "nabla/compile";
import { add, gather, input, mul, perStep, state, sub, sum, table } from "nabla/graph";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/backend/backend.ts";
import { buildNet } from "../compile/net.ts";
import { backends, differingBits, numbers, sizeOf } from "./programs.ts";

/** A trained store and what its programs made of it, on each backend. */
function train(store: Store): Map<string, Float32Array> {
  const [full, last] = [64, 17].map((batch) => buildNet({ sizes: [12, 9, 3], batch, samples: 81, optimizer: "adam" }));
  const x = input([5, 12], "samples");
  using training = store.loadNow(compile(full!.program), { steps: 3 });
  using tail = store.loadNow(compile(last!.program));
  for (const parameter of full!.parameters)
    store.write(
      parameter.attributes["name"] as string,
      numbers(sizeOf(parameter), String(parameter.attributes["name"])),
    );
  store.fill(
    "x",
    Uint8Array.from({ length: 81 * 12 }, (_, i) => (i * 37) % 256),
  );
  store.fill(
    "y",
    Int32Array.from({ length: 81 }, (_, i) => (i * i) % 3),
  );
  const results = new Map<string, Float32Array>();
  for (let epoch = 0; epoch < 2; epoch++) {
    const rows = Int32Array.from({ length: 81 }, (_, i) => (i * 29 + epoch) % 81);
    training.setSteps("rows", 1, rows.subarray(0, 64));
    training.setSteps("rate", 1, [0.01]);
    tail.setSteps("rows", 0, rows.subarray(64));
    tail.setSteps("rate", 0, [0.01]);
    training.run(1, 1);
    tail.run(0, 1);
    results.set(`loss ${epoch}`, training.getMetric("loss", 1, 1));
    results.set(`last loss ${epoch}`, tail.getMetric("loss", 0, 1));
  }
  const weight = full!.parameters[0]!;
  const predict = compile({ outputs: { y: add(gather(weight, input([2], "rows")), sum(x)) } });
  using prediction = store.loadNow(predict);
  prediction.setInput("samples", numbers(60, "samples"));
  prediction.setInput("rows", [8, 0]);
  prediction.run(0, 1);
  const y = new Float32Array(24);
  prediction.getOutput("y", y);
  results.set("prediction", y);
  for (const parameter of full!.parameters)
    results.set(String(parameter.attributes["name"]), store.read(String(parameter.attributes["name"])));
  return results;
}

const opened = (i: number): Store => backends[i]!.open({ threads: 1 });

describe("several plans on one store", () => {
  it("see each other's states: training, the last smaller batch, prediction; with the same bits everywhere", () => {
    const [wasm, plain] = [train(opened(0)), train(opened(1))];
    expect(differingBits(wasm, plain)).toEqual([]);
    expect(wasm.get("loss 1")![0]).toBeLessThan(wasm.get("loss 0")![0]!);
  });

  it("come to the same after plans were closed and loaded again, and on a store that had others before", () => {
    for (const i of [0, 1]) {
      const fresh = train(opened(i));
      const used = opened(i);
      using other = used.loadNow(compile({ outputs: { y: mul(input([100, 100]), state("other", [100, 100])) } }));
      other.run(0, 1);
      expect(differingBits(train(used), fresh)).toEqual([]);
      used.remove(["1/weight", "1/weight/m", "1/weight/v", "1/bias", "1/bias/m", "1/bias/v"]);
      used.remove(["2/weight", "2/weight/m", "2/weight/v", "2/bias", "2/bias/m", "2/bias/v", "x", "y"]);
      expect(differingBits(train(used), fresh)).toEqual([]);
    }
  });
});

for (const backend of backends)
  describe(`the store of the ${backend.name} backend`, () => {
    const w = state("w", [3, 5], [1, 0]);
    const step = (): Store => {
      const store = backend.open({ threads: 1 });
      store.declare(w);
      return store;
    };

    it("reads what was written, in the order of the shape", () => {
      const store = step();
      expect([...store.read("w")]).toEqual(new Array(15).fill(0));
      const data = numbers(15, "w");
      store.write("w", data);
      expect(store.read("w")).toEqual(data);
      expect([store.has("w"), store.has("v")]).toEqual([true, false]);
    });

    it("keeps tables of any rank and type as they are", () => {
      for (const [type, data] of [
        ["u8", Uint8Array],
        ["i32", Int32Array],
        ["f32", Float32Array],
      ] as const)
        for (const shape of [[7], [7, 1], [7, 3], [3, 3, 3], [1, 5]]) {
          const store = backend.open({ threads: 1 });
          const t = table("t", shape, type);
          const values = new data(sizeOf(t)).map((_: number, i: number) => i * 3 + 1);
          const plan = compile({ outputs: { y: gather(t, input([shape[0]!], "rows")) } });
          using executable = store.loadNow(plan);
          store.fill("t", values);
          executable.setInput(
            "rows",
            Array.from({ length: shape[0]! }, (_, i) => i),
          );
          executable.run(0, 1);
          const out = new Float32Array(values.length);
          executable.getOutput("y", out);
          expect([...out], `${type}[${shape}]`).toEqual([...values]);
        }
    });

    it("goes back to a snapshot", () => {
      const store = step();
      const data = numbers(15, "w");
      store.write("w", data);
      const snapshot = store.snapshot();
      store.write("w", new Float32Array(15));
      store.restore(snapshot);
      expect(store.read("w")).toEqual(data);
    });

    it("knows whether all its states are finite, whatever stands in their padding", () => {
      const store = step();
      using executable = store.loadNow(compile({ next: [[w, sub(w, mul(Infinity, 0))]] }));
      expect(store.isFinite()).toBe(true);
      store.write("w", numbers(15, "w"));
      expect(store.isFinite()).toBe(true);
      executable.run(0, 1);
      expect(store.isFinite()).toBe(false);
    });

    it("runs any stretch of its steps and records the metrics there", () => {
      const store = backend.open({ threads: 1 });
      const n = state("n", []);
      const by = perStep("by", []);
      using executable = store.loadNow(compile({ next: [[n, add(n, by)]], metrics: { before: n, by } }), { steps: 6 });
      executable.setSteps("by", 0, [1, 2, 3, 4, 5, 6]);
      executable.run(4, 2);
      executable.run(1, 2);
      expect([...executable.getMetric("before", 0, 6)]).toEqual([0, 11, 13, 0, 0, 5]);
      expect([...executable.getMetric("by", 1, 2)]).toEqual([2, 3]);
      expect([...store.read("n")]).toEqual([16]);
      executable.run(3, 0);
      expect(() => executable.run(5, 2)).toThrow(RangeError);
    });

    it("says what is wrong", () => {
      const store = step();
      using executable = store.loadNow(compile({ outputs: { y: mul(w, perStep("rate", [])) } }), { steps: 2 });
      expect(() => store.write("w", [1, 2])).toThrow(expect.objectContaining({ code: "SHAPE" }));
      expect(() => store.read("v")).toThrow(expect.objectContaining({ code: "SHAPE" }));
      expect(() => store.declare(state("w", [3, 5]))).toThrow(expect.objectContaining({ code: "SHAPE" }));
      expect(() => executable.setInput("x", [])).toThrow(expect.objectContaining({ code: "OPTION" }));
      expect(() => executable.setSteps("rate", 0, [1, 2, 3])).toThrow(expect.objectContaining({ code: "LIMIT" }));
    });
  });
