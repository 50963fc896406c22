import { NablaError } from "nabla";
import { mapQuality, Pca, Tsne, type TsneEvent, type TsneOptions } from "nabla/classic";
import { describe, expect, test } from "vitest";
import { PlainSquares } from "../../src/classic/candidate-squares.ts";
import { MachineSquares } from "../../src/classic/machine-squares.ts";
import { nearestNeighbors } from "../../src/classic/neighbors.ts";
import { conditionalAffinities, jointAffinities } from "../../src/classic/tsne/affinities.ts";
import { exaggerationAt, usualAnnealing } from "../../src/classic/tsne/exaggeration.ts";
import { type Forces, PlainForces, type RepulsionMethod } from "../../src/classic/tsne/forces.ts";
import { fourierPlan, line, transform, transformLength } from "../../src/classic/tsne/fourier.ts";
import { MachineForces } from "../../src/classic/tsne/machine-forces.ts";
import { clusters, fixture, largestDifference, ndarray, type TsneRow } from "./tables.ts";

/** P of all pairs, as the fixture's. */
async function affinitiesOf({ x, perplexity }: Pick<TsneRow, "x" | "perplexity">) {
  const [count = 0, features = 0] = x.shape;
  const near = await nearestNeighbors({ data: Float32Array.from(x.data), count, features }, count - 1);
  return jointAffinities(near, conditionalAffinities(near, count, perplexity), count);
}

/** A map in the layout of the forces: a point in 3-D takes four floats. */
function pointsOf({ shape: [count = 0, axes = 2], data }: { shape: readonly number[]; data: ArrayLike<number> }) {
  const stride = axes === 2 ? 2 : 4;
  const y = new Float32Array(count * stride);
  for (let i = 0; i < count; i++) for (let a = 0; a < axes; a++) y[i * stride + a] = data[i * axes + a]!;
  return { y, stride } as const;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

describe.each(fixture.tsne)("t-SNE at a given map, $name, as scikit-learn", (row) => {
  const [count = 0, axes = 0] = row.map.shape;

  test("P", async () => {
    const { starts, columns, values } = await affinitiesOf(row);
    const P = new Float64Array(count * count);
    for (let i = 0; i < count; i++)
      for (let e = starts[i]!; e < starts[i + 1]!; e++) P[i * count + columns[e]!]! += values[e]!;
    // scikit-learn's search for the perplexity ends at 1e-5
    expect(largestDifference(P, row.P.data)).toBeLessThan(2e-6);
    expect(P.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
  });

  test.each(["exact", "barnes-hut"] as const)("gradient and divergence, %s", async (method) => {
    const affinities = await affinitiesOf(row);
    const { y, stride } = pointsOf(row.map);
    for (const forces of [
      new PlainForces(affinities, stride, method),
      new MachineForces(affinities, stride, method, 1),
    ]) {
      const { pulls, pushes, normalizer } = forces.compute(y);
      const gradient = Array.from({ length: count * axes }, (_, i) => {
        const at = Math.floor(i / axes) * stride + (i % axes);
        return 4 * (pulls[at]! - pushes[at]! / normalizer);
      });
      const largest = Math.max(...row.gradient.data.map(Math.abs));
      const allowed = method === "exact" ? 1e-4 : 0.05;
      expect(largestDifference(gradient, row.gradient.data)).toBeLessThan(allowed * largest);
      const entropy = affinities.values.reduce((sum, p) => (p > 0 ? sum + p * Math.log(p) : sum), 0);
      const divergence = entropy + forces.stretch(y) + Math.log(normalizer);
      expect(divergence).toBeCloseTo(row.divergence, method === "exact" ? 4 : 2);
    }
  });

  test("trustworthiness and continuity", async () => {
    const quality = await mapQuality(ndarray(row.x), ndarray(row.map));
    expect(quality.trustworthiness).toBeCloseTo(row.trustworthiness, 6);
    expect(quality.continuity).toBeCloseTo(row.continuity, 6);
  });
});

describe("Fourier transforms", () => {
  test.each([16, 48, 80, 64, 96, 160, 192])("of length %i are the sums they stand for", (length) => {
    const plan = fourierPlan(length);
    expect(plan.radices.reduce((product, radix) => product * radix, 1)).toBe(length);
    const [a, b] = [line(length), line(length)];
    const given = Array.from({ length }, (_, i) => [((i * 37) % 11) - 5, ((i * 17) % 7) - 3] as const);
    given.forEach(([re, im], i) => {
      a.re[i] = re;
      a.im[i] = im;
    });
    const { re, im } = transform(plan, a, b);
    for (let k = 0; k < length; k++) {
      let [sumRe, sumIm] = [0, 0];
      given.forEach(([x, y], i) => {
        const angle = (-2 * Math.PI * k * i) / length;
        sumRe += x * Math.cos(angle) - y * Math.sin(angle);
        sumIm += x * Math.sin(angle) + y * Math.cos(angle);
      });
      expect(Math.abs(re[k]! - sumRe) + Math.abs(im[k]! - sumIm)).toBeLessThan(1e-3);
    }
  });

  test("lengths fit", () => {
    expect([1, 17, 65, 100, 161, 1000].map(transformLength)).toEqual([16, 32, 80, 128, 192, 1024]);
  });
});

describe("the generated code and its twin", () => {
  const { x } = clusters(302, 6, 3, 4);
  const cases = (["exact", "field", "barnes-hut"] as const).flatMap((method) =>
    ([2, 4] as const).filter((stride) => stride === 2 || method !== "field").map((stride) => [method, stride] as const),
  );

  test.each(cases)("%s, stride %i: the same bits, on one thread and on two", async (method, stride) => {
    const affinities = await affinitiesOf({ x: { ...x, data: [...x.data] }, perplexity: 10 });
    const machines = [1, 2].map((threads) => new MachineForces(affinities, stride, method, threads));
    const plain = new PlainForces(affinities, stride, method);
    for (const size of [1e-4, 0.05, 8]) {
      const { data } = clusters(302, stride, 3, 2, 5).x;
      const y = data.map((value, i) => (stride === 4 && i % 4 === 3 ? 0 : size * value));
      const expected = plain.compute(y);
      for (const machine of machines)
        for (let again = 0; again < 3; again++) {
          const found = machine.compute(y);
          expect(found.normalizer).toBe(expected.normalizer);
          expect(largestDifference(found.pulls, expected.pulls)).toBe(0);
          expect(largestDifference(found.pushes, expected.pushes)).toBe(0);
          await pause(); // threads join
        }
      // logarithms are float32 polynomials there and float64 here
      expect(machines[0]!.stretch(y) / plain.stretch(y)).toBeCloseTo(1, 5);
    }
    for (const machine of machines) machine[Symbol.dispose]();
  });

  test.each([
    ["field", 30, 0.02, 0.001],
    ["field", 0.5, 1e-3, 1e-5],
    ["field", 0.001, 1e-3, 1e-5],
    ["barnes-hut", 30, 0.06, 0.02],
  ] as const)("%s, a map of size %d: pushes as of all pairs", async (method, size, allowedPush, allowedZ) => {
    const affinities = await affinitiesOf({ x: { ...x, data: [...x.data] }, perplexity: 10 });
    const y = clusters(302, 2, 3, 2, 5).x.data.map((value) => (size / 8) * value);
    const of = (which: RepulsionMethod): ReturnType<Forces["compute"]> =>
      new PlainForces(affinities, 2, which).compute(y);
    const [exact, near] = [of("exact"), of(method)];
    let [error, size2] = [0, 0];
    exact.pushes.forEach((push, i) => {
      error += (near.pushes[i]! - push) * (near.pushes[i]! - push);
      size2 += push * push;
    });
    expect(Math.sqrt(error / size2)).toBeLessThan(allowedPush);
    expect(Math.abs(near.normalizer / exact.normalizer - 1)).toBeLessThan(allowedZ);
  });
});

describe("neighbours", () => {
  test("tiles find what single comparisons find", async () => {
    const { x } = clusters(700, 60, 5, 1);
    const near = await nearestNeighbors({ data: x.data, count: 700, features: 60 }, 9);
    for (const row of [0, 350, 699]) {
      const squares = Array.from({ length: 700 }, (_, j) => {
        let sum = 0;
        for (let k = 0; k < 60; k++)
          sum += (x.data[row * 60 + k]! - x.data[j * 60 + k]!) * (x.data[row * 60 + k]! - x.data[j * 60 + k]!);
        return [sum, j] as const;
      })
        .filter(([, j]) => j !== row)
        .sort((a, b) => a[0] - b[0]);
      expect([...near.indices.subarray(row * 9, row * 9 + 9)]).toEqual(squares.slice(0, 9).map(([, j]) => j));
      expect(
        largestDifference(
          near.squares.subarray(row * 9, row * 9 + 9),
          squares.slice(0, 9).map(([s]) => s),
        ),
      ).toBeLessThan(1e-3);
    }
  });

  test.each([80, 49, 1])(
    "true distances of candidates by generated code and its twin, %i features",
    async (features) => {
      const { x } = clusters(70, features, 3, 4);
      const table = { data: x.data, count: 70, features };
      const indices = Int32Array.from({ length: 70 * 5 }, (_, e) => (e * 31) % 70);
      const near = { size: 5, indices, squares: new Float32Array(350) };
      const plain = new PlainSquares(table, near);
      for (const threads of [1, 2]) {
        using machine = await MachineSquares.open(table, near, 70, threads);
        for (const [first, last] of [
          [0, 70],
          [13, 30],
          [69, 70],
        ] as const) {
          for (let turn = 0; turn < 3; turn++) {
            expect(machine.between(first, last)).toEqual(plain.between(first, last));
            await pause(); // until the other thread is there
          }
        }
      }
      const [row, other] = [17, indices[17 * 5 + 2]!];
      let square = 0;
      for (let k = 0; k < features; k++) square += (x.data[row * features + k]! - x.data[other * features + k]!) ** 2;
      expect(plain.between(17, 18)[2]! / square).toBeCloseTo(1, 5);
    },
  );

  test("the approximate search misses few", async () => {
    const { x } = clusters(900, 80, 6, 2);
    const table = { data: x.data, count: 900, features: 80 };
    const [exact, near] = [await nearestNeighbors(table, 30), await nearestNeighbors(table, 30, { exactUpTo: 100 })];
    let found = 0;
    for (let row = 0; row < 900; row++) {
      const all = new Set(exact.indices.subarray(row * 30, row * 30 + 30));
      for (const other of near.indices.subarray(row * 30, row * 30 + 30)) if (all.has(other)) found++;
    }
    expect(found / (900 * 30)).toBeGreaterThan(0.9);
  });

  test("equal distances go by index, a sample is never its own neighbour", async () => {
    const near = await nearestNeighbors({ data: new Float32Array(12), count: 6, features: 2 }, 3);
    expect([...near.indices.subarray(0, 3)]).toEqual([1, 2, 3]);
    expect([...near.indices.subarray(15)]).toEqual([0, 1, 2]);
    expect([...conditionalAffinities(near, 6, 2)].every((p) => Math.abs(p - 1 / 3) < 1e-12)).toBe(true);
  });
});

describe("a run", () => {
  const { x, labels } = clusters(240, 10, 4, 6);
  const small: TsneOptions = { perplexity: 12, iterations: 300 };

  test("pulls clusters together, and is truer than PCA", async () => {
    const map = await new Tsne(small).fitTransform(x);
    expect(map.shape).toEqual([240, 2]);
    let same = 0;
    for (let i = 0; i < 240; i++) {
      const distance = (j: number) =>
        Math.hypot(map.data[2 * i]! - map.data[2 * j]!, map.data[2 * i + 1]! - map.data[2 * j + 1]!);
      const others = labels.map((_, j) => j).filter((j) => j !== i);
      const nearest = others.reduce((best, j) => (distance(j) < distance(best) ? j : best));
      if (labels[nearest] === labels[i]) same++;
    }
    expect(same / 240).toBeGreaterThan(0.98);
    const [ours, linear] = [
      await mapQuality(x, map),
      await mapQuality(x, await new Pca({ nComponents: 2 }).fitTransform(x)),
    ];
    expect(ours.trustworthiness).toBeGreaterThan(linear.trustworthiness);
  });

  test.each(["exact", "field", "barnes-hut"] as const)(
    "%s: the same bits again and on any number of threads",
    async (method) => {
      const of = (threads: number) => new Tsne({ ...small, iterations: 120, method, threads, seed: 5 }).fit(x).done;
      const [first, again, two] = [await of(1), await of(1), await of(2)];
      expect(again.positions.data).toEqual(first.positions.data);
      expect(two.positions.data).toEqual(first.positions.data);
      expect(two.divergence).toBe(first.divergence);
      expect(Math.max(...first.positions.data.map(Math.abs))).toBeGreaterThan(0.01);
    },
  );

  test("falls from the early exaggeration by equal factors, and a run without it differs", async () => {
    const settings = { earlyExaggeration: 12, exaggerationIterations: 250, annealingIterations: 200 };
    const at = (iteration: number) => exaggerationAt(iteration, settings);
    expect([0, 249].map(at)).toEqual([12, 12]);
    expect([449, 450, 999].map(at)).toEqual([1, 1, 1]);
    for (let i = 250; i < 450; i++) expect(at(i) / at(i - 1)).toBeCloseTo(12 ** (-1 / 200), 12);
    expect(exaggerationAt(250, { ...settings, annealingIterations: 0 })).toBe(1);
    expect([usualAnnealing(1000, 250), usualAnnealing(250, 63), usualAnnealing(1, 1), usualAnnealing(500, 0)]).toEqual([
      200, 49, 0, 0,
    ]);
    const of = async (annealingIterations: number) =>
      (await new Tsne({ ...small, iterations: 120, annealingIterations }).fit(x).done).positions.data;
    expect(await of(24)).toEqual((await new Tsne({ ...small, iterations: 120 }).fit(x).done).positions.data);
    expect(await of(0)).not.toEqual(await of(24));
  });

  test("tells how it goes; the divergence falls after the exaggeration", async () => {
    const events: TsneEvent[] = [];
    for await (const event of new Tsne({ ...small, components: 3, every: 75 }).fit(x)) events.push(event);
    expect(events.map(({ kind }) => kind).filter((kind) => kind !== "neighbors")).toEqual([
      "start",
      ...["iteration", "iteration", "iteration", "iteration"],
      "done",
    ]);
    const iterations = events.flatMap((event) => (event.kind === "iteration" ? [event] : []));
    expect(iterations.map(({ iteration }) => iteration)).toEqual([75, 150, 225, 300]);
    expect(iterations[0]!.positions.shape).toEqual([240, 3]);
    expect(iterations[3]!.divergence).toBeLessThan(iterations[1]!.divergence);
    expect(iterations[3]!.divergence).toBeGreaterThan(0);
  });

  test("ends when it is told to, when its loop is left, and when its signal says so", async () => {
    const run = new Tsne({ ...small, every: 1, iterations: 5000 }).fit(x);
    for await (const event of run) if (event.kind === "iteration" && event.iteration === 3) run.stop();
    expect(await run.done).toMatchObject({ iterations: 3, stopped: "stopped" });
    const left = new Tsne({ ...small, every: 1, iterations: 5000 }).fit(x);
    for await (const event of left) if (event.kind === "iteration" && event.iteration === 4) break;
    expect((await left.done).iterations).toBe(4);
    const controller = new AbortController();
    const aborted = new Tsne({ ...small, every: 1, iterations: 5000, signal: controller.signal }).fit(x);
    const reading = (async () => {
      for await (const event of aborted)
        if (event.kind === "iteration" && event.iteration === 2) controller.abort(new Error("enough"));
    })();
    await expect(reading).rejects.toThrow("enough");
    await expect(aborted.done).rejects.toThrow("enough");
  });

  test("duplicates and constant columns make a map", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => [i % 3, 7, (i % 3) * 2]);
    const { positions, divergence } = await new Tsne({ perplexity: 5, iterations: 60 }).fit(rows).done;
    expect([...positions.data].every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(divergence)).toBe(true);
  });

  test("one feature is enough for a map of two dimensions", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => [i]);
    expect((await new Tsne({ perplexity: 4, iterations: 30 }).fitTransform(rows)).shape).toEqual([20, 2]);
  });

  const good = Array.from({ length: 8 }, (_, i) => [i, i * i]);
  const mistakes: readonly [string, () => unknown, string, RegExp][] = [
    [
      "perplexity too large",
      () => new Tsne({ perplexity: 8 }).fit(good),
      "OPTION",
      /perplexity is 8, but x holds 8 samples/,
    ],
    ["perplexity below 1", () => new Tsne({ perplexity: 0.5 }), "OPTION", /perplexity is 0.5/],
    [
      "NaN",
      () =>
        new Tsne({ perplexity: 2 }).fit([
          [1, 2],
          [3, Number.NaN],
          [1, 1],
          [5, 5],
        ]),
      "DATA",
      /NaN in row 2, column 2/,
    ],
    [
      "too few",
      () =>
        new Tsne({ perplexity: 1 }).fit([
          [1, 2],
          [2, 1],
        ]),
      "DATA",
      /2 samples, too few for 2 components/,
    ],
    [
      "all the same",
      () =>
        new Tsne({ perplexity: 1 }).fit([
          [1, 2],
          [1, 2],
          [1, 2],
          [1, 2],
        ]),
      "DATA",
      /4 samples that are all the same/,
    ],
    ["4 components", () => new Tsne({ components: 4 as 3 }), "OPTION", /components is 4/],
    ["a field in 3-D", () => new Tsne({ components: 3, method: "field" }), "OPTION", /maps of 2 dimensions/],
    ["a wrong name", () => new Tsne({ nIter: 5 } as TsneOptions), "OPTION", /no option "nIter"/],
    ["no iterations", () => new Tsne({ iterations: 0 }), "OPTION", /iterations is 0/],
    ["no annealing", () => new Tsne({ annealingIterations: -1 }), "OPTION", /annealingIterations is -1/],
    ["a rate of 0", () => new Tsne({ learningRate: 0 }), "OPTION", /learningRate is 0/],
    [
      "a rate that is far too large",
      () => new Tsne({ perplexity: 2, learningRate: 1e38, iterations: 200 }).fit(good).done,
      "DIVERGED",
      /flew apart/,
    ],
    ["a map of others", () => mapQuality(good, [[1, 2]]), "SHAPE", /1 points, x holds 8 samples/],
    ["too many neighbours", () => mapQuality(good, good, { neighbors: 4 }), "OPTION", /neighbors is 4/],
  ];
  test.each(mistakes)("%s: a sentence", async (_, act, code, message) => {
    const failure = await Promise.resolve()
      .then(act)
      .then(() => undefined)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NablaError);
    expect((failure as NablaError).code).toBe(code);
    expect((failure as NablaError).message).toMatch(message);
  });
});
