import fc from "fast-check";
import { dataset, NablaError } from "nabla";
import { commonPointOf, type Machine, Svm } from "nabla/classic";
import { describe, expect, test } from "vitest";
import { failure } from "./machines.ts";

const hard = { C: Number.POSITIVE_INFINITY };
const six = [
  [2, 12],
  [4, 14],
  [4, 10],
  [0, 10],
  [1, 10],
  [0, 11],
];
const sides = [1, 1, 1, 0, 0, 0];

const score = ({ weights, bias }: Machine, x: readonly number[]): number =>
  x.reduce((sum, value, j) => sum + value * weights![j]!, bias);

describe("the six points of the lecture", () => {
  test("w = (2/3, 2/3), b = -8.3333, a street 2.1213 wide", async () => {
    const svm = await new Svm(hard).fit(dataset(six, sides));
    const [machine] = svm.machines as [Machine];
    expect(machine.weights![0]).toBeCloseTo(2 / 3, 9);
    expect(machine.weights![1]).toBeCloseTo(2 / 3, 9);
    expect(machine.bias).toBeCloseTo(-8.3333, 4);
    expect(machine.bias).toBeCloseTo(-25 / 3, 9);
    expect(machine.width).toBeCloseTo(2.1213, 4);
    expect(machine.objective).toBeCloseTo(4 / 9, 9);
    expect(machine.gap).toBeLessThan(1e-9);
    expect(await svm.score(dataset(six, sides))).toBe(1);
    // (2, 12) and the edge from (1, 10) to (0, 11) carry the street.
    expect([...machine.supports]).toEqual([0, 4, 5]);
    expect([...svm.supportVectors.data]).toEqual([2, 12, 1, 10, 0, 11]);
  });

  test("no point changes sides for 1,000 shifts shorter than 1/‖w‖; a longer one along w does", async () => {
    const [machine] = (await new Svm(hard).fit(dataset(six, sides))).machines as [Machine];
    const reach = 1 / machine.norm;
    expect(reach).toBeCloseTo(machine.width / 2, 12);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (angle, share) => {
          const shift = [share * reach * Math.cos(angle), share * reach * Math.sin(angle)];
          for (const [i, point] of six.entries()) {
            const moved = point.map((value, j) => value + shift[j]!);
            expect(score(machine, moved) > 0).toBe(sides[i] === 1);
          }
        },
      ),
      { numRuns: 1000, seed: 5 },
    );
    const along = [...machine.weights!].map((weight) => (-1.001 * reach * weight) / machine.norm);
    expect(score(machine, [2 + along[0]!, 12 + along[1]!])).toBeLessThan(0);
  });

  test("a soft margin with a large C is the same street", async () => {
    const svm = new Svm({ C: 1e6, tolerance: 1e-12 });
    const [machine] = (await svm.fit(dataset(six, sides))).machines as [Machine];
    expect(machine.weights![0]).toBeCloseTo(2 / 3, 6);
    expect(machine.bias).toBeCloseTo(-25 / 3, 6);
  });

  test("a constant column and duplicates change nothing", async () => {
    const doubled = [...six, ...six].map((point) => [...point, 7]);
    const [machine] = (await new Svm(hard).fit(dataset(doubled, [...sides, ...sides]))).machines as [Machine];
    expect(machine.weights![0]).toBeCloseTo(2 / 3, 9);
    expect(machine.weights![2]).toBe(0);
    expect(machine.bias).toBeCloseTo(-25 / 3, 9);
  });

  test("shifting all points shifts the plane with them", async () => {
    const far = six.map(([x, y]) => [x! + 4096, y! - 8192]);
    const [machine] = (await new Svm(hard).fit(dataset(far, sides))).machines as [Machine];
    expect(machine.weights![0]).toBeCloseTo(2 / 3, 8);
    expect(machine.width).toBeCloseTo(2.1213203435596424, 8);
  });
});

/** The widest street by trying every set of two and three points in the plane as those that carry it. */
function exactWidth(points: readonly number[][], labels: readonly number[]): number {
  let widest = 0;
  const consider = (w: readonly number[], b: number): void => {
    const margins = points.map((p, i) => (labels[i] === 1 ? 1 : -1) * (p[0]! * w[0]! + p[1]! * w[1]! + b));
    const least = Math.min(...margins);
    if (least > 0) widest = Math.max(widest, (2 * least) / Math.hypot(w[0]!, w[1]!));
  };
  const middle = (w: readonly number[]): void => {
    const along = points.map((p) => p[0]! * w[0]! + p[1]! * w[1]!);
    const low = Math.min(...along.filter((_, i) => labels[i] === 1));
    const high = Math.max(...along.filter((_, i) => labels[i] === 0));
    consider(w, -(low + high) / 2);
  };
  // Two points that face each other, or an edge of one class whose normal is w.
  for (const p of points)
    for (const q of points) {
      const [dx, dy] = [p[0]! - q[0]!, p[1]! - q[1]!];
      if (dx === 0 && dy === 0) continue;
      middle([dx, dy]);
      middle([-dy, dx]);
    }
  return widest;
}

const point = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })).map(([x, y]) => [x, y]);

test("any points of the plane: the exact street, or a common point of both hulls", async () => {
  let [separable, common] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.array(point, { minLength: 1, maxLength: 5 }),
      fc.array(point, { minLength: 1, maxLength: 5 }),
      async (positive, negative) => {
        const points = [...positive, ...negative];
        const labels = [...positive.map(() => 1), ...negative.map(() => 0)];
        const width = exactWidth(points, labels);
        const svm = new Svm(hard);
        if (width > 0) {
          separable += 1;
          const [machine] = (await svm.fit(dataset(points, labels))).machines as [Machine];
          expect(Math.abs(machine.width - width)).toBeLessThan(1e-9 * width);
          for (const [i, x] of points.entries())
            expect((labels[i] === 1 ? 1 : -1) * score(machine, x)).toBeGreaterThan(1 - 1e-9);
          return;
        }
        common += 1;
        const error = await failure(() => svm.fit(dataset(points, labels)));
        expect(error.code).toBe("NOT_SEPARABLE");
        checkCommonPoint(error, points, labels);
      },
    ),
    { numRuns: 300, seed: 11 },
  );
  expect(Math.min(separable, common)).toBeGreaterThan(60);
});

/** Both lists of weights are convex, are of samples of their class, and give the same point. */
function checkCommonPoint(error: unknown, points: readonly number[][], labels: readonly number[]): void {
  const found = commonPointOf(error)!;
  for (const [list, label] of [
    [found.positive, 1],
    [found.negative, 0],
  ] as const) {
    expect(list.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(list.every(({ sample, weight }) => weight > 0 && labels[sample] === label)).toBe(true);
    for (let j = 0; j < found.point.length; j++) {
      const coordinate = list.reduce((sum, { sample, weight }) => sum + weight * points[sample]![j]!, 0);
      expect(coordinate).toBeCloseTo(found.point[j]!, 7);
    }
  }
}

describe("not separable", () => {
  test("the error names the common point, its samples and what to do", async () => {
    const data = dataset(
      [
        [0, 0],
        [2, 2],
        [1, 1],
        [5, 0],
      ],
      ["in", "in", "out", "out"],
    );
    const error = await failure(() => new Svm(hard).fit(data));
    expect(error).toBeInstanceOf(NablaError);
    expect(error.message).toMatch(/^no plane separates "out" from "in": \(1, 1\) lies in the convex hulls of both/);
    expect(error.message).toMatch(/sample 3 of "out" and samples (1|2) \(50 %\), (1|2) \(50 %\) of "in"/);
    expect(error.message).toMatch(/Give a finite C/);
    expect(commonPointOf(error)!.positive).toEqual([{ sample: 2, weight: 1 }]);
    expect(commonPointOf(new Error("another"))).toBeUndefined();
  });

  test("quadrants are not separable by a line, and are by the RBF kernel", async () => {
    const corners = [
      [1, 1],
      [-1, -1],
      [1, -1],
      [-1, 1],
    ];
    const data = dataset(corners, [1, 1, 0, 0]);
    const error = await failure(() => new Svm(hard).fit(data));
    expect(error.code).toBe("NOT_SEPARABLE");
    checkCommonPoint(error, corners, [1, 1, 0, 0]);
    const svm = await new Svm({ ...hard, kernel: "rbf", gamma: 1 }).fit(data);
    expect(await svm.score(data)).toBe(1);
    for (const value of (await svm.decisionFunction(data)).data) expect(Math.abs(value)).toBeCloseTo(1, 6);
  });

  test("the same sample in both classes", async () => {
    const data = dataset(
      [
        [1, 2],
        [3, 4],
        [1, 2],
      ],
      [0, 0, 1],
    );
    for (const kernel of ["linear", "rbf"] as const) {
      const error = await failure(() => new Svm({ ...hard, kernel }).fit(data));
      expect(error.code).toBe("NOT_SEPARABLE");
      expect([...commonPointOf(error)!.point]).toEqual([1, 2]);
    }
  });

  test("one of several classes", async () => {
    const data = dataset([[0], [1], [2], [3]], ["a", "b", "c", "c"]);
    const error = await failure(() => new Svm(hard).fit(data));
    expect(error.message).toMatch(/^no plane separates "b" from the rest/);
  });
});

test("many dimensions: the margins are 1 at the support vectors, and the multipliers give w", async () => {
  const count = 60;
  const [x, labels]: [number[][], number[]] = [[], []];
  for (let i = 0; i < count; i++) {
    x.push(
      Array.from({ length: 20 }, (_, j) => Math.fround(Math.sin(7 * i * (j + 1) + j)) + (j === 0 ? 3 * (i % 2) : 0)),
    );
    labels.push(i % 2);
  }
  const [machine] = (await new Svm(hard).fit(dataset(x, labels))).machines as [Machine];
  expect(machine.gap / machine.objective).toBeLessThan(1e-9);
  let balance = 0;
  const weights = new Float64Array(20);
  for (const [k, i] of machine.supports.entries()) {
    const share = machine.signs[k]! * machine.multipliers[k]!;
    balance += share;
    for (let j = 0; j < 20; j++) weights[j]! += share * Math.fround(x[i]![j]!);
    expect(score(machine, [...x[i]!].map(Math.fround)) * machine.signs[k]!).toBeCloseTo(1, 8);
  }
  expect(balance).toBeCloseTo(0, 9);
  for (const [j, weight] of weights.entries()) expect(machine.weights![j]).toBeCloseTo(weight, 8);
  expect(Math.min(...x.map((row, i) => (labels[i] ? 1 : -1) * score(machine, row.map(Math.fround))))).toBeGreaterThan(
    1 - 1e-8,
  );
});
