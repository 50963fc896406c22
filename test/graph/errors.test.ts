import {
  add,
  broadcastTo,
  constant,
  evaluate,
  gather,
  grad,
  input,
  matmul,
  reshape,
  softmax,
  state,
  sum,
  type Tensor,
  transpose,
} from "nabla/graph";
import { describe, expect, it } from "vitest";
import { failure } from "../data/failure.ts";

describe("shapes that do not fit", () => {
  const a = input([3, 4], "a");
  const cases: readonly (readonly [string, () => Tensor | readonly Tensor[], string])[] = [
    ["add", () => add(a, input([3])), "add: cannot broadcast [3,4] with [3]: axis 1 is 4 against 3"],
    ["matmul", () => matmul(a, a), "matmul: [3,4] · [3,4]: the inner extents must agree"],
    ["matmul of vectors", () => matmul(a, input([4])), "matmul: [3,4] · [4]"],
    ["broadcastTo", () => broadcastTo(a, [3, 1]), "broadcastTo: [3,4] cannot be repeated to [3,1]"],
    ["reshape", () => reshape(a, [5]), "reshape: [3,4] holds 12 numbers, [5] does not"],
    ["reshape to two unknowns", () => reshape(a, [-1, -1]), "reshape: [3,4]"],
    ["an axis it has not", () => sum(a, 2), "sum: axis 2 of a tensor of shape [3,4]"],
    ["an axis twice", () => sum(a, [1, -1]), "sum: axes [1,-1] name one axis twice"],
    ["too few axes", () => transpose(a, [0]), "transpose: axes [0] for shape [3,4]"],
    ["softmax of a number", () => softmax(constant(1)), "axis -1 of a tensor of shape []"],
    ["gather", () => gather(a, input([2, 2])), "gather: rows of shape [2,2] from a table of shape [3,4]"],
    ["grad of many", () => grad(a, [a]), "grad: the loss must be one number, got a tensor of shape [3,4]"],
    ["an empty leaf", () => state("w", [0, 2]), '"w" was given the shape [0,2]'],
  ];

  it.each(cases)("%s", async (_, run, message) => {
    const error = await failure(run);
    expect(error.code).toBe("SHAPE");
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
  });
});

describe("evaluate", () => {
  const x = input([2], "x");

  it("says what was not fed, and what was fed wrongly", async () => {
    expect(await failure(() => evaluate([x]))).toMatchObject({ code: "DATA" });
    expect((await failure(() => evaluate([x], new Map([[x, { data: [1] }]])))).message).toContain('"x" [2] was fed 1');
  });

  it("refuses rows that a table has not", async () => {
    const table = input([3, 1], "table");
    const feed = (row: number) =>
      new Map([
        [table, { data: [1, 2, 3] }],
        [x, { data: [0, row] }],
      ]);
    expect([...evaluate([gather(table, x)], feed(2))[0]!.data]).toEqual([1, 3]);
    for (const row of [3, -1, 0.5, Number.NaN])
      expect(await failure(() => evaluate([gather(table, x)], feed(row)))).toMatchObject({ code: "DATA" });
  });

  it("takes a value from the feed wherever it stands", () => {
    const y = add(x, 1);
    const feed = new Map([
      [x, { data: [0, 0] }],
      [y, { data: [5, 6] }],
    ]);
    expect([...evaluate([add(y, y)], feed)[0]!.data]).toEqual([10, 12]);
  });

  it("walks a graph of any depth", () => {
    let y: Tensor = x;
    for (let i = 0; i < 20_000; i++) y = add(y, 1);
    expect([...evaluate([y], new Map([[x, { data: [0, 1] }]]))[0]!.data]).toEqual([20_000, 20_001]);
    expect([...evaluate(grad(sum(y), [x]), new Map([[x, { data: [0, 1] }]]))[0]!.data]).toEqual([1, 1]);
  });
});

it("gives zeros for what the loss does not depend on", () => {
  const [x, y] = [input([2], "x"), input([3], "y")];
  const [, dy] = grad(sum(x), [x, y]);
  expect(dy!.shape).toEqual([3]);
  expect([...evaluate([dy!])[0]!.data]).toEqual([0, 0, 0]);
});
