import { NablaError, quoted } from "../errors.ts";
import type { EpochEvent } from "./events.ts";

/** When a session pauses by itself: as soon as one of these holds. */
export interface Until {
  /** So many epochs are done. */
  readonly epoch?: number;
  /** So many steps are done. */
  readonly step?: number;
  /** The training loss over an epoch is below this. */
  readonly loss?: number;
  /** The validation loss after an epoch is below this. Validation is then measured after every epoch. */
  readonly validationLoss?: number;
  /** The accuracy of an epoch is at least this: on the validation data where there are some, else in training. */
  readonly accuracy?: number;
}

/** Why a run paused: one of the conditions, with its limit and what was reached; a hand; or numbers gone wrong. */
export type Ended =
  | { readonly by: keyof Until; readonly limit: number; readonly value: number }
  | { readonly by: "pause" }
  | { readonly by: "diverged" };

/** Throws OPTION. `measures` says what there is to be measured. */
export function checkUntil(
  until: unknown,
  measures: { readonly validation: boolean; readonly accuracy: boolean },
): Until {
  if (typeof until !== "object" || until === null || Array.isArray(until))
    throw wrong("until", until === null ? "null" : typeof until, "an object such as { epoch: 10 }");
  for (const [name, value] of Object.entries(until)) {
    if (value === undefined) continue;
    if (name === "epoch" || name === "step") {
      if (!Number.isSafeInteger(value) || value < 0)
        throw wrong(`until.${name}`, String(value), "a whole number from 0");
    } else if (name === "loss" || name === "validationLoss" || name === "accuracy") {
      if (typeof value !== "number" || Number.isNaN(value)) throw wrong(`until.${name}`, String(value), "a number");
      if (name === "validationLoss" && !measures.validation)
        throw wrong("until.validationLoss", "given without validation data", "a session with validation data");
      if (name === "accuracy" && !measures.accuracy)
        throw wrong("until.accuracy", "given for data without classes", "data with class labels");
    } else throw wrong("until", `without meaning in ${quoted(name)}`, "epoch, step, loss, validationLoss or accuracy");
  }
  return until;
}

/** Whether validation has to be measured after every epoch. */
export const asksValidation = ({ validationLoss, accuracy }: Until): boolean =>
  validationLoss !== undefined || accuracy !== undefined;

/** The condition that holds after so many steps. */
export function endOfSteps({ epoch, step }: Until, steps: number, stepsPerEpoch: number): Ended | undefined {
  if (step !== undefined && steps >= step) return { by: "step", limit: step, value: steps };
  const epochs = Math.floor(steps / stepsPerEpoch);
  return epoch !== undefined && epochs >= epoch ? { by: "epoch", limit: epoch, value: epochs } : undefined;
}

/** The condition that an epoch fulfils. */
export function endOfEpoch({ loss, validationLoss, accuracy }: Until, event: EpochEvent): Ended | undefined {
  if (loss !== undefined && event.loss < loss) return { by: "loss", limit: loss, value: event.loss };
  const validation = event.validation?.["loss"];
  if (validationLoss !== undefined && validation !== undefined && validation < validationLoss)
    return { by: "validationLoss", limit: validationLoss, value: validation };
  const share = event.validation ? event.validation["accuracy"] : event.metrics["accuracy"];
  return accuracy !== undefined && share !== undefined && share >= accuracy
    ? { by: "accuracy", limit: accuracy, value: share }
    : undefined;
}

const wrong = (option: string, received: string, expected: string): NablaError =>
  new NablaError("OPTION", `${option} is ${received}`, { expected, received, hint: `Give ${option} as ${expected}.` });
