import type { Access, Buffer, Kernel, Plan, Statement } from "./kernel.ts";

/** The plan as text: its buffers, then every kernel with its loops and statements; what golden tests compare. */
export function printPlan(plan: Plan): string {
  const buffers = plan.buffers.map((buffer, id) => `  ${printBuffer(buffer, id, plan.offsets[id]!)}`);
  return [
    `arena ${plan.arenaBytes} bytes`,
    ...buffers,
    ...plan.kernels.map((kernel) => printKernel(kernel, plan.buffers)),
    "",
  ].join("\n");
}

/** One kernel as text: `for a<64 b<128:` are its parallel loops, `each c<10` the inner ones of a statement. */
export function printKernel({ name, axes, parallel, statements, prelude }: Kernel, buffers: readonly Buffer[]): string {
  const letter = (axis: number): string => String.fromCharCode(97 + axis);
  const loop = (axis: number): string => `${letter(axis)}<${axes[axis]!.extent}`;
  const place = ({ buffer, strides, row }: Access): string => {
    const terms = strides.flatMap((stride, axis) =>
      stride === 0 ? [] : [stride === 1 ? letter(axis) : `${stride}${letter(axis)}`],
    );
    if (row) terms.unshift(`${row.stride}·${place(row.from)}`);
    return `${buffers[buffer]!.name}#${buffer}[${terms.join(" + ") || "0"}]`;
  };
  const text = (statement: Statement): string => {
    switch (statement.kind) {
      case "constant":
        return `v${statement.id} = ${statement.value}`;
      case "index":
        return `v${statement.id} = ${letter(statement.axis)}`;
      case "load":
        return `v${statement.id} = ${place(statement.access)}`;
      case "pointwise":
        return `v${statement.id} = ${statement.op} ${statement.inputs.map((id) => `v${id}`).join(" ")}`;
      case "reduce":
        return `v${statement.id} = ${statement.op} over ${statement.folded.map(loop).join(" ")} of v${statement.input}`;
      case "contract":
        return `v${statement.id} = Σ ${loop(statement.summed)} ${place(statement.left)} · ${place(statement.right)}`;
      case "store":
        return `${place(statement.access)} = v${statement.value}`;
    }
  };
  const lines = statements.map((statement) => {
    const inner = statement.axes.filter((axis) => axis >= parallel);
    return `  ${text(statement)}${inner.length > 0 ? `   each ${inner.map(loop).join(" ")}` : ""}`;
  });
  const outer = axes.slice(0, parallel).map((_, axis) => loop(axis));
  const before = prelude ? [printKernel(prelude, buffers)] : [];
  return [...before, `${name}: for ${outer.join(" ") || "once"}`, ...lines].join("\n");
}

function printBuffer({ role, name, type, shape, strides, elements }: Buffer, id: number, offset: number): string {
  return `#${id} ${role} ${name} ${type}[${shape.join(",")}] strides [${strides.join(",")}] ${elements}${offset < 0 ? "" : ` at ${offset}`}`;
}
