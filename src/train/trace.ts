import type { Shape } from "../array/ndarray.ts";
import { NablaError, shown } from "../errors.ts";
import { Tensor } from "../graph/index.ts";
import type { HostNumber, Layer } from "../nn/index.ts";
import type { Parameter, Parameters } from "./parameters.ts";
import { type Asked, type Hyperparameter, scopeOf } from "./scope.ts";

/** A layer with the name it goes by in its model. */
export interface NamedLayer {
  readonly name: string;
  readonly layer: Layer;
}

/**
 * One use of a layer: which one, and what it is applied to. Value 0 is the model's input, value i the result of use i,
 * counted from 1. In a sequence use i takes value i − 1.
 */
export interface Use {
  /** Its place in the list of layers. */
  readonly layer: number;
  readonly inputs: readonly number[];
}

export interface TracedLayer {
  /** The layer's name; `dense 1, use 2` where a layer is used again. */
  readonly name: string;
  readonly kind: string;
  /** The values it was applied to: one, or several where branches join. */
  readonly inputs: readonly Tensor[];
  /** Names of the traced layers that made them; "input" for the model's. */
  readonly from: readonly string[];
  readonly output: Tensor;
  /** What it trains. */
  readonly parameters: readonly Parameter[];
  /** What it keeps besides, such as a running mean. */
  readonly states: readonly Parameter[];
}

/** What the layers make of a batch. */
export interface Trace {
  /** [batch, …] */
  readonly output: Tensor;
  readonly layers: readonly TracedLayer[];
  /** In training: the states that change with the step, and what they become. */
  readonly next: readonly (readonly [state: Parameter, value: Tensor])[];
  /** In training: leaves that the host writes before each step, for random numbers. */
  readonly hostNumbers: readonly HostNumber[];
  /** In training: leaves of numbers that may be changed meanwhile. */
  readonly hyperparameters: readonly Hyperparameter[];
}

/**
 * Names for the layers of a model: the given one, or the kind and its number, `dense 1`. A custom layer used again is
 * numbered from 2. Throws OPTION for a name given twice, or one that could not be shown on a line.
 */
export function nameLayers(layers: readonly Layer[]): readonly NamedLayer[] {
  if (!Array.isArray(layers) || layers.length === 0)
    throw new NablaError("OPTION", "a model needs at least one layer", {
      expected: "a list of layers",
      received: Array.isArray(layers) ? "an empty list" : shown(layers),
      hint: "Write for example sequential([dense(10), softmax], { input: 784 }).",
    });
  const used = new Map<string, number>();
  const counts = new Map<string, number>();
  return layers.map((layer, i) => {
    checkLayer(layer, i);
    const isCustom = layer.kind === "custom";
    const base = (isCustom ? layer.name : undefined) ?? layer.kind;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    const numbered = isCustom && count === 1 ? base : `${base} ${count}`;
    const name = isCustom ? numbered : (layer.name ?? numbered);
    checkName(name, i);
    const other = used.get(name);
    if (other !== undefined)
      throw new NablaError("OPTION", `layers ${other + 1} and ${i + 1} are both called "${name}"`, {
        where: { layer: name },
        expected: "a name of its own for each layer",
        received: `"${name}" twice`,
        hint: "Rename one of them, or leave the names out.",
      });
    used.set(name, i);
    return { name, layer };
  });
}

function checkLayer(layer: unknown, position: number): void {
  const { kind, apply } = Object(layer) as { readonly kind?: unknown; readonly apply?: unknown };
  if (typeof kind === "string" && typeof apply === "function") return; // a function has an apply, too
  throw new NablaError("OPTION", `layer ${position + 1} of the model is no layer`, {
    expected: "dense(…), an activation, or layer(…)",
    received: shown(layer),
    hint:
      typeof layer === "function"
        ? "Call it, as in leakyRelu(), or wrap it in layer(name, apply)."
        : "Give a list of layers.",
  });
}

/** Names are shown on terminals and pages and become names of parameters, `name/weight`. */
function checkName(name: unknown, position: number): void {
  if (typeof name === "string" && name.length <= 100 && /^[^\p{C}\p{Zl}\p{Zp}/]+$/u.test(name)) return;
  throw new NablaError("OPTION", `layer ${position + 1} of the model has a name that cannot be used`, {
    expected: "1 to 100 visible characters without a slash",
    received: shown(name),
    hint: 'Give it a short name such as "hidden".',
  });
}

export interface TraceOptions {
  readonly isTraining: boolean;
  /** Of the random numbers in training. */
  readonly seed: number;
}

/** Applies the layers to `x` [batch, …], one use after the other. An error of a layer says in which one. Throws SHAPE, OPTION. */
export function trace(
  layers: readonly NamedLayer[],
  uses: readonly Use[],
  x: Tensor,
  parameters: Parameters,
  { isTraining, seed }: TraceOptions,
): Trace {
  const traced: TracedLayer[] = [];
  const asked: Asked = { next: new Map(), hyperparameters: new Map(), seed };
  const values = [x];
  const counts = new Map<number, number>();
  for (const use of uses) {
    const { name, layer } = layers[use.layer]!;
    const count = (counts.get(use.layer) ?? 0) + 1;
    counts.set(use.layer, count);
    const used = new Set<Parameter>();
    const inputs = use.inputs.map((value) => values[value]!);
    const [first, ...others] = inputs as [Tensor, ...Tensor[]];
    const scope = scopeOf(name, layer, isTraining, parameters, asked, used);
    const output = applyLayer(name, layer, first, () => layer.apply(first, scope, ...others));
    values.push(output);
    traced.push({
      name: count === 1 ? name : `${name}, use ${count}`,
      kind: layer.kind,
      inputs,
      from: use.inputs.map((value) => (value === 0 ? "input" : traced[value - 1]!.name)),
      output,
      parameters: [...used].filter(({ isTrained }) => isTrained),
      states: [...used].filter(({ isTrained }) => !isTrained),
    });
  }
  return {
    output: values.at(-1)!,
    layers: traced,
    next: [...asked.next],
    hostNumbers: asked.draws?.hostNumbers ?? [],
    hyperparameters: [...asked.hyperparameters.values()],
  };
}

function applyLayer(name: string, layer: Layer, x: Tensor, apply: () => Tensor): Tensor {
  const y: unknown = located(name, apply);
  const isTensor = y instanceof Tensor;
  if (isTensor && y.shape.length > 0 && y.shape[0] === x.shape[0]) return y;
  const made = isTensor ? `shape [${y.shape}]` : shown(y);
  throw new NablaError(
    isTensor ? "SHAPE" : "OPTION",
    `layer "${name}" (${layer.kind}): made ${made} of a batch of shape [${x.shape}]`,
    {
      where: { layer: name },
      expected: `a tensor of shape [${x.shape[0]}, …]`,
      received: made,
      hint: "The first axis counts the samples of the batch and has to stay.",
    },
  );
}

/** Runs `apply`; an error of ours that does not say where it arose gets the layer's name. */
function located<T>(name: string, apply: () => T): T {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof NablaError) || error.where.layer !== undefined) throw error;
    const { code, message, where, expected, received, hint } = error;
    const problem = hint ? message.slice(0, -`. ${hint}`.length) : message;
    const details = { where: { ...where, layer: name }, expected, received, hint, cause: error };
    throw new NablaError(code, `layer "${name}": ${problem}`, details);
  }
}

/** Shape of one sample of a batch. */
export const sampleShape = ({ shape }: Tensor): Shape => shape.slice(1);
