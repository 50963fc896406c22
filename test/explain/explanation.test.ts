import {
  batchNormalization,
  crossEntropy,
  dataset,
  dense,
  dropout,
  halfSquared,
  layer,
  maxout,
  relu,
  sequential,
  sigmoid,
  softmax,
  tanh,
} from "nabla";
import { builtIn, type Explanation, explain, gradientCheck } from "nabla/explain";
import * as graph from "nabla/graph";
import { input, mul, topologicalOrder } from "nabla/graph";
import { describe, expect, test } from "vitest";
import { piecewiseOps } from "../../src/explain/kinks.ts";
import { notations } from "../../src/explain/notation.ts";
import { opTable } from "../graph/op-table.ts";
import { randomNet } from "./random-net.ts";

describe("notation", () => {
  test("every op of the graph has a row, and no row is idle", () => {
    const shapes = [
      [2, 2],
      [2, 2],
      [2, 2],
    ] as const;
    const found = new Set<string>(["input", "state", "table", "perStep", "gather"]);
    for (const [name, row] of opTable) {
      if (name === "gather") continue;
      const inputs = shapes.map((shape) => input(shape));
      const attributes = {
        axes: [1],
        axis: 1,
        permutation: [1, 0],
        shape: name === "reshape" ? [4] : name === "sumTo" ? [2] : [2, 2, 2],
      };
      for (const tensor of topologicalOrder([row.build(inputs, attributes)])) found.add(tensor.op.name);
    }
    for (const tensor of topologicalOrder([graph.mean(graph.sumTo(input([2, 2]), [1]))])) found.add(tensor.op.name);
    const rows = Object.keys(notations);
    expect([...found].filter((name) => !rows.includes(name))).toEqual([]);
    expect(rows.filter((name) => !found.has(name) && !["copy"].includes(name))).toEqual([]);
  });

  test("ops with kinks are ops", () => {
    expect(piecewiseOps.filter((name) => !Object.keys(notations).includes(name))).toEqual([]);
  });
});

/** Multiplications by a walk over every path, which knows nothing of how they are counted in the library. */
function countByWalking({ values, edges, parameters }: Explanation): { expanded: number; reused: number } {
  const loss = values.find(({ role }) => role === "loss")!.id;
  let expanded = 0;
  const steps = new Set<number>();
  for (const { node } of parameters) {
    const walk = (at: number, factors: number): void => {
      if (at === loss) expanded += Math.max(0, factors - 1);
      else
        for (const id of values[at]!.edges) {
          steps.add(id);
          walk(edges[id]!.parent, factors + (edges[id]!.isConstant ? 0 : 1));
        }
    };
    walk(node, 0);
  }
  const isOne = (at: number): boolean =>
    at === loss || values[at]!.edges.every((id) => edges[id]!.isConstant && isOne(edges[id]!.parent));
  const reused = [...steps].filter((id) => !edges[id]!.isConstant && !isOne(edges[id]!.parent)).length;
  return { expanded, reused };
}

describe("counts", () => {
  test("agree with a walk over all paths, for 40 random nets", () => {
    for (let seed = 0; seed < 40; seed++) {
      const { model, ...example } = randomNet(seed);
      const explanation = explain(model, { ...example, mostScalars: 400 });
      expect(explanation.multiplications, `net ${seed}`).toEqual(countByWalking(explanation));
    }
  });

  test("a dense net's are those of the textbook", () => {
    // n-h-m with σ: layer 2 takes m + mh, going back hm, then h + hn; expanded: 2, 1 and 4, 3 factors' products
    const [n, h, m] = [3, 4, 2];
    const model = sequential([dense(h), sigmoid, dense(m), sigmoid], { input: n, seed: 1 });
    const { multiplications } = explain(model, { x: [0.1, 0.2, 0.3], y: [0.5, 1], loss: halfSquared });
    expect(multiplications).toEqual({
      expanded: m * h * 2 + m + h * m * (n * 4 + 3),
      reused: m + m * h + h * m + h + h * n,
    });
  });

  test("a factor is re-used from its second parameter on, and use counts add up", () => {
    const { parameters, edges } = explain(builtIn("lecture").model(), builtIn("lecture"));
    const occurrences = new Map<number, number>();
    const seen = new Set<number>();
    for (const { products } of parameters) {
      for (const { factors } of products!)
        for (const { node, isReused, edge } of factors) {
          expect(isReused).toBe(seen.has(node));
          occurrences.set(edge, (occurrences.get(edge) ?? 0) + 1);
        }
      for (const { factors } of products!) for (const { node } of factors) seen.add(node);
    }
    for (const { id, uses } of edges) expect(uses).toBe(occurrences.get(id));
  });
});

describe("any network", () => {
  const batch = dataset(
    [
      [1, -1],
      [0.5, 2],
      [3, 1],
    ],
    [[1], [2.5], [0.5]],
  );

  test("batch normalization: gradients flow through mean and variance of the batch", () => {
    const model = sequential([dense(2), batchNormalization(), tanh, dense(1)], { input: 2, seed: 3 });
    const { parameters, values, edges } = explain(model, {
      x: [
        [1, -1],
        [0.5, 2],
        [3, 1],
      ],
      y: [[1], [2.5], [0.5]],
      loss: halfSquared,
      mostScalars: 200,
    });
    for (const { terms, gradient } of parameters)
      expect(terms.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(gradient, 12);
    for (const node of values) {
      if (node.gradient === undefined || node.role === "loss") continue;
      const sum = node.edges.reduce((total, id) => total + values[edges[id]!.parent]!.gradient! * edges[id]!.value, 0);
      expect(sum).toBeCloseTo(node.gradient, 12);
    }
    for (const { largestError } of gradientCheck(model, { data: batch, loss: halfSquared }))
      expect(largestError).toBeLessThan(1e-7);
  });

  test("one sample of a normalized network is told in the layer's words", () => {
    const model = sequential([dense(2), batchNormalization(), dense(1)], { input: 2 });
    expect(() => explain(model, { x: [1, 2], y: [0.5], loss: halfSquared })).toThrow(/layer "batchNormalization 1"/);
    expect(explain(model, { x: [1, 2], y: [0.5], loss: halfSquared, isTraining: false }).parameters).toHaveLength(13);
  });

  test("dropout drops as in the first step of a run, and not outside training", () => {
    const model = sequential([dense(4), tanh, dropout(0.5), dense(1)], { input: 2, seed: 3 });
    const example = { x: [1, -1], y: [0.5], loss: halfSquared };
    const dropped = explain(model, example).values.filter(
      ({ layer: name, value }) => name === "dropout 1" && value === 0,
    );
    expect(dropped.length).toBeGreaterThan(0);
    expect(explain(model, { ...example, isTraining: false }).toText()).not.toContain("= 0\n");
  });

  test("maxout: the pieces that lost get no gradient", () => {
    const model = sequential([maxout(2, 3), dense(1)], { input: 2, seed: 3 });
    const { parameters } = explain(model, { x: [1, -1], y: [0.5], loss: halfSquared });
    const firsts = parameters.filter(({ name }) => name.startsWith("maxout 1/bias"));
    expect(firsts.filter(({ gradient }) => gradient !== 0)).toHaveLength(2);
  });

  test("softmax and cross entropy: δ = p − t", () => {
    const model = sequential([dense(3), softmax], { input: 2, seed: 1 });
    const { values, parameters } = explain(model, { x: [1, -1], y: 2, loss: crossEntropy });
    const scores = values.filter(({ layer: name, role }) => name === "dense 1" && role === "value");
    const total = scores.reduce((sum, { value }) => sum + Math.exp(value), 0);
    scores.forEach(({ value, gradient }, i) =>
      expect(gradient).toBeCloseTo(Math.exp(value) / total - (i === 2 ? 1 : 0), 12),
    );
    expect(parameters).toHaveLength(9);
  });
});

describe("hostile names", () => {
  const evil = '<script>alert(1)<b> & \\end{document} $_^%# "x"';
  const model = sequential(
    [
      dense(2, { name: evil }),
      layer("__proto__", (x, scope) =>
        mul(x, scope.param("constructor", [2], { initializer: (n) => new Float32Array(n).fill(1) })),
      ),
    ],
    { input: 2, seed: 1 },
  );
  const explanation = explain(model, { x: [1, 2], y: [0, 1], loss: halfSquared });

  test("stay text in MathML", () => {
    const markup = explanation.toMathML();
    expect(markup).not.toMatch(/<script/);
    const tags = new Set([...markup.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag));
    const allowed = [
      "h1",
      "h2",
      "p",
      "math",
      "mtable",
      "mtr",
      "mtd",
      "mrow",
      "mi",
      "mn",
      "mo",
      "mtext",
      "mspace",
      "msub",
      "msup",
      "msubsup",
      "mfrac",
      "msqrt",
    ];
    expect([...tags].filter((tag) => !allowed.includes(tag!))).toEqual([]);
  });

  test("stay text in LaTeX, whose braces and environments are balanced", () => {
    const latex = explanation.toLatex();
    expect(latex.match(/\\end\{document\}/g)).toHaveLength(1);
    expectBalanced(latex);
  });

  test("leave nothing in the text that a terminal acts on", () => {
    expect(explanation.toText()).not.toMatch(/(?!\n)\p{Cc}/u);
  });
});

/** Braces, and \begin with its \end, in order. */
function expectBalanced(latex: string): void {
  const open: string[] = [];
  let [depth, wrong] = [0, 0];
  for (const [token, kind, name] of latex.matchAll(/\\(begin|end)\{(\w+\*?)\}|\\.|[{}]/gs)) {
    if (kind === "begin") open.push(name!);
    else if (kind === "end") wrong += open.pop() === name ? 0 : 1;
    else if (token === "{") depth++;
    else if (token === "}") depth--;
    if (depth < 0) wrong++;
  }
  expect([depth, open, wrong]).toEqual([0, [], 0]);
}

describe("forms", () => {
  test("MathML nests: every element is closed in order", () => {
    for (let seed = 0; seed < 8; seed++) {
      const { model, ...example } = randomNet(seed);
      const explanation = explain(model, { ...example, mostScalars: 400 });
      const open: string[] = [];
      let wrong = 0;
      for (const [, slash, tag] of explanation.toMathML().matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
        if (!slash) open.push(tag!);
        else if (open.pop() !== tag) wrong++;
      }
      expect([open, wrong]).toEqual([[], 0]);
      expectBalanced(explanation.toLatex());
    }
  });

  test("JSON survives a round trip, and its ids fit together", () => {
    const json = JSON.parse(JSON.stringify(explain(builtIn("lecture").model(), builtIn("lecture")))) as {
      nodes: { id: number; value: number; gradient?: number; edges: number[] }[];
      edges: { id: number; parent: number; child: number; value: number }[];
      parameters: { node: number; gradient: number; products: { edges: number[]; value: number }[] }[];
      phases: { forward: number[]; backward: number[]; update: number[] };
    };
    expect(json.nodes.map(({ id }) => id)).toEqual(json.nodes.map((_, i) => i));
    expect(json.edges.map(({ id }) => id)).toEqual(json.edges.map((_, i) => i));
    expect([...json.phases.forward].sort((a, b) => a - b)).toEqual(json.nodes.map((_, i) => i));
    for (const { products, gradient } of json.parameters) {
      const total = products.reduce((sum, { edges }) => sum + edges.reduce((p, id) => p * json.edges[id]!.value, 1), 0);
      expect(total).toBeCloseTo(gradient, 14);
    }
    // a node comes forward after what it is made of, and backward after what is made of it
    const forward = new Map(json.phases.forward.map((id, i) => [id, i]));
    const backward = new Map(json.phases.backward.map((id, i) => [id, i]));
    for (const { parent, child } of json.edges) {
      expect(forward.get(parent)!).toBeGreaterThan(forward.get(child)!);
      if (backward.has(child)) expect(backward.get(parent)!).toBeLessThan(backward.get(child)!);
    }
  });

  test("text keeps to 80 columns", () => {
    const long = explain(builtIn("lecture").model(), builtIn("lecture")).toText().split("\n");
    expect(long.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe("a large network", () => {
  const model = sequential([dense(128), relu, dense(10), softmax], { input: 784, seed: 7 });
  const x = Array.from({ length: 784 }, (_, i) => (i % 7) / 7);
  const explanation = explain(model, { x, y: 3, loss: crossEntropy });

  test("is told op by op, with sizes", () => {
    expect(explanation.level).toBe("tensor");
    expect(explanation.parameters).toEqual([]);
    const products = explanation.tensors.filter(({ op }) => op === "matmul");
    expect(products.map(({ shape }) => shape)).toEqual([
      [1, 128],
      [1, 10],
    ]);
    expect(products.flatMap(({ passesBack }) => passesBack)).toHaveLength(3);
  });

  test("one number of it is told in full", () => {
    const one = explanation.scalar("dense 1/weight", [3, 5]);
    expect(one.level).toBe("scalar");
    expect(one.values.length).toBeLessThan(40);
    const [{ products, gradient, paths } = { products: [], gradient: Number.NaN, paths: 0 }] = one.parameters;
    expect(paths).toBe(10);
    expect(products!.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(gradient, 13);
    expect(one.toText()).toContain("∂L/∂w¹₄₆ = ");
  });

  test("paths that explode are told by δ", () => {
    const deep = sequential([dense(20), tanh, dense(20), tanh, dense(20), tanh, dense(1)], { input: 4, seed: 2 });
    const one = explain(deep, { x: [1, 2, 3, 4], y: [0.5], loss: halfSquared }).scalar("dense 1/weight", [0, 0]);
    const [{ products, paths, terms, gradient } = { products: [], paths: 0, terms: [], gradient: 1 }] = one.parameters;
    expect([products, paths]).toEqual([undefined, 400]);
    expect(terms.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(gradient, 14);
    expect(one.toText()).toContain("400 paths lead from w¹₁₁ to the loss");
  });

  test("a name or an index there is not is told", () => {
    expect(() => explanation.scalar("dense 3/weight", [0, 0])).toThrow(/no parameter "dense 3\/weight"/);
    expect(() => explanation.scalar("dense 1/weight", [128, 0])).toThrow(/Its shape is \[128, 784\]/);
    expect(() => explanation.scalar("dense 1/weight", [0])).toThrow(/no number at \[0\]/);
  });
});

describe("mistakes", () => {
  const model = builtIn("lecture").model();
  test.each([
    ["no model", () => explain({} as typeof model, { x: [1], y: [1] }), /explain: the model is no model/],
    ["no example", () => explain(model, undefined as never), /an example is missing/],
    ["too few numbers", () => explain(model, { x: [1, 2, 3], y: [1, 0] }), /x expects 2 numbers a sample/],
    ["too few targets", () => explain(model, { x: [1, 2], y: [1, 0, 0.5] }), /y holds 3 numbers for 1 sample/],
    ["learning rate", () => explain(model, { x: [1, 2], y: [1, 0], learningRate: -1 }), /learningRate is -1/],
    ["reduction", () => explain(model, { x: [1, 2], y: [1, 0], reduction: "max" as "sum" }), /reduction is "max"/],
    ["limit", () => explain(model, { x: [1, 2], y: [1, 0], mostScalars: 1e9 }), /mostScalars is 1000000000/],
    ["a built-in", () => builtIn("largest"), /no built-in network "largest"/],
    [
      "too many samples",
      () =>
        explain(model, { x: Array.from({ length: 65 }, () => [1, 2]), y: Array.from({ length: 65 }, () => [1, 0]) }),
      /65 samples/,
    ],
    ["no data", () => gradientCheck(model, {} as never), /there are no data/],
    ["entries", () => gradientCheck(model, { data: dataset([[1, 2]], [[1, 0]]), entries: 0 }), /entries is 0/],
  ])("%s", (_, act, message) => {
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ name: "NablaError" }));
  });
});

describe("gradientCheck", () => {
  test("marks kinks and counts them in no error", () => {
    const model = sequential([dense(2), relu, dense(1)], { input: 2, seed: 1 });
    model.weights.set("dense 1/weight", [1, 1, 0.5, -1]); // unit 1 stands at exactly 0 for x = [1, −1]
    const checks = gradientCheck(model, { data: dataset([[1, -1]], [[3]]), loss: halfSquared });
    const [weight, bias, second] = checks;
    expect([weight!.kink, weight!.kinks, bias!.kinks, second!.kinks]).toEqual([true, 2, 1, 0]);
    for (const { largestError } of checks) expect(largestError).toBeLessThan(1e-8);
  });

  test("finds a derivative that is wrong", () => {
    const wrong = layer("wrong", (x) => {
      const y = graph.tanh(x);
      return graph.add(y, graph.detach(mul(x, 0.25))); // a part whose gradient is lost
    });
    const model = sequential([dense(2), wrong, dense(1)], { input: 2, seed: 1 });
    const checks = gradientCheck(model, { data: dataset([[1, -1]], [[3]]), loss: halfSquared });
    expect(checks[0]!.largestError).toBeGreaterThan(1e-2);
    expect(checks[2]!.largestError).toBeLessThan(1e-8);
  });

  test("samples large parameters, the same ones for the same seed", () => {
    const model = sequential([dense(30), tanh, dense(2)], { input: 20, seed: 1 });
    const data = dataset([Array.from({ length: 20 }, (_, i) => i / 20)], [[1, 0]]);
    const once = gradientCheck(model, { data, entries: 10, seed: 4 });
    expect(once[0]).toMatchObject({ checked: 10, size: 600 });
    expect(gradientCheck(model, { data, entries: 10, seed: 4 })).toEqual(once);
  });
});
