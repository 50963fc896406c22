import fc from "fast-check";
import { expect, test } from "vitest";
import { chooseGenerator, setData } from "../../studio/state/commands.ts";
import { dataOf } from "../../studio/state/data.ts";
import { defaultWorkbench } from "../../studio/state/defaults.ts";
import { fromJson, toJson } from "../../studio/state/link.ts";
import { lossTrouble } from "../../studio/state/losses.ts";
import {
  addClass,
  addPoints,
  boardKindOf,
  fewPoints,
  movePoint,
  ownOf,
  removeClass,
  removeRows,
  renameClass,
  repeatRow,
  setAnswer,
  setLabel,
  setNumber,
} from "../../studio/state/own-points.ts";
import { shortest } from "../../studio/state/shortest.ts";
import { type DrawnData, generatorNames, lossChoices, type OwnData } from "../../studio/state/workbench.ts";

const start = fewPoints("own points", { seed: 7, validation: 0 });

test("what is drawn by seed becomes points of one's own at the same places", () => {
  for (const generator of generatorNames) {
    const state = chooseGenerator(generator)(defaultWorkbench).data as DrawnData;
    const data = dataOf(state);
    const own = ownOf(state, data, "edited");
    const again = dataOf(own);
    expect(again.all.size).toBe(data.all.size);
    expect(again.trainRows).toEqual(data.trainRows);
    expect(again.classes).toEqual(data.classes);
    expect(boardKindOf(again)).toBe(generator.startsWith("curve-") ? "curve" : "plane");
    for (const [i, value] of data.all.x.data.entries()) expect(again.all.x.data[i]).toBeCloseTo(value, 4);
    expect(again.all.y!.data.length).toBe(data.all.y!.data.length);
    expect(ownOf(own, again, "another name")).toBe(own);
  }
});

test("points are added, moved and taken away, and the last one stays", () => {
  const painted = addPoints(start, [{ x: 0.12345, y: -1 }], 1);
  expect(painted.rows.at(-1)).toEqual([0.123, -1]);
  expect(painted.target).toMatchObject({ labels: [0, 1, 1] });
  expect(movePoint(painted, 2, { x: 3, y: 4 }).rows[2]).toEqual([3, 4]);
  expect(removeRows(painted, new Set([0, 2])).rows).toEqual([[0.75, 0]]);
  expect(removeRows(painted, new Set([0, 1, 2])).rows).toEqual([[-0.75, 0]]);
  expect(removeRows(painted, new Set([99]))).toBe(painted);
  expect(repeatRow(painted, 2).rows.at(-1)).toEqual([0.123, -1]);
  expect(setLabel(painted, 2, 0).target).toMatchObject({ labels: [0, 1, 0] });
  expect(setLabel(painted, 2, 5)).toBe(painted);
  expect(setNumber(painted, 2, 0, 7).rows[2]).toEqual([7, -1]);
  expect(setNumber(painted, 2, 9, 7)).toBe(painted);
});

test("a curve's points have their answer as the second number", () => {
  const state = chooseGenerator("curve-sine")(defaultWorkbench).data as DrawnData;
  const own = addPoints(ownOf(state, dataOf(state), "curve"), [{ x: 0.5, y: 0.25 }], 0);
  expect(own.rows.at(-1)).toEqual([0.5]);
  const last = own.rows.length - 1;
  expect(own.target).toMatchObject({ kind: "values", names: ["y"] });
  expect(dataOf(setAnswer(own, last, 0, 2)).all.y!.data[last]).toBe(2);
  expect(dataOf(movePoint(own, last, { x: 0, y: -0.5 })).all.y!.data[last]).toBe(-0.5);
});

test("classes get free names, are renamed only to free ones, and go with their points", () => {
  const three = addPoints(addClass(start), [{ x: 1, y: 1 }], 2);
  expect(three.target.names).toEqual(["A", "B", "C"]);
  expect(addClass(renameClass(three, 0, "D")).target.names).toEqual(["D", "B", "C", "A"]);
  expect(renameClass(three, 0, "B")).toBe(three);
  expect(renameClass(three, 0, "  ")).toBe(three);
  expect(renameClass(three, 0, "<b>").target.names[0]).toBe("<b>");
  const two = removeClass(three, 0);
  expect(two.target).toEqual({ kind: "classes", names: ["B", "C"], labels: [0, 1] });
  expect(removeClass(two, 0)).toBe(two);
});

test("whatever a hand does, the state stays one that a link may carry", () => {
  const point = fc.record({
    x: fc.double({ min: -9, max: 9, noNaN: true }),
    y: fc.double({ min: -9, max: 9, noNaN: true }),
  });
  const action = fc.oneof(
    fc.tuple(fc.array(point, { maxLength: 5 }), fc.nat(1)).map(
      ([points, label]) =>
        (own: OwnData) =>
          addPoints(own, points, label),
    ),
    fc.tuple(fc.nat(9), point).map(
      ([row, at]) =>
        (own: OwnData) =>
          movePoint(own, row, at),
    ),
    fc.array(fc.nat(9)).map((rows) => (own: OwnData) => removeRows(own, new Set(rows))),
    fc.constant(addClass),
    fc.nat(4).map((label) => (own: OwnData) => removeClass(own, label)),
    fc.tuple(fc.nat(9), fc.nat(4)).map(
      ([row, label]) =>
        (own: OwnData) =>
          setLabel(own, row, label),
    ),
    fc.nat(9).map((row) => (own: OwnData) => repeatRow(own, row)),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 12 }), (actions) => {
      const own = actions.reduce((now, act) => act(now), start);
      const state = setData(own)(defaultWorkbench);
      expect(fromJson(toJson(state)).data).toEqual(own);
      expect(dataOf(own).all.size).toBe(own.rows.length);
    }),
    { numRuns: 60 },
  );
});

test("a float32 is written as short as it may be", () => {
  expect(shortest(Math.fround(0.1))).toBe(0.1);
  expect(shortest(-3)).toBe(-3);
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => Math.fround(shortest(value)) === value),
  );
});

test("losses that do not fit say why", () => {
  const classes = defaultWorkbench;
  const values = chooseGenerator("curve-sine")(defaultWorkbench);
  const unfit = (state: typeof classes) => lossChoices.filter((loss) => lossTrouble(loss, state));
  expect(unfit(classes)).toEqual([]);
  expect(unfit(values)).toEqual(["crossEntropy", "hinge", "multiclassHinge"]);
});
