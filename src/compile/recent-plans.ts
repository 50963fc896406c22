import { compile } from "./compile.ts";
import type { Plan } from "./kernel.ts";
import type { Program } from "./program.ts";
import { isSameProgram } from "./same-program.ts";

/** A run has up to four: the step, that of the last batch, and the same of an evaluation. */
const most = 4;

/** The plans of the programs that were asked for last: to train again as before compiles nothing. */
export class RecentPlans {
  #known: { readonly program: Program; readonly plan: Plan }[] = [];

  of(program: Program): Plan {
    const known = this.#known.find((other) => isSameProgram(other.program, program));
    const entry = known ?? { program, plan: compile(program) };
    this.#known = [entry, ...this.#known.filter((other) => other !== known)].slice(0, most);
    return entry.plan;
  }
}
