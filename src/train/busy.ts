import { NablaError } from "../errors.ts";

/** The error for a model that is asked to change while it trains. */
export const busy = (what: string): NablaError =>
  new NablaError("BUSY", `${what}: this model is being trained`, {
    expected: "a model at rest",
    received: "a run that has not ended",
    hint: "Wait for its end, or stop it; `clone()` gives a second model.",
  });
