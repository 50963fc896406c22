import { dataset, dense, halfSquared, type Model, sequential, sgd, squared } from "nabla";
import { describe, expect, test } from "vitest";

/** The lecture's smallest perceptron, y = wx, and its data in the slide's order (rows 13 and 14). */
const pairs = dataset([[10], [2], [3.5], [1]], [[10.1], [1.9], [3.4], [1.1]]);
const weight = "dense 1/weight";

function perceptron(): Model {
  const model = sequential([dense(1, { bias: false })], { input: 1 });
  model.weights.set(weight, [0]);
  return model;
}

/** w after each step of w ← w + η(y − ŷ)x, which is what gradient descent on ½(y − ŷ)² does. */
async function weightsAfterSteps(learningRate: number, epochs: number): Promise<number[]> {
  const model = perceptron();
  const seen: number[] = [];
  const options = { loss: halfSquared, optimizer: sgd({ learningRate }), batchSize: 1, shuffle: false, epochs };
  for await (const event of model.fit(pairs, options))
    if (event.kind === "step") seen.push(model.weights.get(weight).data[0]!);
  return seen;
}

const expectClose = (received: readonly number[], expected: readonly number[], tolerance: number): void => {
  expect(received.length).toBe(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(received[i]! - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
};

describe("the world's smallest perceptron", () => {
  test("η = 1 repeats without end", async () => {
    const first = [101, -299.2, 3377.9, 1.1];
    const cycle = [-7.9, 27.5, -297.475, 1.1];
    // w·x loses what float32 cannot hold of 3377.9: 2.4e-4, which the next step multiplies.
    expectClose(await weightsAfterSteps(1, 3), [...first, ...cycle, ...cycle], 2e-3);
  });

  test("η = 0.15 diverges", async () => {
    const seen = await weightsAfterSteps(0.15, 3);
    expectClose([seen[3]!, seen[7]!, seen[11]!], [-3.037481, -15.1464, -63.418606], 1e-5);
  });

  test("η = 0.01 ends in a cycle", async () => {
    const seen = await weightsAfterSteps(0.01, 200);
    expectClose(seen.slice(-4), [1.01, 1.0076, 1.003169, 1.004137], 1e-6);
  });

  test("the full batch, summed, diverges above η = 0.01706 and not below", async () => {
    const weightAt = async (learningRate: number): Promise<number> => {
      const model = perceptron();
      const optimizer = sgd({ learningRate });
      await model.fit(pairs, { loss: halfSquared, reduction: "sum", optimizer, batchSize: "all", epochs: 2000 }).done;
      return model.weights.get(weight).data[0]!;
    };
    expect(await weightAt(0.017)).toBeCloseTo(117.8 / 117.25, 4); // w* = Σxy / Σx²; the bound is 2 / Σx²
    expect(Math.abs(await weightAt(0.0172))).toBeGreaterThan(10);
  });

  test("the total cost is the sum of the costs of the examples (row 13)", async () => {
    const model = perceptron();
    model.weights.set(weight, [1]);
    const cost = async (data = pairs): Promise<number> =>
      (await model.evaluate(data, { loss: squared })).loss * data.size;
    const single = [0, 1, 2, 3].map((i) =>
      cost(dataset([[[10], [2], [3.5], [1]][i]!], [[[10.1], [1.9], [3.4], [1.1]][i]!])),
    );
    const each = await Promise.all(single);
    expectClose(each, [0.01, 0.01, 0.01, 0.01], 1e-6);
    expect(await cost()).toBeCloseTo(
      each.reduce((a, b) => a + b),
      9,
    );
  });
});
