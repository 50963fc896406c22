import { dataset, load, NablaError } from "nabla";
import { type Machine, Svm } from "nabla/classic";
import { describe, expect, test } from "vitest";
import { engineRows } from "../../src/classic/svm/engine-rows.ts";
import { centered, plainRows } from "../../src/classic/svm/kernel.ts";
import { KernelCache } from "../../src/classic/svm/kernel-cache.ts";
import { Smo } from "../../src/classic/svm/smo.ts";
import { expectClose } from "../graph/fixture.ts";
import { clouds, failure, fixture, oneAgainstRest } from "./machines.ts";

/** βᵢ of all samples. */
function betaOf({ supports, multipliers, signs }: Machine, size: number): Float64Array {
  const beta = new Float64Array(size);
  for (const [k, i] of supports.entries()) beta[i] = signs[k]! * multipliers[k]!;
  return beta;
}

describe("LIBSVM's answers", () => {
  test.each(fixture.svc.map((row, i) => ({ row, name: `${i}: ${row.data}, ${JSON.stringify(row.attributes)}` })))(
    "$name",
    async ({ row }) => {
      const data = oneAgainstRest(row.data, row.positive);
      const svm = await new Svm({ ...row.attributes, tolerance: 1e-10 }).fit(data);
      const [machine] = svm.machines as [Machine];
      expect(machine.isConverged).toBe(true);
      expectClose(betaOf(machine, data.size), row.beta.data, 2e-4, "multipliers");
      expectClose([machine.bias], [row.bias], 1e-4, "bias");
      expectClose((await svm.decisionFunction(data)).data, row.decision.data, 1e-4, "decision function");
      const expected = row.beta.data.flatMap((beta, i) => (beta === 0 ? [] : [i]));
      expect([...machine.supports]).toEqual(expected);
    },
  );

  test("three classes are three machines against the rest", async () => {
    const rows = fixture.svc.filter(({ data, attributes }) => data === "three" && attributes.kernel === "rbf");
    const { x, labels } = fixture.data["three"]!;
    const svm = await new Svm({ ...rows[0]!.attributes, tolerance: 1e-10 }).fit(
      dataset({ shape: x.shape, data: Float32Array.from(x.data) }, labels.data),
    );
    expect(svm.machines.map(({ positive, negative }) => [positive, negative])).toEqual([
      ["0", "the rest"],
      ["1", "the rest"],
      ["2", "the rest"],
    ]);
    const { shape, data } = await svm.decisionFunction({ shape: x.shape, data: Float32Array.from(x.data) });
    expect(shape).toEqual([45, 3]);
    for (const [k, row] of rows.entries())
      expectClose(
        Array.from({ length: 45 }, (_, i) => data[3 * i + k]!),
        row.decision.data,
        1e-4,
        `machine ${k}`,
      );
  });
});

describe("the optimum", () => {
  test("P − D by the definitions is what the machine says, and within the tolerance", async () => {
    const { data, x, labels } = clouds(120, 4, 2, 5);
    for (const [C, tolerance] of [
      [0.01, 1e-3],
      [1, 1e-6],
      [50, 1e-3],
    ] as const) {
      const [machine] = (await new Svm({ C, tolerance }).fit(data)).machines as [Machine];
      const norm = machine.weights!.reduce((sum, w) => sum + w * w, 0);
      const float32 = x.map((row) => row.map(Math.fround));
      const slack = float32.map((row, i) => {
        const f = row.reduce((sum, value, j) => sum + value * machine.weights![j]!, machine.bias);
        return Math.max(0, 1 - (labels[i] === 1 ? f : -f));
      });
      const primal = norm / 2 + C * slack.reduce((sum, xi) => sum + xi, 0);
      const dual = machine.multipliers.reduce((sum, alpha) => sum + alpha, 0) - norm / 2;
      expect(machine.objective).toBeCloseTo(primal, 8);
      expect(machine.gap).toBeCloseTo(primal - dual, 8);
      expect(machine.gap).toBeLessThanOrEqual(tolerance * primal);
      for (const [k, alpha] of machine.multipliers.entries()) {
        expect(alpha).toBeLessThanOrEqual(C);
        if (alpha < C) expect(machine.isBound[k]).toBe(false);
      }
    }
  });

  test("shrinking and a cache of few rows change the way, not the answer", () => {
    const { x, labels } = clouds(400, 6, 2, 4.5);
    const { points } = centered(Float32Array.from(x.flat()), 6);
    const signs = Float64Array.from(labels, (label) => (label === 1 ? 1 : -1));
    const bounds = new Float64Array(400).fill(10);
    const duals = [1e9, 1].map((bytes) => {
      const cache = new KernelCache(plainRows(points, { name: "rbf", gamma: 0.3 }), bytes);
      const smo = new Smo(cache, signs, bounds, 1e-9);
      while (!smo.run(100));
      smo.settle();
      return { dual: smo.dual, rows: cache.computed, capacity: cache.capacity };
    });
    expect(duals[0]!.rows).toBeLessThanOrEqual(400);
    expect(duals[1]!.capacity).toBe(4);
    expect(duals[1]!.rows).toBeGreaterThan(1000);
    expect(Math.abs(duals[0]!.dual - duals[1]!.dual)).toBeLessThan(1e-8 * duals[0]!.dual);
  });

  test("class weights move the plane; balanced is n / (classes · samples)", async () => {
    const { x } = clouds(90, 3, 2, 6);
    const labels = x.map((_, i) => (i % 6 === 1 ? 1 : 0));
    const data = dataset(x, labels);
    const recall = async (svm: Svm) =>
      (await svm.predict(data)).filter((name, i) => labels[i] === 1 && name === "1").length / 15;
    const plain = await new Svm().fit(data);
    const balanced = await new Svm({ classWeights: "balanced" }).fit(data);
    const same = await new Svm({ classWeights: [90 / (2 * 75), 90 / (2 * 15)] }).fit(data);
    expect(await recall(balanced)).toBeGreaterThan(await recall(plain));
    expect(same.machines[0]!.bias).toBe(balanced.machines[0]!.bias);
  });
});

describe("kernel rows", () => {
  test.each([{ name: "linear" }, { name: "rbf", gamma: 0.05 }] as const)(
    "of the engine agree with the plain twin: $name",
    async (kernel) => {
      const { x } = clouds(70, 13, 3, 2);
      const { points } = centered(Float32Array.from(x.flat()), 13);
      const [plain, engine] = [plainRows(points, kernel), await engineRows(points, kernel)];
      const wanted = [3, 69, 0, 17, 5];
      const rows = () => wanted.map(() => new Float64Array(70));
      const [expected, found, alone] = [rows(), rows(), [new Float64Array(70)]];
      plain.compute(wanted, expected);
      engine.compute(wanted, found);
      engine.compute([17], alone);
      for (const [r, row] of expected.entries()) expectClose(found[r]!, row, 2e-5, `row ${wanted[r]}`);
      expect(alone[0]).toEqual(found[3]);
      engine[Symbol.dispose]();
    },
  );

  test("a problem large enough for the engine has the same answer, on one thread and on two to the bit", async () => {
    const { data, x } = clouds(1200, 50, 3, 7);
    expect(1200 * 1200 * 50).toBeGreaterThan(2 ** 26);
    const options = { kernel: "rbf", C: 3, tolerance: 1e-4 } as const;
    const [one, two] = [
      await new Svm({ ...options, threads: 1 }).fit(data),
      await new Svm({ ...options, threads: 2 }).fit(data),
    ];
    expect(two.machines).toEqual(one.machines);
    const [values, again] = [await one.decisionFunction(data), await two.decisionFunction(data)];
    expect(again.data).toEqual(values.data);
    // The same sums in float64.
    const { kernel } = one;
    const gamma = kernel.name === "rbf" ? kernel.gamma : 0;
    for (const sample of [0, 7, 1199])
      for (const [m, machine] of one.machines.entries()) {
        let sum = machine.bias;
        for (const [k, i] of machine.supports.entries()) {
          const distance = x[i]!.reduce((total, value, j) => total + (value - x[sample]![j]!) ** 2, 0);
          sum += machine.signs[k]! * machine.multipliers[k]! * Math.exp(-gamma * distance);
        }
        expect(values.data[3 * sample + m]).toBeCloseTo(sum, 3);
      }
  });
});

describe("as a network", () => {
  test.each(["linear", "rbf"] as const)("the %s kernel: the same answers, also after a file", async (kernel) => {
    const { data } = clouds(60, 5, 3, 4);
    const svm = await new Svm({ kernel, C: 2 }).fit(data);
    const model = await load(await (await svm.toModel()).toBytes());
    const [expected, found] = [await svm.decisionFunction(data), await model.predict(data)];
    expectClose(found.data, expected.data, 2e-4, "scores");
    const { accuracy, loss } = await model.evaluate(data);
    expect(accuracy).toBeCloseTo(await svm.score(data), 6);
    expect(loss).toBeGreaterThanOrEqual(0);
    expect(model.classes).toEqual(["0", "1", "2"]);
  });

  test("two classes give ∓½f, and the loss is the mean slack", async () => {
    const { data } = clouds(60, 3, 2, 6);
    const svm = await new Svm({ kernel: "rbf", C: 2, tolerance: 1e-8 }).fit(data);
    const model = await svm.toModel();
    const f = (await svm.decisionFunction(data)).data;
    const found = await model.predict(data);
    expectClose(
      found.data,
      [...f].flatMap((value) => [-value / 2, value / 2]),
      1e-4,
      "halves",
    );
    const slack = [...f].reduce((sum, value, i) => sum + Math.max(0, 1 - (i % 2 === 1 ? value : -value)), 0) / 60;
    expect((await model.evaluate(data)).loss).toBeCloseTo(slack, 4);
  });
});

describe("bad input", () => {
  const { data } = clouds(12, 2, 2, 1);
  const cases: readonly (readonly [string, () => unknown, string, RegExp])[] = [
    ["no labels", () => new Svm().fit(dataset([[1], [2]])), "DATA", /^Svm: the data have no targets, not labels/],
    ["values", () => new Svm().fit(dataset([[1], [2]], [0.5, 1])), "DATA", /the data have values, not labels/],
    ["one class", () => new Svm().fit(dataset([[1], [2]], ["a", "a"])), "DATA", /all 2 samples are of class "a"/],
    ["C = 0", () => new Svm({ C: 0 }), "OPTION", /^Svm: C is 0\. Give C as a number above 0, or Infinity/],
    ["C = NaN", () => new Svm({ C: Number.NaN }), "OPTION", /C is NaN/],
    [
      "a kernel",
      () => new Svm({ kernel: "poly" as "rbf" }),
      "OPTION",
      /kernel is "poly"\. Give kernel as "linear" or "rbf"/,
    ],
    ["gamma", () => new Svm({ gamma: -1 }), "OPTION", /gamma is -1/],
    ["tolerance", () => new Svm({ tolerance: 2 }), "OPTION", /tolerance is 2/],
    ["an unknown option", () => new Svm({ c: 1 } as object), "OPTION", /there is no option "c"\. Known are C, kernel/],
    [
      "weights",
      () => new Svm({ classWeights: [1, 2, 3] }).fit(data),
      "OPTION",
      /classWeights has 3 weights for 2 classes/,
    ],
    ["a weight of 0", () => new Svm({ classWeights: [1, 0] }), "OPTION", /classWeights is a list\. Give/],
    ["threads", () => new Svm({ threads: 0 }), "OPTION", /threads is 0/],
    ["equal samples", () => new Svm({ kernel: "rbf" }).fit(dataset([[1], [1]], [0, 1])), "DATA", /gamma has no scale/],
    ["not fitted", () => new Svm().predict([1, 2]), "OPTION", /this Svm has not been fitted\. Call await svm\.fit/],
    [
      "too few numbers",
      async () => (await new Svm().fit(data)).predict([[1, 2, 3]]),
      "SHAPE",
      /expects 2 numbers a sample, got 3/,
    ],
    [
      "other data",
      async () => (await new Svm().fit(data)).score(dataset([[1], [2]], [0, 1])),
      "SHAPE",
      /have 1 numbers a sample/,
    ],
    [
      "no labels to score",
      async () => (await new Svm().fit(data)).score(dataset([[1, 2]])),
      "DATA",
      /^Svm\.score: the data have no labels/,
    ],
  ];
  test.each(cases)("%s", async (_, act, code, message) => {
    const error = await failure(act);
    expect(error).toBeInstanceOf(NablaError);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test("NaN is found with its row and column", async () => {
    const x = new Float32Array([1, 2, 3, 4]);
    const bad = dataset({ shape: [2, 2], data: x }, [0, 1]);
    x[3] = Number.NaN;
    const error = (await failure(() => new Svm().fit(bad))) as NablaError;
    expect(error.message).toMatch(/x holds NaN in row 2, column 2/);
    expect(error.where).toEqual({ row: 2, column: "2" });
  });

  test("a class without samples is never the answer", async () => {
    const classes = ["a", "b", "nobody"];
    const three = dataset([[0], [1], [5], [6]], ["a", "a", "b", "b"], { classes });
    const svm = await new Svm().fit(three);
    expect(svm.machines[2]).toMatchObject({ positive: "nobody", bias: -1, objective: 0, isConverged: true });
    expect(await svm.predict([[0.5], [5.5]])).toEqual(["a", "b"]);
    expect((await svm.toModel()).classes).toEqual(classes);
  });

  test("duplicate points with both labels have a soft margin", async () => {
    const svm = await new Svm({ tolerance: 1e-9 }).fit(dataset([[1], [1], [3]], [0, 1, 1]));
    expect(svm.machines[0]!.isConverged).toBe(true);
    expect(Number.isFinite(svm.machines[0]!.bias)).toBe(true);
  });

  test("too few steps are said", async () => {
    const svm = await new Svm({ maxIterations: 3, tolerance: 1e-9 }).fit(clouds(100, 4, 2, 6).data);
    expect(svm.machines[0]!).toMatchObject({ isConverged: false, iterations: 3 });
    expect(svm.machines[0]!.gap).toBeGreaterThan(1e-9 * svm.machines[0]!.objective);
  });

  test("a signal ends the fit, and what was learned before stays", async () => {
    const svm = await new Svm().fit(data);
    const before = svm.machines;
    const reason = new Error("enough");
    const error = await failure(() => svm.fit(clouds(300, 5, 2, 8).data, { signal: AbortSignal.abort(reason) }));
    expect(error).toBe(reason);
    expect(svm.machines).toBe(before);
  });
});
