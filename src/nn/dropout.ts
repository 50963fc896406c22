import { checkNames, wrongOption } from "../errors.ts";
import { div, less, mul, sub, where } from "../graph/index.ts";
import { draws } from "./draws.ts";
import type { Layer } from "./layer.ts";
import { called } from "./settings.ts";

/**
 * In training each number is 0 with probability `rate`, and the others are divided by 1 − rate, so that sums stay what
 * they are on average; outside training x stays as it is. Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov
 * 2014, section 4, in the inverted form. x of any shape.
 *
 * Which numbers fall out depends on the seed of the run, the layer's name, the step and the place alone: any step can
 * be run again. The rate is an input of the compiled step: `run.hyperparameters.set("dropout 1/rate", 0.2)` changes it
 * while the model trains. Throws OPTION unless 0 ≤ rate < 1.
 */
export function dropout(rate = 0.5, options: { readonly name?: string } = {}): Layer {
  checkNames("dropout", options, ["name"]);
  const { name } = options;
  checkRate(called("dropout", name), rate);
  return {
    kind: "dropout",
    ...(name === undefined ? {} : { name }),
    settings: { rate },
    draws,
    apply(x, scope) {
      if (!scope.isTraining) return x;
      const share = scope.hyperparameter("rate", rate, (value) => checkRate(`layer "${scope.name}"`, value));
      const falls = less(scope.random("mask", x.shape), share);
      return mul(where(falls, 0, x), div(1, sub(1, share)));
    },
  };
}

function checkRate(what: string, rate: unknown): void {
  if (typeof rate === "number" && rate >= 0 && rate < 1) return;
  throw wrongOption(
    what,
    "rate",
    rate,
    "a number from 0 to below 1",
    "Give the share of numbers that fall out, such as 0.5.",
  );
}
