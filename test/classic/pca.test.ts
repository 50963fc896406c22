import { NablaError } from "nabla";
import { Pca, type PcaOptions } from "nabla/classic";
import { dataset } from "nabla/data";
import { describe, expect, test } from "vitest";
import { clusters, fixture, largestDifference, ndarray } from "./tables.ts";

describe("PCA", () => {
  test.each(fixture.pca)("$name: as scikit-learn", async (row) => {
    const { nComponents, whiten } = row;
    const pca = await new Pca({ nComponents, whiten }).fit(ndarray(row.x));
    expect(pca.components.shape).toEqual(row.components.shape);
    // The last direction of a wide table has no variance, and any will do.
    const [count = 0, features = 0] = row.x.shape;
    const sure = count > features ? row.components.data.length : (row.components.shape[0]! - 1) * features;
    expect(largestDifference(pca.components.data.subarray(0, sure), row.components.data.slice(0, sure))).toBeLessThan(
      1e-5,
    );
    expect(largestDifference(pca.mean, row.mean.data)).toBeLessThan(1e-6);
    expect(largestDifference(pca.singularValues, row.singularValues.data)).toBeLessThan(1e-5);
    expect(largestDifference(pca.explainedVariance, row.explainedVariance.data)).toBeLessThan(1e-5);
    expect(largestDifference(pca.explainedVarianceRatio, row.explainedVarianceRatio.data)).toBeLessThan(1e-6);
    expect(pca.noiseVariance).toBeCloseTo(row.noiseVariance, 5);
    const scores = pca.transform(ndarray(row.x));
    expect(largestDifference(scores.data, row.scores.data)).toBeLessThan(1e-4);
    expect(largestDifference(pca.inverseTransform(scores).data, row.inverse.data)).toBeLessThan(1e-4);
  });

  test("the randomised solver finds what the exact one finds, the same for the same seed", async () => {
    const { x } = clusters(300, 150, 8, 3);
    const of = (options: PcaOptions) => new Pca({ nComponents: 5, ...options }).fit(x);
    const [exact, random, again] = [
      await of({ solver: "exact" }),
      await of({ solver: "randomized", seed: 3 }),
      await of({ solver: "randomized", seed: 3 }),
    ];
    expect(largestDifference(exact.components.data, random.components.data)).toBeLessThan(1e-4);
    expect(largestDifference(exact.singularValues, random.singularValues)).toBeLessThan(1e-2);
    expect(again.components.data).toEqual(random.components.data);
    expect((await of({})).components.data).toEqual(exact.components.data);
    const large = clusters(502, 501, 8, 3).x;
    const auto = await new Pca({ nComponents: 2, seed: 3 }).fit(large);
    const asked = await new Pca({ nComponents: 2, seed: 3, solver: "randomized" }).fit(large);
    expect(auto.components.data).toEqual(asked.components.data);
  });

  test("all components give the data back; orthonormal; one sample keeps its shape", async () => {
    for (const [count, features] of [
      [12, 5],
      [5, 12],
    ] as const) {
      const { x } = clusters(count, features, 3, 2);
      const pca = new Pca();
      const scores = await pca.fitTransform(x);
      expect(largestDifference(pca.inverseTransform(scores).data, x.data)).toBeLessThan(1e-5);
      const { data } = pca.components;
      for (let a = 0; a < pca.nComponents; a++)
        for (let b = 0; b <= a; b++) {
          let dot = 0;
          for (let k = 0; k < features; k++) dot += data[a * features + k]! * data[b * features + k]!;
          expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
        }
      expect(pca.transform(x.data.subarray(0, features)).shape).toEqual([Math.min(count, features)]);
    }
  });

  test("constant columns and equal samples are no hindrance", async () => {
    const pca = await new Pca().fit([
      [1, 7, 0],
      [1, 7, 2],
      [1, 7, 2],
    ]);
    expect([...pca.explainedVarianceRatio]).toEqual([expect.closeTo(1, 12), 0, 0]);
    expect(Math.abs(pca.components.data[2]!)).toBeCloseTo(1, 6);
  });

  test("takes a data set", async () => {
    const data = dataset(
      [
        [0, 0],
        [2, 0],
        [4, 1],
      ],
      [0, 1, 1],
    );
    expect((await new Pca({ nComponents: 1 }).fitTransform(data)).shape).toEqual([3, 1]);
  });

  const mistakes: readonly [string, () => unknown, string, RegExp][] = [
    [
      "NaN",
      () =>
        new Pca().fit([
          [1, NaN],
          [2, 3],
        ]),
      "DATA",
      /x holds NaN in row 1, column 2/,
    ],
    ["one sample", () => new Pca().fit([[1, 2]]), "DATA", /one sample does not vary/],
    [
      "equal samples",
      () =>
        new Pca().fit([
          [0.1, 2],
          [0.1, 2],
          [0.1, 2],
        ]),
      "DATA",
      /every column is constant/,
    ],
    [
      "too many",
      () =>
        new Pca({ nComponents: 3 }).fit([
          [1, 2],
          [2, 1],
        ]),
      "OPTION",
      /nComponents is 3, but 2 × 2 data have 2/,
    ],
    ["a list", () => new Pca().fit([1, 2, 3]), "SHAPE", /not rows/],
    ["ragged", () => new Pca().fit([[1, 2], [1]]), "SHAPE", /rows of different sizes/],
    ["nothing", () => new Pca().fit([]), "SHAPE", /not rows/],
    ["0 components", () => new Pca({ nComponents: 0 }), "OPTION", /nComponents is 0/],
    ["1.5 components", () => new Pca({ nComponents: 1.5 }), "OPTION", /nComponents is 1.5/],
    ["a share, randomised", () => new Pca({ nComponents: 0.9, solver: "randomized" }), "OPTION", /finds no others/],
    ["a wrong name", () => new Pca({ components: 2 } as PcaOptions), "OPTION", /no option "components"/],
    ["too early", () => new Pca().transform([[1]]), "OPTION", /has seen no data/],
    [
      "other columns",
      async () =>
        (
          await new Pca().fit([
            [1, 2],
            [2, 1],
          ])
        ).transform([[1, 2, 3]]),
      "SHAPE",
      /expects 2 numbers a sample/,
    ],
    [
      "exact of huge data",
      () => new Pca().fit({ shape: [4100, 4100], data: new Float32Array(4100 * 4100).fill(1, 7, 9) }),
      "LIMIT",
      /exact method/,
    ],
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
