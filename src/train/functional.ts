import { NablaError } from "../errors.ts";
import { joins, type Layer } from "../nn/index.ts";
import { checkModelOptions, Model, type SequentialOptions } from "./model.ts";
import { Network } from "./network.ts";
import { nameLayers, type Use } from "./trace.ts";

/** A value on its way through a network that is being described. */
export interface Branch {
  /** The branch behind these layers, one after the other. A layer that is used again has its parameters in common. */
  to(...layers: readonly Layer[]): Branch;
}

/** How branches meet. */
export interface Joins {
  /** The sum of branches of one shape. */
  add(...branches: readonly Branch[]): Branch;
  /** Their product, number by number. */
  multiply(...branches: readonly Branch[]): Branch;
  /** Side by side along the last axis. */
  concatenate(...branches: readonly Branch[]): Branch;
}

/**
 * A model whose layers branch and join:
 *
 *     network({ input: 2 }, (x, { add }) => {
 *       const h = x.to(dense(8), relu);
 *       return add(h, h.to(dense(8), relu)).to(dense(2), softmax);
 *     });
 *
 * One input, one output. A layer object used twice shares its parameters; an activation such as `relu` has none and is
 * another layer each time. Throws OPTION for branches of another network and layers that lead nowhere, and what
 * `sequential` throws, with the layer's name.
 */
export function network(options: SequentialOptions, describe: (x: Branch, joins: Joins) => Branch): Model {
  if (typeof describe !== "function")
    throw wrong(`the second argument is a ${typeof describe}`, "network(options, (x, joins) => branch)");
  const { shape, seed } = checkModelOptions(options);
  const layers: Layer[] = [];
  const uses: Use[] = [];
  const places = new Map<unknown, number>(); // of branches among the values
  const branch = (place: number): Branch => {
    const made: Branch = {
      to: (...next) => next.reduce<Branch>((from, layer) => use(layer, [from]), made),
    };
    places.set(made, place);
    return made;
  };
  const use = (layer: Layer, from: readonly Branch[]): Branch => {
    const inputs = from.map((one) => placeOf(one, layer));
    let number = typeof layer === "function" || joins.includes(layer) ? -1 : layers.indexOf(layer);
    if (number < 0) number = layers.push(layer) - 1;
    uses.push({ layer: number, inputs });
    return branch(uses.length);
  };
  const placeOf = (from: unknown, layer: Layer): number => {
    const place = places.get(from);
    if (place !== undefined) return place;
    throw wrong(
      `${layer.kind} was given something that is no branch of this network`,
      "what x.to(…) and the joins gave",
    );
  };
  const join = (kind: string) => {
    const layer = joins.find((one) => one.kind === kind)!;
    return (...branches: readonly Branch[]): Branch => {
      if (branches.length > 0) return use(layer, branches);
      throw wrong(`${kind} was given no branches`, `${kind}(one, other)`);
    };
  };
  const x = branch(0);
  const result = places.get(
    describe(x, { add: join("add"), multiply: join("multiply"), concatenate: join("concatenate") }),
  );
  if (result === undefined) throw wrong("its function returned no branch", "the branch that is the model's output");
  const named = nameLayers(layers);
  const taken = new Set([...uses.flatMap(({ inputs }) => inputs), result]);
  const loose = uses.findIndex((_, i) => !taken.has(i + 1));
  if (loose >= 0 || result !== uses.length) {
    const { name } = named[uses[loose < 0 ? uses.length - 1 : loose]!.layer]!;
    throw new NablaError("OPTION", `layer "${name}": leads nowhere, the output does not depend on it`, {
      where: { layer: name },
      expected: "layers that the output depends on",
      received: `"${name}"`,
      hint: "Join it with the branch that is returned, or take it out.",
    });
  }
  return new Model(new Network(named, shape, seed, uses), seed);
}

const wrong = (problem: string, expected: string): NablaError =>
  new NablaError("OPTION", `network: ${problem}`, {
    expected,
    received: "something else",
    hint: "Write for example network({ input: 2 }, (x) => x.to(dense(8), relu, dense(2))).",
  });
