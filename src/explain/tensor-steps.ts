import { type Tensor, topologicalOrder, type Values } from "../graph/index.ts";
import { constantValue } from "../graph/leaves.ts";
import type { TensorStep } from "./explanation.ts";
import { type Formula, number } from "./formula.ts";
import { factorText } from "./formula-text.ts";
import type { TracedExample } from "./graph-values.ts";
import { notationOf } from "./notation.ts";
import type { Scope } from "./scalar-graph.ts";

/** The ops of forward pass and loss, in order, with the sizes of their values and gradients, and what each passes back. */
export function tensorSteps(
  { graph }: TracedExample,
  values: ReadonlyMap<Tensor, Values>,
  scopes: ReadonlyMap<Tensor, Scope>,
): readonly TensorStep[] {
  const { cost, differentiation, trace } = graph;
  const order = topologicalOrder([cost]);
  const ids = new Map(order.map((tensor, id) => [tensor, id]));
  const active = new Map<Tensor, number[]>();
  for (const { node, input } of differentiation.contributions) active.set(node, [...(active.get(node) ?? []), input]);
  return order.map((tensor, id): TensorStep => {
    const scope = scopes.get(tensor);
    const adjoint = differentiation.adjoints.get(tensor);
    const name = tensor.attributes["name"];
    return {
      id,
      op: tensor.op.name,
      kind: tensor.op.kind,
      layer: typeof scope === "number" ? trace.layers[scope]!.name : undefined,
      name: typeof name === "string" ? name : undefined,
      shape: tensor.shape,
      inputs: tensor.inputs.map((x) => ids.get(x)!),
      norm: norm(values.get(tensor)!.data),
      gradientNorm: adjoint && norm(values.get(adjoint)!.data),
      passesBack: (active.get(tensor) ?? []).map((input) => share(tensor, input, (of) => ids.get(of)!)),
    };
  });
}

function norm(data: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < data.length; i++) total += data[i]! * data[i]!;
  return Math.sqrt(total);
}

/** What an op adds to the gradient of an input: the notation of its derivative, with whole tensors in place of numbers. */
function share(tensor: Tensor, input: number, id: (tensor: Tensor) => number): string {
  const { op, inputs } = tensor;
  const name = (of: Tensor): string => `%${id(of)}`;
  const [to, dy] = [`∂${name(inputs[input]!)}`, `∂${name(tensor)}`];
  if (op.kind === "contract")
    return input === 0 ? `${to} += ${dy}·${name(inputs[1]!)}ᵀ` : `${to} += ${name(inputs[0]!)}ᵀ·${dy}`;
  const operands = inputs.map((x): Formula => {
    const constant = constantValue(x);
    if (constant !== undefined) return number(constant);
    return { kind: "symbol", symbol: { letter: name(x), below: [] }, value: 0 };
  });
  const value: Formula = { kind: "symbol", symbol: { letter: name(tensor), below: [] }, value: 0 };
  const slope = notationOf(op).slope?.(input, operands, value);
  if (op.kind === "view" || op.kind === "gather" || slope === undefined)
    return `${to} += ${dy}, put where it came from`;
  const spread = op.kind === "reduce" ? ", spread over what was folded" : "";
  if (slope.kind !== "number") return `${to} += ${dy} ⊙ ${factorText(slope, false)}${spread}`;
  if (slope.value === 1 || slope.value === -1) return `${to} ${slope.value > 0 ? "+" : "−"}= ${dy}${spread}`;
  return `${to} += ${factorText(slope, true)}·${dy}${spread}`;
}
