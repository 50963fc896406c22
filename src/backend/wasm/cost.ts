import type { Plan } from "../../compile/kernel.ts";

/** Value computations of one step: a product and its sum count as one. */
export function workOf(plan: Plan): number {
  const nests = plan.kernels.flatMap((kernel) => (kernel.prelude ? [kernel.prelude, kernel] : [kernel]));
  return nests.reduce((total, { axes, statements }) => {
    const points = (along: readonly number[]): number =>
      along.reduce((product, axis) => product * axes[axis]!.extent, 1);
    return statements.reduce((sum, statement) => {
      if (statement.kind === "contract") return sum + points([...statement.axes, statement.summed]);
      if (statement.kind === "reduce") return sum + points([...statement.axes, ...statement.folded]);
      return statement.kind === "pointwise" ? sum + points(statement.axes) : sum;
    }, total);
  }, 0);
}

/** Below this much work a step, threads wait for each other longer than they save. */
const leastSharedWork = 250_000;

/** How many of `threads` a plan is worth. */
export const threadsFor = (plan: Plan, threads: number): number => (workOf(plan) < leastSharedWork ? 1 : threads);
