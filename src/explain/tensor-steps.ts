import { type Tensor, topologicalOrder, type Values } from "../graph/index.ts";
import type { TensorStep } from "./explanation.ts";
import type { TracedExample } from "./graph-values.ts";
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
      passesBack: (active.get(tensor) ?? []).map((input) => share(tensor, input)).join("; "),
    };
  });
}

function norm(data: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < data.length; i++) total += data[i]! * data[i]!;
  return Math.sqrt(total);
}

/** What an op passes back to an input, by the kind of the op. */
function share({ op, inputs }: Tensor, input: number): string {
  const shape = `[${inputs[input]!.shape.join(", ")}]`;
  if (op.kind === "contract") return input === 0 ? `∂C·Bᵀ to A ${shape}` : `Aᵀ·∂C to B ${shape}`;
  if (op.kind === "view") return `∂y put back where it came from, ${shape}`;
  if (op.kind === "reduce") return `∂y spread over what was folded, ${shape}`;
  if (op.kind === "gather") return `∂y added to the rows that were read, ${shape}`;
  return inputs.length === 1 ? `∂y ⊙ slope to x ${shape}` : `∂y ⊙ slope ${input + 1} to operand ${input + 1} ${shape}`;
}
