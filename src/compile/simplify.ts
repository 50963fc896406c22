import { constant, constantValue } from "../graph/leaves.ts";
import { arithmetic } from "../graph/meanings.ts";
import { add, copy, div, mul, sub } from "../graph/pointwise.ts";
import { isSameShape } from "../graph/shape.ts";
import { Tensor, topologicalOrder } from "../graph/tensor.ts";
import { broadcastTo, reshape, transpose } from "../graph/view.ts";
import type { Result } from "./program.ts";
import { isRegrouping, resolve, splitRegrouping } from "./space.ts";

/**
 * The same results from fewer nodes: folds constants, drops what does nothing (x·1, x + 0, a view of a view), and
 * shares duplicates. Unused nodes fall away because nothing reaches them. No rewrite changes a bit of any result,
 * NaN and infinities included (the sign of a zero aside): that is why x·0 stays.
 */
export function simplify(results: readonly Result[]): Result[] {
  const unique = new Map<string, Tensor>();
  const numbers = new Map<Tensor, number>();
  const simplified = new Map<Tensor, Tensor>();

  /** The first node that was built like this one. Leaves that the host feeds are who they are, not what they look like. */
  const share = (tensor: Tensor): Tensor => {
    const isOwn = tensor.op.kind === "leaf" && !tensor.op.generate;
    const inputs = tensor.inputs.map((x) => numbers.get(x)).join(" ");
    const key = isOwn ? "" : `${tensor.op.name}|${inputs}|${written(tensor.attributes)}|${tensor.shape.join(",")}`;
    const known = isOwn ? tensor : (unique.get(key) ?? tensor);
    if (!isOwn) unique.set(key, known);
    if (!numbers.has(known)) numbers.set(known, numbers.size);
    return known;
  };

  /** Rewriting a node may build new ones below it, so the result's inputs are shared first. */
  const shareAll = (tensor: Tensor): Tensor => {
    if (numbers.has(tensor)) return tensor;
    const inputs = tensor.inputs.map(shareAll);
    return share(withInputs(tensor, inputs));
  };

  for (const tensor of topologicalOrder(results.map(({ value }) => value))) {
    const inputs = tensor.inputs.map((x) => simplified.get(x)!);
    simplified.set(tensor, shareAll(rewrite(withInputs(tensor, inputs))));
  }
  return results.map(({ value, destination }) => ({ value: ownCopy(simplified.get(value)!), destination }));
}

/** Attributes as text that tells every number from every other: JSON has no infinities, no NaN and no −0. */
const written = (attributes: Tensor["attributes"]): string =>
  JSON.stringify(attributes, (_, value: unknown) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? `${Object.is(value, -0) ? "-" : ""}${value}n`
      : value,
  );

/** Two destinations may have come to share one value: each gets its own node again. */
const ownCopy = (value: Tensor): Tensor => new Tensor(value.op, value.inputs, value.shape, value.attributes);

const withInputs = (tensor: Tensor, inputs: readonly Tensor[]): Tensor =>
  inputs.every((x, i) => x === tensor.inputs[i])
    ? tensor
    : new Tensor(tensor.op, inputs, tensor.shape, tensor.attributes);

function rewrite(tensor: Tensor): Tensor {
  const { op, inputs, shape } = tensor;
  if (op.name === "copy") return tensor; // a result stays a node
  if (op.name === "detach") return inputs[0]!; // differentiation is over
  if (op.kind === "view") return withStoredOperands(rewriteView(tensor));
  if (op.kind !== "pointwise") return withStoredOperands(tensor);

  const values = inputs.map(constantValue);
  const calculate = arithmetic[op.name];
  if (calculate && values.every((value) => value !== undefined))
    return constant(calculate(...(values as number[])), shape);
  const [a, b] = inputs;
  if (op.name === "add" && values[1] === 0) return a!;
  if (op.name === "add" && values[0] === 0) return b!;
  if (op.name === "sub" && values[1] === 0) return a!;
  if (op.name === "mul" && values[1] === 1) return a!;
  if (op.name === "mul" && values[0] === 1) return b!;
  if (op.name === "div" && values[1] === 1) return a!;
  if (op.name === "neg" && a!.op.name === "neg") return a!.inputs[0]!;
  return rewriteNegation(tensor);
}

/** Products, gathers and regroupings read memory, where a constant or an index lies only if it is copied there. */
function withStoredOperands(tensor: Tensor): Tensor {
  if (tensor.op.kind !== "contract" && tensor.op.kind !== "gather" && !isRegrouping(tensor)) return tensor;
  const isGenerated = ({ op }: Tensor): boolean => op.kind === "leaf" && op.generate !== undefined;
  const inputs = tensor.inputs.map((x) => (isGenerated(resolve(x, []).source) ? copy(x) : x));
  return withInputs(tensor, inputs);
}

/** a + (−b) = a − b, a − (−b) = a + b, (−a)·b with a constant b = a·(−b): exact in floating point. */
function rewriteNegation(tensor: Tensor): Tensor {
  const [a, b] = tensor.inputs;
  const isNegated = (x: Tensor | undefined): x is Tensor => x?.op.name === "neg";
  if (tensor.op.name === "add" && isNegated(b)) return sub(a!, b.inputs[0]!);
  if (tensor.op.name === "add" && isNegated(a)) return sub(b!, a.inputs[0]!);
  if (tensor.op.name === "sub" && isNegated(b)) return add(a!, b.inputs[0]!);
  const value = b && constantValue(b);
  if (value !== undefined && isNegated(a)) {
    if (tensor.op.name === "mul") return mul(a.inputs[0]!, -value);
    if (tensor.op.name === "div") return div(a.inputs[0]!, -value);
  }
  return tensor;
}

function rewriteView(tensor: Tensor): Tensor {
  const { op, shape, attributes } = tensor;
  const x = tensor.inputs[0]!;
  const value = constantValue(x);
  if (value !== undefined) return constant(value, shape);
  if (isSameShape(x.shape, shape) && op.name !== "transpose") return x;
  if (op.name !== x.op.name) return splitRegrouping(tensor);
  const inner = x.inputs[0]!;
  if (op.name === "reshape") return splitRegrouping(reshape(inner, shape));
  if (op.name === "broadcast") return broadcastTo(inner, shape);
  if (op.name === "transpose") {
    const before = x.attributes["axes"] as readonly number[];
    return transpose(
      inner,
      (attributes["axes"] as readonly number[]).map((axis) => before[axis]!),
    );
  }
  return tensor;
}
