import fc from "fast-check";
import { expect, test } from "vitest";
import { markerOf, markerShapes } from "../../studio/view/markers.tsx";
import { classColour } from "../../studio/view/palette.ts";
import { boundsOf, nearestPoint, planeScale, pointTowards, rangeOf, ticksOf } from "../../studio/view/plane.ts";

const range = fc
  .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
  .map(([low, width]) => [low, low + width] as const);

test("a point goes to the picture and back", () => {
  fc.assert(
    fc.property(range, range, fc.double({ min: 0, max: 1, noNaN: true }), (x, y, share) => {
      const scale = planeScale({ x, y }, 300, 200);
      expect(scale.x(x[0])).toBe(0);
      expect(scale.y(y[1])).toBe(0);
      const pixel = share * 300;
      expect(scale.x(scale.valueX(pixel))).toBeCloseTo(pixel, 3);
      expect(scale.y(scale.valueY(share * 200))).toBeCloseTo(share * 200, 3);
    }),
  );
});

test("ticks are round, few, in the range, and 0 is one where it is inside", () => {
  fc.assert(
    fc.property(range, fc.integer({ min: 2, max: 8 }), ([low, high], count) => {
      const ticks = ticksOf([low, high], count);
      expect(ticks.length).toBeLessThanOrEqual(2 * count + 1);
      const slack = 1e-6 * (high - low);
      for (const tick of ticks) {
        expect(tick).toBeGreaterThanOrEqual(low - slack);
        expect(tick).toBeLessThanOrEqual(high + slack);
      }
      if (low < -slack && high > slack) expect(ticks).toContain(0);
      expect([...ticks].sort((a, b) => a - b)).toEqual(ticks);
    }),
  );
  expect(ticksOf([-1.2, 1.2])).toEqual([-1, -0.5, 0, 0.5, 1]);
  expect(ticksOf([0, 0])).toEqual([]);
});

test("the box around points is square and holds them; one point, and none, have a box too", () => {
  const bounds = boundsOf([0, 0, 4, 1]);
  expect(bounds.x[1] - bounds.x[0]).toBeCloseTo(bounds.y[1] - bounds.y[0]);
  expect(bounds.x[0]).toBeLessThan(0);
  expect(bounds.x[1]).toBeGreaterThan(4);
  expect(boundsOf([3, 3])).toEqual({ x: [2.5, 3.5], y: [2.5, 3.5] });
  expect(rangeOf([])).toEqual([-1, 1]);
  expect(rangeOf([Number.NaN, 1, 3], 0)).toEqual([1, 3]);
  expect(boundsOf([1, 2, 9, 3, 4, 8], { stride: 3, columns: [0, 2], isSquare: false }).y[0]).toBeLessThan(8);
});

test("the nearest point within reach is found, and arrows walk to the next one ahead", () => {
  const points = [
    [0, 0],
    [10, 1],
    [20, 0],
    [0, 30],
  ] as const;
  const at = (i: number) => points[i]!;
  expect(nearestPoint(4, at, 9, 0)).toBe(1);
  expect(nearestPoint(4, at, 100, 100)).toBe(-1);
  expect(pointTowards(4, at, 0, [1, 0])).toBe(1);
  expect(pointTowards(4, at, 1, [1, 0])).toBe(2);
  expect(pointTowards(4, at, 0, [0, 1])).toBe(3);
  expect(pointTowards(4, at, 2, [1, 0])).toBe(2);
});

test("a hundred classes have a hundred marks", () => {
  expect(new Set(markerShapes.map(({ name }) => name)).size).toBe(10);
  const marks = Array.from({ length: 100 }, (_, label) => `${markerOf(label).name} ${classColour(label)}`);
  expect(new Set(marks).size).toBe(100);
});
