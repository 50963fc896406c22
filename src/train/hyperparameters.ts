import { NablaError, quoted } from "../errors.ts";
import type { Hyperparameter } from "./scope.ts";

/** The numbers of layers that may be changed while a run goes on, by name: `dropout 1/rate`. */
export interface Hyperparameters {
  names(): readonly string[];
  /** The value that the next step takes. Throws OPTION for a name there is not. */
  get(name: string): number;
  /** Changes it from the next step on. Throws OPTION for a name there is not, and for a value that cannot be. */
  set(name: string, value: number): void;
}

/** From step `from` on, counted from 0, the value holds. */
interface Change {
  readonly from: number;
  readonly value: number;
}

/** All changes of a run, by the name of what was changed. */
export type HyperparameterChanges = Readonly<Record<string, readonly Change[]>>;

/** Remembers from which step on each value holds, so that any step can be run again as it was. */
export class HyperparameterBook implements Hyperparameters {
  readonly #known: ReadonlyMap<string, Hyperparameter>;
  /** Changes by name, in the order of their steps. */
  readonly #changes = new Map<string, readonly Change[]>();
  readonly #nextStep: () => number;
  readonly #onChange: () => void;

  /** `nextStep` says which step is the next, `onChange` is called when it will differ from what was said before. */
  constructor(known: readonly Hyperparameter[], nextStep: () => number, onChange: () => void) {
    this.#known = new Map(known.map((one) => [one.name, one]));
    this.#nextStep = nextStep;
    this.#onChange = onChange;
  }

  names(): readonly string[] {
    return [...this.#known.keys()];
  }

  get(name: string): number {
    return this.at(this.#nextStep(), this.#find(name));
  }

  set(name: string, value: number): void {
    this.#find(name).check(value);
    const from = this.#nextStep();
    this.#changes.set(name, [
      ...(this.#changes.get(name) ?? []).filter((change) => change.from < from),
      { from, value },
    ]);
    this.#onChange();
  }

  get changes(): HyperparameterChanges {
    return Object.fromEntries(this.#changes);
  }

  /** Takes over the changes of a run that goes on. Throws OPTION for what this model cannot have. */
  restore(changes: HyperparameterChanges): void {
    for (const [name, list] of Object.entries(changes)) {
      for (const { value } of list) this.#find(name).check(value);
      this.#changes.set(name, list);
    }
  }

  /** The value at a step, counted from 0. */
  at = (step: number, { name, value }: Hyperparameter): number =>
    this.#changes.get(name)?.findLast(({ from }) => from <= step)?.value ?? value;

  #find(name: string): Hyperparameter {
    const found = this.#known.get(name);
    if (found) return found;
    const known = this.names().join(", ") || "none";
    throw new NablaError("OPTION", `hyperparameters: there is no ${quoted(String(name))}`, {
      expected: known,
      received: quoted(String(name)),
      hint: `The model has ${known}.`,
    });
  }
}
