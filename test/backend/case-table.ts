import type { Tensor } from "nabla/graph";
import * as g from "nabla/graph";
import { randomKey } from "../../src/array/random.ts";
import { buildNet } from "../compile/net.ts";
import { type Case, numbers, randomCase, sizeOf } from "./programs.ts";

/** Programs that every backend must run alike. */

const unary = {
  ...{ neg: g.neg, exp: g.exp, expm1: g.expm1, log: g.log, log1p: g.log1p, sqrt: g.sqrt, sin: g.sin, cos: g.cos },
  ...{ tanh: g.tanh, sigmoid: g.sigmoid, softplus: g.softplus, abs: g.abs, sign: g.sign, flushTiny: g.flushTiny },
};
const binary = {
  ...{ add: g.add, sub: g.sub, mul: g.mul, div: g.div, maximum: g.maximum, minimum: g.minimum },
  ...{ less: g.less, equal: g.equal },
};

/** What formulas tend to forget; the last is no multiple of four, so that tails are met too. */
export const extremes: readonly number[] = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 1e-7, -1e-7, 1e-30, -1e-30, 1.2e-38, -1.2e-38],
  ...[1e-40, -1e-40, 100, -100, 88.3, -88.3, 88, -88, 1e4, -1e4, 8191.5, 3e38, -3e38],
  ...[Infinity, -Infinity, Number.NaN, 0.1, -0.1],
].map(Math.fround);

const extremeCases = (): Case[] => {
  const x = g.input([extremes.length], "x");
  const [a, b] = [g.input([extremes.length, 1], "a"), g.input([1, extremes.length], "b")];
  const condition = g.input([extremes.length], "condition");
  return [
    ...Object.entries(unary).map(
      ([name, op]): Case => ({ name, program: { outputs: { y: op(x) } }, feed: new Map([[x, extremes]]) }),
    ),
    ...Object.entries(binary).map(
      ([name, op]): Case => ({
        name,
        program: { outputs: { y: op(a, b) } },
        feed: new Map([
          [a, extremes],
          [b, extremes],
        ]),
      }),
    ),
    {
      name: "where",
      program: { outputs: { y: g.where(condition, x, g.neg(x)) } },
      feed: new Map([
        [x, extremes],
        [condition, extremes.map((_, i) => [0, -0, 1, Number.NaN][i % 4]!)],
      ]),
    },
    {
      name: "constants that are no numbers",
      program: {
        outputs: {
          largest: g.where(g.less(x, 0), Infinity, -Infinity),
          none: g.where(g.less(x, 0), Number.NaN, -Infinity),
        },
      },
      feed: new Map([[x, extremes]]),
    },
  ];
};

const randomCases = (): Case[] => {
  const step = [g.perStep("high", []), g.perStep("low", [])] as const;
  const feed = [
    [step[0], [0, 3, 65_535]],
    [step[1], [5, 0, 65_535]],
  ] as const;
  const draw = (shape: readonly number[]): Tensor => g.random(shape, randomKey(7, `case ${shape}`), step);
  const shapes = [[1], [3], [4], [37], [5, 7], [64, 30], [3, 1, 5], [1, 1]];
  const alone = shapes.map((shape) =>
    randomCase(`random [${shape}]`, { outputs: { y: draw(shape), sum: g.sum(draw(shape)) } }, feed, 3),
  );
  // a mask behind a product, which its gradient meets again
  const [x, w] = [g.input([9, 13], "x"), g.input([13, 6], "w")];
  const y = g.where(g.less(draw([9, 6]), 0.4), 0, g.relu(g.matmul(x, w)));
  const gradients = g.grad(g.sum(g.square(y)), [x, w]);
  return [...alone, randomCase("a mask", { outputs: { y, dx: gradients[0]!, dw: gradients[1]! } }, feed, 3)];
};

const joinCases = (): Case[] =>
  [
    {
      axis: 1,
      shapes: [
        [5, 3],
        [5, 1],
        [5, 6],
      ],
    },
    {
      axis: 0,
      shapes: [
        [2, 3],
        [4, 3],
      ],
    },
    {
      axis: 1,
      shapes: [
        [2, 3, 4],
        [2, 5, 4],
      ],
    },
    {
      axis: 2,
      shapes: [
        [2, 3, 4],
        [2, 3, 9],
      ],
    },
    { axis: 0, shapes: [[1], [7]] },
  ].map(({ axis, shapes }) => {
    const parts = shapes.map((shape, i) => g.input(shape, `part ${i}`));
    const y = g.concatenate(parts, axis);
    const weight = g.input(y.shape, "weight");
    const gradients = g.grad(g.sum(g.mul(g.square(y), weight)), parts);
    const second = g.grad(g.sum(g.square(gradients[0]!)), [parts[0]!]);
    const outputs = { y, ...Object.fromEntries(gradients.map((d, i) => [`d${i}`, d])), second: second[0]! };
    return randomCase(`concatenate ${shapes.join(" and ")} along ${axis}`, { outputs });
  });

const reductionCases = (): Case[] => {
  const shapes = [
    [1],
    [2],
    [3],
    [4],
    [5],
    [37],
    [1, 5],
    [5, 1],
    [3, 4],
    [7, 9],
    [64, 10],
    [10, 64],
    [3, 1, 5],
    [2, 3, 4],
    [5, 6, 7],
  ];
  const cases: Case[] = [];
  for (const shape of shapes)
    for (let mask = 1; mask < 2 ** shape.length; mask++) {
      const axes = shape.flatMap((_, axis) => (mask & (2 ** axis) ? [axis] : []));
      const x = g.input(shape, "x");
      const outputs = {
        sum: g.sum(x, axes),
        max: g.max(x, axes),
        ofProduct: g.sum(g.mul(x, x), axes, { keepDims: true }),
        centred: g.sub(x, g.mean(x, axes, { keepDims: true })),
        transposed: g.sum(
          g.transpose(x),
          axes.map((axis) => shape.length - 1 - axis),
        ),
      };
      cases.push(randomCase(`reduce [${shape}] over [${axes}]`, { outputs }));
    }
  const x = g.input([6, 9], "x");
  const ties = Float32Array.from({ length: 54 }, (_, i) => (i * 7) % 3);
  const outputs = {
    ...{ softmax: g.softmax(x), down: g.softmax(x, 0), logSumExp: g.logSumExp(x), argmax: g.argmax(x) },
    ...{ argmaxDown: g.argmax(x, 0), gradient: g.grad(g.sum(g.max(x, 1)), [x])[0]! },
  };
  cases.push(randomCase("softmax and argmax with ties", { outputs }, [[x, ties]]));
  const zeros = Float32Array.from({ length: 54 }, (_, i) => (i % 2 ? 0 : -0));
  cases.push(randomCase("max of zeros", { outputs: { a: g.max(x, 1), b: g.max(x, 0), c: g.sum(x, 1) } }, [[x, zeros]]));
  const withNaN = numbers(54, "NaN").map((value, i) => (i === 13 ? Number.NaN : value));
  cases.push(randomCase("max with NaN", { outputs: { a: g.max(x, 1), b: g.max(x, 0), c: g.max(x) } }, [[x, withNaN]]));
  return cases;
};

const productCases = (): Case[] => {
  const cases: Case[] = [];
  for (const M of [1, 10, 37])
    for (const K of [1, 3, 30, 785])
      for (const N of [1, 10, 513]) {
        if (M * K * N > 4e6) continue;
        for (const turn of [0, 1, 2, 3, 4]) {
          const a = turn & 1 ? g.transpose(g.input([K, M], "a")) : g.input([M, K], "a");
          const b = turn & 2 ? g.transpose(g.input([N, K], "b")) : g.input([K, N], "b");
          const bias = g.input([N], "bias");
          const c = g.state("c", [M, N], turn === 4 ? [1, 0] : [0, 1]);
          const product = g.matmul(a, b);
          if (turn === 4)
            cases.push(randomCase(`matmul ${M}x${K}x${N} into columns`, { next: [[c, g.sub(c, product)]] }));
          else
            cases.push(
              randomCase(`matmul ${M}x${K}x${N}, operands ${turn}`, {
                outputs: { product, activated: g.tanh(g.add(product, bias)) },
                next: [[c, g.sub(c, g.mul(0.1, product))]],
              }),
            );
        }
      }
  // rows of b that fill a whole number of blocks
  const [row, wide] = [g.input([3, 32], "row"), g.input([32, 1100], "wide")];
  cases.push(randomCase("matmul 3x32x1100", { outputs: { activated: g.tanh(g.matmul(row, wide)) } }));
  for (const [M, K, N] of [
    [1, 1, 1],
    [5, 3, 2],
    [4, 8, 12],
    [2, 5, 9],
  ] as const) {
    const [row, column] = [g.input([1, K], "row"), g.input([M, 1], "column")];
    const [lying, standing] = [g.input([1, N], "lying"), g.input([K, 1], "standing")];
    const a = g.input([M, K], "a");
    const b = g.input([K, N], "b");
    const sum = g.sum(g.matmul(a, b));
    const [da, db] = g.grad(sum, [a, b]);
    const one = g.input([], "one");
    cases.push(
      randomCase(`products of what is repeated ${M}x${K}x${N}`, {
        outputs: {
          rows: g.matmul(g.broadcastTo(row, [M, K]), b),
          columns: g.matmul(g.broadcastTo(column, [M, K]), b),
          lying: g.matmul(a, g.broadcastTo(lying, [K, N])),
          standing: g.matmul(a, g.broadcastTo(standing, [K, N])),
          both: g.matmul(g.broadcastTo(row, [M, K]), g.broadcastTo(standing, [K, N])),
          all: g.matmul(g.broadcastTo(one, [M, K]), g.broadcastTo(one, [K, N])),
          da: da!,
          db: db!,
          ofConstant: g.matmul(g.constant(2, [M, K]), b),
          ofIndex: g.matmul(g.index([M, K], 1), b),
        },
        next: [
          [g.state("x", [M, N], [1, 0]), g.matmul(g.broadcastTo(row, [M, K]), b)],
          [g.state("y", [M, N], [1, 0]), g.matmul(a, g.broadcastTo(standing, [K, N]))],
        ],
      }),
    );
  }
  return cases;
};

const gatherCases = (): Case[] => {
  const cases: Case[] = [];
  for (const width of [[], [1], [3], [4], [37], [3, 3], [2, 5, 3]])
    for (const type of ["f32", "u8", "i32"] as const) {
      const table = g.table("table", [11, ...width], type);
      const rows = g.perStep("rows", [7], "i32");
      const computed = g.input([5], "computed");
      const data = numbers(sizeOf(table), `table ${width}`);
      const stored =
        type === "f32"
          ? data
          : type === "u8"
            ? Uint8Array.from(data, (x) => (x + 1) * 127)
            : Int32Array.from(data, (x) => x * 1e6);
      const picked = g.gather(table, rows);
      cases.push(
        randomCase(
          `gather rows [${width}] of ${type}`,
          {
            outputs: { picked, shifted: g.mul(g.add(picked, 1), 0.5), computed: g.gather(table, computed) },
            metrics: { total: g.sum(picked) },
          },
          [
            [table, stored],
            [rows, Int32Array.of(0, 10, 3, 3, 7, 1, 9, 4, 4, 0, 2, 8, 10, 5)],
            [computed, [4, 0, 10, 9, 4]],
          ],
          2,
        ),
      );
    }
  const [x, rows] = [g.input([6, 5], "x"), g.input([4], "rows")];
  const picked = g.gather(g.tanh(x), rows);
  const [gradient] = g.grad(g.sum(g.mul(picked, picked)), [x]);
  const views = {
    transposed: g.gather(g.transpose(x), rows),
    repeated: g.gather(g.broadcastTo(g.reshape(g.sum(x, 0), [1, 5]), [6, 5]), rows),
    ofConstant: g.gather(g.constant(2, [6, 3]), rows),
    ofIndex: g.gather(g.index([6, 3], 0), rows),
    byIndex: g.gather(x, g.index([3], 0)),
  };
  cases.push(randomCase("gather from views", { outputs: views }, [[rows, [4, 0, 4, 2]]]));
  cases.push(
    randomCase("gather from what was computed", { outputs: { picked, gradient: gradient! } }, [[rows, [5, 0, 5, 2]]]),
  );
  return cases;
};

const viewCases = (): Case[] => {
  const x = g.input([4, 6], "x");
  const y = g.input([2, 3, 5], "y");
  const i = g.index([2, 3, 5], 1);
  return [
    randomCase("reshapes", {
      outputs: {
        flat: g.reshape(x, [24]),
        regrouped: g.tanh(g.reshape(x, [6, 4])),
        split: g.reshape(x, [2, 2, 3, 2]),
        ofTransposed: g.reshape(g.transpose(x), [4, 6]),
        ofComputed: g.exp(g.reshape(g.mul(x, 2), [3, 8])),
        joined: g.reshape(y, [6, 5]),
        joinedOdd: g.reshape(y, [3, 10]),
        ofRepeated: g.reshape(g.broadcastTo(g.reshape(g.sum(y, 2), [2, 3, 1]), [2, 3, 5]), [30]),
        ofIndex: g.mul(g.reshape(i, [30]), 2),
        ofConstant: g.add(g.reshape(g.constant(3, [4, 6]), [24]), g.reshape(x, [24])),
        withOnes: g.reshape(x, [1, 4, 1, 6, 1]),
      },
    }),
    randomCase("transposes", {
      outputs: {
        turned: g.transpose(y, [2, 0, 1]),
        symmetric: g.add(g.matmul(x, g.transpose(x)), g.transpose(g.matmul(x, g.transpose(x)))),
        sumOfTurned: g.sum(g.exp(g.transpose(y, [1, 2, 0])), [0, 2]),
        indexed: g.mul(g.transpose(i, [1, 0, 2]), g.transpose(y, [1, 0, 2])),
      },
    }),
    randomCase("outputs that are leaves, constants, or twice the same", {
      outputs: {
        leaf: x,
        again: x,
        constant: g.constant(1.1, [3, 3]),
        position: g.index([3, 5], 0),
        turned: g.transpose(x),
      },
    }),
    randomCase("axes of extent 1", {
      outputs: {
        a: g.add(g.reshape(g.sum(x, 1), [4, 1]), x),
        b: g.softmax(g.reshape(x, [4, 6, 1]), 2),
        c: g.sum(g.mul(g.input([1, 1], "one"), x), 0),
      },
    }),
  ];
};

const stateCases = (): Case[] => {
  const steps = 3;
  const state = (name: string, ...shape: number[]): Tensor => g.state(name, shape);
  const cases: Case[] = [];
  for (const shape of [[], [3], [5, 7], [2, 37], [3, 2000]]) {
    const [u, v, w] = ["u", "v", "w"].map((name) => g.state(name, shape));
    const rest = shape.map((_, axis) => axis);
    const thrice = g.mul(u!, 3);
    const total = (x: Tensor): Tensor => g.sum(x, shape.length > 1 ? 1 : rest, { keepDims: true });
    cases.push(
      randomCase(
        `swap [${shape}]`,
        {
          next: [
            [u!, v!],
            [v!, u!],
          ],
        },
        [],
        steps,
      ),
      randomCase(
        `round robin [${shape}]`,
        {
          next: [
            [u!, v!],
            [v!, w!],
            [w!, u!],
          ],
          metrics: { s: g.sum(u!) },
        },
        [],
        steps,
      ),
      randomCase(
        `old value read after the new [${shape}]`,
        {
          next: [
            [u!, v!],
            [v!, g.add(u!, v!)],
          ],
          outputs: { o: g.mul(u!, 3) },
        },
        [],
        steps,
      ),
      randomCase(
        `old value beside its row's sum [${shape}]`,
        { next: [[u!, g.mul(u!, 0.5)]], outputs: { o: g.add(u!, total(u!)), p: g.sub(g.tanh(u!), total(g.tanh(u!))) } },
        [],
        steps,
      ),
      randomCase(
        `old value needed after a sum of it [${shape}]`,
        {
          next: [[u!, g.mul(thrice, 0.5)]],
          outputs: { o: g.sub(thrice, total(g.mul(thrice, thrice))) },
        },
        [],
        steps,
      ),
      randomCase(
        `new value from its row's sum [${shape}]`,
        {
          next: [
            [u!, g.sub(u!, g.mul(0.1, total(u!)))],
            [v!, u!],
          ],
        },
        [],
        steps,
      ),
    );
  }
  const cube = state("cube", 3, 4, 5);
  const doubled = g.mul(cube, 2);
  cases.push(
    randomCase(
      "old value folded along two axes in turn",
      {
        next: [[cube, g.mul(doubled, 0.2)]],
        outputs: {
          a: g.sum(g.mul(doubled, doubled), 1),
          b: g.sum(g.mul(doubled, 3), 2),
          c: g.add(g.mul(doubled, 3), g.sum(g.mul(doubled, doubled), [1, 2], { keepDims: true })),
        },
      },
      [],
      steps,
    ),
  );
  const w = state("w", 5, 5);
  const x = g.input([5, 5], "x");
  cases.push(
    randomCase("w ← wᵀ·x", { next: [[w, g.matmul(g.transpose(w), x)]] }, [], steps),
    randomCase("w ← wᵀ", { next: [[w, g.transpose(w)]] }, [], steps),
    randomCase("w ← w + wᵀ", { next: [[w, g.mul(0.4, g.add(w, g.transpose(w)))]] }, [], steps),
    randomCase(
      "w ← x·x, and w beside it",
      { next: [[w, g.matmul(x, x)]], outputs: { o: g.add(g.matmul(x, x), w) } },
      [],
      steps,
    ),
    randomCase("w ← w − x·w", { next: [[w, g.sub(w, g.matmul(x, w))]] }, [], steps),
    randomCase("states that stay", { next: [[w, w]], outputs: { w } }, [], steps),
  );
  const n = state("n");
  cases.push(
    randomCase("a counter and its square", { next: [[n, g.add(n, 1)]], metrics: { square: g.mul(n, n) } }, [], steps),
  );
  return cases;
};

const stepCases = (): Case[] => {
  const steps = 5;
  const total = g.state("total", [3]);
  const [rate, row, table] = [g.perStep("rate", []), g.perStep("row", [3]), g.perStep("table", [2, 3])];
  const [whole, wholeTable] = [g.perStep("whole", [5], "i32"), g.perStep("wholeTable", [2, 3], "i32")];
  const integers = Int32Array.from({ length: 60 }, (_, i) => i * i - 50);
  return [
    randomCase(
      "per-step tables",
      {
        next: [[total, g.add(total, g.mul(rate, row))]],
        outputs: { table: g.mul(table, 2), tableSum: g.sum(table, 0) },
        metrics: { rate, row: g.sum(row), total: g.sum(total), table: g.max(table) },
      },
      [],
      steps,
    ),
    randomCase(
      "per-step whole numbers",
      {
        outputs: { whole: g.mul(whole, 0.5), table: g.add(wholeTable, 1), down: g.sum(wholeTable, 0) },
        metrics: { sum: g.sum(whole) },
      },
      [
        [whole, integers.slice(0, 25)],
        [wholeTable, integers.slice(0, 30)],
      ],
      steps,
    ),
  ];
};

const netCases = (): Case[] =>
  (
    [
      [[3, 2], 1, "sgd"],
      [[2, 4, 4, 2], 5, "adam"],
      [[5, 7, 3], 37, "adam"],
      [[30, 33, 10], 10, "sgd"],
      [[65, 129, 10], 64, "adam"],
    ] as const
  ).map(([sizes, batch, optimizer]) => {
    const samples = 50;
    const steps = 3;
    const { program, parameters } = buildNet({
      sizes,
      batch,
      optimizer,
      samples,
      activation: batch === 10 ? g.relu : g.tanh,
    });
    const leaves = g.topologicalOrder((program.next ?? []).map(([, value]) => value));
    const leaf = (name: string): Tensor => leaves.find(({ attributes }) => attributes["name"] === name)!;
    const whole = (count: number, below: number, name: string): number[] =>
      Array.from(numbers(count, name), (value) => Math.floor(((value + 1) / 2) * below));
    const moments = leaves.filter(
      ({ op, attributes }) => op.name === "state" && /\/[mv]$/.test(attributes["name"] as string),
    );
    return randomCase(
      `net ${sizes.join("-")}, batch ${batch}, ${optimizer}`,
      program,
      [
        [leaf("x"), Uint8Array.from(whole(samples * sizes[0], 256, "x"))],
        [leaf("y"), Int32Array.from(whole(samples, sizes.at(-1)!, "y"))],
        [leaf("rows"), Int32Array.from(whole(batch * steps, samples, "rows"))],
        [leaf("rate"), [0.1, 0.05, 0.01]],
        ...moments.map((moment) => [moment, new Float32Array(sizeOf(moment))] as const),
        ...parameters.map(
          (p) =>
            [p, numbers(sizeOf(p), String(p.attributes["name"])).map((v) => v / Math.sqrt(p.shape.at(-1)!))] as const,
        ),
      ],
      steps,
    );
  });

export const caseTable: Readonly<Record<string, () => readonly Case[]>> = {
  "pointwise ops on extremes": extremeCases,
  reductions: reductionCases,
  products: productCases,
  gathers: gatherCases,
  "random numbers": randomCases,
  "tensors side by side": joinCases,
  views: viewCases,
  "states replaced": stateCases,
  "tables of steps": stepCases,
  "training steps": netCases,
};
