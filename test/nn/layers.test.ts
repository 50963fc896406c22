import { add, evaluate, input, mul, type Tensor } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/array/random.ts";
import { softmax, tanh } from "../../src/nn/activations.ts";
import { layer } from "../../src/nn/custom.ts";
import { dense } from "../../src/nn/dense.ts";
import * as initializers from "../../src/nn/initializers.ts";
import type { Initializer } from "../../src/nn/layer.ts";
import { failure } from "../data/failure.ts";
import { expectClose } from "../graph/fixture.ts";
import { applyLayers } from "./scope.ts";

describe("dense", () => {
  it("is x·Wᵀ + b: the lecture's four pixels", () => {
    const { x, output, parameters } = applyLayers([dense(3)], [1, 4]);
    const W = [0.2, -0.5, 0.1, 2, 1.5, 1.3, 2.1, 0, 0, 0.25, 0.2, -0.3];
    const feed = new Map<Tensor, { data: number[] }>([
      [x, { data: [56, 231, 24, 2] }],
      [parameters.get("layer1.weight")!, { data: W }],
      [parameters.get("layer1.bias")!, { data: [1.1, 3.2, -1.2] }],
    ]);
    expectClose(evaluate([output], feed)[0]!.data, [-96.8, 437.9, 60.75], 1e-12, "scores");
  });

  it("asks for a weight [units, features] that lies features first, and for a bias", () => {
    const { parameters, options } = applyLayers([dense(3, { l2: 0.5 })], [2, 4]);
    expect([...parameters].map(([name, { shape }]) => [name, shape])).toEqual([
      ["layer1.weight", [3, 4]],
      ["layer1.bias", [3]],
    ]);
    expect(options.get("layer1.weight")).toMatchObject({ order: [1, 0], fanIn: 4, fanOut: 3, l2: 0.5 });
    expect(options.get("layer1.weight")!.initializer).toBe(initializers.glorotUniform);
    expect(options.get("layer1.bias")!.initializer).toBe(initializers.zeros);
    expect(options.get("layer1.bias")!.l2).toBeUndefined();
  });

  it("does without a bias, and keeps its name and settings", () => {
    const { parameters } = applyLayers([dense(3, { bias: false })], [2, 4]);
    expect([...parameters.keys()]).toEqual(["layer1.weight"]);
    expect(dense(3, { name: "hidden" })).toMatchObject({ kind: "dense", name: "hidden" });
    expect(dense(3, { bias: false, l2: 0.1 }).settings).toEqual({ units: 3, bias: false, l2: 0.1 });
  });

  it("counts the lecture's 3-4-2 net: 26 parameters", () => {
    const { parameters } = applyLayers([dense(4), tanh, dense(2), softmax], [1, 3]);
    const sizes = [...parameters.values()].map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    expect(sizes).toEqual([12, 4, 8, 2]);
  });

  it("names the layer and the shape where they do not fit", async () => {
    for (const shape of [[2], [2, 28, 28]]) {
      const error = await failure(() => applyLayers([dense(3, { name: "hidden" })], shape));
      expect(error).toMatchObject({ code: "SHAPE", where: { layer: "hidden" }, received: `[${shape}]` });
      expect(error.message).toContain('layer "hidden"');
    }
  });

  it("refuses impossible settings", async () => {
    for (const units of [0, -1, 2.5, Number.NaN, "3"])
      expect(await failure(() => dense(units as number, { name: "hidden" }))).toMatchObject({ code: "OPTION" });
    for (const l2 of [-1, Number.NaN, Infinity]) expect((await failure(() => dense(1, { l2 }))).code).toBe("OPTION");
    expect((await failure(() => dense(0, { name: "hidden" }))).message).toContain('dense "hidden": units is 0');
  });
});

describe("a layer of one's own", () => {
  it("computes and asks for parameters like ours", () => {
    const scale = layer("scale", (x, scope) =>
      mul(x, scope.param("factor", [x.shape[1]!], { initializer: initializers.constant(2) })),
    );
    expect(scale).toMatchObject({ kind: "custom", name: "scale" });
    const { x, output, parameters } = applyLayers([scale], [1, 2]);
    const feed = new Map([
      [x, { data: [3, 4] }],
      [parameters.get("custom1.factor")!, { data: [2, 5] }],
    ]);
    expect([...evaluate([output], feed)[0]!.data]).toEqual([6, 20]);
  });

  it("has to give one entry for each sample", async () => {
    const cases = [
      [() => undefined as unknown as Tensor, "OPTION"],
      [() => null as unknown as Tensor, "OPTION"],
      [() => add(1, 2), "SHAPE"],
      [() => input([3, 4]), "SHAPE"],
    ] as const;
    for (const [apply, code] of cases) {
      const error = await failure(() => applyLayers([layer("mine", apply)], [2, 4]));
      expect(error).toMatchObject({ code, where: { layer: "mine" } });
    }
    expect((await failure(() => layer("", (x) => x))).code).toBe("OPTION");
    expect((await failure(() => layer("mine", undefined as never))).code).toBe("OPTION");
  });
});

describe("initializers", () => {
  const fan = { fanIn: 300, fanOut: 100 };
  const draw = (initializer: Initializer, size = 30_000, name = "weight") =>
    initializer(size, fan, new Random(7, name));
  const moments = (x: Float32Array) => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    return { mean, variance: x.reduce((a, b) => a + (b - mean) * (b - mean), 0) / x.length };
  };

  it.each([
    ["glorotUniform", initializers.glorotUniform, 2 / 400, Math.sqrt(6 / 400)],
    ["heUniform", initializers.heUniform, 2 / 300, Math.sqrt(6 / 300)],
    ["uniform", initializers.uniform(-0.5, 0.5), 1 / 12, 0.5],
    ["glorotNormal", initializers.glorotNormal, 2 / 400, Infinity],
    ["heNormal", initializers.heNormal, 2 / 300, Infinity],
    ["normal", initializers.normal(0, 0.1), 0.01, Infinity],
  ] as const)("%s has its paper's variance and bound", (_, initializer, variance, bound) => {
    const x = draw(initializer);
    const found = moments(x);
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.03); // 4 standard errors of 30,000 normal numbers
    expect(Math.abs(found.mean)).toBeLessThan(4 * Math.sqrt(variance / x.length));
    const largest = x.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(largest).toBeLessThanOrEqual(Math.fround(bound));
    if (bound < Infinity) expect(largest).toBeGreaterThan(bound * 0.99);
    else expect(largest).toBeGreaterThan(3.5 * Math.sqrt(variance));
  });

  it("depend on seed, name and place alone", () => {
    for (const initializer of [initializers.glorotUniform, initializers.heNormal]) {
      expect(draw(initializer, 5)).toEqual(draw(initializer, 8).slice(0, 5));
      expect(draw(initializer, 5)).not.toEqual(draw(initializer, 5, "bias"));
    }
    expect([...draw(initializers.constant(0.25), 3)]).toEqual([0.25, 0.25, 0.25]);
    expect([...draw(initializers.zeros, 2)]).toEqual([0, 0]);
  });

  it("refuse bounds and deviations that are none", async () => {
    const wrong = [
      () => initializers.uniform(1, 1),
      () => initializers.uniform(0, Infinity),
      () => initializers.normal(0, -1),
      () => initializers.normal(Number.NaN),
      () => initializers.constant(Number.NaN),
    ];
    for (const run of wrong) expect((await failure(run)).code).toBe("OPTION");
  });
});
