import { dataset, dense, type FitOptions, sequential, sigmoid, softmax, tanh } from "nabla";
import { afterEach, describe, expect, test, vi } from "vitest";
import { isFmaAvailable } from "../../src/backend/wasm/platform.ts";
import { failure } from "../data/failure.ts";

const data = dataset(
  Array.from({ length: 23 }, (_, i) => [Math.sqrt(i), 1 / (i + 1), (i % 4) - 2]),
  Array.from({ length: 23 }, (_, i) => i % 3),
);

/** Trains on whatever the platform offers; returns what start said, and the model's bytes. */
async function trained(options: FitOptions = {}) {
  const model = sequential([dense(9), tanh, dense(5), sigmoid, dense(3), softmax], { input: 3, seed: 11 });
  let engine = "";
  for await (const event of model.fit(data, { batchSize: 5, epochs: 3, ...options }))
    if (event.kind === "start") engine = `${event.engine} ${event.arithmetic}`;
  return { engine, bytes: await model.toBytes(), evaluation: await model.evaluate(data) };
}

afterEach(() => vi.unstubAllGlobals());

describe("a platform", () => {
  test("without WebAssembly trains to the same bits, and says so", async () => {
    const generated = await trained();
    vi.stubGlobal("WebAssembly", undefined);
    const plain = await trained();
    expect([generated.engine, plain.engine]).toEqual(["wasm portable", "plain portable"]);
    expect(plain.bytes).toEqual(generated.bytes);
    expect(plain.evaluation).toEqual(generated.evaluation);
  });

  test("with fused arithmetic computes nearly the same, one without refuses it", async () => {
    if (!isFmaAvailable()) {
      expect((await failure(() => trained({ arithmetic: "fma" }))).code).toBe("UNSUPPORTED");
      return;
    }
    const [portable, fused] = [await trained(), await trained({ arithmetic: "fma" })];
    expect(fused.engine).toBe("wasm fma");
    expect(fused.evaluation.loss).toBeCloseTo(portable.evaluation.loss, 5);
  });
});

test("a clone predicts the same bits on a platform without WebAssembly", async () => {
  const model = sequential([dense(2)], { input: 3, seed: 1 });
  const before = (await model.predict([1, 2, 3])).data;
  vi.stubGlobal("WebAssembly", undefined);
  expect((await model.clone().predict([1, 2, 3])).data).toEqual(before);
});
