import { NablaError } from "../errors.ts";
import type { Network } from "./network.ts";

/** The network inside each model: what looks into models finds it here, and users of a model need not see it. */
const networks = /* @__PURE__ */ new WeakMap<object, Network>();

export function noteNetwork(model: object, network: Network): void {
  networks.set(model, network);
}

/** The network of a model. `asking` is the function that was given it, for the message. Throws OPTION for anything else. */
export function networkOf(model: object, asking: string): Network {
  const network = typeof model === "object" && model !== null ? networks.get(model) : undefined;
  if (network) return network;
  throw new NablaError("OPTION", `${asking}: the model is no model`, {
    expected: "what sequential(…) or load(…) gave",
    received: model === null ? "null" : `a ${typeof model}`,
    hint: 'Give a model made by sequential or load of the same copy of "nabla".',
  });
}
