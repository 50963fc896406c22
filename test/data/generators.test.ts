import fc from "fast-check";
import { NablaError } from "nabla";
import {
  annulus,
  blobs,
  classCounts,
  curves,
  type Dataset,
  moons,
  quadrants,
  regressionCurve,
  sampleOf,
  threeModes,
  threeSpirals,
  twoSpirals,
} from "nabla/data";
import { describe, expect, test } from "vitest";
import { labelOf } from "../../src/data/index.ts";

const planes = { quadrants, annulus, threeModes, blobs, moons, twoSpirals, threeSpirals };

interface Point {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

function pointsOf(data: Dataset): readonly Point[] {
  return Array.from({ length: data.size }, (_, i) => {
    const [x, y] = sampleOf(data, i).data as unknown as [number, number];
    return { x, y, label: data.classes![labelOf(data, i)!]! };
  });
}

describe.each(Object.entries(planes))("%s", (_, make) => {
  test("balances its classes to one sample", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer(), (size, seed) => {
        const data = make({ size, seed });
        const counts = classCounts(data);
        expect(data).toMatchObject({ size, shape: [2] });
        expect(counts.length).toBe(data.classes!.length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  });

  test("a smaller set is the beginning of a larger one, and 2,000 are made unless said", () => {
    const [small, large] = [make({ size: 100, seed: 3 }), make({ size: 200, seed: 3 })];
    expect(pointsOf(large).slice(0, 100)).toEqual(pointsOf(small));
    expect(make().size).toBe(2000);
  });

  test("differs by seed and by part, and repeats itself", () => {
    const first = pointsOf(make({ size: 50, seed: 1 }));
    expect(pointsOf(make({ size: 50, seed: 1 }))).toEqual(first);
    for (const other of [make({ size: 50, seed: 2 }), make({ size: 50, seed: 1, part: "test" })]) {
      const known = new Set(first.map(({ x }) => x));
      expect(pointsOf(other).filter(({ x }) => known.has(x))).toEqual([]);
    }
  });

  test("refuses options out of their range", () => {
    const wrong = [{ size: 0 }, { size: 1.5 }, { size: 1e9 }, { seed: 0.5 }, { part: "both" as "test" }];
    for (const options of wrong) expect(() => make(options)).toThrow(NablaError);
  });
});

describe("geometry", () => {
  const sides = [0, 0.1, 0.2].map((gap) => ({ gap, half: gap / 2 - 1e-6 }));

  test.each(sides)("quadrants with a gap of $gap: signs, square, empty strips, all four corners", ({ gap, half }) => {
    const points = pointsOf(quadrants({ gap, seed: 5 }));
    for (const { x, y, label } of points) {
      expect(label).toBe(x > 0 === y > 0 ? "same" : "opposite");
      for (const value of [Math.abs(x), Math.abs(y)]) {
        expect(value).toBeGreaterThanOrEqual(half);
        expect(value).toBeLessThanOrEqual(1);
      }
    }
    const corners = new Map<string, number>();
    for (const { x, y } of points) {
      const corner = `${x > 0} ${y > 0}`;
      corners.set(corner, (corners.get(corner) ?? 0) + 1);
    }
    expect([...corners.values()]).toEqual([500, 500, 500, 500]);
  });

  test.each(sides)("annulus with a gap of $gap: 1 ≤ ‖x‖ ≤ 2 against the rest", ({ gap, half }) => {
    const points = pointsOf(annulus({ gap, seed: 5 }));
    for (const { x, y, label } of points) {
      const radius = Math.sqrt(x * x + y * y);
      expect(label).toBe(radius >= 1 && radius <= 2 ? "ring" : "rest");
      expect(Math.min(Math.abs(radius - 1), Math.abs(radius - 2))).toBeGreaterThanOrEqual(half);
      expect(radius).toBeLessThanOrEqual(Math.sqrt(6) + 1e-6);
    }
  });

  test("annulus covers the disc evenly without a gap: a sixth lies inside of the ring", () => {
    const points = pointsOf(annulus({ gap: 0, size: 20_000 }));
    const inside = points.filter(({ x, y }) => x * x + y * y < 1).length / points.length;
    expect(Math.abs(inside - 1 / 6)).toBeLessThan(0.01);
  });

  test.each(sides)("three modes with a gap of $gap: three discs against the rest", ({ gap, half }) => {
    const middles = [90, 210, 330].map((angle) => {
      const radians = (angle * Math.PI) / 180;
      return [1.2 * Math.cos(radians), 1.2 * Math.sin(radians)] as const;
    });
    const found = [0, 0, 0];
    for (const { x, y, label } of pointsOf(threeModes({ gap, seed: 5 }))) {
      const distances = middles.map(([a, b]) => Math.sqrt((x - a) * (x - a) + (y - b) * (y - b)));
      const nearest = Math.min(...distances);
      expect(label).toBe(nearest < 0.7 ? "modes" : "rest");
      expect(Math.abs(nearest - 0.7)).toBeGreaterThanOrEqual(half);
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(2);
      if (label === "modes") found[distances.indexOf(nearest)]! += 1;
    }
    expect(found).toEqual([334, 333, 333]);
  });

  test("blobs: as many as asked for, each about its middle", () => {
    const points = pointsOf(blobs({ classes: 5, spread: 0.3, size: 10_000 }));
    for (let k = 0; k < 5; k += 1) {
      const own = points.filter(({ label }) => label === "abcde"[k]);
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const [x, y] = [mean(own.map((point) => point.x)), mean(own.map((point) => point.y))];
      expect(x).toBeCloseTo(2 * Math.cos((2 * Math.PI * k) / 5), 1);
      expect(y).toBeCloseTo(2 * Math.sin((2 * Math.PI * k) / 5), 1);
      const spread = Math.sqrt(mean(own.map((point) => (point.x - x) * (point.x - x))));
      expect(spread).toBeCloseTo(0.3, 1);
    }
  });

  test("moons and spirals lie on their curves without noise, and about them with it", () => {
    for (const { x, y, label } of pointsOf(moons({ noise: 0, size: 300 }))) {
      const [middleX, middleY, side] = label === "upper" ? [0, 0, 1] : [1, 0.5, -1];
      const radius = (x - middleX) * (x - middleX) + (y - middleY) * (y - middleY);
      expect(radius).toBeCloseTo(1, 5);
      expect(side * (y - middleY)).toBeGreaterThanOrEqual(-1e-6);
    }
    for (const [make, turns, arms] of [
      [twoSpirals, 1.5, ["first", "second"]],
      [threeSpirals, 0.75, ["first", "second", "third"]],
    ] as const)
      for (const { x, y, label } of pointsOf(make({ noise: 0, size: 300 }))) {
        const t = Math.sqrt(x * x + y * y);
        const angle = 2 * Math.PI * (turns * t + arms.indexOf(label as "first") / arms.length);
        expect(t).toBeGreaterThan(0.0999);
        expect(t).toBeLessThanOrEqual(1.000001);
        expect([x / t, y / t]).toEqual([expect.closeTo(Math.cos(angle), 4), expect.closeTo(Math.sin(angle), 4)]);
      }
    const [still, shaken] = [pointsOf(moons({ noise: 0 })), pointsOf(moons({ noise: 0.2 }))];
    const shifts = still.flatMap(({ x, y }, i) => [shaken[i]!.x - x, shaken[i]!.y - y]);
    const deviation = Math.sqrt(shifts.reduce((sum, shift) => sum + shift * shift, 0) / shifts.length);
    expect(Math.abs(deviation - 0.2)).toBeLessThan(0.01);
  });

  test("refuses a gap, a spread, turns or a number of classes out of range, with a sentence", () => {
    const wrong: [() => unknown, string][] = [
      [() => quadrants({ gap: 0.6 }), "gap is 0.6"],
      [() => annulus({ gap: -0.1 }), "gap is -0.1"],
      [() => threeModes({ gap: Number.NaN }), "gap is NaN"],
      [() => moons({ noise: -1 }), "noise is -1"],
      [() => blobs({ classes: 1 }), "classes is 1"],
      [() => blobs({ spread: Number.POSITIVE_INFINITY }), "spread is Infinity"],
      [() => twoSpirals({ turns: 0 }), "turns is 0"],
    ];
    for (const [act, message] of wrong) expect(act).toThrow(message);
  });
});

describe("regressionCurve", () => {
  test.each(Object.keys(curves) as (keyof typeof curves)[])("%s: values of the curve between −1 and 1", (curve) => {
    const data = regressionCurve({ curve, size: 500 });
    expect(data).toMatchObject({ size: 500, shape: [1], y: { kind: "values", shape: [1] } });
    for (let i = 0; i < data.size; i += 1) {
      const [x, y] = [data.x.data[i]!, data.y!.data[i]!];
      expect(Math.abs(x)).toBeLessThanOrEqual(1);
      expect(y).toBeCloseTo(curves[curve](x), 5);
      expect(Math.abs(y)).toBeLessThanOrEqual(1.000001);
    }
  });

  test("knows what its names mean", () => {
    const at = (x: number) => Object.fromEntries(Object.entries(curves).map(([name, curve]) => [name, curve(x)]));
    expect(at(0.25)).toEqual({
      sine: 1,
      step: 1,
      bump: expect.closeTo(Math.exp(-1), 12),
      hinge: 0.25,
      line: 0.25,
      cubic: -0.6875,
      chirp: expect.closeTo(Math.sin((3 * Math.PI * 1.5625) / 2), 12),
      sawtooth: 0,
    });
    expect(curves.step(-0.1)).toBe(-1);
  });

  test("takes a function, adds noise, begins alike, and has a fresh part", () => {
    const [plain, noisy] = [
      regressionCurve({ curve: (x) => 3 * x, size: 2000 }),
      regressionCurve({ curve: (x) => 3 * x, size: 2000, noise: 0.5 }),
    ];
    expect(noisy.x).toEqual(plain.x);
    const shifts = Array.from(plain.y!.data, (value, i) => noisy.y!.data[i]! - value);
    expect(Math.sqrt(shifts.reduce((sum, shift) => sum + shift * shift, 0) / 2000)).toBeCloseTo(0.5, 1);
    expect(regressionCurve().size).toBe(200);
    expect(regressionCurve({ size: 100 }).x.data).toEqual(regressionCurve().x.data.subarray(0, 100));
    expect(regressionCurve({ part: "test" }).x.data).not.toEqual(regressionCurve().x.data);
  });

  test("refuses unknown names and functions that have no value", () => {
    expect(() => regressionCurve({ curve: "toString" as "sine" })).toThrow('no curve is called "toString"');
    expect(() => regressionCurve({ curve: (x) => Math.sqrt(x) })).toThrow("the curve gives NaN at x = ");
  });
});
