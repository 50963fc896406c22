import { readFileSync } from "node:fs";
import fc from "fast-check";
import { dataset, NablaError } from "nabla";
import { mistakeBound, Perceptron, type PerceptronStep } from "nabla/classic";
import { describe, expect, test } from "vitest";

interface Array_ {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Row {
  readonly name: string;
  readonly attributes: { readonly learningRate: number; readonly epochs: number; readonly bias: boolean };
  readonly x: Array_;
  readonly labels: Array_;
  readonly weights: Array_;
  readonly bias: Array_;
  readonly scores: Array_;
  readonly predicted: Array_;
  readonly accuracy: number;
}

const fixture = JSON.parse(readFileSync(new URL("../../fixtures/perceptron.json", import.meta.url), "utf8")) as {
  readonly rows: readonly Row[];
};
const rowsOf = ({ shape: [n, m], data }: Array_) =>
  Array.from({ length: n! }, (_, i) => data.slice(i * m!, (i + 1) * m!));
const dataOf = (row: Row) => dataset(rowsOf(row.x), [...row.labels.data]);

function failure(action: () => unknown): NablaError {
  try {
    action();
  } catch (error) {
    if (error instanceof NablaError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("Perceptron", () => {
  test.each(fixture.rows.map((row) => [row.name, row] as const))("equals scikit-learn's: %s", (_, row) => {
    const data = dataOf(row);
    const perceptron = new Perceptron({ ...row.attributes, shuffle: false }).fit(data);
    expect(perceptron.weights).toEqual(rowsOf(row.weights));
    expect(perceptron.bias).toEqual(row.bias.data);
    expect(perceptron.decision(data)).toEqual(rowsOf(row.scores));
    expect(perceptron.predict(rowsOf(row.x))).toEqual(row.predicted.data.map(String));
    expect(perceptron.score(data)).toBe(row.accuracy);
  });

  test("the fixture has separable and inseparable data, with and without bias, two classes and more", () => {
    const isSeparated = fixture.rows.map((row) => {
      const perceptron = new Perceptron({ ...row.attributes, shuffle: false }).fit(dataOf(row));
      return perceptron.history.isSeparated;
    });
    expect(new Set(isSeparated).size).toBe(2);
    expect(new Set(fixture.rows.map(({ attributes }) => attributes.bias)).size).toBe(2);
    expect(fixture.rows.some(({ bias }) => bias.data.length > 2)).toBe(true);
  });

  test("AND, by hand: the first steps from zero", () => {
    const data = dataset([[0, 0], [0, 1], [1, 0], [1, 1]], ["no", "no", "no", "yes"]); // biome-ignore format: a table
    const steps = [...new Perceptron({ shuffle: false }).steps(data)];
    const shown = steps.slice(0, 6).map(({ scores, mistaken, weights, bias }) => [scores, mistaken, weights, bias]);
    expect(shown).toEqual([
      [[0], [0], [[0, 0]], [-1]], // a score of 0 is a mistake
      [[-1], [], [[0, 0]], [-1]],
      [[-1], [], [[0, 0]], [-1]],
      [[-1], [0], [[1, 1]], [0]],
      [[0], [0], [[1, 1]], [-1]],
      [[0], [0], [[1, 0]], [-2]],
    ]);
    const last = steps.at(-1)!;
    expect(last.mistaken).toEqual([]);
    expect(last.step).toBe(steps.length);
    expect(last.epoch * 4).toBe(steps.length);
  });

  test("steps are what fit does, and can be stopped between any two", () => {
    const data = dataOf(fixture.rows.find(({ name }) => name === "four classes")!);
    const fitted = new Perceptron({ epochs: 4, seed: 3 }).fit(data);
    const stepped = new Perceptron({ epochs: 4, seed: 3 });
    const iterator = stepped.steps(data);
    let [count, last] = [0, undefined as PerceptronStep | undefined];
    for (let next = iterator.next(); ; next = iterator.next()) {
      if (next.done) {
        expect(next.value).toEqual(fitted.history);
        break;
      }
      last = next.value;
      count += 1;
      expect(last.weights).toEqual(stepped.weights);
      if (last.mistaken.length === 0) continue;
      const truths = [0, 1, 2, 3].map((unit) => (unit === last!.label ? 1 : -1));
      for (const unit of last.mistaken) expect(truths[unit]! * last.scores[unit]!).toBeLessThanOrEqual(0);
    }
    expect(count).toBe(4 * data.size);
    expect(stepped.weights).toEqual(fitted.weights);
    expect(last!.weights).toEqual(fitted.weights);
    const halted = new Perceptron({ seed: 3 });
    for (const { step } of halted.steps(data)) if (step === 10) break;
    expect(halted.history.mistakes).toHaveLength(1);
  });

  test("the order is seeded; the learning rate scales the weights and changes no decision", () => {
    const data = dataOf(fixture.rows.find(({ name }) => name === "overlapping")!);
    const learn = (options: object) => new Perceptron({ epochs: 5, ...options }).fit(data);
    expect(learn({ seed: 1 }).weights).toEqual(learn({ seed: 1 }).weights);
    expect(learn({ seed: 1 }).weights).not.toEqual(learn({ seed: 2 }).weights);
    const [slow, fast] = [learn({ learningRate: 0.25 }), learn({ learningRate: 4 })];
    expect(slow.weights[0]!.map((w) => 16 * w)).toEqual(fast.weights[0]);
    expect(slow.history).toEqual(fast.history);
  });

  test("Novikoff: never more mistakes than (R/γ)², in any order, for any rate", () => {
    const coordinate = fc.integer({ min: -64, max: 64 }).map((n) => n / 16);
    fc.assert(
      fc.property(
        fc.array(fc.array(coordinate, { minLength: 3, maxLength: 3 }), { minLength: 2, maxLength: 40 }),
        fc.array(coordinate, { minLength: 4, maxLength: 4 }),
        fc.integer(),
        fc.constantFrom(0.1, 1, 30),
        (x, [a = 1, b = 0, c = 0, offset = 0], seed, learningRate) => {
          const normal = [a, b, c];
          const scored = x.map((row) => row.reduce((sum, value, k) => sum + value * normal[k]!, offset));
          const labels = scored.map((score) => (score > 0 ? "b" : "a"));
          fc.pre(new Set(labels).size === 2 && scored.every((score) => score !== 0));
          const data = dataset(x, labels);
          const { mistakes, radius, margin } = mistakeBound(data, { normal, offset });
          const { history } = new Perceptron({ seed, learningRate, epochs: 100_000 }).fit(data);
          expect(margin).toBeGreaterThan(0);
          expect(radius).toBeGreaterThanOrEqual(1);
          expect(history.updates[0]!).toBeLessThanOrEqual(mistakes * (1 + 1e-9));
          expect(history.isSeparated).toBe(true);
          expect(history.mistakes.reduce((sum, n) => sum + n, 0)).toBe(history.updates[0]);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  }, 60_000);

  test("the bound is tight: one sample on each side, R² = 2, γ = 1", () => {
    const data = dataset([[1], [-1]], ["b", "a"]);
    expect(mistakeBound(data, { normal: [3], offset: 0 })).toEqual({
      radius: Math.SQRT2,
      margin: 1,
      mistakes: Math.SQRT2 * Math.SQRT2,
    });
    expect(new Perceptron({ shuffle: false }).fit(data).history.updates[0]).toBeLessThanOrEqual(2);
  });

  test("XOR never comes to rest, and says so", () => {
    const data = dataset([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]); // biome-ignore format: a table
    const { history } = new Perceptron({ epochs: 50 }).fit(data);
    expect(history.isSeparated).toBe(false);
    expect(history.mistakes).toHaveLength(50);
    expect(Math.min(...history.mistakes)).toBeGreaterThan(0);
  });

  test("bytes count times their scale, and views by their rows", () => {
    const x = dataset([[1, 2], [3, 1], [-2, 1], [-1, -3]], ["b", "b", "a", "a"]); // biome-ignore format: a table
    const { train } = x.split({ test: 1, seed: 4 });
    const perceptron = new Perceptron().fit(train);
    expect(perceptron.score(train)).toBe(1);
    expect(perceptron.predict([2, 2])).toEqual(["b"]);
  });

  test("mistakes are told", () => {
    const good = dataset([[1, 0], [0, 1]], ["a", "b"]); // biome-ignore format: a table
    const told: readonly (readonly [string, string, () => unknown])[] = [
      ["OPTION", "learningRate is 0", () => new Perceptron({ learningRate: 0 })],
      ["OPTION", "epochs is 0.5", () => new Perceptron({ epochs: 0.5 })],
      ["OPTION", "seed is NaN", () => new Perceptron({ seed: Number.NaN })],
      ["OPTION", "shuffle is a string", () => new Perceptron({ shuffle: "no" as never })],
      ["OPTION", "bias is 1", () => new Perceptron({ bias: 1 as never })],
      ["OPTION", "predict is asked for before fit", () => new Perceptron().predict([1, 2])],
      ["DATA", "no labels, but values", () => new Perceptron().fit(dataset([[1], [2]], [[0.5], [1]]))],
      ["DATA", "no labels, but samples alone", () => new Perceptron().fit(dataset([[1], [2]]))],
      ["DATA", "one class", () => new Perceptron().fit(dataset([[1], [2]], ["a", "a"]))],
      ["SHAPE", "expects 2 numbers a sample", () => new Perceptron().fit(good).predict([[1, 2, 3]])],
      ["SHAPE", "3 numbers a sample, learned were 2", () => new Perceptron().fit(good).predict(dataset([[1, 2, 3]]))],
      ["NOT_SEPARABLE", "sample 2", () => mistakeBound(good, { normal: [-1, -1], offset: 0.5 })],
      ["SHAPE", "the normal has 1", () => mistakeBound(good, { normal: [1], offset: 0 })],
      ["DATA", "3 classes", () => mistakeBound(dataset([[1], [2], [3]], [0, 1, 2]), { normal: [1], offset: 0 })],
    ];
    for (const [code, words, action] of told) {
      const { code: found, message } = failure(action);
      expect([found, message]).toEqual([code, expect.stringContaining(words)]);
    }
  });
});
