import fc from "fast-check";
import { dataset } from "nabla";
import { bestLine } from "nabla/classic";
import { blobs, type Dataset, moons, quadrants } from "nabla/data";
import { describe, expect, test } from "vitest";

type Point = readonly [x: number, y: number, label: number];

const dataOf = (points: readonly Point[]): Dataset =>
  dataset(
    points.map(([x, y]) => [x, y]),
    points.map(([, , label]) => label),
    { classes: ["zero", "one"] },
  );

/** The same by trying: every direction between two points turned a little both ways, every threshold across it. */
function bestByTrying(points: readonly Point[]): number {
  let best = 0;
  const angles = [0.1];
  for (const [ax, ay] of points)
    for (const [bx, by] of points)
      for (const turn of [-1e-4, 1e-4]) if (ax !== bx || ay !== by) angles.push(Math.atan2(by - ay, bx - ax) + turn);
  for (const angle of angles) {
    const heights = points.map(([x, y]) => Math.cos(angle) * y - Math.sin(angle) * x);
    for (const threshold of [Number.NEGATIVE_INFINITY, ...heights]) {
      const right = points.filter(([, , label], i) => heights[i]! > threshold === (label === 1)).length;
      best = Math.max(best, right, points.length - right);
    }
  }
  return best / points.length;
}

const coordinate = fc.integer({ min: -4, max: 4 });

describe("bestLine", () => {
  test("is the best of all lines: few points, with ties, doubles and points in a row", () => {
    const point = fc.tuple(coordinate, coordinate, fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 9 }), (points) => {
        expect(bestLine(dataOf(points)).accuracy).toBe(bestByTrying(points));
      }),
      { numRuns: 300 },
    );
  });

  test("gives a line that does what it says", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 60 }), (seed, size) => {
        const data = moons({ seed, size, noise: 0.3 });
        const { accuracy, normal, offset } = bestLine(data);
        let right = 0;
        for (let i = 0; i < size; i += 1) {
          const height = normal[0] * data.x.data[2 * i]! + normal[1] * data.x.data[2 * i + 1]! + offset;
          if (height > 0 === (data.y!.data[i] === 1)) right += 1;
        }
        expect(right / size).toBe(accuracy);
        expect(normal[0] * normal[0] + normal[1] * normal[1]).toBeCloseTo(1, 12);
      }),
      { numRuns: 50 },
    );
  });

  test("separates what can be separated, and reads rows of a split", () => {
    const data = blobs({ classes: 2, size: 400 });
    expect(bestLine(data).accuracy).toBe(1);
    expect(bestLine(data.split({ seed: 4 }).test).accuracy).toBe(1);
    expect(bestLine(dataOf([[1, 2, 0]]))).toMatchObject({ accuracy: 1 });
  });

  /** ¾ − ¾·((⅓ − g)/(1 − g))² with g half of the gap. */
  const onQuadrants = (gap: number): number => {
    const share = (1 / 3 - gap / 2) / (1 - gap / 2);
    return 0.75 - 0.75 * share * share;
  };

  /** The middles of a fine grid stand for the whole square: what the best line gets of the distribution itself. */
  function evenQuadrants(side: number, gap: number): Dataset {
    const half = gap / 2;
    const places = Array.from({ length: side }, (_, i) => half + ((1 - half) * (i + 0.5)) / side);
    const line = [...places.map((value) => -value), ...places];
    const points = line.flatMap((x) => line.map((y) => [x, y] as const));
    return dataset(
      points,
      points.map(([x, y]) => (x > 0 === y > 0 ? 0 : 1)),
      { classes: ["same", "opposite"] },
    );
  }

  test.each([0, 0.1, 0.2])("quadrants with a gap of %f: the distribution's own best line", (gap) => {
    const { accuracy, normal, offset } = bestLine(evenQuadrants(24, gap));
    expect(Math.abs(accuracy - onQuadrants(gap))).toBeLessThan(0.006);
    // x + y = ±2/3 or x − y = ±2/3: it gives up one quadrant
    expect(Math.abs(normal[0])).toBeCloseTo(Math.SQRT1_2, 1);
    expect(Math.abs(offset) * Math.SQRT2).toBeCloseTo(2 / 3, 1);
  });

  test("66.7 % on quadrants, a little more where the gap or the samples help", () => {
    expect(onQuadrants(0)).toBeCloseTo(2 / 3, 12);
    expect([0.1, 0.2].map((gap) => onQuadrants(gap).toFixed(3))).toEqual(["0.683", "0.700"]);
    for (const gap of [0, 0.1]) {
      const { accuracy } = bestLine(quadrants({ gap, seed: 1 }));
      expect(accuracy).toBeGreaterThanOrEqual(onQuadrants(gap) - 0.01);
      expect(accuracy).toBeLessThan(onQuadrants(gap) + 0.03);
    }
  });

  test("refuses what is no plane with two classes, and too many samples", () => {
    expect(() => bestLine(blobs())).toThrow("got labels of 3 classes");
    expect(() => bestLine(dataset([[1, 2, 3]], [0], { classes: ["a", "b"] }))).toThrow("got samples of shape [3]");
    expect(() => bestLine(dataset([[1, 2]], [0.5]))).toThrow("got no labels");
    expect(() => bestLine(quadrants({ size: 20_001 }))).toThrow("through 20001 samples");
  });
});
