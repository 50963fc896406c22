import { wrongOption } from "../errors.ts";
import { Tensor } from "../graph/index.ts";

/**
 * A loss or a metric under its name. A function's own does not survive minifiers, and runs record them by name. Throws
 * OPTION where it is called with anything but tensors: most often it was meant to be handed over, and was called.
 * Calls at the top of a file are marked as pure, so that bundlers leave out what a program does not use.
 */
export function named(
  name: string,
  of: (output: Tensor, target: Tensor) => Tensor,
): ((output: Tensor, target: Tensor) => Tensor) & { readonly name: string } {
  const checked = (output: Tensor, target: Tensor): Tensor => {
    if (output instanceof Tensor) return of(output, target);
    throw wrongOption(
      name,
      "its output",
      output,
      "a tensor",
      `Where a function is asked for, write ${name} without ().`,
    );
  };
  return Object.defineProperty(checked, "name", { value: name });
}
