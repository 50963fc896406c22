import { compile, printPlan } from "nabla/compile";
import { add, input, matmul, relu, softmax, state, transpose } from "nabla/graph";
import { describe, expect, it } from "vitest";
import { buildNet } from "./net.ts";

/** Goldens of whole plans; `npx vitest run test/compile/plans.test.ts -u` writes them anew. */
const golden = (name: string): string => `golden/${name}.txt`;

const nets = {
  "784-128-10-sgd": buildNet({ sizes: [784, 128, 10], batch: 64 }),
  "784-128-10-adam": buildNet({ sizes: [784, 128, 10], batch: 64, optimizer: "adam" }),
  "2-4-4-2-sgd": buildNet({ sizes: [2, 4, 4, 2], batch: 16 }),
};

describe("plans", () => {
  for (const [name, { program }] of Object.entries(nets))
    it(`of a training step of ${name}`, async () => {
      await expect(printPlan(compile(program))).toMatchFileSnapshot(golden(name));
    });

  it("of a prediction", async () => {
    const x = input([8, 784], "x");
    const [w, b] = [state("weight", [10, 784], [1, 0]), state("bias", [10])];
    const outputs = { probabilities: softmax(relu(add(matmul(x, transpose(w)), b))) };
    await expect(printPlan(compile({ outputs }))).toMatchFileSnapshot(golden("prediction"));
  });

  it("are the same each time", () => {
    const print = (): string => printPlan(compile(buildNet({ sizes: [5, 4, 3], batch: 3, optimizer: "adam" }).program));
    expect(print()).toBe(print());
  });
});
