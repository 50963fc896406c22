import type { Kernel, Plan } from "../../compile/kernel.ts";

/** Value computations of one step: a product and its sum count as one. */
export function workOf(plan: Plan): number {
  const nests = plan.kernels.flatMap((kernel) => (kernel.prelude ? [kernel.prelude, kernel] : [kernel]));
  return nests.reduce((total, nest) => total + workOfNest(nest), 0);
}

/** The same of one nest of loops, without a prelude. */
export function workOfNest({ axes, statements }: Kernel): number {
  const points = (along: readonly number[]): number => along.reduce((product, axis) => product * axes[axis]!.extent, 1);
  return statements.reduce((sum, statement) => {
    if (statement.kind === "contract") return sum + points([...statement.axes, statement.summed]);
    if (statement.kind === "reduce") return sum + points([...statement.axes, ...statement.folded]);
    return statement.kind === "pointwise" ? sum + points(statement.axes) : sum;
  }, 0);
}

/**
 * Below this much work a step, about 50 microseconds, threads gain little where they run undisturbed, and where
 * another program takes one of their processors the others wait for it at every kernel, several times as long as alone.
 */
const leastSharedWork = 1_000_000;

/** How many of `threads` a plan is worth. */
export const threadsFor = (plan: Plan, threads: number): number => (workOf(plan) < leastSharedWork ? 1 : threads);
