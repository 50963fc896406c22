import { describe, expect, it } from "vitest";
import type { Schedule } from "../../src/optim/optimizer.ts";
import { constantRate, cosineDecay, exponentialDecay, learningRateAt, stepDecay } from "../../src/optim/schedules.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { failure } from "../data/failure.ts";
import { expectClose, readFixture } from "../graph/fixture.ts";

interface Row {
  readonly name: string;
  readonly schedule: string;
  readonly attributes: {
    readonly learningRate: number;
    readonly factor: number;
    readonly every: number;
    readonly minimum: number;
    readonly warmup: number;
    readonly warmupFrom: "first share" | "zero";
  };
  readonly rates: readonly number[];
}

const schedules = new Map<string, (attributes: Row["attributes"]) => Schedule>([
  ["constant", ({ learningRate }) => constantRate(learningRate)],
  ["step", stepDecay],
  ["exponential", exponentialDecay],
  ["cosine", cosineDecay],
]);

const { rows } = readFixture<{ rows: readonly Row[] }>("schedules");

it.each(rows.map((row) => [row.name, row] as const))("%s: 50 rates", (_, { schedule, attributes, rates }) => {
  const rate = schedules.get(schedule)!(attributes);
  const computed = rates.map((_, step) => rate({ step, epoch: 0, steps: rates.length }));
  rates.forEach((expected, step) => {
    expectClose([computed[step]! / (expected || 1)], [expected === 0 ? 0 : 1], 1e-13, `step ${step}`); // relative
  });
});

describe("a schedule", () => {
  it("ends at its minimum and stays there", () => {
    const rate = cosineDecay({ learningRate: 1, minimum: 0.1, warmup: 5 });
    for (const step of [20, 21, 1000]) expect(rate({ step, epoch: 0, steps: 20 })).toBeCloseTo(0.1, 15);
    expect(rate({ step: 0, epoch: 0, steps: 3 })).toBe(0.2); // a run shorter than its warm-up
  });

  it("is asked at each step, and its answers are checked", async () => {
    const at = { step: 3, epoch: 1, steps: 10 };
    expect(learningRateAt(sgd({ learningRate: ({ step }) => step / 10 }), at)).toBe(0.3);
    expect(learningRateAt(sgd({ learningRate: 0.5 }), at)).toBe(0.5);
    expect(learningRateAt(sgd({ learningRate: () => 0 }), at)).toBe(0); // a warm-up may start at 0
    for (const rate of [-1, Number.NaN, Infinity, "0.1"]) {
      const error = await failure(() => learningRateAt(sgd({ learningRate: () => rate as number }), at));
      expect(error).toMatchObject({ code: "OPTION", where: { step: 3, epoch: 1 }, received: String(rate) });
    }
    expect(sgd({ learningRate: () => 1 }).settings["learningRate"]).toBe("schedule");
  });

  it("refuses settings out of range", async () => {
    const wrong = [
      () => constantRate(0),
      () => stepDecay({ learningRate: 0.1, every: 0 }),
      () => exponentialDecay({ learningRate: 0.1, factor: -1 }),
      () => cosineDecay({ learningRate: Number.NaN }),
      () => cosineDecay({ learningRate: 1, warmup: -1 }),
    ];
    for (const run of wrong) expect((await failure(run)).code).toBe("OPTION");
  });
});
