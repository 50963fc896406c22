import fc from "fast-check";
import { Pca } from "nabla/classic";
import { expect, test } from "vitest";
import { signedByte, unitMaps } from "../../studio/worker/geometry/bytes.ts";
import { decisionOf } from "../../studio/worker/geometry/decision.ts";
import { alignPlane, place, principalPlane } from "../../studio/worker/geometry/principal-plane.ts";
import { zeroLine } from "../../studio/worker/geometry/zero-line.ts";

test("a byte is a number within half a step, and 128 is 0", () => {
  fc.assert(
    fc.property(fc.double({ min: -3, max: 3, noNaN: true }), (value) => {
      const back = (signedByte(value, 3) - 128) / 127;
      expect(Math.abs(back * 3 - value)).toBeLessThanOrEqual(3 / 254 + 1e-9);
    }),
  );
  expect(signedByte(0, 1)).toBe(128);
  expect(signedByte(9, 1)).toBe(255);
  expect(signedByte(Number.NEGATIVE_INFINITY, 1)).toBe(1);
  expect(signedByte(Number.NaN, 1)).toBe(128);
});

test("each unit's map has its own scale, or the bound; units of one point share one", () => {
  const own = unitMaps(Float32Array.of(1, -2, 4, 8), 2, 0);
  expect([...own.bytes]).toEqual([192, 1, 192, 255]);
  expect([...own.scale]).toEqual([2, 8]);
  expect([...own.low, ...own.high]).toEqual([-2, 4, 1, 8]);
  expect([...unitMaps(Float32Array.of(0.5, -0.5), 1, 1).bytes]).toEqual([192, 65]);
  expect([...unitMaps(Float32Array.of(0.1, -0.2), 2, 1).bytes]).toEqual([192, 1]);
  expect([...unitMaps(Float32Array.of(0, 0), 1, 0).bytes]).toEqual([128, 128]);
});

test("the line where a plane is 0 is straight, and ends at the grid's border", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: 1, max: 8, noNaN: true }),
      (slope, at) => {
        const size = 10;
        const field = Array.from({ length: size * size }, (_, i) => (i % size) + slope * Math.floor(i / size) - at);
        const pieces = zeroLine(field, size, size);
        expect(pieces.length).toBeGreaterThan(0);
        for (let i = 0; i < pieces.length; i += 2) expect(pieces[i]! + slope * pieces[i + 1]! - at).toBeCloseTo(0, 5);
      },
    ),
  );
});

test("every end of a piece is an end of one more, or lies on the border: circles and saddles are closed", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 49, maxLength: 49 }), (values) => {
      const field = values.map((value) => (value === 0 ? 0.5 : value));
      const pieces = zeroLine(field, 7, 7);
      const ends = new Map<string, number>();
      for (let i = 0; i < pieces.length; i += 2) {
        const key = `${pieces[i]!.toFixed(9)} ${pieces[i + 1]!.toFixed(9)}`;
        ends.set(key, (ends.get(key) ?? 0) + 1);
      }
      for (const [key, count] of ends) {
        const isBorder = key.split(" ").some((text) => Number(text) < 1e-9 || Number(text) > 6 - 1e-9);
        if (!isBorder) expect(count % 2, key).toBe(0);
      }
    }),
  );
});

test("the decision is the class with the largest score, its margin, and the line between", () => {
  // class 0 wins left of the middle, class 1 right of it
  const resolution = 5;
  const scores = new Float32Array(2 * resolution * resolution);
  for (let i = 0; i < resolution * resolution; i++) {
    const right = (i % resolution) / (resolution - 1);
    scores[2 * i] = 1 - right;
    scores[2 * i + 1] = right;
  }
  const { size, winner, margin, boundary, shares } = decisionOf(scores, 2, resolution, 3);
  expect(size).toBe(13);
  expect([...winner.subarray(0, 13)]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  expect(margin[0]).toBe(255);
  expect(margin[6]).toBe(0);
  for (let i = 0; i < boundary.length; i += 2) expect(boundary[i]).toBeCloseTo(0.5);
  expect(shares[0]! + shares[1]!).toBeCloseTo(1);
  const alone = decisionOf(new Float32Array(25), 1, 5, 1);
  expect(alone.boundary.length).toBe(0);
  expect(Math.max(...alone.winner)).toBe(0);
});

test("three classes meet in one point, and each pair has its line", () => {
  const resolution = 33;
  const scores = new Float32Array(3 * resolution * resolution);
  for (let i = 0; i < resolution * resolution; i++) {
    const x = (i % resolution) / 16 - 1;
    const y = Math.floor(i / resolution) / 16 - 1;
    scores.set([y, -0.5 * y + 0.866 * x, -0.5 * y - 0.866 * x], 3 * i);
  }
  const { shares, boundary } = decisionOf(scores, 3, resolution, 2);
  for (const share of shares) expect(share).toBeGreaterThan(0.25);
  const nearMiddle = Array.from({ length: boundary.length / 2 }, (_, i) =>
    Math.hypot(boundary[2 * i]! - 0.5, boundary[2 * i + 1]! - 0.5),
  );
  expect(Math.min(...nearMiddle)).toBeLessThan(0.05);
});

test("the principal plane is PCA's", async () => {
  const width = 5;
  const points = Float32Array.from({ length: 60 * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    return Math.sin(row * 1.7 + column) * (5 - column) + Math.cos(row * 0.9 * (column + 1));
  });
  const { share, mean, directions } = principalPlane(points, width, { rounds: 400 });
  const pca = new Pca({ nComponents: 2 });
  await pca.fit({ shape: [60, width], data: points });
  const ratio = [...pca.explainedVarianceRatio];
  expect(share).toBeCloseTo(ratio[0]! + ratio[1]!, 4);
  const warm = principalPlane(points, width, { start: directions });
  expect(warm.share).toBeCloseTo(share, 6);
  const [x, y] = place(points, 0, width, mean, directions);
  expect(Number.isFinite(x) && Number.isFinite(y)).toBe(true);
});

test("points without any spread have a plane too", () => {
  for (const width of [1, 2, 3]) {
    const { share, directions } = principalPlane(new Float32Array(4 * width).fill(2), width);
    expect(share).toBe(1);
    expect([...directions].every(Number.isFinite)).toBe(true);
  }
});

test("a plane that was turned and mirrored is turned back", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 6.28, noNaN: true }), fc.boolean(), (angle, isMirrored) => {
      const others = Float32Array.of(1, 2, -3, 0.5, 2, -2, 0, -0.5);
      const points = Float32Array.from(others);
      for (let i = 0; i < points.length; i += 2) {
        const [x, y] = [others[i]!, isMirrored ? -others[i + 1]! : others[i + 1]!];
        points[i] = Math.cos(angle) * x - Math.sin(angle) * y;
        points[i + 1] = Math.sin(angle) * x + Math.cos(angle) * y;
      }
      alignPlane(points, others, 4);
      for (let i = 0; i < points.length; i++) expect(points[i]).toBeCloseTo(others[i]!, 4);
    }),
  );
});
