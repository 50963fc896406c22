import type { Explanation } from "./explanation.ts";
import type { Formula, MathSymbol } from "./formula.ts";
import { formulaMathml, symbolMathml } from "./formula-mathml.ts";
import { formulaText, symbolText } from "./formula-text.ts";

/** Symbols and formulas in the two notations a page needs: text to speak and search, MathML to show. */
interface Written {
  readonly text: string;
  readonly mathml: string;
}

const symbolOf = (symbol: MathSymbol): Written => ({ text: symbolText(symbol), mathml: symbolMathml(symbol) });
const formulaOf = (formula: Formula): Written => ({ text: formulaText(formula), mathml: formulaMathml(formula) });

/** The explanation as plain data: nodes, edges, products by ids of edges, phases by ids of nodes. */
export function explanationJson(explanation: Explanation): unknown {
  const { level, about, values, edges, parameters, phases, multiplications, tensors } = explanation;
  return {
    kind: "explanation",
    version: 1,
    level,
    about,
    nodes: values.map(({ symbol, formula, gradientSymbol, float32, gradient, ...node }) => ({
      ...node,
      symbol: symbolOf(symbol),
      ...(float32 === undefined ? {} : { float32 }),
      ...(gradient === undefined ? {} : { gradient, gradientSymbol: formulaOf(gradientSymbol) }),
      ...(formula === undefined ? {} : { formula: formulaOf(formula) }),
    })),
    edges: edges.map(({ formula, ...edge }) => ({ ...edge, symbol: formulaOf(formula) })),
    parameters: parameters.map(({ products, gradient32, ...parameter }) => ({
      ...parameter,
      ...(gradient32 === undefined ? {} : { gradient32 }),
      products:
        products?.map(({ factors, value }) => ({
          edges: factors.map(({ edge }) => edge),
          reused: factors.filter(({ isReused }) => isReused).length,
          value,
        })) ?? null,
    })),
    phases,
    multiplications,
    tensors,
  };
}
