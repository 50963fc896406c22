import fc from "fast-check";
import { expect, test } from "vitest";
import {
  anchor,
  bundlePath,
  distanceToEdge,
  edgePath,
  edgeWidth,
  mostTiles,
  netLayout,
} from "../../studio/panels/network/layout.ts";
import { boundOf, chosenUnit, neighbour, netOf, unitName } from "../../studio/panels/network/net.ts";
import { shortest } from "../../studio/panels/network/weight-list.tsx";
import { morphed } from "../../studio/panels/space/morph.ts";
import { dataOf } from "../../studio/state/data.ts";
import { defaultWorkbench } from "../../studio/state/defaults.ts";
import { exampleNumber, pointsOf } from "../../studio/state/points.ts";
import type { Workbench } from "../../studio/state/workbench.ts";

const anyUnits = fc.array(fc.integer({ min: 1, max: 4096 }), { minLength: 2, maxLength: 12 });

test("neurons of a net stand in the drawing and on no other", () => {
  fc.assert(
    fc.property(anyUnits, fc.integer({ min: 200, max: 2000 }), (units, width) => {
      const layout = netLayout(units, width);
      expect(layout.width).toBeGreaterThanOrEqual(width);
      expect(layout.columns.map((column) => column.units)).toEqual(units);
      for (const { tiles, fold, units: count } of layout.columns) {
        expect(fold === undefined).toBe(count <= mostTiles);
        for (const [i, { x, y }] of tiles.entries()) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + layout.tile).toBeLessThanOrEqual(layout.width);
          expect(y).toBeGreaterThanOrEqual(0);
          expect(y + layout.tile).toBeLessThanOrEqual(layout.height + 1e-9);
          if (i > 0) expect(y - tiles[i - 1]!.y).toBeGreaterThan(layout.tile);
        }
        if (!fold) continue;
        expect(fold.columns * fold.rows).toBeGreaterThanOrEqual(count);
        expect(fold.rows * fold.cell).toBeLessThanOrEqual(layout.height);
        expect(fold.columns * fold.cell).toBeLessThan(layout.pitch);
      }
    }),
  );
});

test("lines go from the right of one column to the left of the next, and are found where they are", () => {
  const layout = netLayout([2, 5, 40], 700);
  const from = anchor(layout, layout.columns[0]!, 1, "right");
  const to = anchor(layout, layout.columns[1]!, 4, "left");
  expect(from.x).toBeLessThan(to.x);
  expect(edgePath(from, to)).toMatch(/^M[\d.]+ [\d.]+C[\d.]+ [\d.]+ [\d.]+ [\d.]+ [\d.]+ [\d.]+$/);
  expect(distanceToEdge(from, to, from)).toBeCloseTo(0);
  expect(distanceToEdge(from, to, { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 })).toBeLessThan(0.5);
  expect(distanceToEdge(from, to, { x: from.x, y: from.y + 100 })).toBeGreaterThan(50);
  const fold = layout.columns[2]!.fold!;
  expect(anchor(layout, layout.columns[2]!, 39, "left")).toEqual({
    x: fold.x,
    y: fold.y + (Math.floor(39 / fold.columns) + 0.5) * fold.cell,
  });
  expect(bundlePath(layout, layout.columns[1]!, layout.columns[2]!)).toMatch(/Z$/);
});

test("a line is a pixel wide at least, and changes in quarters", () => {
  expect(edgeWidth(0, 2)).toBe(1);
  expect(edgeWidth(2, 2)).toBe(3.5);
  expect(edgeWidth(-1, 2)).toBe(2.25);
  expect(edgeWidth(0, 0)).toBe(1);
});

test("arrows walk through every layer and never out of the net", () => {
  fc.assert(
    fc.property(
      anyUnits,
      fc.array(fc.constantFrom("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "a")),
      (units, keys) => {
        let at = { layer: 0, unit: 0 };
        for (const key of keys) {
          at = neighbour({ units }, at, key) ?? at;
          expect(at.unit).toBeGreaterThanOrEqual(0);
          expect(at.unit).toBeLessThan(units[at.layer]!);
        }
        for (let i = 0; i < units.length; i++) at = neighbour({ units }, at, "ArrowRight") ?? at;
        expect(at.layer).toBe(units.length - 1);
      },
    ),
  );
});

test("names say layer, neuron, and what a number or a class is called", () => {
  const state: Workbench = defaultWorkbench;
  const net = netOf(state, dataOf(state.data as Exclude<typeof state.data, { kind: "digits" }>));
  expect(net.names).toEqual(["Input", "Hidden 1", "Hidden 2", "Output"]);
  expect(unitName(net, { layer: 0, unit: 1 })).toBe("Input, x₂");
  expect(unitName(net, { layer: 2, unit: 4 })).toBe("Hidden 2, neuron 5");
  expect(unitName(net, { layer: 3, unit: 0 })).toBe(`Output, ${net.classes[0]}`);
  expect(chosenUnit(state, net)).toEqual({ layer: 2, unit: 0 });
  const gone = { ...state, look: { ...state.look, unit: { layer: 2, unit: 99 } } };
  expect(chosenUnit(gone, net)).toEqual({ layer: 2, unit: 0 });
  const digits = netOf({ ...state, data: { kind: "digits", set: "mnist" } }, undefined);
  expect(digits.units[0]).toBe(784);
  expect(digits.classes).toHaveLength(10);
  expect([boundOf("tanh"), boundOf("relu")]).toEqual([1, 0]);
});

test("the shortest text of a float32 is that float32", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      expect(Math.fround(shortest(value))).toBe(value + 0);
    }),
  );
  expect(shortest(Math.fround(0.1))).toBe(0.1);
});

test("points are the rows of the part, and have the numbers of the table", () => {
  const data = dataOf({ kind: "drawn", generator: "moons", size: 50, noise: 0, seed: 3, validation: 0.2 });
  const points = pointsOf(data.train, [0, 1]);
  expect(points.size).toBe(40);
  for (const i of [0, 7, 39]) {
    const row = data.trainRows[i]!;
    expect(points.x[i]).toBeCloseTo(data.all.x.data[2 * row]!, 6);
    expect(points.y[i]).toBeCloseTo(data.all.x.data[2 * row + 1]!, 6);
    expect(exampleNumber(data, i)).toBe(row + 1);
  }
  const curve = dataOf({ kind: "drawn", generator: "curve-line", size: 20, noise: 0, seed: 3, validation: 0 });
  const line = pointsOf(curve.train, [0, 0]);
  expect(line.labels[0]).toBe(-1);
  expect(line.y[0]).toBe(line.values[0]);
});

test("between two layers a point is between its two places", () => {
  const stage = (value: number) => ({
    grid: Float32Array.of(value),
    training: Float32Array.of(value),
    validation: new Float32Array(0),
  });
  const stages = [stage(0), stage(4), stage(2)];
  expect(morphed(stages, "grid", 0)[0]).toBe(0);
  expect(morphed(stages, "grid", 0.25)[0]).toBe(1);
  expect(morphed(stages, "training", 1.5)[0]).toBe(3);
  expect(morphed(stages, "training", 2)[0]).toBe(2);
  expect(morphed(stages, "training", 9)[0]).toBe(2);
});
