import {
  abs,
  add,
  constant,
  cos,
  div,
  exp,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sin,
  softplus,
  sqrt,
  sub,
  type Tensor,
  type TensorLike,
  tanh,
} from "../graph/index.ts";
import type { Formula, FormulaTree, FunctionName } from "./formula.ts";

/** The formula as graph of its variables, which share one shape: it is evaluated and differentiated like any other. */
export function formulaGraph({ tree }: Formula, variables: Readonly<Record<string, Tensor>>): Tensor {
  const [{ shape }] = Object.values(variables) as [Tensor];
  return add(build(tree, variables), constant(0, shape)); // a formula without variables is the same everywhere
}

function build(tree: FormulaTree, variables: Readonly<Record<string, Tensor>>): TensorLike {
  switch (tree.kind) {
    case "number":
      return tree.value;
    case "variable":
      return variables[tree.name]!;
    case "negative":
      return neg(build(tree.of, variables));
    case "call":
      return functions[tree.name](...(tree.of.map((of) => build(of, variables)) as [TensorLike, TensorLike]));
    case "operation": {
      const left = build(tree.left, variables);
      if (tree.sign === "^") return power(left, tree.right, variables);
      return operations[tree.sign](left, build(tree.right, variables));
    }
  }
}

const operations = { "+": add, "-": sub, "*": mul, "/": div } as const;

const functions: Readonly<Record<FunctionName, (x: TensorLike, y: TensorLike) => Tensor>> = {
  abs,
  cos,
  exp,
  log,
  max: maximum,
  min: minimum,
  relu,
  sigmoid,
  sin,
  softplus,
  sqrt,
  tanh,
};

const largestWhole = 64;

/** Whole exponents up to 64 are products, which hold for every base; others are exp(p·log x), which need x > 0. */
function power(base: TensorLike, exponent: FormulaTree, variables: Readonly<Record<string, Tensor>>): TensorLike {
  const value = numberOf(exponent);
  if (value === undefined || !Number.isInteger(value) || Math.abs(value) > largestWhole)
    return pow(base, build(exponent, variables));
  const product = wholePower(base, Math.abs(value));
  return value < 0 ? reciprocal(product) : product;
}

function wholePower(base: TensorLike, n: number): TensorLike {
  if (n === 0) return 1;
  if (n === 1) return base;
  const half = wholePower(base, n >> 1);
  const even = mul(half, half);
  return n % 2 === 0 ? even : mul(even, base);
}

function numberOf(tree: FormulaTree): number | undefined {
  if (tree.kind === "number") return tree.value;
  const value = tree.kind === "negative" ? numberOf(tree.of) : undefined;
  return value === undefined ? undefined : -value;
}
