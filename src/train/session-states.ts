import type { Store } from "../backend/backend.ts";
import { NablaError, quoted } from "../errors.ts";
import type { EpochSums } from "./kept-states.ts";

/**
 * A session as plain data: with the same model, data and options it goes on from here elsewhere, to the same bits.
 * `settings` and `sums` may be left out: then rates are those of the options, and the epoch's sums begin here.
 */
export interface SessionStates {
  /** Steps done. */
  readonly step: number;
  /** Examples of the next batch that were looked at. */
  readonly example: number;
  /** All states by name, row-major: parameters, what layers keep, the optimizer's moments. */
  readonly values: Readonly<Record<string, Float32Array>>;
  /** Numbers that were changed by hand, such as `learningRate`. */
  readonly settings?: Readonly<Record<string, number>>;
  /** Sums of the epoch so far. */
  readonly sums?: EpochSums;
}

export function readStates(store: Store): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(store.states().map(({ name }) => [name, store.read(name)]));
}

/** Throws FORMAT, SHAPE or DATA unless the values are those of the states of this very model and optimizer. */
export function checkStates(store: Store, given: SessionStates, metrics: number): void {
  const fields = fieldsOf(given);
  const { step, example, values, settings, sums } = fields ?? {};
  if (!fields) throw wrong("they are no record", "{ step, example, values }", typeof given);
  if (!isCount(step)) throw wrong("their step is no count", "a whole number from 0", String(step));
  if (!isCount(example)) throw wrong("their example is no count", "a whole number from 0", String(example));
  const known = fieldsOf(values);
  if (!known) throw wrong("they have no values", "values by name of state", typeof values);
  const wanted = new Map(store.states().map(({ name, shape }) => [name, shape]));
  const list = [...wanted.keys()].join(", ");
  for (const name of Object.keys(known))
    if (!wanted.has(name)) throw wrong(`there is no state ${quoted(name)} here`, list, quoted(name));
  for (const [name, shape] of wanted) {
    const data = Object.hasOwn(known, name) ? known[name] : undefined;
    if (data === undefined) throw wrong(`they lack ${quoted(name)}`, list, Object.keys(known).map(quoted).join(", "));
    if (!(data instanceof Float32Array))
      throw wrong(`${quoted(name)} is no Float32Array`, "a Float32Array", typeof data);
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (data.length !== size)
      throw new NablaError("SHAPE", `states: ${quoted(name)} has ${data.length} numbers`, {
        expected: `${size} for [${shape.join(", ")}]`,
        received: `${data.length}`,
        hint: "Build the model as it was when the states were kept.",
      });
    if (!data.every(Number.isFinite))
      throw new NablaError("DATA", `states: ${quoted(name)} holds NaN or infinity`, {
        expected: "finite numbers",
        received: "NaN or infinity",
        hint: "Keep states of a step whose numbers are finite.",
      });
  }
  const isFiniteNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
  if (settings !== undefined && !Object.values(fieldsOf(settings) ?? { none: undefined }).every(isFiniteNumber))
    throw wrong("their settings are no numbers", "a finite number by each name", "something else");
  if (sums !== undefined && !areSums(sums, metrics))
    throw wrong("their sums are not what they should be", `{ samples, loss, metrics } with ${metrics} metrics`, "else");
}

function areSums(value: unknown, count: number): value is EpochSums {
  const { samples, loss, metrics } = fieldsOf(value) ?? {};
  return (
    isCount(samples) &&
    typeof loss === "number" &&
    Array.isArray(metrics) &&
    metrics.length === count &&
    metrics.every((sum) => typeof sum === "number")
  );
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const wrong = (problem: string, expected: string, received: string): NablaError =>
  new NablaError("FORMAT", `states: ${problem}`, {
    expected,
    received,
    hint: "Give what states() gave for the same model and optimizer.",
  });
