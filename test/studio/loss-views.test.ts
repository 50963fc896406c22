import { activation, dense, lossNamed, type Model, sequential, softmax, tanh } from "nabla";
import { type Dataset, regressionCurve, threeSpirals } from "nabla/data";
import type { ServedSession } from "nabla/worker";
import { describe, expect, test } from "vitest";
import { activationChoices, lossChoices } from "../../studio/state/workbench.ts";
import { lossCurveView } from "../../studio/worker/views/loss-curve.ts";
import { losses } from "../../studio/worker/views/losses.ts";

const session = (model: Model, data: Dataset, loss: string, validation?: Dataset): ServedSession => ({
  model,
  data,
  validation,
  loss,
  settings: {},
  position: { step: 0, epoch: 0, batch: 0, example: 0, rows: new Uint32Array(0) },
  states: () => ({ step: 0, example: 0, values: {} }),
});

const spiral = threeSpirals({ size: 90, seed: 3 }).split({ test: 0.2, seed: 1 });
const classifier = (): Model =>
  sequential([dense(8), activation(tanh), dense(3), activation(softmax)], { input: 2, seed: 5 });

describe("what each example costs", () => {
  test.each(lossChoices)("is what the engine says, for classes: %s", async (name) => {
    const model = classifier();
    await model.fit(spiral.train, { epochs: 5 }).done;
    const view = await losses(session(model, spiral.train, name, spiral.test));
    expect(view.classes).toBe(3);
    for (const [costs, data] of [
      [view.train, spiral.train],
      [view.validation!, spiral.test],
    ] as const) {
      const evaluation = await model.evaluate(data, { loss: lossNamed(name), perExample: true });
      expect(costs.losses.length).toBe(data.size);
      for (const [i, loss] of evaluation.losses!.entries()) expect(costs.losses[i]).toBeCloseTo(loss, 5);
      const right = costs.answers.filter((answer, i) => answer === costs.targets[i]).length;
      expect(right / data.size).toBeCloseTo(evaluation.accuracy!, 9);
      expect(costs.all).toBe(data.size);
    }
  });

  test.each(["halfSquared", "squared", "meanSquared", "absolute", "euclidean", "huber"])(
    "and for values: %s",
    async (name) => {
      const data = regressionCurve({ size: 50, seed: 2 });
      const model = sequential([dense(6), activation(tanh), dense(1)], { input: 1, seed: 5 });
      const { train, classes } = await losses(session(model, data, name));
      const { losses: wanted } = await model.evaluate(data, { loss: lossNamed(name), perExample: true });
      expect(classes).toBe(0);
      for (const [i, loss] of wanted!.entries()) expect(train.losses[i]).toBeCloseTo(loss, 5);
      expect(Array.from(train.targets)).toEqual(Array.from(data.y!.data));
      expect(Array.from(train.answers)).toEqual(Array.from((await model.predict(data)).data));
    },
  );

  test("is exact where a probability has rounded to 0, and where it has rounded to 1", async () => {
    const model = sequential([dense(3), activation(softmax)], { input: 2, seed: 1 });
    model.weights.set("dense 1/weight", [
      [400, 0],
      [0, 400],
      [0, 0],
    ]);
    const { train } = await losses(session(model, spiral.train, "crossEntropy"));
    const { losses: wanted } = await model.evaluate(spiral.train, {
      loss: lossNamed("crossEntropy"),
      perExample: true,
    });
    expect(Math.max(...train.losses)).toBeGreaterThan(110);
    for (const [i, loss] of wanted!.entries()) expect(train.losses[i]).toBeCloseTo(loss, 4);
  });

  test("of many examples the first are looked at, and it is said how many there are", async () => {
    const data = threeSpirals({ size: 5_100, seed: 3 });
    const { train } = await losses(session(classifier(), data, "crossEntropy"));
    expect([train.losses.length, train.all]).toEqual([5_000, 5_100]);
  });
});

test("every loss and activation that the studio offers has a curve with formula and derivative", () => {
  const any = session(classifier(), spiral.train, "crossEntropy");
  for (const name of lossChoices) {
    const { x, value, slope, formula } = lossCurveView(any, { kind: "loss", name });
    expect([x.length, value.length, slope.length]).toEqual([241, 241, 241]);
    expect(value.every(Number.isFinite) && slope.every(Number.isFinite), name).toBe(true);
    expect(formula).not.toBe("");
  }
  for (const name of activationChoices) {
    const { value, derivative } = lossCurveView(any, { kind: "activation", name });
    expect(value.every(Number.isFinite), name).toBe(true);
    expect(derivative).not.toBe("");
  }
});
