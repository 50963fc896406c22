import { evaluate, evaluateAll, input, Tensor, topologicalOrder } from "nabla/graph";
import type { Point } from "./differences.ts";

/**
 * The derivative of `y` in one direction of its leaves, by forward mode: tangents run along with the values, from the
 * leaves on. It shares no derivative with `grad`, only the conventions at kinks, so it can judge what differences
 * cannot: points that lie on a kink.
 */
export function directional(y: Tensor, direction: Point, point: Point): Float64Array {
  const values = evaluateAll([y], point);
  const tangents = new Map<Tensor, Float64Array>();
  for (const node of topologicalOrder([y])) {
    const x = node.inputs.map((tensor) => values.get(tensor)!.data);
    const dx = node.inputs.map((tensor) => tangents.get(tensor)!);
    const out = values.get(node)!.data;
    tangents.set(node, tangentOf(node, x, dx, out, direction));
  }
  return tangents.get(y)!;
}

function tangentOf(
  node: Tensor,
  x: Float64Array[],
  dx: Float64Array[],
  y: Float64Array,
  direction: Point,
): Float64Array {
  const { op, inputs, attributes } = node;
  if (op.kind === "leaf") return Float64Array.from(direction.get(node)?.data ?? y.map(() => 0));
  if (op.kind === "pointwise") {
    const rule = pointwiseRules[op.name];
    if (!rule) throw new Error(`forward mode has no rule for ${op.name}`);
    return y.map((value, i) =>
      rule(
        value,
        x.map((data) => data[i]!),
        dx.map((data) => data[i]!),
      ),
    );
  }
  /** The same op on other numbers; right for what is linear in that operand. */
  const again = (operands: readonly Float64Array[]): Float64Array => {
    const leaves = inputs.map((tensor) => input(tensor.shape));
    const same = new Tensor(op, leaves, node.shape, attributes);
    return evaluate([same], new Map(leaves.map((leaf, i) => [leaf, { data: operands[i]! }])))[0]!.data;
  };
  if (op.kind === "view" || op.name === "sum") return again([dx[0]!]);
  if (op.kind === "gather") return again([dx[0]!, x[1]!]);
  if (op.kind === "contract") {
    const right = again([x[0]!, dx[1]!]);
    return again([dx[0]!, x[1]!]).map((value, i) => value + right[i]!);
  }
  return tangentOfMax(node, x[0]!, dx[0]!, y);
}

/** Equal maxima share: the mean of their tangents. */
function tangentOfMax(node: Tensor, x: Float64Array, dx: Float64Array, y: Float64Array): Float64Array {
  const shape = node.inputs[0]!.shape;
  const total = y.map(() => 0);
  const count = y.map(() => 0);
  x.forEach((value, i) => {
    let at = 0;
    let rest = i;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const position = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (node.shape[axis] !== 1) at += position * stride;
      stride *= node.shape[axis]!;
    }
    if (value === y[at]) {
      total[at]! += dx[i]!;
      count[at]! += 1;
    }
  });
  return total.map((value, i) => value / count[i]!);
}

type Rule = (y: number, x: readonly number[], dx: readonly number[]) => number;

const pointwiseRules: Readonly<Record<string, Rule>> = {
  neg: (_y, _x, [d]) => -d!,
  exp: (y, _x, [d]) => y * d!,
  expm1: (y, _x, [d]) => (y + 1) * d!,
  log: (_y, [x], [d]) => d! / x!,
  log1p: (_y, [x], [d]) => d! / (1 + x!),
  sqrt: (y, _x, [d]) => d! / (2 * y),
  sin: (_y, [x], [d]) => Math.cos(x!) * d!,
  cos: (_y, [x], [d]) => -Math.sin(x!) * d!,
  tanh: (_y, [x], [d]) => d! / Math.cosh(x!) ** 2,
  sigmoid: (_y, [x], [d]) => d! / (2 * Math.cosh(x! / 2)) ** 2,
  softplus: (_y, [x], [d]) => d! / (1 + Math.exp(-x!)),
  abs: (_y, [x], [d]) => Math.sign(x!) * d!,
  sign: () => 0,
  less: () => 0,
  equal: () => 0,
  detach: () => 0,
  add: (_y, _x, [da, db]) => da! + db!,
  sub: (_y, _x, [da, db]) => da! - db!,
  mul: (_y, [a, b], [da, db]) => da! * b! + a! * db!,
  div: (_y, [a, b], [da, db]) => (da! * b! - a! * db!) / (b! * b!),
  maximum: (_y, [a, b], [da, db]) => (a! > b! ? da! : b! > a! ? db! : 0),
  minimum: (_y, [a, b], [da, db]) => (a! < b! ? da! : b! < a! ? db! : 0),
  where: (_y, [condition], [, yes, no]) => (condition !== 0 ? yes! : no!),
};
