import { printShape } from "./shape.ts";
import { type Tensor, topologicalOrder } from "./tensor.ts";

/** The graph as text: one line per op in execution order, `%2 [4,8] = matmul %0 %1`; what golden tests compare. */
export function print(outputs: Readonly<Record<string, Tensor>>): string {
  const names = new Map<Tensor, string>();
  const lines: string[] = [];
  for (const tensor of topologicalOrder(Object.values(outputs))) {
    names.set(tensor, `%${names.size}`);
    const inputs = tensor.inputs.map((x) => ` ${names.get(x)}`).join("");
    const attributes = Object.entries(tensor.attributes)
      .map(([name, value]) => ` ${name}=${typeof value === "number" ? value : JSON.stringify(value)}`)
      .join("");
    lines.push(`${names.get(tensor)} ${printShape(tensor.shape)} = ${tensor.op.name}${inputs}${attributes}`);
  }
  for (const [name, tensor] of Object.entries(outputs)) lines.push(`return ${name} = ${names.get(tensor)}`);
  return `${lines.join("\n")}\n`;
}
