import { dataset } from "nabla";
import { type Explanation, explain, gradientCheck } from "nabla/explain";
import { describe, expect, test } from "vitest";
import { type Interval, parseLatexSide, parseTextSide } from "./parse-products.ts";
import { randomNet } from "./random-net.ts";

const nets = Array.from({ length: 100 }, (_, seed) => ({ seed, ...randomNet(seed) }));
const explanations = nets.map(({ model, ...example }) => explain(model, { ...example, mostScalars: 400 }));

/** The number that a printed side stands for must be able to be the gradient, given that each factor was rounded. */
const expectInside = ({ low, high }: Interval, gradient: number, what: string): void => {
  const slack = 1e-12 * Math.max(1, Math.abs(gradient));
  expect(low - slack <= gradient && gradient <= high + slack, `${what}: ${gradient} in [${low}, ${high}]`).toBe(true);
  // and it says something: roundings of the sixth digit, not more
  expect(high - low).toBeLessThan(1e-3 * Math.max(1, Math.abs(gradient)));
};

/** Blocks of the chain-rule section: what is printed for one parameter, as sides. */
function chainRuleSides(text: string): Map<string, string[]> {
  const section = text.slice(text.indexOf("3. Chain rule"), text.indexOf("4. Update"));
  const blocks = section.split("\n\n").filter((block) => block.startsWith("∂L/∂") || block.startsWith("δ"));
  return new Map(
    blocks.map((block) => {
      const [product = ""] = block.split(/\n(?=\S)/); // the lines with re-use begin anew
      const joined = product.replace(/\n {2,}([+·]) /g, " $1 ");
      const [head = "", ...more] = joined.split(/\n? = /);
      return [head.trim(), more.map((side) => side.trim())];
    }),
  );
}

describe("100 random nets", () => {
  test("are of all sorts", () => {
    const kinds = new Set(explanations.flatMap(({ about }) => about.layers.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([
      "add",
      "concatenate",
      "custom",
      "dense",
      "dropout",
      "elu",
      "leakyRelu",
      "maxout",
      "multiply",
      "relu",
      "sigmoid",
      "softmax",
      "softplus",
      "tanh",
    ]);
    expect(new Set(nets.map(({ loss }) => loss.name)).size).toBeGreaterThanOrEqual(7);
    expect(explanations.some(({ parameters }) => parameters.some(({ paths }) => paths >= 8))).toBe(true);
  });

  test("each product that the text prints, parsed and multiplied, is the gradient", () => {
    let products = 0;
    explanations.forEach((explanation, seed) => {
      const sides = chainRuleSides(explanation.toText({ columns: 100_000, products: 256 }));
      for (const parameter of explanation.parameters) {
        const head = `∂L/∂${symbolOf(explanation, parameter.node)}`;
        const numbers =
          sides.get(head)?.findLast((side, i, all) => i < all.length - 1 && isNumeric(side)) ?? sides.get(head)?.at(-1);
        expect(numbers, `net ${seed}: ${head}`).toBeDefined();
        expectInside(parseTextSide(numbers!), parameter.gradient, `net ${seed}: ${head} = ${numbers}`);
        products += parameter.products!.length;
      }
    });
    expect(products).toBeGreaterThan(2000);
  });

  test("so is each product of the LaTeX", () => {
    explanations.slice(0, 40).forEach((explanation, seed) => {
      const body = explanation.toLatex({ document: false, products: 256 });
      const section = body.slice(body.indexOf("3. Chain rule"), body.indexOf("4. Update"));
      const equations = [...section.matchAll(/\\begin\{align\*\}\n([\s\S]*?)\n\\end\{align\*\}/g)].map(
        (match) => match[1]!,
      );
      const tall = equations.filter((equation) => !equation.includes("with re-use"));
      expect(tall).toHaveLength(explanation.parameters.length);
      tall.forEach((equation, i) => {
        const sides = equation
          .replaceAll("\\\\\n  &\\quad +", "+")
          .split(/\\\\\n/)
          .map((row) => row.replace(/^[\s\S]*?&= ?/, ""));
        const numbers =
          sides.findLast(
            (side, k) =>
              k < sides.length - 1 && /^[-\d.\s()+\\a-z{}^]*$/.test(side) && !/partial|mathrm|sigma/.test(side),
          ) ?? sides.at(-1)!;
        expectInside(parseLatexSide(numbers), explanation.parameters[i]!.gradient, `net ${seed}: ${equation}`);
      });
    });
  });

  test("and of the data, to the last digits", () => {
    for (const { parameters } of explanations)
      for (const { products, gradient, terms } of parameters) {
        const scale = products!.reduce((sum, { value }) => sum + Math.abs(value), 1);
        const multiplied = products!.map(({ factors }) => factors.reduce((product, { value }) => product * value, 1));
        expect(Math.abs(multiplied.reduce((a, b) => a + b, 0) - gradient)).toBeLessThan(1e-13 * scale);
        expect(Math.abs(terms.reduce((sum, { value }) => sum + value, 0) - gradient)).toBeLessThan(1e-13 * scale);
      }
  });

  test("∂L/∂ of every node is the sum over its edges", () => {
    for (const { values, edges } of explanations)
      for (const { gradient, edges: ids, role } of values) {
        if (gradient === undefined || role === "loss") continue;
        const terms = ids.map((id) => values[edges[id]!.parent]!.gradient! * edges[id]!.value);
        const scale = terms.reduce((sum, term) => sum + Math.abs(term), 1);
        expect(Math.abs(terms.reduce((a, b) => a + b, 0) - gradient)).toBeLessThan(1e-13 * scale);
      }
  });

  test("agree with central differences and with the engine's float32", () => {
    nets.forEach(({ model, x, y, loss, reduction, seed }) => {
      const data = dataset([x], typeof y === "number" ? [y] : [y]);
      for (const check of gradientCheck(model, { data, loss, reduction }))
        if (check.kinks < check.checked)
          expect(check.largestError, `net ${seed}: ${check.parameter}`).toBeLessThan(1e-7);
      for (const { gradient, gradient32 } of explanations[seed]!.parameters)
        expect(Math.abs(gradient32! - gradient), `net ${seed}`).toBeLessThan(2e-5 * Math.max(1, Math.abs(gradient)));
    });
  });

  test("symbols are used once", () => {
    for (const explanation of explanations) {
      const symbols = explanation.values.map(({ id }) => symbolOf(explanation, id));
      expect(new Set(symbols).size).toBe(symbols.length);
    }
  });
});

const isNumeric = (side: string): boolean => /^[\d.\s()[\]+·−e]*$/.test(side);

interface Node {
  readonly symbol: { readonly text: string };
}

const texts = new WeakMap<Explanation, readonly string[]>();

function symbolOf(explanation: Explanation, id: number): string {
  let known = texts.get(explanation);
  if (!known) {
    const { nodes } = explanation.toJSON() as { nodes: readonly Node[] };
    known = nodes.map(({ symbol }) => symbol.text);
    texts.set(explanation, known);
  }
  return known[id]!;
}
