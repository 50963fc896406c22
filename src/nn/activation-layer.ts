import { NablaError } from "../errors.ts";
import type { Tensor } from "../graph/index.ts";
import { layer } from "./custom.ts";
import type { Layer } from "./layer.ts";
import { activationNamed } from "./registry.ts";

/**
 * An activation as a layer with a name: by its own name, `activation("relu", { name: "hidden" })`, or made of a function
 * of a tensor, `activation((x) => mul(x, sigmoid(x)), { name: "swish" })`, which is a layer of your own.
 * Throws OPTION for a name that is unknown, and for a function without one.
 */
export function activation(
  of: string | ((x: Tensor) => Tensor),
  { name, ...settings }: { readonly name?: string; readonly slope?: number; readonly alpha?: number } = {},
): Layer {
  if (typeof of === "string" || isLayer(of)) {
    const { kind, settings: made = {}, apply } = typeof of === "string" ? activationNamed(of, settings) : of;
    return { kind, settings: made, apply, ...(name === undefined ? {} : { name }) };
  }
  if (typeof of === "function" && name !== undefined) return layer(name, (x) => of(x));
  const received = typeof of === "function" ? "a function without a name" : `a ${typeof of}`;
  throw new NablaError("OPTION", "activation: expects the name of an activation, or a function and a name", {
    expected: 'activation("relu"), or activation(f, { name: "mine" })',
    received,
    hint: 'Write activation("relu"), or activation((x) => mul(x, sigmoid(x)), { name: "swish" }).',
  });
}

const isLayer = (of: unknown): of is Layer => typeof of === "function" && "kind" in of && "apply" in of;
