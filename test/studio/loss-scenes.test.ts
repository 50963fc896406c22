import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EpochPoint } from "../../studio/app/training.ts";
import { boardScene, pointsNear, steadyBounds, strokePoints } from "../../studio/panels/data/board-geometry.ts";
import { thumbnails } from "../../studio/panels/data/thumbnail.ts";
import { curveScene, niceAbove } from "../../studio/panels/loss/curve-scene.ts";
import { barsOf, commonMistakes, confusionOf, examplesIn, examplesOf } from "../../studio/panels/loss/examples.ts";
import { rateAt, rateStep, rates } from "../../studio/panels/loss/learning-rates.ts";
import { dataOf } from "../../studio/state/data.ts";
import { defaultWorkbench } from "../../studio/state/defaults.ts";
import { generatorNames } from "../../studio/state/workbench.ts";
import { planeScale } from "../../studio/view/plane.ts";

const point = (epoch: number, loss: number, validation?: number): EpochPoint => ({
  epoch,
  loss,
  metrics: {},
  validation: validation === undefined ? undefined : { loss: validation },
});
const frame = { left: 36, right: 336, top: 8, bottom: 160 };

describe("the curve", () => {
  test("falls where the loss falls, and leaves room for its labels", () => {
    const { lines, yTicks, xTicks, last } = curveScene(
      [point(1, 1, 1.2), point(2, 0.5, 0.9), point(3, 0.25, 0.8)],
      frame,
      false,
    );
    const [train, validation] = lines;
    expect(train?.value).toBe(0.25);
    expect(validation?.value).toBe(0.8);
    expect(train!.points[1]).toBeLessThan(train!.points[3]!); // down is larger
    expect(train!.points.at(-2)).toBeLessThan(36 + 0.75 * 300);
    expect(yTicks.length).toBeGreaterThanOrEqual(3);
    expect(xTicks[0]?.value).toBe(0);
    expect(last).toBeGreaterThanOrEqual(4);
  });

  test("has whole decades where it is logarithmic, and no point for what is not finite", () => {
    const epochs = [
      point(1, 10),
      point(2, Number.NaN),
      point(3, Number.POSITIVE_INFINITY),
      point(4, 0.02),
      point(5, 0),
    ];
    const { lines, yTicks } = curveScene(epochs, frame, true);
    expect(yTicks.map(({ value }) => value)).toEqual([0.01, 0.1, 1, 10]);
    expect(lines[0]!.points.length).toBe(2 * 3);
    expect(lines).toHaveLength(1);
  });

  test("of thousands of epochs has a few points a pixel, and both ends and extremes", () => {
    const epochs = Array.from({ length: 4000 }, (_, i) =>
      point(i + 1, 1 + Math.sin(i * 1.7) / 2 + (i === 2000 ? 4 : 0)),
    );
    const { lines } = curveScene(epochs, frame, false);
    const points = lines[0]!.points;
    expect(points.length).toBeLessThan(2 * 4 * 220);
    const highest = Math.min(...points.filter((_, i) => i % 2 === 1));
    const { lines: alone } = curveScene([point(1, 5.4), point(4000, 5.5)], frame, false);
    expect(highest).toBeLessThan(Math.max(...alone[0]!.points) + 2);
    expect(lines[0]!.value).toBe(epochs.at(-1)!.loss);
  });

  test("labels that would cover each other stand apart", () => {
    const { lines } = curveScene([point(1, 0.5, 0.501)], frame, false);
    expect(Math.abs(lines[0]!.labelY - lines[1]!.labelY)).toBeGreaterThanOrEqual(14 - 1e-6);
  });

  test("an edge is a round number not below", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (value) => {
        const edge = niceAbove(value);
        return edge >= value * (1 - 1e-6) && edge <= 1.7 * value;
      }),
    );
  });
});

describe("the examples", () => {
  const view = {
    loss: "crossEntropy",
    classes: 3,
    train: {
      losses: Float32Array.of(0.1, 3, 0.5, Number.NaN),
      answers: Float32Array.of(0, 2, 1, 0),
      targets: Float32Array.of(0, 1, 1, 2),
      all: 4,
    },
    validation: undefined,
  };

  test("are sorted by cost, what is no number first", () => {
    const examples = examplesOf(view, undefined, "train")!;
    expect(Array.from(examples.order)).toEqual([3, 1, 2, 0]);
    expect(examples.wrong).toBe(2);
    expect(examples.numberOf(0)).toBe(1);
    expect(examplesOf(view, undefined, "validation")).toBeUndefined();
    expect(examplesOf(undefined, undefined, "train")).toBeUndefined();
  });

  test("of other data than the page has are not shown", () => {
    if (defaultWorkbench.data.kind !== "drawn") throw new Error("the usual start is drawn");
    expect(examplesOf(view, dataOf(defaultWorkbench.data), "train")).toBeUndefined();
  });

  test("are counted by what they are and what the net says", () => {
    const examples = examplesOf(view, undefined, "train")!;
    const counts = confusionOf(examples);
    expect(counts).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [1, 0, 0],
    ]);
    expect(examplesIn(examples, 1, 2)).toEqual([1]);
    expect(commonMistakes(counts, 5)).toEqual([
      { is: 1, said: 2, count: 1 },
      { is: 2, said: 0, count: 1 },
    ]);
  });

  test("have bars from the worst to the best, at most one a pixel", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 400 }), (losses) => {
        const costs = {
          losses: Float32Array.from(losses),
          answers: new Float32Array(losses.length),
          all: losses.length,
        };
        const examples = examplesOf(
          { ...view, train: { ...costs, targets: new Float32Array(losses.length) } },
          undefined,
          "train",
        )!;
        const bars = barsOf(examples, 100);
        expect(bars.length).toBe(Math.min(100, losses.length));
        for (const [i, { height }] of bars.entries()) {
          expect(height).toBeGreaterThanOrEqual(0);
          expect(height).toBeLessThanOrEqual(i === 0 ? 1 : bars[i - 1]!.height);
        }
      }),
      { numRuns: 50 },
    );
  });
});

test("the slider of learning rates and its numbers belong together", () => {
  for (const [step, rate] of rates.entries()) expect([rateAt(step), rateStep(rate)]).toEqual([rate, step]);
  expect(rateStep(0.03)).toBe(rates.indexOf(0.02));
  expect(rateStep(0)).toBe(0);
  expect(rateAt(99)).toBe(10);
});

describe("the board", () => {
  if (defaultWorkbench.data.kind !== "drawn") throw new Error("the usual start is drawn");
  const data = dataOf(defaultWorkbench.data);
  const scene = boardScene(data, [0, 1]);

  test("shows every point within edges that are round numbers", () => {
    expect(scene.size).toBe(270);
    expect(scene.bounds.x).toEqual(scene.bounds.y);
    for (let i = 0; i < scene.size; i++) {
      expect(Math.abs(scene.x[i]!)).toBeLessThan(scene.bounds.x[1]);
      expect(Math.abs(scene.y[i]!)).toBeLessThan(scene.bounds.y[1]);
    }
    expect(scene.isValidation.reduce((a, b) => a + b, 0)).toBe(data.validationRows.length);
  });

  test("keeps its edges while points are painted within them", () => {
    const inside = fc.double({ min: -1.3, max: 1.3, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(inside, inside)), (more) => {
        const x = [...scene.x, ...more.map(([at]) => at)];
        const y = [...scene.y, ...more.map(([, at]) => at)];
        expect(steadyBounds(x, y, true)).toEqual(scene.bounds);
      }),
      { numRuns: 30 },
    );
    const far = steadyBounds([100, 101], [5, 5.5], true);
    expect(far.x[1] - far.x[0]).toBeCloseTo(far.y[1] - far.y[0], 9);
    expect(far.x[0]).toBeLessThanOrEqual(100);
    expect(far.x[1]).toBeGreaterThanOrEqual(101);
  });

  test("finds the points near a place", () => {
    const scale = planeScale(scene.bounds, 200, 200);
    expect(pointsNear(scene, scale, { x: scene.x[5]!, y: scene.y[5]! }, 3)).toContain(5);
    expect(pointsNear(scene, scale, { x: 99, y: 99 }, 3)).toEqual([]);
  });

  test("a stroke leaves a point every few pixels, scattered by a brush and not by a pencil", () => {
    const line = strokePoints({ x: 0, y: 0 }, { x: 90, y: 0 }, 0, false);
    expect(line).toHaveLength(10);
    expect(line.every(({ y }) => y === 0)).toBe(true);
    expect(strokePoints({ x: 0, y: 0 }, { x: 4, y: 0 }, 0, true)).toEqual([]);
    const brush = strokePoints({ x: 0, y: 0 }, { x: 90, y: 0 }, 0, true);
    expect(Math.max(...brush.map(({ y }) => Math.abs(y)))).toBeGreaterThan(3);
    expect(Math.max(...brush.map(({ y }) => Math.abs(y)))).toBeLessThan(12);
  });
});

test("thumbnails are made of points of each set", () => {
  expect(thumbnails().map(({ name }) => name)).toEqual([...generatorNames]);
  for (const { paths, isCurve } of thumbnails()) {
    expect(paths.length).toBe(isCurve ? 1 : paths.length);
    expect(paths.join("").match(/M/g)).toHaveLength(78);
    expect(paths.join("")).not.toMatch(/NaN/);
  }
});
