import fc from "fast-check";
import { NablaError } from "nabla";
import { evaluate, grad, input, sum } from "nabla/graph";
import { describe, expect, test } from "vitest";
import { type FormulaTree, functionArguments, parseFormula } from "../../src/lab/formula.ts";
import { formulaGraph } from "../../src/lab/formula-graph.ts";

const x = input([1], "x");
const y = input([1], "y");
const valueAt = (text: string, at: number, second = 0): number => {
  const feed = new Map([
    [x, { data: [at] }],
    [y, { data: [second] }],
  ]);
  return evaluate([formulaGraph(parseFormula(text, ["x", "y"]), { x, y })], feed)[0]!.data[0]!;
};

function failure(text: string): NablaError {
  try {
    parseFormula(text, ["x", "y"]);
  } catch (error) {
    if (error instanceof NablaError) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
}

describe("a formula", () => {
  test.each([
    ["1 + 2*3", 7],
    ["(1 + 2)*3", 9],
    ["2^3^2", 512],
    ["-x^2", -9],
    ["(-x)^2", 9],
    ["2*-x", -6],
    ["--x", 3],
    ["+x", 3],
    ["8/4/2", 1],
    ["8 - 4 - 2", 2],
    ["x^-2", 1 / 9],
    ["x^0", 1],
    ["x^0.5", Math.sqrt(3)],
    ["2^x", 8],
    [".5*x", 1.5],
    ["1.5e1 + 0*x", 15],
    ["2*e*0 + x", 3],
    ["max(x, 2) + min(x, 2)", 5],
    ["abs(-x) + relu(-1) + sqrt(16)", 7],
    ["sin(pi/2) + cos(0) + exp(0) + log(e) + tanh(0) + sigmoid(0) + softplus(0)", 4.5 + Math.LN2],
    ["3×4 − 10÷5 · 2", 8],
    ["π - pi", 0],
    ["7", 7],
    ["x*y", 15],
  ])("%s", (text, value) => {
    expect(valueAt(text, 3, 5)).toBeCloseTo(value, 12);
  });

  test("says which variables it names", () => {
    expect(parseFormula("y + 1", ["x", "y"]).variables).toEqual(["y"]);
    expect(parseFormula("y*x", ["x", "y"]).variables).toEqual(["x", "y"]);
    expect(parseFormula("3", ["x", "y"]).variables).toEqual([]);
  });

  test("is graph: it differentiates, twice", () => {
    const f = formulaGraph(parseFormula("x^3 + sin(2*x)", ["x"]), { x });
    const [first] = grad(sum(f), [x]);
    const [second] = grad(sum(first!), [x]);
    const [a, b] = evaluate([first!, second!], new Map([[x, { data: [0.7] }]]));
    expect(a!.data[0]!).toBeCloseTo(3 * 0.49 + 2 * Math.cos(1.4), 12);
    expect(b!.data[0]!).toBeCloseTo(6 * 0.7 - 4 * Math.sin(1.4), 12);
  });

  test("powers of powers share their parts", () => {
    const steps = new Set<unknown>();
    const walk = (tensor: { inputs: readonly unknown[] }): void => {
      if (steps.has(tensor)) return;
      steps.add(tensor);
      for (const part of tensor.inputs) walk(part as { inputs: readonly unknown[] });
    };
    walk(formulaGraph(parseFormula("((((x^64)^64)^64)^64)^64", ["x"]), { x }));
    expect(steps.size).toBeLessThan(50);
    expect(valueAt("((((x^64)^64)^64)^64)^64", 1)).toBe(1);
  });

  test.each([
    ["", "ends where a number, a variable, a function or a parenthesis should stand, at character 1"],
    ["x +", "ends where", "at character 4"],
    ["x + * 2", 'has "*" where', "at character 5"],
    ["foo(x)", 'has the unknown name "foo", at character 1', "Known are x, y, pi, e and the functions abs, cos"],
    ["x + z", 'has the unknown name "z", at character 5'],
    ["2x", 'lacks an operator before "x", at character 2', "…*x"],
    ["2(x)", 'lacks an operator before "(", at character 2'],
    ["(x + 1", "never closes its parenthesis, at character 1"],
    ["sin(x", "never closes its parenthesis, at character 4"],
    ["x)", "a closing parenthesis that was never opened, at character 2"],
    ["x, y", "a comma outside of a function, at character 2"],
    ["(x, y)", "a comma outside of a function, at character 3"],
    ["1,5", "a comma outside of a function, at character 2", "0.5"],
    ["sin x", "the function sin without its parenthesis, at character 1"],
    ["sin", "the function sin without its parenthesis"],
    ["sin(x, y)", "gives sin 2 arguments"],
    ["max(x)", "gives max 1 argument", "max(x, 1)"],
    ["1e999", 'the number "1e999", which is too large'],
    ["x $ 2", 'has "$", which means nothing here, at character 3'],
    ["x; process.exit()", 'has ";", which means nothing here, at character 2'],
    ["constructor", 'unknown name "constructor"'],
    ["__proto__", "means nothing here"],
    ["toString(x)", 'unknown name "toString"'],
    ["x\u202e", "\\u{202e}"],
    ["\u001b[31m", "\\u{1b}"],
  ])("%j is told: %s", (text, ...told) => {
    const { code, message } = failure(text);
    expect(code).toBe("OPTION");
    for (const words of told) expect(message).toContain(words);
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test("length and depth are bounded, whatever nests", () => {
    const deep = [
      `${"(".repeat(400)}x${")".repeat(400)}`,
      `${"-".repeat(900)}x`,
      `${"x^".repeat(450)}x`,
      `${"sin(".repeat(150)}x${")".repeat(150)}`,
      `${"max(x,".repeat(150)}x`,
    ];
    for (const text of deep)
      expect(failure(text)).toMatchObject({ code: "LIMIT", message: expect.stringContaining("100 deep") });
    expect(failure("x+".repeat(600))).toMatchObject({
      code: "LIMIT",
      message: expect.stringContaining("1200 characters"),
    });
    expect(valueAt(`${"x+".repeat(499)}x`, 1)).toBe(500); // long, not deep
    expect(valueAt(`${"(".repeat(90)}x${")".repeat(90)}`, 4)).toBe(4);
  });

  test("any text is read or told, never anything else", () => {
    const piece = fc.constantFrom(
      ..."0 1 2.5 1e3 1e400 . x y z ( ) , + - * / ^ sin max( pi e abs( $ ; ` \\ ' \" __proto__ é 𝒳 \u202e \u0000".split(
        " ",
      ),
    );
    const hostile = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.array(piece).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        try {
          const formula = parseFormula(text, ["x", "y"]);
          formulaGraph(formula, { x, y });
        } catch (error) {
          if (!(error instanceof NablaError)) throw error;
          expect(error.message).toMatch(/at character \d+|characters/);
        }
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  test("what is printed from a tree is read as that tree's value", () => {
    const leaf = fc.oneof(
      fc.integer({ min: 0, max: 9 }).map((value): FormulaTree => ({ kind: "number", value })),
      fc.constantFrom("x", "y").map((name): FormulaTree => ({ kind: "variable", name })),
    );
    const { tree } = fc.letrec<{ tree: FormulaTree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        tie("tree").map((of): FormulaTree => ({ kind: "negative", of })),
        fc
          .tuple(fc.constantFrom("+", "-", "*", "/"), tie("tree"), tie("tree"))
          .map(([sign, left, right]): FormulaTree => ({ kind: "operation", sign: sign as "+", left, right })),
        fc.tuple(fc.constantFrom("abs", "sin", "max"), tie("tree"), tie("tree")).map(
          ([name, a, b]): FormulaTree => ({
            kind: "call",
            name: name as "abs",
            of: [a, b].slice(0, functionArguments[name as "abs"]),
          }),
        ),
      ),
    }));
    const print = (node: FormulaTree): string => {
      if (node.kind === "number") return String(node.value);
      if (node.kind === "variable") return node.name;
      if (node.kind === "negative") return `(-${print(node.of)})`;
      if (node.kind === "call") return `${node.name}(${node.of.map(print).join(", ")})`;
      return `(${print(node.left)} ${node.sign} ${print(node.right)})`;
    };
    const direct = (node: FormulaTree): number => {
      if (node.kind === "number") return node.value;
      if (node.kind === "variable") return node.name === "x" ? 0.75 : -1.5;
      if (node.kind === "negative") return -direct(node.of);
      if (node.kind === "call") {
        const [a, b] = node.of.map(direct);
        return node.name === "abs" ? Math.abs(a!) : node.name === "max" ? Math.max(a!, b!) : Math.sin(a!);
      }
      const [a, b] = [direct(node.left), direct(node.right)];
      return node.sign === "+" ? a + b : node.sign === "-" ? a - b : node.sign === "*" ? a * b : a / b;
    };
    fc.assert(
      fc.property(tree, (node) => {
        const text = print(node);
        fc.pre(text.length <= 900);
        const [found, expected] = [valueAt(text, 0.75, -1.5), direct(node)];
        if (Number.isFinite(expected))
          expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
      }),
      { numRuns: 150, seed: 11 },
    );
  });
});
