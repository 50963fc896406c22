import type { Tensor } from "../graph/index.ts";
import type { Trace } from "../train/trace.ts";
import type { MathSymbol } from "./formula.ts";
import { behindViews, type Place, positionOf } from "./scalars.ts";

/** Letters for the results of layers without parameters, first to last within a level. */
const results = ["a", "h", "v", "r"];
/** Letters for numbers inside layers and for parameters whose own letter is taken. */
const spare = ["m", "s", "u", "q", "p", "k", "n", "c", "d", "e", "f", "g", "i", "j", "l", "o", "y"];
/** Parameters that books have a letter for; others go by their own short names. */
const letters: Readonly<Record<string, string>> = {
  weight: "wvu",
  bias: "bcd",
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "Δ",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  rho: "ρ",
  tau: "τ",
  theta: "θ",
  phi: "φ",
  omega: "ω",
};

export interface NamedTensor {
  readonly letter: string;
  readonly level: number | undefined;
  /** 1 where the first axis counts the samples, which stand apart from the indices. */
  readonly sampleAxes: 0 | 1;
}

/**
 * Names for the numbers of a network, each used once. A level begins at each layer with parameters: level 2 has the
 * parameters w² and b², the sums z² and, from the layers without parameters that follow, a². Names of layers and
 * parameters may hold anything; of them only letters and digits get into a symbol.
 */
export class Symbols {
  readonly #tensors = new Map<Tensor, NamedTensor>();
  /** Numbers behind the results of layers: views move them. */
  readonly #places = new Map<Tensor, Map<number, MathSymbol>>();
  readonly #taken = new Set<string>(["L", "x", "t", "δ", "η", "σ"]);
  readonly #levels: number;
  readonly #isNarrow: boolean;
  readonly #samples: number;
  readonly #levelOf: (tensor: Tensor) => number | undefined;

  constructor(
    trace: Trace,
    {
      x,
      target,
      samples,
      scopeOf,
    }: {
      readonly x: Tensor;
      readonly target: Tensor;
      readonly samples: number;
      readonly scopeOf: (tensor: Tensor) => number | "given" | "loss";
    },
  ) {
    const levels: number[] = [];
    let level = 0;
    const seen = new Set<unknown>();
    for (const { parameters } of trace.layers) {
      const fresh = parameters.filter((parameter) => !seen.has(parameter));
      for (const parameter of fresh) seen.add(parameter);
      if (fresh.length > 0) level++;
      levels.push(level);
    }
    this.#levels = level;
    this.#samples = samples;
    const tensors = [x, ...trace.layers.flatMap((one) => [one.output, ...one.parameters.map((p) => p.tensor)])];
    const sizeOfSample = (tensor: Tensor): number => tensor.shape.reduce((size, n) => size * n, 1);
    this.#isNarrow = samples === 1 && tensors.every((tensor) => sizeOfSample(tensor) === 1);
    this.#levelOf = (tensor) => {
      const scope = scopeOf(tensor);
      return typeof scope === "number" ? levels[scope] : undefined;
    };

    this.#nameResult(x, { letter: "x", level: undefined, sampleAxes: 1 });
    this.#tensors.set(target, { letter: "t", level: undefined, sampleAxes: 1 });
    trace.layers.forEach(({ parameters, output }, i) => {
      for (const { tensor, name } of parameters) {
        if (this.#tensors.has(tensor)) continue;
        const short = name.slice(name.indexOf("/") + 1).toLowerCase();
        this.#tensors.set(tensor, {
          letter: this.#free(lettersFor(short), levels[i]),
          level: levels[i],
          sampleAxes: 0,
        });
      }
      const wished = parameters.length > 0 ? "z" : results;
      const name = { letter: this.#free(wished, levels[i]), level: levels[i], sampleAxes: 1 } as const;
      if (!this.#nameResult(output, name)) this.#taken.delete(keyOf(name.letter, name.level));
    });
  }

  /** The symbol of a number that has a name. */
  of(place: Place): MathSymbol | undefined {
    const known = this.#places.get(place.tensor)?.get(place.flat);
    if (known) return known;
    const named = this.#tensors.get(place.tensor);
    return named && this.#symbol(named, place);
  }

  /** Names the numbers of a tensor that had no name. */
  name(place: Place): MathSymbol {
    const { tensor } = place;
    if (!this.#tensors.has(tensor)) {
      const level = this.#levelOf(tensor);
      const sampleAxes = this.#samples > 1 && tensor.shape[0] === this.#samples ? 1 : tensor.shape[0] === 1 ? 1 : 0;
      this.#tensors.set(tensor, { letter: this.#free(spare, level), level, sampleAxes });
    }
    return this.of(place)!;
  }

  /** Names what a layer gives; numbers that have a name already, as behind a reshape, keep it. */
  #nameResult(output: Tensor, named: NamedTensor): boolean {
    let isUsed = false;
    const size = output.shape.reduce((product, extent) => product * extent, 1);
    for (let flat = 0; flat < size; flat++) {
      const place = behindViews({ tensor: output, flat });
      if (this.of(place)) continue;
      isUsed = true;
      let ofTensor = this.#places.get(place.tensor);
      if (!ofTensor) this.#places.set(place.tensor, (ofTensor = new Map()));
      ofTensor.set(place.flat, this.#symbol(named, { tensor: output, flat }));
    }
    return isUsed;
  }

  #symbol({ letter, level, sampleAxes }: NamedTensor, place: Place): MathSymbol {
    const position = positionOf(place);
    const { shape } = place.tensor;
    const isPlain = this.#levels <= 1; // one level needs no number, and y = w₁x₁ + w₂x₂ no first index
    const isShort = isPlain || this.#isNarrow || level === undefined;
    const shown = position
      .map((at, axis) => ({ at: at + 1, extent: shape[axis]! }))
      .slice(sampleAxes)
      .filter(({ extent }) => extent > 1 || !isShort);
    const isOfSample = sampleAxes === 1 && this.#samples > 1 && shape[0] === this.#samples;
    const sample = isOfSample ? { sample: position[0]! + 1 } : {};
    const below = shown.map(({ at }) => at);
    if (level === undefined || isPlain) return { letter, below, ...sample };
    return this.#isNarrow ? { letter, below: [level], ...sample } : { letter, above: level, below, ...sample };
  }

  /** The first letter that is free at the level, or else the first spare one. */
  #free(wished: string | readonly string[], level: number | undefined): string {
    const list = typeof wished === "string" ? [wished, ...spare] : [...wished, ...spare];
    let letter = list.find((one) => !this.#taken.has(one) && !this.#taken.has(keyOf(one, level)));
    for (let i = 1; letter === undefined; i++) {
      const numbered = `u${i}`;
      if (!this.#taken.has(keyOf(numbered, level))) letter = numbered;
    }
    this.#taken.add(keyOf(letter, level));
    return letter;
  }
}

const keyOf = (letter: string, level: number | undefined): string => `${letter} ${level ?? ""}`;

/** Letters to try first: known ones, or the name itself where it is a short word of letters and digits, or p. */
function lettersFor(short: string): readonly string[] {
  const known = Object.hasOwn(letters, short) ? letters[short] : undefined;
  if (known) return [...known];
  const [, base] = /^(.*?)[ _-]?\d{1,3}$/.exec(short) ?? [];
  if (base !== undefined && Object.hasOwn(letters, base)) return [...letters[base]!];
  return /^[a-z][a-z0-9]{0,7}$/.test(short) ? [short] : ["p"];
}
