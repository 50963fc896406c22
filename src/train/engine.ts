import type { Backend, Executable, Store } from "../backend/backend.ts";
import { compile, type Plan, type Program } from "../compile/index.ts";
import { type ArithmeticOption, backendFor } from "./backends.ts";
import { initialValues, type Parameter, type Parameters } from "./parameters.ts";

interface Opened {
  readonly backend: Backend;
  readonly store: Store;
  /** By key and the most threads that the store allowed. */
  readonly loaded: Map<string, Executable>;
  readonly loading: Map<string, Promise<Executable>>;
}

/**
 * A model's memory: one store, opened on first use, in which the parameters live from the first prediction on, and the
 * plans for prediction that were loaded on it.
 */
export class Engine {
  readonly #parameters: Parameters;
  #seed: number;
  /** Values that were given before there was a store. */
  readonly #given = new Map<string, Float32Array>();
  #opened: Opened | undefined;

  constructor(parameters: Parameters, seed: number) {
    this.#parameters = parameters;
    this.#seed = seed;
  }

  /**
   * The store, opened or found. With another arithmetic than it has, the parameters move to a store of the other kind.
   * Throws UNSUPPORTED for an arithmetic that this platform lacks.
   */
  async open(arithmetic?: ArithmeticOption): Promise<Store> {
    if (this.#opened && arithmetic === undefined) return this.#opened.store;
    const backend = await backendFor(arithmetic ?? "auto", this.#parameters.count);
    const before = this.#opened; // perhaps opened by somebody else meanwhile
    if (before && (arithmetic === undefined || before.backend.arithmetic === backend.arithmetic)) return before.store;
    for (const { name } of before ? this.#parameters : []) this.#given.set(name, this.read(name));
    this.#opened = { backend, store: backend.open(), loaded: new Map(), loading: new Map() };
    this.#declareAll(this.#opened.store);
    return this.#opened.store;
  }

  /** What computes; the store has to be open. */
  get backend(): Backend {
    return this.#opened!.backend;
  }

  /** A copy of a parameter's values. */
  read(name: string): Float32Array {
    const parameter = this.#parameters.get(name)!;
    if (!this.#opened) return this.#startOf(parameter).slice();
    this.#declare(this.#opened.store, parameter);
    return this.#opened.store.read(name);
  }

  /** Sets a parameter's values; kept for later while nothing has been computed yet. */
  write(name: string, values: ArrayLike<number>): void {
    if (!this.#opened) {
      this.#given.set(name, Float32Array.from(values));
      return;
    }
    this.#declare(this.#opened.store, this.#parameters.get(name)!);
    this.#opened.store.write(name, values);
  }

  /** Gives every parameter the starting values that follow from `seed`. */
  reset(seed: number): void {
    this.#seed = seed;
    this.#given.clear();
    for (const parameter of this.#opened ? this.#parameters : [])
      this.write(parameter.name, initialValues(parameter, seed));
  }

  /** The plan of `program`, loaded once under `key`. */
  async executable(key: string, program: () => Program): Promise<Executable> {
    await this.open();
    const { store, loaded, loading } = this.#opened!;
    const place = this.#placeOf(key);
    const known = loaded.get(place) ?? loading.get(place);
    if (known) return known;
    const promise = store.load(this.#plan(program)).then((executable) => {
      loaded.set(place, executable);
      return executable;
    });
    loading.set(place, promise);
    try {
      return await promise;
    } finally {
      loading.delete(place);
    }
  }

  /** The same without waiting; the store has to be open. */
  executableNow(key: string, program: () => Program): Executable {
    const { store, loaded } = this.#opened!;
    const place = this.#placeOf(key);
    const known = loaded.get(place);
    if (known) return known;
    const executable = store.loadNow(this.#plan(program));
    loaded.set(place, executable);
    return executable;
  }

  /** For as many threads as the store allows now. */
  #placeOf = (key: string): string => `${key}, ${this.#opened!.store.threads} threads`;

  /** Compiles; the parameters that the program reads get their values first, for a plan makes room but knows none. */
  #plan(program: () => Program): Plan {
    const plan = compile(program());
    this.#declareAll(this.#opened!.store);
    return plan;
  }

  #declareAll(store: Store): void {
    for (const parameter of this.#parameters) this.#declare(store, parameter);
  }

  #declare(store: Store, parameter: Parameter): void {
    if (store.has(parameter.name)) return;
    store.declare(parameter.tensor);
    store.write(parameter.name, this.#startOf(parameter));
    this.#given.delete(parameter.name);
  }

  #startOf = (parameter: Parameter): Float32Array =>
    this.#given.get(parameter.name) ?? initialValues(parameter, this.#seed);
}
