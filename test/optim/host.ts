import { evaluate, state, type Tensor } from "nabla/graph";
import type { Optimizer, UpdateScope } from "../../src/optim/optimizer.ts";

type Values = Map<Tensor, { data: Float64Array }>;

/** Steps an optimizer in the float64 interpreter: what a trainer does, without a compiler. */
export class Host {
  readonly #next = new Map<Tensor, Tensor>();
  readonly #perStep = new Map<Tensor, (learningRate: number, step: number) => number>();
  readonly #values: Values = new Map();
  readonly #moments = new Set<Tensor>();
  readonly #optimizer: Optimizer;
  #step = 0;

  constructor(
    optimizer: Optimizer,
    parameters: readonly (readonly [Tensor, ArrayLike<number>])[],
    gradients: readonly Tensor[],
  ) {
    this.#optimizer = optimizer;
    parameters.forEach(([parameter, start], i) => {
      this.#values.set(parameter, { data: Float64Array.from(start) });
      this.#next.set(parameter, optimizer.update(parameter, gradients[i]!, this.#scope(parameter)));
    });
  }

  #scope(parameter: Tensor): UpdateScope {
    return {
      moment: (name, next) => {
        const old = state(name, parameter.shape);
        this.#values.set(old, { data: new Float64Array(parameter.shape.reduce((a, b) => a * b, 1)) });
        this.#moments.add(old);
        const value = next(old);
        this.#next.set(old, value);
        return value;
      },
      perStep: (name, value) => {
        const tensor = state(name, []);
        this.#perStep.set(tensor, value);
        return tensor;
      },
    };
  }

  /** One step; returns the values of `also` as they were before it. */
  step(feed: ReadonlyMap<Tensor, { readonly data: ArrayLike<number> }>, also: readonly Tensor[] = []): Float64Array[] {
    this.#step++;
    const rate = this.#optimizer.learningRate;
    if (typeof rate !== "number") throw new Error("this host has no schedules");
    const all = new Map<Tensor, { readonly data: ArrayLike<number> }>([...this.#values, ...feed]);
    for (const [tensor, value] of this.#perStep) all.set(tensor, { data: [value(rate, this.#step)] });
    const results = evaluate([...this.#next.values(), ...also], all);
    [...this.#next.keys()].forEach((tensor, i) => void this.#values.set(tensor, { data: results[i]!.data }));
    return results.slice(this.#next.size).map(({ data }) => data);
  }

  value(tensor: Tensor): Float64Array {
    return this.#values.get(tensor)!.data;
  }

  /** Values of all moments, one after the other. */
  get moments(): readonly number[] {
    return [...this.#values].filter(([tensor]) => this.#moments.has(tensor)).flatMap(([, { data }]) => [...data]);
  }
}
